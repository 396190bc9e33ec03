package plan

import (
	"fmt"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// Siblings are pairs of routes of one function. The function's router can confuse the two routes, and callers of the
// first need not meet the requirements of the second.
type Siblings struct {
	Route PlannedRoute // a route that the function answers

	plan  *Plan
	found []route.Sibling
}

// Siblings returns the pairs, grouped by function.
func (p *Plan) Siblings() []Siblings {
	var all []Siblings
	for _, s := range p.table.Siblings(func(chosen, served int) bool {
		a, b := p.Routes[chosen], p.Routes[served]
		return a.Function != 0 && a.Function == b.Function && !implies(a, b)
	}) {
		r := p.Routes[s.Chosen]
		i := slices.IndexFunc(all, func(of Siblings) bool { return of.Route.Function == r.Function })
		if i < 0 {
			i = len(all)
			all = append(all, Siblings{Route: r, plan: p})
		}
		all[i].found = append(all[i].found, s)
	}
	return all
}

// implies reports whether all callers of one route may also call the other.
func implies(a, b PlannedRoute) bool {
	elsewhere := func(r string) bool { return !slices.Contains(b.From, r) }
	switch {
	case b.NeedsKey && !a.NeedsKey, b.From != nil && (a.From == nil || slices.ContainsFunc(a.From, elsewhere)):
		return false
	case b.Guard == nil:
		return true
	}
	return a.Guard == b.Guard && !slices.ContainsFunc(b.Requires, func(need access.Requirement) bool {
		return !slices.ContainsFunc(a.Requires, func(have access.Requirement) bool {
			return have.Implies(need) && samePlaces(a.Pattern, b.Pattern, have)
		})
	})
}

// samePlaces reports whether the parameters that a requirement names are at the same places in two patterns.
func samePlaces(a, b route.Pattern, r access.Requirement) bool {
	for path := range r.Paths {
		s := route.Segment{Kind: route.Param, Text: path.Parameter}
		if slices.Index(a.Segments, s) != slices.Index(b.Segments, s) {
			return false
		}
	}
	return true
}

// Warning returns a message for the owner of a function, which is named by its construct path. The warning can be
// acknowledged by its ID. The parameter withoutMux reports that the function's executable is known to have no
// lambdahttp.Mux.
func (s Siblings) Warning(function string, withoutMux bool, id string) string {
	first := s.found[0]
	chosen, served := s.plan.Routes[first.Chosen], s.plan.Routes[first.Served]
	more := ""
	if n := len(s.found) - 1; n > 0 {
		more = fmt.Sprintf(" (and %d more pairs of routes)", n)
	}
	wayOut := "route by the event's resource and httpMethod, or match its path undecoded"
	if withoutMux {
		wayOut = "register its handlers with lambdahttp.NewMux, which its executable does not have"
	}
	return fmt.Sprintf("the function %s answers %q, for %s, and %q, for %s. API Gateway authorizes %s %s as %q, and a "+
		"router in the function that decodes the path, or takes HEAD for GET, serves it as %q%s. Have the function "+
		"%s; or give the routes functions of their own; or acknowledge %q once you know that the function does so",
		function, chosen.Pattern, chosen.callers(), served.Pattern, served.callers(), first.Verb, first.Path,
		chosen.Pattern, served.Pattern, more, wayOut, id)
}
