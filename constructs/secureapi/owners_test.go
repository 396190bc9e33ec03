package secureapi_test

import (
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// TestSharedOwners checks that the plan has the issuers of each authorizer. The tests of internal/plan check the
// conditions of the warning.
func TestSharedOwners(t *testing.T) {
	okta := secureapi.Okta("https://shop.okta.com/oauth2/default", "api://orders")
	auth0 := secureapi.Auth0("shop.eu.auth0.com", "https://orders.example.com")
	both := &secureapi.JWT{Issuers: []secureapi.Issuer{okta, auth0}}
	for _, tt := range []struct {
		name       string
		authorizer secureapi.Authorizer
		warns      bool
	}{
		{"a TOKEN authorizer", secureapi.TokenAuthorizer{JWT: both}, true},
		{"a REQUEST authorizer", secureapi.RequestAuthorizer{JWT: both}, true},
		{"one issuer", secureapi.TokenAuthorizer{JWT: &secureapi.JWT{Issuers: []secureapi.Issuer{okta}}}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stack := newStack()
			api := shop(stack, func(p *secureapi.Props) {
				p.Authorizer = tt.authorizer
				p.Routes = []secureapi.Route{secureapi.Handle("GET /users/{id}", backend(stack, "Fn"),
					secureapi.PathParameter("id").Is(secureapi.Claim("sub")))}
			})
			warned := false
			for _, entry := range *api.Node().Metadata() {
				text, ok := entry.Data.(string)
				warned = warned || ok && *entry.Type == "aws:cdk:warning" && strings.HasPrefix(text, `secureapi: Shop/Api: `+
					`route "GET /users/{id}" requires that the path's id is the caller's sub`) &&
					strings.Contains(text, secureapi.OwnersWarning)
			}
			if warned != tt.warns {
				t.Errorf("warned: got %t, want %t", warned, !warned)
			}
		})
	}
}

// The warning considers the issuers of tokens and of a session. A key of a single issuer causes no warning.
func TestSharedKeys(t *testing.T) {
	shopIssuer := secureapi.Okta("https://shop.okta.com/oauth2/default", "api://orders")
	partners := secureapi.Auth0("shop.eu.auth0.com", "https://orders.example.com")
	naming := func(issuers ...secureapi.Issuer) secureapi.Authorizer {
		return secureapi.TokenAuthorizer{JWT: &secureapi.JWT{Issuers: issuers, UsageKeyClaim: "customer_key"}}
	}
	for _, tt := range []struct {
		name   string
		first  secureapi.Authorizer // nil for a session of the shop's issuer
		second secureapi.Authorizer
		warns  bool
	}{
		{"two issuers", naming(shopIssuer, partners), nil, true},
		{"a session and tokens of another issuer", nil, naming(partners), true},
		{"a session and tokens of its issuer", nil, naming(shopIssuer), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stack := newStack()
			api := shop(stack, func(p *secureapi.Props) {
				f := p.Routes[0].Function
				p.Authorizer = tt.first
				if p.Authorizer == nil {
					p.Authorizer = secureapi.SessionAuthorizer{Login: oktaLogin(stack), UsageKeyClaim: "customer_key"}
				}
				p.Routes = []secureapi.Route{secureapi.Handle("GET /orders", f, secureapi.APIKey())}
				if tt.second != nil {
					p.Authorizers = map[string]secureapi.Authorizer{"second": tt.second}
					p.Routes = append(p.Routes,
						secureapi.Handle("GET /stock", f, secureapi.APIKey(), secureapi.GuardedBy("second")))
				}
			})
			warned := false
			for _, entry := range *api.Node().Metadata() {
				text, ok := entry.Data.(string)
				warned = warned || ok && strings.HasPrefix(text, `secureapi: Shop/Api: UsageKeyClaim "customer_key" takes`) &&
					strings.Contains(text, secureapi.UsageKeysWarning)
			}
			if warned != tt.warns {
				t.Errorf("warned: got %t, want %t", warned, !warned)
			}
		})
	}
}
