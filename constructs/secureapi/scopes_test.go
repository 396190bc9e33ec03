package secureapi_test

import (
	"slices"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// Scopes returns each scope of the routes once, in the order of the routes.
func TestScopes(t *testing.T) {
	got := secureapi.Scopes(
		secureapi.Handle("GET /", nil, secureapi.Public("a page")),
		secureapi.Handle("GET /b", nil, secureapi.AnyScope("b", "a"), secureapi.AnyScope("c"), secureapi.AnyGroup("group")),
		secureapi.Handle("GET /c", nil, secureapi.GuardedBy("other"), secureapi.AnyScope("c", "d")),
		secureapi.Handle("GET /d", nil, secureapi.Either(secureapi.AnyScope("e"), secureapi.AnyRole("role"),
			secureapi.Claim("plan").Is("pro"))),
	)
	if want := []string{"b", "a", "c", "d", "e"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
