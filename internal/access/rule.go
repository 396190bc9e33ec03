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
	for _, req := range rule.Requires {
		if !slices.ContainsFunc(req.AnyOf, func(v string) bool { return r.Has(req.Kind, v) }) {
			return false
		}
	}
	return true
}

// Lacking finds the least rights that permit all of some rules and yet not another one. It reports false if there are
// none: a caller who may call those may call the other as well.
//
// Rights only ever add, so the least that matter have one value for each requirement. A requirement of the other rule
// can be left unmet just if each of the same kind asked for by those rules has a value that would not meet it.
func Lacking(other Rule, permitted ...Rule) (Rights, bool) {
	for _, unmet := range other.Requires {
		if r, ok := meeting(permitted, unmet); ok {
			return r, true
		}
	}
	return Rights{}, false
}

// meeting finds rights that permit the rules and have none of the values of one requirement.
func meeting(rules []Rule, unmet Requirement) (r Rights, ok bool) {
	for _, rule := range rules {
		for _, req := range rule.Requires {
			i := slices.IndexFunc(req.AnyOf,
				func(v string) bool { return req.Kind != unmet.Kind || !slices.Contains(unmet.AnyOf, v) })
			if i < 0 {
				return Rights{}, false
			}
			r = r.With(req.Kind, req.AnyOf[i])
		}
	}
	return r, true
}
