package checks

import (
	"context"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

const (
	docJWT       = guide + "rest-api-jwt-authorizer.html"
	docJWTClaim  = "https://docs.aws.amazon.com/apigateway/latest/api/API_JwtAdditionalClaim.html"
	docJWTMethod = guide + "rest-api-jwt-authorizer-methods.html"
)

// jwtMethod is a method with a JWT authorizer of two issuers. The guard verifies tokens that signed makes.
func (g *gate) jwtMethod(header string, claims []apimodel.JWTClaim, scopes ...string) *apimodel.Method {
	a := g.authorizer(&apimodel.Authorizer{Type: apimodel.JWTAuthorizer, JWT: &apimodel.JWT{Issuers: []apimodel.JWTIssuer{
		{URL: "https://other.example.com", Audiences: []string{"client"}, Claims: []apimodel.JWTClaim{
			{Name: "never", Required: true},
		}},
		{URL: poolURL, Audiences: []string{"client"}, Claims: claims},
	}}})
	if header != "" {
		a.IdentitySources = []apimodel.IdentitySource{{In: "header", Name: header}}
	}
	g.options.JWTs = func(ctx context.Context, _ *apimodel.Authorizer, token string) (*jwt.Token, error) {
		v, err := jwt.New(jwt.Options{Now: g.options.Now, Issuers: []jwt.Issuer{{
			URL: poolURL, Audiences: []string{"client"}, Algorithms: []string{"HS256"},
			Secret: func(context.Context) ([]byte, error) { return secret, nil },
		}, {
			URL: "https://strange.example.com", Audiences: []string{"client"}, Algorithms: []string{"HS256"},
			Secret: func(context.Context) ([]byte, error) { return secret, nil },
		}}})
		if err != nil {
			return nil, err
		}
		return v.Verify(ctx, token)
	}
	g.Guard = New(g.options)
	return &apimodel.Method{Authorization: apimodel.AuthorizationJWT, Authorizer: a, Scopes: scopes}
}

func TestJWT(t *testing.T) {
	type claims = map[string]any
	pro := []apimodel.JWTClaim{{Name: "plan", Value: "pro", Required: true}}
	mayBePro := []apimodel.JWTClaim{{Name: "plan", Value: "pro"}}
	anyPlan := []apimodel.JWTClaim{{Name: "plan", Required: true}}
	some := []string{"a", "b"}
	for _, c := range []struct {
		source string
		name   string
		wants  []apimodel.JWTClaim
		scopes []string
		header string
		token  string
		want   string
		reason string // a part of the last step's text
	}{
		{docJWT, "token", nil, nil, "", signed("id", nil), "ok", "the API has none"},
		{docJWT, "token in another header", nil, nil, "X-Token", signed("id", nil), "ok", ""},
		{docJWT, "no token", nil, nil, "", "", unauthorized401, "the header Authorization is missing or empty"},
		{docJWT, "no token in another header", nil, nil, "X-Token", "", unauthorized401, "the header X-Token is missing"},
		{docJWT, "changed", nil, nil, "", signed("id", nil) + "x", unauthorized401, "the JWT authorizer rejects the token"},
		{docJWT, "of an issuer that is not the authorizer's", nil, nil, "",
			signed("id", claims{"iss": "https://strange.example.com"}), unauthorized401,
			`the token's issuer "https://strange.example.com" is not one of the authorizer's`},

		{docJWTClaim, "the claim", pro, nil, "", signed("id", claims{"plan": "pro"}), "ok", ""},
		{docJWTClaim, "another text", pro, nil, "", signed("id", claims{"plan": "Pro"}), unauthorized401,
			`got "Pro", want "pro"`},
		{docJWTClaim, "missing", pro, nil, "", signed("id", nil), unauthorized401, "requires the claim plan"},
		{docJWTClaim, "missing, and not required", mayBePro, nil, "", signed("id", nil), "ok", ""},
		{docJWTClaim, "another text, and not required", mayBePro, nil, "", signed("id", claims{"plan": "free"}),
			unauthorized401, `got "free", want "pro"`},
		{docJWTClaim, "any text", anyPlan, nil, "", signed("id", claims{"plan": "free"}), "ok", ""},
		{docJWTClaim, "any text, and missing", anyPlan, nil, "", signed("id", nil), unauthorized401,
			"requires the claim plan"},
		{docJWTClaim, "any text, and null", anyPlan, nil, "", signed("id", claims{"plan": nil}), unauthorized401,
			"the token's is null"},
		{docJWTClaim, "any text, and a list", anyPlan, nil, "", signed("id", claims{"plan": []string{"pro"}}),
			unauthorized401, "the token's is an array"},
		{docJWTClaim, "any text, and an object", anyPlan, nil, "", signed("id", claims{"plan": claims{}}), unauthorized401,
			"the token's is an object"},
		{docJWTClaim, "not required, and a boolean", mayBePro, nil, "", signed("id", claims{"plan": true}),
			unauthorized401, "the token's is a boolean"},
		{docJWTClaim, "not required, and a number", mayBePro, nil, "", signed("id", claims{"plan": 1}), unauthorized401,
			"the token's is a number"},
		{strict, "neither a text nor required", []apimodel.JWTClaim{{Name: "plan"}}, nil, "", signed("id", nil),
			unauthorized401, "requires the claim plan"},

		{docJWTMethod, "one of the scopes", nil, some, "", signed("id", claims{"scope": "x b"}), "ok", ""},
		{docJWTMethod, "one of the scopes, in a list", nil, some, "", signed("id", claims{"scope": []string{"a", "x"}}),
			"ok", ""},
		{docJWTMethod, "one of the scopes, in scp", nil, some, "", signed("id", claims{"scp": []string{"b"}}), "ok", ""},
		{docJWTMethod, "another scope", nil, some, "", signed("id", claims{"scope": "ab a.b A"}), implicit403,
			"requires one of the scopes a, b, and the token has ab, a.b, A"},
		{strict, "scope before scp", nil, some, "", signed("id", claims{"scope": "x", "scp": "a"}), implicit403,
			"the token has x"},
		{docJWTMethod, "no scopes", nil, some, "", signed("id", nil), implicit403, "the token has none"},
		{strict, "a number in place of scopes", nil, some, "", signed("id", claims{"scope": 7}), implicit403,
			"the token has none"},
		{docJWTMethod, "the scope without the claim", pro, some, "", signed("id", claims{"scope": "a"}), unauthorized401,
			"requires the claim plan"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGate("")
			m := g.jwtMethod(c.header, c.wants, c.scopes...)
			header := "Authorization"
			if c.header != "" {
				header = c.header
			}
			v := g.check(m, "GET /", header+": Bearer "+c.token)
			if c.token == "" {
				v = g.check(m, "GET /")
			}
			want(t, c.source, v, c.want)
			if last := v.Trace[len(v.Trace)-1].Detail; !strings.Contains(last, c.reason) {
				t.Errorf("the last step says %q, want %q", last, c.reason)
			}
			if allowed := v.Denial == nil; allowed != (v.Caller.JWT["sub"] == `"alice"`) || allowed && v.Principal != "alice" {
				t.Errorf("got the caller %v and the principal %q", v.Caller.JWT, v.Principal)
			}
		})
	}
}

// TestResourcePolicyWithJWT checks that a resource policy must explicitly allow the request, and that a denied caller
// does not reach the backend.
func TestResourcePolicyWithJWT(t *testing.T) {
	for _, c := range []struct{ name, policy, want string }{
		{"allows", allowAll, "ok"},
		{"silent", allowElse, implicit403},
		{"denies", denyHere, explicit403},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGate(c.policy)
			m := g.jwtMethod("", nil)
			v := g.check(m, "GET /orders/7", "Authorization: "+signed("id", nil))
			if allowed := answered(v) == "ok"; allowed != (c.want == "ok") || allowed != (v.Caller.JWT != nil) {
				t.Errorf("got %s and the caller %v: %+v", answered(v), v.Caller.JWT, v.Trace)
			}
			if v.Known.JWT == nil {
				t.Error("the trace does not know the caller")
			}
		})
	}
}
