package accessdiff

import (
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

// unknownTexts reports what access may depend on and differs, of which there are only texts.
func unknownTexts(was, is []matrix.Variable, say func(text, before, after string)) {
	texts := func(list []matrix.Variable) map[string]string {
		out := map[string]string{}
		for _, v := range list {
			out[v.Name] = v.Value
		}
		return out
	}
	before, after := texts(was), texts(is)
	for _, name := range slices.Sorted(mapsKeys(union(before, after))) {
		x, had := before[name]
		y, has := after[name]
		what := "changed"
		switch {
		case had && has && x == y:
			continue
		case !had:
			what = "added"
		case !has:
			what = "removed"
		}
		say(what+": "+name+"; the effect on access cannot be compared", x, y)
	}
}
