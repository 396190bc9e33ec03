package accessdiff

import (
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// choices returns the ways in which a requirement can be met.
func choices(r access.Requirement) (out []access.Requirement) {
	for v := range r.Values {
		out = append(out, v)
	}
	for p := range r.Paths {
		out = append(out, p)
	}
	return out
}

// Up to manyWays combinations, all are tried. If there are more, and none of the first mostTries combinations with a
// certain choice is possible for a token, the search is reported as incomplete.
const (
	manyWays  = 64
	mostTries = 1 << 10
)

// enough is how many combinations with one choice are tried if there are many.
const enough = 8

// choose yields ways to meet requirements, with one choice for each. It yields all of them if there are few. Otherwise
// it yields some for each choice and, for each requirement to avoid, some that do not meet that, if any exist. yield
// reports whether a token can have everything that was chosen, and whether to go on. complete is false if no token was
// found for a choice and not all combinations were tried.
func choose(
	requires, avoid []access.Requirement, yield func([]access.Requirement) (possible, more bool),
) (complete bool) {
	all := make([][]access.Requirement, len(requires))
	product := 1
	for i, r := range requires {
		all[i] = choices(r)
		product = min(product*max(1, len(all[i])), manyWays+1)
	}
	if product <= manyWays {
		return combine(all, nil, func(chosen []access.Requirement) bool {
			_, more := yield(chosen)
			return more
		})
	}
	complete = true
	for _, lists := range append([][][]access.Requirement{all}, avoiding(all, avoid)...) {
		for i, list := range lists {
			for _, c := range list {
				fixed := slices.Clone(lists)
				fixed[i] = []access.Requirement{c}
				found, more, tries := false, true, 0
				combine(fixed, nil, func(chosen []access.Requirement) bool {
					var possible bool
					possible, more = yield(chosen)
					found = found || possible
					tries++
					return more && tries < mostTries && !(found && tries >= enough)
				})
				if complete = complete && (found || tries < mostTries); !more {
					return complete
				}
			}
		}
	}
	return complete
}

// avoiding returns, for each requirement to avoid, the choices that do not meet it.
func avoiding(all [][]access.Requirement, avoid []access.Requirement) (out [][][]access.Requirement) {
	for _, without := range avoid {
		lists := make([][]access.Requirement, len(all))
		for i, list := range all {
			for _, c := range list {
				if !c.Implies(without) {
					lists[i] = append(lists[i], c)
				}
			}
		}
		out = append(out, lists)
	}
	return out
}

// combine yields each combination of one element of each list.
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
