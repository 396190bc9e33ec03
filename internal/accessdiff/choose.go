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

// Of manyWays combinations or fewer all are tried. Of more, it is said that they are too many if one that a token can
// have is not among the first mostTries of those with one choice.
const (
	manyWays  = 64
	mostTries = 1 << 10
)

// enough is how many combinations with one choice are tried where they are many.
const enough = 8

// choose yields ways to meet requirements, one choice for each. All of them if there are few; else, for each choice,
// some that have it, and for each requirement to avoid some that do not meet that, if there are any. Yield reports
// whether one token can have all that was chosen, and whether to go on. Complete is false if no token was found for a
// choice and not all combinations were tried.
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

// avoiding are the choices for requirements that leave out what meets one of others, for each of those.
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
