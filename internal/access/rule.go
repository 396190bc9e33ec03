package access

import (
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
	"github.com/gatehouse-cdk/gatehouse/internal/tenant"
)

// Rule is a route, and what its callers must have.
type Rule struct {
	Pattern   route.Pattern
	Elsewhere bool // guarded by another authorizer, or public
	Requires  []Requirement

	// Forward hands the caller's access token to the backend. It requires a session, and an authorizer whose answers are
	// for one request each. It is false for a rule that is Elsewhere.
	Forward bool
}

// Parameter returns the index of the segment that is the parameter with this name, or -1.
func (rule Rule) Parameter(name string) int { return parameterIndex(rule.Pattern, name) }

// Permits reports whether these rights meet all of the rule's requirements whatever the parameters of its path are. A
// rule without requirements only needs a valid token.
func (rule Rule) Permits(r Rights) bool {
	return !slices.ContainsFunc(rule.Requires, func(req Requirement) bool { return !r.Meet(req) })
}

// Least returns the least rights that meet all requirements, except those that parameters of the path can meet. It
// returns false if no token can have such rights, because a claim has one text.
func Least(requires []Requirement) (Rights, bool) {
	var values []Requirement
	for _, r := range requires {
		if !r.onPath() {
			values = append(values, r)
		}
	}
	return Meeting(values, nil)
}

// onPath reports whether a parameter of the path can meet the requirement.
func (r Requirement) onPath() bool {
	for range r.Paths {
		return true
	}
	return false
}

// Meeting returns the least rights that meet the requirements in met and none of those in unmet, whatever the
// parameters of the path are. It returns false if there are no such rights: meeting the former implies meeting the
// latter, or no token can meet the former because a claim has one text.
//
// More rights never permit less, so rights with one value for each requirement are the least that matter.
func Meeting(met, unmet []Requirement) (Rights, bool) {
	needs := slices.Clone(met)
	slices.SortStableFunc(needs, func(x, y Requirement) int { return isTenant(x) - isTenant(y) })
	return meeting(Rights{}, needs, unmet)
}

// isTenant returns 1 for a requirement of a tenant ID, and otherwise 0. Such requirements come last, because each text
// that another requirement names may also be a tenant ID.
func isTenant(r Requirement) int {
	if r.Kind == Tenant {
		return 1
	}
	return 0
}

// meeting searches for rights that include those in have. It tries the values of each requirement in order, and takes
// the first with which the remaining requirements can be met.
func meeting(have Rights, needs, unmet []Requirement) (Rights, bool) {
	if len(needs) == 0 {
		// A text of a claim may also be the tenant ID that must not be met.
		return have, !slices.ContainsFunc(unmet, func(r Requirement) bool { return r.Kind == Tenant && have.Meet(r) })
	}
	for v := range needs[0].all {
		if v.kind == Tenant && !have.has(v) {
			v = value{Claim, v.claim, tenant.Sample}
			for slices.ContainsFunc(unmet, func(r Requirement) bool { return r.hasValue(v) }) {
				v.text += "-"
			}
		}
		if slices.ContainsFunc(unmet, func(r Requirement) bool { return r.hasValue(v) }) {
			continue
		}
		if with, ok := have.withValue(v); ok {
			if r, ok := meeting(with, needs[1:], unmet); ok {
				return r, true
			}
		}
	}
	return Rights{}, false
}
