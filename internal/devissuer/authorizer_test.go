package devissuer

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// fromHere answers requests for the issuers' real keys with the keys of this issuer, and forwards others. A name server
// could be configured to do the same: this test's authorizer accepts keys only over https.
type fromHere struct{ *served }

func (f fromHere) RoundTrip(r *http.Request) (*http.Response, error) {
	for _, i := range f.issuers {
		if i.JWKSURL == r.URL.String() {
			u, err := url.Parse(f.JWKSURL(i.URL))
			if err != nil {
				return nil, err
			}
			r = r.Clone(r.Context())
			r.URL, r.Host = u, u.Host
		}
	}
	return http.DefaultTransport.RoundTrip(r)
}

const policyVersion = "2012-10-17"

// TestIncludedAuthorizerReadsTheRights checks, for the settings of each preset, that the included authorizer finds the
// requested principal, scopes, groups and roles in a token. Without one of them it must not allow the request.
func TestIncludedAuthorizerReadsTheRights(t *testing.T) {
	for _, tt := range []struct {
		name      string
		settings  authz.Issuer
		principal string
	}{
		{
			"Okta",
			authz.Issuer{
				URL:         "https://shop.okta.com/oauth2/default",
				JWKSURL:     "https://shop.okta.com/oauth2/default/v1/keys",
				ScopesClaim: "scp",
				GroupsClaim: "groups",
			},
			"ada",
		},
		{
			"Entra ID",
			authz.Issuer{
				URL:         tenant,
				JWKSURL:     "https://login.microsoftonline.com/x/discovery/v2.0/keys",
				ScopesClaim: "scp",
				GroupsClaim: "groups",
				RolesClaim:  "roles",
			},
			"ada",
		},
		{
			"Auth0",
			authz.Issuer{
				URL:        "https://shop.eu.auth0.com/",
				JWKSURL:    "https://shop.eu.auth0.com/.well-known/jwks.json",
				RolesClaim: "permissions",
			},
			"ada",
		},
		{
			"Keycloak",
			authz.Issuer{
				URL:            "https://id.example.com/realms/shop",
				JWKSURL:        "https://id.example.com/realms/shop/protocol/openid-connect/certs",
				RolesClaim:     "realm_access.roles",
				GroupsClaim:    "https://id.example.com/groups",
				PrincipalClaim: "preferred_username",
				Algorithms:     []string{"ES256"},
			},
			"ada",
		},
		{
			"Cognito",
			authz.Issuer{
				URL:            pool,
				JWKSURL:        pool + "/.well-known/jwks.json",
				TokenUse:       "access",
				GroupsClaim:    "cognito:groups",
				PrincipalClaim: "client_id",
			},
			"orders",
		},
		{
			"RFC 9068",
			authz.Issuer{
				URL:        "https://idp.example.com",
				JWKSURL:    "https://idp.example.com/keys",
				Type:       "at+jwt",
				Algorithms: []string{"EdDSA"},
			},
			"ada",
		},
		{
			"Okta with clients and limits",
			authz.Issuer{
				URL:          "https://shop.okta.com/oauth2/default",
				JWKSURL:      "https://shop.okta.com/oauth2/default/v1/keys",
				ScopesClaim:  "scp",
				Clients:      []string{"web", "app"},
				ClientClaim:  "cid",
				MaxLifetime:  10 * time.Minute,
				MaxKeyAge:    time.Minute,
				StaleCeiling: 2 * time.Minute,
			},
			"ada",
		},
		{
			"clients of any issuer",
			authz.Issuer{URL: "https://idp.example.com", JWKSURL: "https://idp.example.com/keys", Clients: []string{"web"}},
			"ada",
		},
		{
			"clients of RFC 9068",
			authz.Issuer{
				URL:        "https://idp.example.com",
				JWKSURL:    "https://idp.example.com/keys",
				Type:       "at+jwt",
				Clients:    []string{"web"},
				Algorithms: []string{"Ed25519"},
			},
			"ada",
		},
		{
			"Cognito with a resource",
			authz.Issuer{
				URL:         pool,
				JWKSURL:     pool + "/.well-known/jwks.json",
				TokenUse:    "access",
				GroupsClaim: "cognito:groups",
				Clients:     []string{"web"},
			},
			"ada",
		},
		{"HMAC", authz.Issuer{URL: "https://legacy.example.com", SecretARN: secret, Algorithms: []string{"HS512"}}, "ada"},
		{"HMAC in a field", authz.Issuer{URL: "https://legacy.example.com", SecretARN: secret, SecretField: "key"}, "ada"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.settings.Audiences = []string{"orders"}
			s := serve(t, Issuer{Issuer: tt.settings})
			variables := authz.Config{Issuers: []authz.Issuer{tt.settings}, PerRequest: true, NoMetrics: true}.Environment()
			if tt.settings.SecretARN != "" { // as the gateway does
				var err error
				if variables, err = s.Environment(variables); err != nil {
					t.Fatal(err)
				}
				variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"] = "AKIDEXAMPLE", "example"
			}
			authorizer, err := authz.FromLambda(func(name string) string { return variables[name] }, authz.Options{
				AllowLoopbackHTTP: true, // as one that was built to run here
				Now:               s.clock.Now,
				Transport:         fromHere{s},
				Log:               io.Discard,
				Files: fstest.MapFS{access.FileName: {Data: []byte(`{"version":1,"routes":[
					{"route":"GET /orders","requires":[{"kind":"scope","anyOf":["orders:read"]},
						{"kind":"group","anyOf":["Order managers"]},{"kind":"role","anyOf":["auditor"]}]}]}`)}},
			})
			if err != nil {
				t.Fatal(err)
			}
			ask := func(r TokenRequest) (principal, effect string) {
				t.Helper()
				token, err := s.Mint(r)
				if err != nil {
					t.Fatal(err)
				}
				const method = "arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/GET/orders"
				event := `{"type":"TOKEN","methodArn":"` + method + `","authorizationToken":"Bearer ` + token + `"}`
				answer, err := authorizer.Invoke(t.Context(), []byte(event))
				if err != nil {
					t.Fatalf("the authorizer refuses the token: %v", err)
				}
				var a struct {
					PrincipalID    string
					PolicyDocument struct {
						Version   string
						Statement []struct{ Effect string }
					}
				}
				if err := json.Unmarshal(answer, &a); err != nil || a.PolicyDocument.Version != policyVersion ||
					len(a.PolicyDocument.Statement) != 1 {
					t.Fatalf("%v: %s", err, answer)
				}
				return a.PrincipalID, a.PolicyDocument.Statement[0].Effect
			}
			all := TokenRequest{
				Subject: "ada",
				Scopes:  []string{"orders:write", "orders:read"},
				Groups:  []string{"staff", "Order managers"},
				Roles:   []string{"auditor"},
			}
			if principal, effect := ask(all); principal != tt.principal || effect != "Allow" {
				t.Errorf("%s for %q, want Allow for %q", effect, principal, tt.principal)
			}
			for missing, r := range map[string]TokenRequest{
				"scope": {Groups: all.Groups, Roles: all.Roles},
				"group": {Scopes: all.Scopes, Roles: all.Roles},
				"role":  {Scopes: all.Scopes, Groups: all.Groups},
			} {
				if _, effect := ask(r); effect != "Deny" {
					t.Errorf("%s without the %s, want Deny", effect, missing)
				}
			}
		})
	}
}
