package plan

import (
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// An authorizer that compares claims has one set of conditions for all of its routes, in any order. Scopes may differ
// between routes.
func TestConditionsOfAGuardAreShared(t *testing.T) {
	guard := comparing()
	guard.ComparesClaims = true
	planned := func(routes ...Route) (*Plan, error) {
		return New(Props{Authorizer: guard, Authorizers: map[string]*Authorizer{"ops": signing()}, Routes: append(routes,
			handle("GET /health", fn, Public{"probe"}), handle("GET /ops", fn, GuardedBy{"ops"}))})
	}
	p, err := planned(
		handle("GET /a", fn, claim("tier", "x"), anyScope("s"), claim("plan", "pro")),
		handle("GET /b", fn, claim("plan", "pro"), claim("tier", "x"), anyScope("t", "u")),
	)
	if err != nil {
		t.Fatal(err)
	}
	want := []access.Requirement{access.Requirement(claim("plan", "pro")), access.Requirement(claim("tier", "x"))}
	if got := p.Guard("").Conditions; !slices.EqualFunc(got, want, access.Requirement.Equal) {
		t.Errorf("the conditions are %v, want %v", got, want)
	}
	if p.Guard("ops").Conditions != nil || !slices.Equal(p.Routes[0].MethodScopes(), []string{"s"}) ||
		!slices.Equal(p.Routes[1].MethodScopes(), []string{"t", "u"}) {
		t.Errorf("got %+v", p.Routes)
	}
	for _, routes := range [][]Route{
		{handle("GET /a", fn, claim("plan", "pro")), handle("GET /b", fn)},
		{handle("GET /b", fn), handle("GET /a", fn, claim("plan", "pro"))},
		{handle("GET /a", fn, claim("plan", "pro")), handle("GET /b", fn, claim("plan", "team"))},
		{handle("GET /a", fn, claim("plan", "pro")), handle("GET /b", fn, claim("plan", "pro"), claim("tier", "x"))},
	} {
		if _, err := planned(routes...); err == nil ||
			!strings.Contains(err.Error(), "the API's Comparing has one set of conditions on claims for all of its routes") {
			t.Errorf("%v: got %v", routes, err)
		}
	}
}
