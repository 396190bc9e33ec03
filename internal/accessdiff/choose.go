package accessdiff

import (
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// choices are the ways in which a requirement can be met.
func choices(r access.Requirement) (out []access.Requirement) {
	for v := range r.Values {
		out = append(out, v)
	}
	for p := range r.Paths {
		out = append(out, p)
	}
	return out
}

// manyWays is the number of combinations up to which all are tried.
const manyWays = 64

// choose yields ways to meet requirements, one choice for each. All of them if there are few; else, for each choice, one
// that has it, and for each requirement to avoid one that does not meet that, if there are any.
func choose(requires, avoid []access.Requirement, yield func([]access.Requirement) bool) {
	all := make([][]access.Requirement, len(requires))
	product := 1
	for i, r := range requires {
		all[i] = choices(r)
		product = min(product*max(1, len(all[i])), manyWays+1)
	}
	if product <= manyWays {
		combine(all, nil, yield)
		return
	}
	more := true
	one := func(lists [][]access.Requirement) {
		tries := 0
		if more {
			combine(lists, nil, func(chosen []access.Requirement) bool {
				tries++
				more = yield(chosen)
				return more && tries < 8 // the first may not be possible in one token
			})
		}
	}
	for _, without := range append([]access.Requirement{{}}, avoid...) {
		lists := make([][]access.Requirement, len(all))
		for i, list := range all {
			for _, c := range list {
				if without.Kind == "" || !c.Implies(without) {
					lists[i] = append(lists[i], c)
				}
			}
		}
		for i, list := range lists {
			for _, c := range list {
				fixed := slices.Clone(lists)
				fixed[i] = []access.Requirement{c}
				one(fixed)
			}
		}
	}
}

// combine yields each combination of one of each list.
func combine(lists [][]access.Requirement, have []access.Requirement, yield func([]access.Requirement) bool) bool {
	if len(have) == len(lists) {
		return yield(have)
	}
	for _, c := range lists[len(have)] {
		if !combine(lists, append(slices.Clip(have), c), yield) {
			return false
		}
	}
	return true
}
