package secureapi_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

func ExampleWith() {
	routes := slices.Concat(
		secureapi.With([]secureapi.Access{secureapi.AnyScope("reports")},
			secureapi.Handle("GET /reports", nil),
			secureapi.Handle("POST /reports", nil, secureapi.AnyScope("reports:write")),
		),
		[]secureapi.Route{secureapi.Handle("GET /orders", nil, secureapi.AnyScope("orders:read"))},
	)
	for _, r := range routes {
		fmt.Println(r.Pattern, secureapi.Scopes(r))
	}
	// Output:
	// GET /reports [reports]
	// POST /reports [reports:write reports]
	// GET /orders [orders:read]
}

func TestWithKeepsRoutes(t *testing.T) {
	own := make([]secureapi.Access, 1, 8) // with spare capacity
	own[0] = secureapi.AnyScope("own")
	route := secureapi.Handle("GET /a", nil, own...)
	one := secureapi.With([]secureapi.Access{secureapi.AnyScope("one")}, route)
	two := secureapi.With([]secureapi.Access{secureapi.AnyScope("two")}, route)
	if got := fmt.Sprint(secureapi.Scopes(route), secureapi.Scopes(one...), secureapi.Scopes(two...)); got !=
		"[own] [own one] [own two]" {
		t.Errorf("got the scopes %s, want [own] [own one] [own two]", got)
	}
}

// With append(shared, access)..., two calls write to the same element if the shared slice has spare capacity.
func TestHandleCopiesAccess(t *testing.T) {
	shared := make([]secureapi.Access, 1, 8)
	shared[0] = secureapi.AnyGroup("staff")
	remove := secureapi.Handle("DELETE /a", nil, append(shared, secureapi.AnyScope("remove"))...)
	send := secureapi.Integrate("POST /a", nil, append(shared, secureapi.AnyScope("send"))...)
	read := secureapi.Handle("GET /a", nil, append(shared, secureapi.AnyScope("read"))...)
	if got := fmt.Sprint(secureapi.Scopes(remove), secureapi.Scopes(send), secureapi.Scopes(read)); got !=
		"[remove] [send] [read]" {
		t.Errorf("got the scopes %s, want [remove] [send] [read]", got)
	}
}

func TestPresetsCopyAudiences(t *testing.T) {
	const tenant, client = "11111111-2222-3333-4444-555555555555", ".apps.googleusercontent.com"
	for name, preset := range map[string]func(audiences ...string) secureapi.Issuer{
		"Okta": func(a ...string) secureapi.Issuer {
			return secureapi.Okta("https://shop.okta.com/oauth2/default", a...)
		},
		"EntraID": func(a ...string) secureapi.Issuer { return secureapi.EntraID(tenant, a...) },
		"Google":  secureapi.Google,
		"Auth0":   func(a ...string) secureapi.Issuer { return secureapi.Auth0("shop.eu.auth0.com", a...) },
	} {
		shared := append(make([]string, 0, 8), "shared"+client)
		one := preset(append(shared, "one"+client)...)
		preset(append(shared, "two"+client)...)
		if got := one.Audiences[1]; got != "one"+client {
			t.Errorf("%s: got the audience %s, want that of the first call", name, got)
		}
	}
}
