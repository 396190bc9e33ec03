package secureapi

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// The documents named at each preset describe its provider's access tokens, or ID tokens for Google.
func TestPresets(t *testing.T) {
	const tenant, api = "11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000"
	for _, tt := range []struct {
		name      string
		got, want Issuer
	}{
		{"Okta", Okta("https://shop.okta.com/oauth2/default", "api://orders"), Issuer{
			URL:         "https://shop.okta.com/oauth2/default",
			Audiences:   []string{"api://orders"},
			JWKSURL:     "https://shop.okta.com/oauth2/default/v1/keys",
			ScopesClaim: "scp",
			GroupsClaim: "groups",
			ClientClaim: "cid",
		}},
		{"Entra ID", EntraID(tenant, api), Issuer{
			URL: "https://login.microsoftonline.com/" + tenant + "/v2.0", Audiences: []string{api},
			JWKSURL:     "https://login.microsoftonline.com/" + tenant + "/discovery/v2.0/keys",
			ScopesClaim: "scp", GroupsClaim: "groups", RolesClaim: "roles"}},
		{
			"Entra ID, whose tokens have ids in small letters",
			EntraID("AAAAAAAA-2222-3333-4444-555555555555", "BBBBBBBB-7777-8888-9999-000000000000"),
			Issuer{
				URL:         "https://login.microsoftonline.com/aaaaaaaa-2222-3333-4444-555555555555/v2.0",
				Audiences:   []string{"bbbbbbbb-7777-8888-9999-000000000000"},
				JWKSURL:     "https://login.microsoftonline.com/aaaaaaaa-2222-3333-4444-555555555555/discovery/v2.0/keys",
				ScopesClaim: "scp", GroupsClaim: "groups", RolesClaim: "roles"},
		},
		{"Google", Google("1.apps.googleusercontent.com"), Issuer{
			URL: "https://accounts.google.com", Audiences: []string{"1.apps.googleusercontent.com"},
			JWKSURL: "https://www.googleapis.com/oauth2/v3/certs"}},
		{"Auth0, whose issuer ends in a slash", Auth0("shop.eu.auth0.com", "https://api.shop.example.com"), Issuer{
			URL: "https://shop.eu.auth0.com/", Audiences: []string{"https://api.shop.example.com"},
			JWKSURL: "https://shop.eu.auth0.com/.well-known/jwks.json", RolesClaim: "permissions"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.got, cmpopts.IgnoreUnexported(Issuer{})); diff != "" {
				t.Errorf("issuer (-want +got):\n%s", diff)
			}
			if errs := tt.got.plan().Check(); errs != nil {
				t.Errorf("got %v, want no error", errs)
			}
		})
	}
}
