package plan

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// A route implies another one if all of its callers may call the other too.
func TestImplies(t *testing.T) {
	guard, other := &Guard{}, &Guard{Name: "other"}
	of := func(pattern string, g *Guard, requires ...access.Requirement) PlannedRoute {
		return PlannedRoute{Pattern: mustParse(t, pattern), Guard: g, Requires: requires}
	}
	read := access.Requirement{Kind: access.Scope, AnyOf: []string{"read"}}
	any2 := access.Requirement{Kind: access.Scope, AnyOf: []string{"read", "write"}}
	owner := access.Requirement(pathIs("id", "sub"))
	keyed := of("GET /b", nil)
	keyed.NeedsKey = true
	from := func(r PlannedRoute, ranges ...string) PlannedRoute { r.From = ranges; return r }
	for _, tt := range []struct {
		name string
		a, b PlannedRoute
		want bool
	}{
		{"to a public route", of("GET /a", guard, read), of("GET /b", nil), true},
		{"from a public route", of("GET /a", nil), of("GET /b", guard), false},
		{"of one guard", of("GET /a", guard), of("GET /b", guard), true},
		{"of another guard", of("GET /a", other), of("GET /b", guard), false},
		{"the same requirement", of("GET /a", guard, read), of("GET /b", guard, read), true},
		{"a wider requirement", of("GET /a", guard, read), of("GET /b", guard, any2), true},
		{"a narrower requirement", of("GET /a", guard, any2), of("GET /b", guard, read), false},
		{"no requirement", of("GET /a", guard), of("GET /b", guard, read), false},
		{"the same requirement of another guard", of("GET /a", other, read), of("GET /b", guard, read), false},
		{"one of two requirements", of("GET /a", guard, read), of("GET /b", guard, read, owner), false},
		{"the same owner", of("GET /a/{id}", guard, owner), of("GET /b/{id}", guard, owner), true},
		{"an owner of another place", of("GET /a/{id}", guard, owner), of("GET /b/x/{id}", guard, owner), false},
		{"an owner where two places have values", of("GET /a/{id}/{x}", guard, owner), of("GET /b/{x}/{id}", guard, owner),
			false},
		{"a key", of("GET /a", nil), keyed, false},
		{"a key of both", keyed, keyed, true},
		{"an address", of("GET /a", nil), from(of("GET /b", nil), "192.0.2.0/24"), false},
		{"the same address", from(of("GET /a", nil), "192.0.2.0/24"), from(of("GET /b", nil), "192.0.2.0/24"), true},
		{"an address less", from(of("GET /a", nil), "192.0.2.0/24"),
			from(of("GET /b", nil), "192.0.2.0/24", "198.51.100.0/24"), true},
		{"an address more", from(of("GET /a", nil), "192.0.2.0/24", "198.51.100.0/24"),
			from(of("GET /b", nil), "192.0.2.0/24"), false},
		{"no address needed", from(of("GET /a", nil), "192.0.2.0/24"), of("GET /b", nil), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := implies(tt.a, tt.b); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}
