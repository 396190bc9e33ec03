package secureapi

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/constructs/internal/annotation"
)

// warnOfNoRoutes warns of an API whose table has no routes.
func (b *builder) warnOfNoRoutes() {
	if !b.props.noRoutes {
		return
	}
	annotation.Warn(b.api, NoRoutesWarning, fmt.Sprintf("secureapi: %s: there are no Routes, so the API answers 404 "+
		"at / and 403 elsewhere: add routes, or acknowledge the warning %q with the reason", b.path, NoRoutesWarning))
}
