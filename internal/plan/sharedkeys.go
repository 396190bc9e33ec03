package plan

import (
	"fmt"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
)

// SharedKeys returns a warning if tokens of several issuers name API keys, or "". One issuer could then name the key of
// another issuer's customer, because keys belong to the stage's usage plans, whatever authorizer a route has. The
// warning can be acknowledged by its ID.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
func (p *Plan) SharedKeys(id string) string {
	claim := ""
	var issuers []string
	for _, r := range p.Routes {
		if r.Guard == nil || r.Guard.UsageKeyClaim == "" || !r.NeedsKey {
			continue
		}
		if claim == "" {
			claim = r.Guard.UsageKeyClaim
		}
		for _, url := range r.issuers() {
			if !slices.Contains(issuers, url) {
				issuers = append(issuers, url)
			}
		}
	}
	if len(issuers) < 2 {
		return ""
	}
	out := "by an authorizer of that issuer"
	if url := knownIssuer(issuers); url != "" {
		out += fmt.Sprintf(" or by Claim(\"iss\").Is(%q) on each route that needs a key", url)
	}
	return fmt.Sprintf("UsageKeyClaim %q takes API keys from tokens of %d issuers: a token of one can have the key of a "+
		"customer of another, whose quota and rate its requests then use up. Let the callers of one issuer alone name keys, "+
		"%s; or acknowledge %q once you know that each issuer writes the keys of its own customers alone", claim,
		len(issuers), out, id)
}

// issuers returns the issuers whose callers a route takes, among those of the included function.
func (r PlannedRoute) issuers() []string {
	out := r.Guard.issuers()
	for _, q := range r.Requires {
		if q.Kind == access.Claim && q.Claim == "iss" {
			out = slices.DeleteFunc(out, func(url string) bool { return !slices.Contains(q.AnyOf, url) })
		}
	}
	return out
}

// knownIssuer returns the first issuer whose URL is known, so that a claim may be compared with it, or "".
func knownIssuer(urls []string) string {
	if i := slices.IndexFunc(urls, func(url string) bool { return !cdktoken.Unresolved(url) }); i >= 0 {
		return urls[i]
	}
	return ""
}
