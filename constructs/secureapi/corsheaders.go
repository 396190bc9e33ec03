package secureapi

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/constructs/internal/annotation"
)

// CORSHeadersWarning is the id of the warning that [CORS.AllowHeaders] leaves out what each of the API's guards needs,
// as a list without Authorization does, or X-Api-Key where each route needs an API key, so that pages of other origins
// can call public routes alone. A guard that also takes a cookie (with AllowCredentials), a query or a header that is
// allowed needs none. Where it is meant:
//
//	reason := jsii.String("pages call public routes alone")
//	awscdk.Annotations_Of(api).AcknowledgeWarning(jsii.String(secureapi.CORSHeadersWarning), reason)
const CORSHeadersWarning = "gatehouse:corsWithoutGuardHeader"

// warnOfWithheldHeaders warns of guards that no page can bring a token to: see [CORSHeadersWarning].
func (b *builder) warnOfWithheldHeaders() {
	if warning := b.plan.WithheldHeaders(CORSHeadersWarning); warning != "" {
		annotation.Warn(b.api, CORSHeadersWarning, fmt.Sprintf("secureapi: %s: %s", b.path, warning))
	}
}
