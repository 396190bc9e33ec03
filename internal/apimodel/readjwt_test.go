package apimodel

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// jwtAPI returns an API with a method behind a JWT authorizer.
func jwtAPI(properties string) string {
	const guarded = `"AuthorizationType": "JWT", "AuthorizerId": {"Ref": "Auth"}, "AuthorizationScopes": ["a"]`
	return api("Method", method(guarded, proxy("Fn")), "Auth", authorizer(properties))
}

const jwtSource = `"Type": "JWT", "IdentitySource": "method.request.header.Authorization"`

// jwtConfig returns a configuration with an issuer of these members, and additional members.
func jwtConfig(issuer string, more ...string) string {
	return jwtSource + fmt.Sprintf(`, "JwtConfiguration": {"DefaultAlgorithms": ["RS256"], "Issuers": [{%s}]%s}`,
		issuer, strings.Join(more, ""))
}

const goodIssuer = `"Issuer": "https://idp.example.com/", "Audiences": ["orders"]`

func TestJWTAuthorizer(t *testing.T) {
	m := Read(parse(t, jwtAPI(jwtConfig(goodIssuer+`, "AdditionalClaims": [
		{"ClaimName": "token_use", "Format": "SINGLE_STRING", "ExpectedValues": ["access"], "Required": true},
		{"ClaimName": "tenant", "Format": "SINGLE_STRING", "Required": "true"},
		{"ClaimName": "plan", "Format": "SINGLE_STRING", "ExpectedValues": ["pro"]}]`))), cloudassembly.Options{})
	if len(m.Problems) > 0 {
		t.Fatal(m.Problems)
	}
	a := m.APIs[0].Methods[0].Authorizer
	want := &JWT{Algorithms: []string{"RS256"}, Issuers: []JWTIssuer{{
		URL: "https://idp.example.com/", Audiences: []string{"orders"}, Claims: []JWTClaim{
			{Name: "token_use", Value: "access", Required: true},
			{Name: "tenant", Required: true},
			{Name: "plan", Value: "pro"},
		},
	}}}
	if diff := cmp.Diff(want, a.JWT); diff != "" || a.TTL != 0 || a.Type != JWTAuthorizer {
		t.Errorf("a TTL of %v and %s", a.TTL, diff)
	}
}

// TestJWTAuthorizerProblems checks that an invalid or unknown configuration blocks the route.
func TestJWTAuthorizerProblems(t *testing.T) {
	claim := func(members string) string {
		return jwtConfig(goodIssuer + `, "AdditionalClaims": [{` + members + `}]`)
	}
	for _, c := range []struct{ name, properties, want string }{
		{"no configuration", jwtSource, "JwtConfiguration is missing"},
		{"no header", strings.Replace(jwtConfig(goodIssuer), "header", "querystring", 1), "has one header"},
		{"no algorithms", strings.Replace(jwtConfig(goodIssuer), `["RS256"]`, `[]`, 1),
			"DefaultAlgorithms: want at least one"},
		{"algorithms that are not set", strings.Replace(jwtConfig(goodIssuer), `"DefaultAlgorithms": ["RS256"], `, "", 1),
			"DefaultAlgorithms: want at least one"},
		{"an algorithm that is not one", strings.Replace(jwtConfig(goodIssuer), "RS256", "PS256", 1), `got "PS256"`},
		{"an algorithm that is not known here", strings.Replace(jwtConfig(goodIssuer), `"RS256"`, unresolvable, 1),
			"DefaultAlgorithms"},
		{"no issuers", strings.Replace(jwtConfig(""), "[{}]", "[]", 1), "want at least one issuer"},
		{"no URL", jwtConfig(`"Audiences": ["orders"]`), "Issuer is missing"},
		{"a URL over http", jwtConfig(strings.Replace(goodIssuer, "https", "http", 1)), "want an https URL"},
		{"a URL with a query", jwtConfig(strings.Replace(goodIssuer, ".com/", ".com/?a", 1)), "without a query"},
		{"an issuer twice", jwtConfig(goodIssuer + "}, {" + goodIssuer), "is there twice"},
		{"no audiences", jwtConfig(`"Issuer": "https://idp.example.com/"`), "Audiences: want at least one"},
		{"an empty audience", jwtConfig(strings.Replace(goodIssuer, `"orders"`, `""`, 1)), "a value is empty"},
		{"an audience that is not known here", jwtConfig(strings.Replace(goodIssuer, `"orders"`, unresolvable, 1)),
			"Audiences"},
		{"a member that is not known", jwtConfig(goodIssuer, `, "ClockSkew": 60`), "ClockSkew is not known here"},
		{"a member of an issuer that is not known", jwtConfig(goodIssuer + `, "JwksUri": "https://x"`),
			"JwksUri is not known here"},
		{"a claim without a name", claim(`"Format": "SINGLE_STRING"`), "ClaimName is missing"},
		{"a claim that is checked anyway", claim(`"ClaimName": "scope", "Format": "SINGLE_STRING"`), `got "scope"`},
		{"no format", claim(`"ClaimName": "plan"`), "Format is missing"},
		{"another format", claim(`"ClaimName": "plan", "Format": "STRING_ARRAY"`), `got "STRING_ARRAY"`},
		{"two values", claim(`"ClaimName": "plan", "Format": "SINGLE_STRING", "ExpectedValues": ["a", "b"]`),
			"takes one value, got 2"},
		{"no values", claim(`"ClaimName": "plan", "Format": "SINGLE_STRING", "ExpectedValues": []`), "want at least one"},
		{"required that is not known here", claim(`"ClaimName": "plan", "Format": "SINGLE_STRING", "Required": ` +
			unresolvable), "Required"},
		{"a member of a claim that is not known", claim(`"ClaimName": "plan", "Format": "SINGLE_STRING", "Path": "a.b"`),
			"Path is not known here"},
		{"a function", jwtConfig(goodIssuer) + `, "AuthorizerUri": ` + invoke("AuthFn"), "AuthorizerUri does not belong"},
		{"an expression", jwtConfig(goodIssuer) + `, "IdentityValidationExpression": ".*"`,
			"IdentityValidationExpression does not belong"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Read(parse(t, jwtAPI(c.properties)), cloudassembly.Options{})
			method := m.APIs[0].Methods[0]
			if len(m.Blocking(m.APIs[0], m.APIs[0].Stages[0], method)) == 0 ||
				!strings.Contains(fmt.Sprint(m.Problems), c.want) {
				t.Errorf("got %v, want a problem that blocks, with %q", m.Problems, c.want)
			}
		})
	}
}

// A method and its authorizer have the same type.
func TestJWTAuthorizerOfAnotherMethod(t *testing.T) {
	m := Read(parse(t, api("Auth", authorizer(jwtConfig(goodIssuer)))), cloudassembly.Options{})
	const want = "CUSTOM, which does not go with its authorizer Shop/Auth of type JWT"
	if text := fmt.Sprint(m.Problems); !strings.Contains(text, want) {
		t.Error(text)
	}
}
