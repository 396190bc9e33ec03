package secureapi_test

import (
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// TestSharedOwners: who is warned is in the tests of internal/plan; here the issuers of each authorizer reach it.
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
				t.Errorf("it warns: %t", warned)
			}
		})
	}
}
