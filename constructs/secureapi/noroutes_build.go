package secureapi

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/constructs/internal/annotation"
)

// warnOfNoRoutes warns of an API that answers every request with 404.
func (b *builder) warnOfNoRoutes() {
	if !b.props.noRoutes {
		return
	}
	annotation.Warn(b.api, NoRoutesWarning, fmt.Sprintf("secureapi: %s: there are no Routes, so the API answers "+
		"every request with 404: add routes, or acknowledge the warning %q with the reason", b.path, NoRoutesWarning))
}
