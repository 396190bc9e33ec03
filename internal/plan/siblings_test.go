package plan

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// A route implies another one if all of its callers may call the other too.
func TestImplies(t *testing.T) {
	guard, other := &Guard{}, &Guard{Name: "other"}
	routeOf := func(pattern string, g *Guard, requires ...access.Requirement) PlannedRoute {
		return PlannedRoute{Pattern: mustParse(t, pattern), Guard: g, Requires: requires}
	}
	read := access.Requirement{Kind: access.Scope, AnyOf: []string{"read"}}
	any2 := access.Requirement{Kind: access.Scope, AnyOf: []string{"read", "write"}}
	owner := access.Requirement(pathIs("id", "sub"))
	keyed := routeOf("GET /b", nil)
	keyed.NeedsKey = true
	limited := func(r PlannedRoute, ranges ...string) PlannedRoute { r.From = ranges; return r }
	for _, tt := range []struct {
		name string
		a, b PlannedRoute
		want bool
	}{
		{"to a public route", routeOf("GET /a", guard, read), routeOf("GET /b", nil), true},
		{"from a public route", routeOf("GET /a", nil), routeOf("GET /b", guard), false},
		{"of one guard", routeOf("GET /a", guard), routeOf("GET /b", guard), true},
		{"of another guard", routeOf("GET /a", other), routeOf("GET /b", guard), false},
		{"the same requirement", routeOf("GET /a", guard, read), routeOf("GET /b", guard, read), true},
		{"a wider requirement", routeOf("GET /a", guard, read), routeOf("GET /b", guard, any2), true},
		{"a narrower requirement", routeOf("GET /a", guard, any2), routeOf("GET /b", guard, read), false},
		{"no requirement", routeOf("GET /a", guard), routeOf("GET /b", guard, read), false},
		{"the same requirement of another guard", routeOf("GET /a", other, read), routeOf("GET /b", guard, read), false},
		{"one of two requirements", routeOf("GET /a", guard, read), routeOf("GET /b", guard, read, owner), false},
		{"the same owner", routeOf("GET /a/{id}", guard, owner), routeOf("GET /b/{id}", guard, owner), true},
		{"an owner of another place", routeOf("GET /a/{id}", guard, owner), routeOf("GET /b/x/{id}", guard, owner), false},
		{"an owner where two places have values",
			routeOf("GET /a/{id}/{x}", guard, owner), routeOf("GET /b/{x}/{id}", guard, owner),
			false},
		{"a key", routeOf("GET /a", nil), keyed, false},
		{"a key of both", keyed, keyed, true},
		{"an address", routeOf("GET /a", nil), limited(routeOf("GET /b", nil), "192.0.2.0/24"), false},
		{"the same address",
			limited(routeOf("GET /a", nil), "192.0.2.0/24"), limited(routeOf("GET /b", nil), "192.0.2.0/24"), true},
		{"an address less", limited(routeOf("GET /a", nil), "192.0.2.0/24"),
			limited(routeOf("GET /b", nil), "192.0.2.0/24", "198.51.100.0/24"), true},
		{"an address more", limited(routeOf("GET /a", nil), "192.0.2.0/24", "198.51.100.0/24"),
			limited(routeOf("GET /b", nil), "192.0.2.0/24"), false},
		{"no address needed", limited(routeOf("GET /a", nil), "192.0.2.0/24"), routeOf("GET /b", nil), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := implies(tt.a, tt.b); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}
