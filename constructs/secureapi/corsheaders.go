package secureapi

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/constructs/internal/annotation"
)

// CORSHeadersWarning is the ID of the warning that CORS.AllowHeaders omits a header that each of the API's guards
// needs, such as Authorization, or X-Api-Key if every route needs an API key. Pages of other origins can then call
// public routes only. There is no warning if a guard also accepts a cookie (with AllowCredentials), a query parameter
// or an allowed header. If this is intended, acknowledge the warning:
//
//	reason := jsii.String("pages call public routes alone")
//	awscdk.Annotations_Of(api).AcknowledgeWarning(jsii.String(secureapi.CORSHeadersWarning), reason)
const CORSHeadersWarning = "gatehouse:corsWithoutGuardHeader"

// warnOfWithheldHeaders warns of guards to which no page can send a token: see [CORSHeadersWarning].
func (b *builder) warnOfWithheldHeaders() {
	if warning := b.plan.WithheldHeaders(CORSHeadersWarning); warning != "" {
		annotation.Warn(b.api, CORSHeadersWarning, fmt.Sprintf("secureapi: %s: %s", b.path, warning))
	}
}
