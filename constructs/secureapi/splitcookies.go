package secureapi

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/constructs/internal/annotation"
)

// SplitCookiesWarning is the ID of the warning that a [SessionAuthorizer] with a cache is behind a custom domain with
// an enhanced TLS security policy. It would refuse requests with several cookies.
const SplitCookiesWarning = "gatehouse:splitCookies"

// warnOfSplitCookies warns of a guard that would refuse many requests: see [SplitCookiesWarning].
func (b *builder) warnOfSplitCookies() {
	if warning := b.plan.SplitCookies(SplitCookiesWarning); warning != "" {
		annotation.Warn(b.api, SplitCookiesWarning, fmt.Sprintf("secureapi: %s: %s", b.path, warning))
	}
}
