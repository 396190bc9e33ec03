package secureapi_test

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// reference has the properties of CloudFormation resources, with their types, and whether they are required. For
// AWS::ApiGateway::Authorizer it has those of type JWT.
// Sources, in https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/:
// aws-resource-apigateway-authorizer.html, aws-properties-apigateway-authorizer-jwtconfiguration.html,
// aws-properties-apigateway-authorizer-jwtissuer.html and aws-properties-apigateway-authorizer-jwtadditionalclaim.html
var reference = map[string]map[string]property{
	"Authorizer": {
		"RestApiId":        {"Reference", true},
		"Name":             {"String", true},
		"Type":             {"String", true},
		"IdentitySource":   {"String", true},
		"JwtConfiguration": {"JwtConfiguration", true},
	},
	"JwtConfiguration": {
		"DefaultAlgorithms": {"Array of String", true},
		"Issuers":           {"Array of JwtIssuer", true},
	},
	"JwtIssuer": {
		"Issuer":           {"String", true},
		"Audiences":        {"Array of String", true},
		"AdditionalClaims": {"Array of JwtAdditionalClaim", false},
	},
	"JwtAdditionalClaim": {
		"ClaimName":      {"String", true},
		"Format":         {"String", true},
		"ExpectedValues": {"Array of String", false},
		"Required":       {"Boolean", false},
	},
}

type property struct {
	kind     string
	required bool
}

// conforms checks that a value has the type and the properties of the reference.
func conforms(t *testing.T, place, kind string, v any) {
	t.Helper()
	if of, ok := strings.CutPrefix(kind, "Array of "); ok {
		list, ok := v.([]any)
		if !ok || len(list) == 0 {
			t.Errorf("%s: got %v, want a list of %s", place, v, of)
		}
		for i, entry := range list {
			conforms(t, fmt.Sprintf("%s[%d]", place, i), of, entry)
		}
		return
	}
	_, isString := v.(string)
	_, isBool := v.(bool)
	object, isObject := v.(map[string]any)
	switch kind {
	case "String":
		if !isString && !isObject { // an intrinsic function
			t.Errorf("%s: got %v, want a string", place, v)
		}
	case "Boolean":
		if !isBool {
			t.Errorf("%s: got %v, want a boolean", place, v)
		}
	case "Reference":
		if !isObject || object["Ref"] == nil {
			t.Errorf("%s: got %v, want a reference", place, v)
		}
	default:
		for name, p := range reference[kind] {
			if p.required && object[name] == nil {
				t.Errorf("%s.%s: missing, but the reference requires it", place, name)
			}
		}
		for name, member := range object {
			p, known := reference[kind][name]
			if !known {
				t.Errorf("%s.%s: not in the reference", place, name)
			}
			conforms(t, place+"."+name, p.kind, member)
		}
	}
}

// The template has only properties of the reference, for all presets and for every setting that API Gateway enforces.
func TestJWTAuthorizersMatchReference(t *testing.T) {
	stack := newStack()
	pool := awscognito.NewUserPool(stack, jsii.String("Pool"), nil)
	client := pool.AddClient(jsii.String("Web"), nil)
	okta := secureapi.Okta("https://shop.okta.com/oauth2/default", "api://orders", "api://more")
	okta.Clients = []string{"0oa1"}
	shop(stack, func(p *secureapi.Props) {
		p.Authorizer = secureapi.JWTAuthorizer{
			Header: "X-Token",
			Issuers: []secureapi.Issuer{
				okta,
				secureapi.EntraID("11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000"),
				secureapi.Google("1.apps.googleusercontent.com"),
				secureapi.Auth0("shop.eu.auth0.com", "https://api.shop.example.com"),
				secureapi.CognitoIssuer(pool, client),
				{URL: "https://idp.example.com", Audiences: []string{"orders"}, Algorithms: []string{"RS256"}},
			},
		}
		p.Routes[0].Access = append(p.Routes[0].Access, secureapi.Claim("plan").Is("pro"))
	})
	got := only(t, stack, "AWS::ApiGateway::Authorizer")
	conforms(t, "Authorizer", "Authorizer", got)

	condition := func(name string, value any) any {
		return map[string]any{
			"ClaimName": name, "Format": "SINGLE_STRING", "ExpectedValues": []any{value}, "Required": true,
		}
	}
	pro := condition("plan", "pro")
	issuer := func(url, audiences any, claims ...any) any {
		return map[string]any{"Issuer": url, "Audiences": audiences, "AdditionalClaims": append(claims, pro)}
	}
	poolURL := map[string]any{"Fn::Join": []any{"", []any{
		"https://", map[string]any{"Fn::GetAtt": []any{"PoolD3F588B8", "ProviderName"}},
	}}}
	want := map[string]any{
		"IdentitySource": "method.request.header.X-Token",
		"Name":           got["Name"],
		"RestApiId":      map[string]any{"Ref": "ApiRestApiE35FEAFE"},
		"Type":           "JWT",
		"JwtConfiguration": map[string]any{
			"DefaultAlgorithms": []any{"RS256"},
			"Issuers": []any{
				issuer("https://shop.okta.com/oauth2/default", []any{"api://orders", "api://more"}, condition("cid", "0oa1")),
				issuer("https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0",
					[]any{"66666666-7777-8888-9999-000000000000"}),
				issuer("https://accounts.google.com", []any{"1.apps.googleusercontent.com"}),
				issuer("https://shop.eu.auth0.com/", []any{"https://api.shop.example.com"}),
				issuer(poolURL, []any{map[string]any{"Ref": "PoolWeb224A1DFF"}}, condition("token_use", "access")),
				issuer("https://idp.example.com", []any{"orders"}),
			},
		},
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for id, method := range resources(stack, "AWS::ApiGateway::Method") {
		if method["AuthorizationType"] == "NONE" {
			continue
		}
		if method["AuthorizationType"] != "JWT" || method["AuthorizerId"] == nil ||
			fmt.Sprint(method["AuthorizationScopes"]) != "[orders:read]" {
			t.Errorf("method %s: got %v, want the JWT authorizer and [orders:read]", id, method)
		}
	}
}

// A change of what the authorizer or one of its routes admits creates a new deployment.
func TestJWTAuthorizerChangesDeployment(t *testing.T) {
	type setting struct {
		name, audience, algorithm, header, scope, by, plan string
	}
	seen := map[string]string{}
	for _, c := range []setting{
		{name: "no change"},
		{name: "another audience", audience: "x"},
		{name: "another algorithm", algorithm: "ES256"},
		{name: "another header", header: "X-Token"},
		{name: "another scope", scope: "orders:write"},
		{name: "a condition", plan: "pro"},
		{name: "another condition", plan: "team"},
		{name: "a route of the second authorizer", by: "b"},
		{name: "a route of the third authorizer", by: "c"},
	} {
		stack := newStack()
		shop(stack, func(p *secureapi.Props) {
			f, always := p.Routes[0].Function, secureapi.Issuer{URL: "https://idp.example.com", Audiences: []string{"orders"}}
			changed := always
			changed.Audiences = []string{cmp.Or(c.audience, "orders")}
			changed.Algorithms = []string{cmp.Or(c.algorithm, "RS256")}
			p.Authorizer = nil
			p.Authorizers = map[string]secureapi.Authorizer{
				"a": secureapi.JWTAuthorizer{Issuers: []secureapi.Issuer{changed}, Header: c.header},
				"b": secureapi.JWTAuthorizer{Issuers: []secureapi.Issuer{always}},
				"c": secureapi.JWTAuthorizer{Issuers: []secureapi.Issuer{always}},
			}
			condition := func(by string) (out []secureapi.Access) {
				if c.plan != "" && by == "a" {
					out = append(out, secureapi.Claim("plan").Is(c.plan))
				}
				return append(out, secureapi.GuardedBy(by))
			}
			p.Routes = []secureapi.Route{
				secureapi.Handle("GET /orders", f,
					append(condition(cmp.Or(c.by, "a")), secureapi.AnyScope(cmp.Or(c.scope, "orders:read")))...),
			}
			for _, by := range []string{"a", "b", "c"} {
				p.Routes = append(p.Routes, secureapi.Handle("GET /"+by, f, condition(by)...))
			}
		})
		for id := range resources(stack, "AWS::ApiGateway::Deployment") {
			if other := seen[id]; other != "" {
				t.Errorf("%s and %s: got the same deployment %s", c.name, other, id)
			}
			seen[id] = c.name
		}
	}
}

// Access logs write a claim as JSON text, so a subject with quotes would break the line.
func TestJWTAuthorizerAccessLogHasNoClaims(t *testing.T) {
	for _, a := range []secureapi.Authorizer{
		tokens(),
		secureapi.JWTAuthorizer{Issuers: []secureapi.Issuer{{URL: "https://idp.example.com", Audiences: []string{"orders"}}}},
	} {
		stack := newStack()
		shop(stack, func(p *secureapi.Props) { p.Authorizer = a })
		setting := only(t, stack, "AWS::ApiGateway::Stage")["AccessLogSetting"].(map[string]any)
		_, native := a.(secureapi.JWTAuthorizer)
		if claims := strings.Contains(setting["Format"].(string), "claims"); claims == native {
			t.Errorf("%T: got the access log format %s, want one without claims", a, setting["Format"])
		}
	}
}

// A check that API Gateway does not make is an information annotation at synth, not a warning.
func TestJWTAuthorizerNotes(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		change     func(*secureapi.Issuer)
	}{
		{"by default", "secureapi: Shop/Api: the API's JWTAuthorizer has API Gateway verify tokens, which is not known to " +
			"check the header typ, nor the claim cnf, by which a token is bound to its client (DPoP, mutual TLS): where that " +
			"counts, guard the routes with a TokenAuthorizer with JWT", func(*secureapi.Issuer) {}},
		{"bound tokens are accepted", "check the header typ: where that counts",
			func(i *secureapi.Issuer) { i.AcceptBoundTokens = true }},
		{"access tokens of Amazon Cognito", "That it compares the client_id of a token without aud, as the access tokens " +
			"of Amazon Cognito are, is documented for HTTP APIs alone", func(i *secureapi.Issuer) { i.TokenUse = "access" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stack := newStack()
			i := secureapi.Issuer{URL: "https://idp.example.com", Audiences: []string{"orders"}}
			tt.change(&i)
			shop(stack, func(p *secureapi.Props) {
				p.Authorizer = secureapi.JWTAuthorizer{Issuers: []secureapi.Issuer{i}}
			})
			notes := assertions.Annotations_FromStack(stack)
			want := assertions.Match_StringLikeRegexp(jsii.String(regexp.QuoteMeta(tt.want)))
			if found := *notes.FindInfo(jsii.String("/Shop/Api"), want); len(found) != 1 {
				t.Errorf("got %d notes with the text %s, want one", len(found), tt.want)
			}
			if w := *notes.FindWarning(jsii.String("*"), assertions.Match_AnyValue()); len(w) > 0 {
				t.Errorf("got %d warnings, want none", len(w))
			}
		})
	}
}
