package cloudassembly

import (
	"strings"
)

// notBuilt stands between the name of an asset that was not built and the reason.
const notBuilt = ", not built: "

// NotBuilt returns the display name of an asset of which the assembly has no file, because what it stands for was not
// built. The CDK command line prints that name when it cannot publish the asset.
func NotBuilt(name, reason string) string { return name + notBuilt + reason }

// BuiltName returns the name that an asset has when it is built, and the reason why it is not; "" if it is.
func BuiltName(displayName string) (name, reason string) {
	name, reason, _ = strings.Cut(displayName, notBuilt)
	return name, reason
}
