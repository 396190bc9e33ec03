package accessdiff

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// plans requires a claim with one of the values.
func plans(values ...string) access.Requirement {
	return access.Requirement{Kind: access.Claim, Claim: "plan", AnyOf: values}
}

// TestChooseOfMany has more combinations than are all tried.
func TestChooseOfMany(t *testing.T) {
	scopes := func(names string) access.Requirement {
		return access.Requirement{Kind: access.Scope, AnyOf: strings.Split(names, " ")}
	}
	requires := []access.Requirement{scopes("a b c d e"), scopes("f g h i j"), scopes("k l m n o")}
	chosen := map[string]bool{}
	avoided := 0
	complete := choose(requires, []access.Requirement{scopes("a f k")},
		func(all []access.Requirement) (possible, more bool) {
			var names []string
			for _, c := range all {
				names = append(names, c.AnyOf[0])
				chosen[c.AnyOf[0]] = true
			}
			if !slices.ContainsFunc(names, func(n string) bool { return strings.Contains("a f k", n) }) {
				avoided++
			}
			return true, true
		})
	if !complete || len(chosen) != 15 || avoided == 0 {
		t.Errorf("complete: %v; %d choices of 15; %d combinations without a, f and k", complete, len(chosen), avoided)
	}
}

// TestManyWaysToMeetARoute has routes that only one value of a claim meets, which is the last of each requirement.
func TestManyWaysToMeetARoute(t *testing.T) {
	const tooMany = "? the routes cannot be compared in full: there are too many combinations of the paths in " +
		"patterns and policies, of conditions that no request shows, or of ways to meet the requirements of a route"
	for _, tt := range []struct {
		requirements int
		want         string
	}{
		{3, "+ callers whose claim plan is gold gained GET /a (new route)"},
		{5, "+ callers whose claim plan is gold gained GET /a (new route)"},
		{6, tooMany},
	} {
		t.Run(fmt.Sprint(tt.requirements), func(t *testing.T) {
			was, is := apiOf(), apiOf("GET /a: token")
			is.Routes[0].Who = ""
			for i := range tt.requirements {
				var values []string
				for j := range 4 {
					values = append(values, fmt.Sprintf("v%d%d", i, j))
				}
				is.Routes[0].Requires = append(is.Routes[0].Requires, plans(append(values, "gold")...))
			}
			got := linesOf(Compare(matrixOf(was), matrixOf(is)))
			if got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}
