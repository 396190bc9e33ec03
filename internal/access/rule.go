package access

import (
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// Rule is one route with what its caller must bring.
type Rule struct {
	Pattern   route.Pattern
	Elsewhere bool // not guarded by the authorizer this table is for: public, or guarded by another one
	Requires  []Requirement

	// Forward hands the caller's access token to the backend. It takes a session and an authorizer whose answers serve one
	// request each; of a rule that is Elsewhere it is false.
	Forward bool
}

// Parameter finds a parameter of the rule's path by its name: the place of its segment, or -1.
func (rule Rule) Parameter(name string) int { return parameter(rule.Pattern, name) }

// Permits reports whether these rights meet all of the rule's requirements, whatever its path's parameters are. A rule
// without any asks for nothing more than a valid token.
func (rule Rule) Permits(r Rights) bool {
	return !slices.ContainsFunc(rule.Requires, func(req Requirement) bool { return !r.Meet(req) })
}

// Least finds the least rights that meet all requirements, but for those that parameters of the path can meet. It
// reports false if there are none, since a claim has one text.
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

// Meeting finds the least rights that meet some requirements and none of some others, whatever the path's parameters
// are. It reports false if there are none: who meets the former meets the latter as well, or no caller meets the
// former, since a claim has one text.
//
// Rights only ever add, so the least that matter have one value for each requirement.
func Meeting(met, unmet []Requirement) (Rights, bool) { return meeting(Rights{}, met, unmet) }

// meeting finds rights that have those that are given. It takes the first value of each requirement that leads to the
// end.
func meeting(have Rights, needs, unmet []Requirement) (Rights, bool) {
	if len(needs) == 0 {
		return have, true
	}
	for v := range needs[0].all {
		if slices.ContainsFunc(unmet, func(r Requirement) bool { return r.names(v) }) {
			continue
		}
		if with, ok := have.with(v); ok {
			if r, ok := meeting(with, needs[1:], unmet); ok {
				return r, true
			}
		}
	}
	return Rights{}, false
}
