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
}

// Permits reports whether these rights meet all of the rule's requirements. A rule without any asks for nothing more
// than a valid token.
func (rule Rule) Permits(r Rights) bool {
	return !slices.ContainsFunc(rule.Requires, func(req Requirement) bool { return !r.Meet(req) })
}

// Least finds the least rights that meet all requirements. It reports false if there are none, since a claim has one
// text.
func Least(requires []Requirement) (Rights, bool) { return meeting(Rights{}, requires, Requirement{}) }

// Lacking finds the least rights that permit all of some rules and yet not another one. It reports false if there are
// none: a caller who may call those may call the other as well, or there is no caller of all of those, since a claim
// has one text.
//
// Rights only ever add, so the least that matter have one value for each requirement. A requirement of the other rule
// can be left unmet just if each of the same kind asked for by those rules has a value that would not meet it.
func Lacking(other Rule, permitted ...Rule) (Rights, bool) {
	var needs []Requirement
	for _, rule := range permitted {
		needs = append(needs, rule.Requires...)
	}
	for _, unmet := range other.Requires {
		if r, ok := meeting(Rights{}, needs, unmet); ok {
			return r, true
		}
	}
	return Rights{}, false
}

// meeting finds rights that meet all requirements, have those that are given, and do not meet another requirement. It
// takes the first value of each requirement that leads to the end.
func meeting(have Rights, needs []Requirement, unmet Requirement) (Rights, bool) {
	if len(needs) == 0 {
		return have, true
	}
	for v := range needs[0].all {
		if unmet.names(v) {
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
