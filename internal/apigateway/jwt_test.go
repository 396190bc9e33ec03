package apigateway

import (
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// TestJWTReasons checks that the trace has the received and the expected value, and undocumented reasons for accepting
// a token.
func TestJWTReasons(t *testing.T) {
	r := bare()
	addJWT(r, "Auth", nil)
	addRoute(r, "GET /orders", mock("orders"), object{
		"AuthorizationType": "JWT", "AuthorizerId": ref("Auth"), "AuthorizationScopes": []any{"orders:read"},
	})
	s := serve(t, r)
	read := []string{"orders:read"}
	for _, c := range []struct {
		name    string
		request devissuer.TokenRequest
		check   string // the last step
		want    string // a part of some step
	}{
		{"a token that passes", devissuer.TokenRequest{Scopes: read}, "resource policy",
			`a valid token of https://issuer.example.com for "developer", valid for another 1h`},
		{"conditions that hold", devissuer.TokenRequest{Issuer: goldOnly, Scopes: read}, "resource policy",
			`plan is "gold", region is "eu"`},
		{"a condition that is not required",
			devissuer.TokenRequest{Issuer: goldOnly, Scopes: read, Claims: object{"region": nil}}, "resource policy",
			`plan is "gold", region is missing and not required`},
		{"no aud", devissuer.TokenRequest{Scopes: read, Claims: object{"aud": nil, "client_id": "orders"}}, "resource policy",
			"it has no aud, so client_id is compared with the audiences, which AWS documents for HTTP APIs alone"},
		{"cnf", devissuer.TokenRequest{Scopes: read, Claims: object{"cnf": object{"jkt": "x"}}}, "resource policy",
			"its cnf binds it to a key of the client, which API Gateway is not known to check"},
		{"another audience", devissuer.TokenRequest{Audience: "stranger"}, "token", `the JWT authorizer rejects the token: ` +
			`the audience has none of the issuer's audiences, or the wrong form: got "stranger", want "orders, backup"`},
		{"expired", devissuer.TokenRequest{Expires: -time.Minute}, "token", "rejects the token: exp is not after now: got"},
		{"another value", devissuer.TokenRequest{Issuer: goldOnly, Claims: object{"plan": "free"}}, "claims",
			`the token's claim plan is not the one that the authorizer requires: got "free", want "gold"`},
		{"no such claim", devissuer.TokenRequest{Issuer: goldOnly, Claims: object{"plan": nil}}, "claims",
			"the authorizer requires the claim plan, and the token has none"},
		{"a boolean", devissuer.TokenRequest{Issuer: goldOnly, Claims: object{"plan": true}}, "claims",
			"the authorizer compares the claim plan as a text, and the token's is a boolean"},
		{"no scopes", devissuer.TokenRequest{}, "scopes",
			"the method requires one of the scopes orders:read, and the token has none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.request.Issuer == "" {
				c.request.Issuer = jwtIssuer
			}
			trace := s.send(t, "GET /prod/orders", bearer(s.Token(c.request))).record.Verdict.Trace
			found := false
			for _, step := range trace {
				found = found || strings.Contains(step.Detail, c.want)
			}
			if last := trace[len(trace)-1]; !found || last.Check != c.check {
				t.Errorf("got %+v, want %s with %s", trace, c.check, c.want)
			}
		})
	}
}
