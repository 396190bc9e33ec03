package cloudassembly

import (
	"strings"
)

// notBuilt separates the name of an asset that was not built from the reason.
const notBuilt = ", not built: "

// NotBuilt returns the display name of an asset that has no file in the assembly because it was not built. The CDK
// command line prints that name when it cannot publish the asset.
func NotBuilt(name, reason string) string { return name + notBuilt + reason }

// BuiltName returns the name of an asset without such a reason, and the reason; "" if the asset is built.
func BuiltName(displayName string) (name, reason string) {
	name, reason, _ = strings.Cut(displayName, notBuilt)
	return name, reason
}
