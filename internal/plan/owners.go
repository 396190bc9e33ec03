package plan

import (
	"fmt"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// SharedOwners returns a warning about routes that compare the path with a claim and accept tokens of several issuers,
// or "". Two issuers may have callers with the same value, and each caller would then own the other's paths. The
// warning can be acknowledged by its ID.
// Source: https://openid.net/specs/openid-connect-core-1_0.html#ClaimStability
func (p *Plan) SharedOwners(id string) string {
	var first PlannedRoute
	var compared access.Requirement
	routes := 0
	for _, r := range p.Routes {
		if r.Guard == nil || r.Guard.Included == nil || len(r.Guard.Included.Issuers) < 2 {
			continue
		}
		if found := r.sharedOwner(); found != nil {
			if routes++; routes == 1 {
				first, compared = r, *found
			}
		}
	}
	if routes == 0 {
		return ""
	}
	more := ""
	if routes > 1 {
		more = fmt.Sprintf(" (and %d more routes)", routes-1)
	}
	issuers := first.Guard.Included.Issuers
	out := "Guard it with an authorizer of one issuer"
	if url := knownIssuer(issuers); url != "" {
		out = fmt.Sprintf("Add Claim(\"iss\").Is(%q) to the route, or guard it with an authorizer of one issuer", url)
	}
	return fmt.Sprintf("route %q%s requires that %s, and %s takes tokens of %d issuers: a claim says who the caller is "+
		"within its issuer alone, so a caller of one gets what belongs to a caller of another with the same %s. %s; or "+
		"acknowledge %q once you know that the claim names the same callers in the tokens of all of them",
		first.Pattern, more, compared,
		first.Guard, len(issuers), compared.Claim, out, id)
}

// sharedOwner returns the first requirement of a route that compares the path with a claim other than the issuer. It
// returns nil without one, or if another requirement limits callers to one issuer.
func (r PlannedRoute) sharedOwner() *access.Requirement {
	if slices.ContainsFunc(r.Requires, func(q access.Requirement) bool {
		return q.Kind == access.Claim && q.Claim == "iss" && len(q.AnyOf) == 1
	}) {
		return nil
	}
	for _, q := range r.Requires {
		if q.Kind == access.Tenant && q.Claim != "iss" {
			return &q
		}
		for owner := range q.Paths {
			if owner.Claim != "iss" {
				return &owner
			}
		}
	}
	return nil
}
