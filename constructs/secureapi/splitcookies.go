package secureapi

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/constructs/internal/annotation"
)

// SplitCookiesWarning is the id of the warning that a [SessionAuthorizer] with a cache stands behind a custom domain
// with an enhanced security policy for TLS, where it would refuse requests with several cookies.
const SplitCookiesWarning = "gatehouse:splitCookies"

// warnOfSplitCookies warns of a guard that would refuse many requests: see [SplitCookiesWarning].
func (b *builder) warnOfSplitCookies() {
	if warning := b.plan.SplitCookies(SplitCookiesWarning); warning != "" {
		annotation.Warn(b.api, SplitCookiesWarning, fmt.Sprintf("secureapi: %s: %s", b.path, warning))
	}
}
