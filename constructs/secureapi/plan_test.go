package secureapi

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
)

// These are stubs of CDK's objects. The plan only checks whether they are set, so CDK's engine need not run.
var (
	fn     awslambda.IFunction       = struct{ awslambda.IFunction }{}
	pool   awscognito.IUserPool      = struct{ awscognito.IUserPool }{}
	secret awssecretsmanager.ISecret = struct{ awssecretsmanager.ISecret }{}
)

func jwt() *JWT {
	return &JWT{Issuers: []Issuer{{URL: "https://idp.example.com/", Audiences: []string{"orders"}}}}
}

func token() TokenAuthorizer { return TokenAuthorizer{JWT: jwt()} }

// props returns a small valid API. Each case changes it in one place.
func props(change func(*Props)) *Props {
	p := &Props{
		Authorizer: token(),
		Routes: []Route{
			Handle("GET /orders", fn, AnyScope("orders:read")),
			Handle("GET /health", fn, Public("probe")),
		},
	}
	if change != nil {
		change(p)
	}
	return p
}

func add(routes ...Route) func(*Props) {
	return func(p *Props) { p.Routes = append(p.Routes, routes...) }
}

func guardedWith(a Authorizer) func(*Props) { return func(p *Props) { p.Authorizer = a } }

func withIssuer(change func(*Issuer)) func(*Props) {
	return func(p *Props) {
		j := jwt()
		change(&j.Issuers[0])
		p.Authorizer = TokenAuthorizer{JWT: j}
	}
}

var ofGoogle = Google("1.apps.googleusercontent.com")

func preset(i Issuer) func(*Props) {
	return guardedWith(TokenAuthorizer{JWT: &JWT{Issuers: []Issuer{i}}})
}

func policy(r ResourcePolicy) func(*Props) { return func(p *Props) { p.ResourcePolicy = &r } }

func privately(r ResourcePolicy) func(*Props) {
	return func(p *Props) {
		p.ResourcePolicy = &r
		p.RestApiProps = &awsapigateway.RestApiProps{
			EndpointTypes: &[]awsapigateway.EndpointType{awsapigateway.EndpointType_PRIVATE},
		}
	}
}

func crossOrigin(c CORS) func(*Props) { return func(p *Props) { p.CORS = &c } }

func rest(r awsapigateway.RestApiProps) func(*Props) { return func(p *Props) { p.RestApiProps = &r } }

func TestPropsErrors(t *testing.T) {
	yes, no := true, false
	for _, tt := range []struct {
		name   string
		change func(*Props)
		want   string // part of the error's text, all that helps: the place, the value, the way out
	}{
		// Routes
		{
			"function nil",
			add(Handle("GET /h", nil)),
			`route "GET /h": its function is nil: give it an awslambda.IFunction, such as gofunction.New returns`,
		},

		// Guards
		{"nil pointer to a guard", guardedWith((*TokenAuthorizer)(nil)), "it is a nil *secureapi.TokenAuthorizer"},
		{
			"a guard in disguise",
			guardedWith(struct{ IAMAuthorizer }{}),
			"use a TokenAuthorizer, RequestAuthorizer, SessionAuthorizer, CognitoAuthorizer, JWTAuthorizer or IAMAuthorizer",
		},
		{
			"an access in disguise",
			add(Handle("GET /u", fn, struct{ Access }{AnyScope("s")})),
			`route "GET /u": its Access holds a struct { secureapi.Access }`,
		},
		{
			"nil guard",
			func(p *Props) { p.Authorizers = map[string]Authorizer{"ops": nil} },
			`the authorizer "ops" of Authorizers is nil`,
		},
		{
			"authorizer in MethodOptions",
			add(Route{
				Pattern:       "GET /o",
				Function:      fn,
				MethodOptions: &awsapigateway.MethodOptions{AuthorizationType: awsapigateway.AuthorizationType_NONE},
			}),
			`route "GET /o": its MethodOptions set an authorizer`,
		},
		{
			"models in MethodOptions beside a description",
			add(Route{
				Pattern:       "POST /o",
				Function:      fn,
				Access:        []Access{DescribeBody(Schema(map[string]any{"type": "object"}).Named("Order"))},
				MethodOptions: &awsapigateway.MethodOptions{RequestModels: &map[string]awsapigateway.IModel{}},
			}),
			`route "POST /o": it has DescribeBody, and its MethodOptions set RequestModels: leave one of them out`,
		},
		{
			"no proxy integration",
			add(Route{Pattern: "GET /p", Function: fn, IntegrationOptions: &awsapigateway.LambdaIntegrationOptions{Proxy: &no}}),
			"turn the proxy integration off",
		},

		// Requirements
		{"group with Cognito", func(p *Props) {
			p.Authorizer = CognitoAuthorizer{UserPools: []awscognito.IUserPool{pool}}
			add(Handle("GET /s", fn, AnyGroup("staff")))(p)
		}, `route "GET /s": it requires group staff, which the API's CognitoAuthorizer cannot enforce: ` +
			`a Cognito authorizer does not look at groups: ` +
			`guard it with a TokenAuthorizer whose JWT has CognitoIssuer(pool, clients...)`},
		{"claim with Cognito", func(p *Props) {
			p.Authorizer = CognitoAuthorizer{UserPools: []awscognito.IUserPool{pool}}
			add(Handle("GET /s", fn, Claim("plan").OneOf("pro", "team")))(p)
		}, `route "GET /s": it requires claim plan is one of pro, team, which the API's CognitoAuthorizer cannot enforce: ` +
			`a Cognito authorizer does not look at claims: ` +
			`guard it with a TokenAuthorizer whose JWT has CognitoIssuer(pool, clients...)`},
		{"path parameter with Cognito", func(p *Props) {
			p.Authorizer = CognitoAuthorizer{UserPools: []awscognito.IUserPool{pool}}
			add(Handle("GET /s/{id}", fn, PathParameter("id").Is(Claim("sub"))))(p)
		}, `it requires the path's id is the caller's sub, which the API's CognitoAuthorizer cannot enforce: ` +
			`a Cognito authorizer does not look at parameters of the path: guard it with a TokenAuthorizer`},
		{"path parameter with IAM", func(p *Props) {
			p.Authorizers = map[string]Authorizer{"ops": IAMAuthorizer{}}
			add(Handle("GET /s/{id}", fn, GuardedBy("ops"), PathParameter("id").In(Claim("ids"))))(p)
		}, `it requires the path's id is in the caller's ids, which the IAMAuthorizer "ops" cannot enforce: ` +
			`IAM does not look at parameters of the path`},
		{"path parameter with a function of one's own", func(p *Props) {
			p.Authorizers = map[string]Authorizer{"ops": TokenAuthorizer{Function: fn}}
			add(Handle("GET /s/{id}", fn, GuardedBy("ops"), PathParameter("id").Is(Claim("sub"))))(p)
		}, `nothing here enforces parameters of the path: use JWT instead of Function`},
		{"parameter that is not in the path", add(Handle("GET /s/{id}", fn, PathParameter("user").Is(Claim("sub")))),
			`route "GET /s/{id}": it requires that the path's user is the caller's sub, ` +
				`and its path has no parameter "user": it has "id"`},
		{"Either with Cognito", func(p *Props) {
			p.Authorizer = CognitoAuthorizer{UserPools: []awscognito.IUserPool{pool}}
			add(Handle("GET /s", fn, Either(AnyScope("a"), AnyScope("b"))))(p)
		}, `a Cognito authorizer does not look at alternatives of Either: guard it with a TokenAuthorizer`},
		{"claim with IAM", func(p *Props) {
			p.Authorizers = map[string]Authorizer{"ops": IAMAuthorizer{}}
			add(Handle("GET /s", fn, GuardedBy("ops"), Claim("amr").Has("mfa")))(p)
		}, `it requires claim amr has mfa, which the IAMAuthorizer "ops" cannot enforce: ` +
			`IAM does not look at claims: leave the requirement out and grant callers the route with api.GrantInvoke`},
		{"Public within Either", add(Handle("GET /s", fn, Either(AnyScope("a"), Public("x")))),
			`route "GET /s": its Either holds Public, which opens the route for every caller`},
		{"a disguise within Either", add(Handle("GET /s", fn, Either(AnyScope("a"), struct{ Access }{AnyScope("s")}))),
			`route "GET /s": its Either holds a struct { secureapi.Access }: use AnyScope`},
		{"nil within Either", add(Handle("GET /s", fn, Either(AnyScope("a"), nil))),
			`route "GET /s": its Either holds a <nil>: use AnyScope`},
		{"two scope requirements with Cognito", func(p *Props) {
			p.Authorizer = CognitoAuthorizer{UserPools: []awscognito.IUserPool{pool}}
			add(Handle("GET /t", fn, AnyScope("a"), AnyScope("b")))(p)
		}, "takes any one of a route's scopes, so 2 AnyScope requirements cannot all hold"},
		{
			"scope with IAM",
			guardedWith(IAMAuthorizer{}),
			`"GET /orders": it requires scope orders:read, which the API's IAMAuthorizer cannot enforce: ` +
				`IAM does not look at scopes: leave the requirement out and grant callers the route with api.GrantInvoke`,
		},
		{
			"scope with a function of one's own",
			guardedWith(TokenAuthorizer{Function: fn}),
			"your own Function decides alone, so nothing here enforces a scope: use JWT instead of Function",
		},

		// Lambda authorizers
		{
			"neither JWT nor function",
			guardedWith(TokenAuthorizer{}),
			"the API's TokenAuthorizer: neither JWT nor Function is set",
		},
		{
			"both JWT and function",
			guardedWith(RequestAuthorizer{JWT: jwt(), Function: fn}),
			"the API's RequestAuthorizer: both JWT and Function are set",
		},
		{
			"TTL over an hour",
			guardedWith(TokenAuthorizer{JWT: jwt(), CacheTTL: 2 * time.Hour}),
			"CacheTTL 2h0m0s is over API Gateway's maximum of 1h0m0s",
		},
		{
			"header with a space",
			guardedWith(TokenAuthorizer{JWT: jwt(), Header: "X Token"}),
			`header "X Token": a header's name does not hold ' '`,
		},
		{
			"invalid expression",
			guardedWith(TokenAuthorizer{JWT: jwt(), ValidationExpression: "("}),
			`ValidationExpression "(": missing closing )`,
		},
		{
			"cache without identity source",
			guardedWith(RequestAuthorizer{Function: fn}),
			"caching is on and there is no identity source to cache by: add IdentitySources, or set CacheTTL to NoCache",
		},

		{
			"token header with a space",
			guardedWith(RequestAuthorizer{JWT: jwt(), CacheTTL: NoCache, TokenSources: []TokenSource{TokenHeader("X Y")}}),
			`TokenSources[0]: token source "header" "X Y"`,
		},
		{"API keys from the included function, without a claim", func(p *Props) {
			yes := true
			p.Routes[0].MethodOptions = &awsapigateway.MethodOptions{ApiKeyRequired: &yes}
			rest(awsapigateway.RestApiProps{ApiKeySourceType: awsapigateway.ApiKeySourceType_AUTHORIZER})(p)
		}, "needs an API key, RestApiProps.ApiKeySourceType is AUTHORIZER, and the API's TokenAuthorizer names none: " +
			"leave ApiKeySourceType out"},

		// JWT
		{"Google without a client", preset(Google()), "name your OAuth client ids"},
		{"no issuers", guardedWith(TokenAuthorizer{JWT: &JWT{}}), "JWT.Issuers is empty"},
		{
			"HMAC without a secret",
			withIssuer(func(i *Issuer) { i.Algorithms = []string{"HS256"} }),
			`algorithm "HS256": without HMACSecret`,
		},
		{
			"RSA with a secret",
			withIssuer(func(i *Issuer) { i.HMACSecret = secret; i.Algorithms = []string{"RS256"} }),
			`algorithm "RS256": with HMACSecret an issuer signs with HS256, HS384, HS512`,
		},
		{
			"reserved context claim",
			guardedWith(TokenAuthorizer{JWT: &JWT{Issuers: jwt().Issuers, ContextClaims: []string{"scopes"}}}),
			`JWT.ContextClaims has "scopes", a name that the context has already`,
		},
		{
			"Okta's org server",
			preset(Okta("https://shop.okta.com", "api")),
			`Okta("https://shop.okta.com"): want a custom authorization server`,
		},
		{"Entra ID for any tenant", preset(EntraID("common", "api")), `EntraID("common"): want the tenant's id, a GUID`},
		{
			// https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference, aud: "In v2.0 tokens, this
			// value is always the client ID of the API."
			"Entra ID with the API's URI",
			preset(EntraID("11111111-2222-3333-4444-555555555555", "api://orders")),
			`EntraID: audience "api://orders": want the API's application (client) id, a GUID: v2.0 tokens always have that, ` +
				`whatever its Application ID URI is`,
		},
		{
			"a scope of Google's", preset(ofGoogle),
			`route "GET /orders": it requires scope orders:read, which the API's TokenAuthorizer cannot enforce: tokens of ` +
				`Google have no scopes, groups or roles, so that no caller would meet it: require a Claim of theirs, such as ` +
				`Claim("hd").Is("example.com"), or give callers rights in a hook, by Package of a TokenAuthorizer's JWT or of a ` +
				`SessionAuthorizer`,
		},
		{
			"either of two rights that Google's tokens do not have",
			all(preset(ofGoogle), add(Handle("GET /a", fn, Either(AnyGroup("a"), AnyRole("b"))))),
			`route "GET /a": it requires either group a or role b, which the API's TokenAuthorizer cannot enforce: ` +
				`tokens of Google`,
		},
		{
			"a scope of Google's, without a function", guardedWith(JWTAuthorizer{Issuers: []Issuer{ofGoogle}}),
			`scope orders:read, which the API's JWTAuthorizer cannot enforce: tokens of Google have no scopes, groups or roles`,
		},
		{"Google with a foreign audience", preset(Google("orders")), `Google("orders"): want an OAuth client id`},
		{"Auth0 by URL", preset(Auth0("https://shop.eu.auth0.com/", "api")), `want the tenant's domain alone`},
		{"Cognito without a pool", preset(CognitoIssuer(nil)), "CognitoIssuer: the user pool is nil"},

		// Cognito
		{"no user pool", guardedWith(CognitoAuthorizer{}), "the API's CognitoAuthorizer: UserPools is empty"},
		{"nil user pool", guardedWith(CognitoAuthorizer{UserPools: []awscognito.IUserPool{nil}}), "UserPools[0] is nil"},

		// Resource policy
		{
			"no CIDR",
			policy(ResourcePolicy{AllowCIDRs: []string{"203.0.113"}}),
			`ResourcePolicy.AllowCIDRs[0]: "203.0.113" is not a CIDR: want an address and a length, like "203.0.113.0/24"`,
		},
		{"nil statement", policy(ResourcePolicy{Statements: []awsiam.PolicyStatement{nil}}), "Statements[0] is nil"},
		{
			"private without a policy",
			rest(awsapigateway.RestApiProps{EndpointTypes: &[]awsapigateway.EndpointType{awsapigateway.EndpointType_PRIVATE}}),
			"the endpoint is PRIVATE and there is no ResourcePolicy",
		},

		// CORS
		{"no origin", crossOrigin(CORS{}), "CORS: AllowOrigins is empty"},
		{"own OPTIONS beside CORS", func(p *Props) {
			add(Handle("OPTIONS /orders", fn, Public("by hand")))(p)
			crossOrigin(CORS{AllowOrigins: []string{"*"}})(p)
		}, `route "OPTIONS /orders" is declared too`},

		{"a caller's credentials without IAM", func(p *Props) {
			p.Routes[0].IntegrationOptions = &awsapigateway.LambdaIntegrationOptions{CredentialsPassthrough: &yes}
		}, `route "GET /orders": its IntegrationOptions pass the caller's credentials through`},

		// Stage and RestApiProps
		{
			"stage name that is a CDK list",
			func(p *Props) { p.Stage.Name = "#{Token[TOKEN.7]}" },
			"Stage.Name is a list, which is known only when the stack is deployed: take one value of it with awscdk.Fn_Select",
		},
		{"FlushAuthorizerCache with an IAMAuthorizer", func(p *Props) {
			p.Authorizer, p.Stage.FlushAuthorizerCache = IAMAuthorizer{}, true
			p.Routes = []Route{Handle("GET /orders", fn)}
		}, "Stage.FlushAuthorizerCache: the API has no authorizer with a cache: leave it out"},
		{
			"limits and none",
			func(p *Props) { p.Stage = Stage{RateLimit: 1, NoThrottling: true} },
			"NoThrottling is set beside limits",
		},
		{"contradictory access logs", func(p *Props) {
			p.Stage = Stage{NoAccessLogs: true, AccessLogRetention: awslogs.RetentionDays_ONE_DAY}
		}, "NoAccessLogs is set beside AccessLogRetention"},
		{
			"policy in RestApiProps",
			rest(awsapigateway.RestApiProps{Policy: struct{ awsiam.PolicyDocument }{}}),
			"RestApiProps.Policy is set: use Props.ResourcePolicy",
		},
		{
			"CORS in RestApiProps",
			rest(awsapigateway.RestApiProps{DefaultCorsPreflightOptions: &awsapigateway.CorsOptions{}}),
			"RestApiProps.DefaultCorsPreflightOptions is set: use Props.CORS",
		},
		{
			"default method options",
			rest(awsapigateway.RestApiProps{DefaultMethodOptions: &awsapigateway.MethodOptions{}}),
			"RestApiProps.DefaultMethodOptions is set",
		},
		{
			"default integration",
			rest(awsapigateway.RestApiProps{DefaultIntegration: struct{ awsapigateway.Integration }{}}),
			"RestApiProps.DefaultIntegration is set",
		},
		{
			"cloned API",
			rest(awsapigateway.RestApiProps{CloneFrom: struct{ awsapigateway.IRestApi }{}}),
			"RestApiProps.CloneFrom is set: the methods of another API would come along",
		},
		{"stage that is not deployed", func(p *Props) {
			p.Stage.Name = "v1"
			rest(awsapigateway.RestApiProps{Deploy: &no})(p)
		}, "RestApiProps.Deploy is set: it is false, and Stage would have no effect"},
		{
			"cache of answers",
			rest(awsapigateway.RestApiProps{DeployOptions: &awsapigateway.StageOptions{CachingEnabled: &yes}}),
			"turn the cache of answers on: API Gateway does not key it by the caller",
		},
		{
			"private by address alone",
			privately(ResourcePolicy{AllowCIDRs: []string{"10.0.0.0/8"}}),
			"every account's VPCs may call it: an address says nothing about whose it is",
		},
		{"tracing twice", func(p *Props) {
			p.Stage.Tracing = true
			rest(awsapigateway.RestApiProps{DeployOptions: &awsapigateway.StageOptions{TracingEnabled: &yes}})(p)
		}, "DeployOptions.TracingEnabled is set: Stage.Tracing is set too"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := newTable(props(tt.change))
			if err == nil {
				t.Fatalf("got no error, want one with\n\t%s", tt.want)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got the error\n\t%v\nwant in it\n\t%s", err, tt.want)
			}
		})
	}
}

func TestErrorsAreReportedTogether(t *testing.T) {
	_, err := newTable(props(func(p *Props) {
		add(Handle("GET /a", nil), Handle("FETCH /b", fn))(p)
		p.Stage.Name = "?"
	}))
	for _, want := range []string{
		"3 things are wrong:",
		"\n  - route \"GET /a\": its function is nil",
		"\n  - route: pattern \"FETCH /b\"",
		"\n  - Stage.Name",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v\nwant %q in it", err, want)
		}
	}
	if _, err := newTable(nil); err == nil || !strings.Contains(err.Error(), "the props are nil") {
		t.Errorf("nil props: got %v", err)
	}
}

// New does not report an error that only follows from another one.
func TestConsequentialErrorsAreOmitted(t *testing.T) {
	only := func(routes ...Route) func(*Props) { return func(p *Props) { p.Routes = routes } }
	const neither = "the API's %s: neither JWT nor Function is set: JWT uses the included function, Function is your own"
	for _, tt := range []struct {
		name, why string
		change    func(*Props)
		want      string // all of it
	}{
		{"public without a reason", "its guard may be used once it is mended", only(Handle("GET /a", fn, Public(""))),
			`route "GET /a": Public needs a reason, for those who review it: Public("load balancer health check")`},
		{"an unknown guard", "the same", only(Handle("GET /a", fn, GuardedBy("x"))),
			`route "GET /a": it is GuardedBy "x", which is not among Props.Authorizers: ` +
				`it is empty; add it there, or write another name`},
		{"public with a scope", "the same", only(Handle("GET /a", fn, Public("x"), AnyScope("a"))),
			`route "GET /a": it is Public and yet requires scope a: leave one of them out`},
		{"a parameter after a colon", "the same", only(Handle("GET /a", fn, Public("x")), Handle("GET /:b", fn)),
			`route "GET /:b": segment ":b": API Gateway writes a parameter {b}`},
		{"an empty TokenAuthorizer", "it has neither JWT nor Function", guardedWith(TokenAuthorizer{}),
			fmt.Sprintf(neither, "TokenAuthorizer")},
		{"an empty RequestAuthorizer", "with JWT there would be an identity source", guardedWith(RequestAuthorizer{}),
			fmt.Sprintf(neither, "RequestAuthorizer")},
		{"a preset's URL", "the preset made the other one of it", preset(Okta("http://shop.okta.com/oauth2/default", "api")),
			`the API's TokenAuthorizer: JWT.Issuers[0]: URL "http://shop.okta.com/oauth2/default": ` +
				`want an https URL with a host`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := newTable(props(tt.change)); err == nil || err.Error() != tt.want {
				t.Errorf("%s: got\n\t%v\nwant\n\t%s", tt.why, err, tt.want)
			}
		})
	}
}

// If two URLs are both wrong, New reports both.
func TestTwoInvalidURLs(t *testing.T) {
	_, err := newTable(
		props(withIssuer(func(i *Issuer) { i.URL, i.JWKSURL = "http://a.example.com", "http://b.example.com/keys" })),
	)
	if err == nil || !strings.Contains(err.Error(), `URL "http://a.example.com"`) ||
		!strings.Contains(err.Error(), `JWKSURL "http://b.example.com/keys"`) {
		t.Errorf("got %v, want an error for each", err)
	}
}

func TestPropsAccepted(t *testing.T) {
	passed := true
	for _, tt := range []struct {
		name, why string
		change    func(*Props)
	}{
		{"the table itself", "the cases above break this one", nil},
		{"tokens of CDK", "their values are known only when deployed", func(p *Props) {
			p.ResourcePolicy = &ResourcePolicy{AllowCIDRs: []string{"${Token[TOKEN.1]}"}}
			p.CORS = &CORS{AllowOrigins: []string{"${Token[TOKEN.2]}"}}
			withIssuer(func(i *Issuer) { i.URL = "https://${Token[TOKEN.4]}" })(p)
		}},
		{"no cache, no source", "with a TTL of 0 the sources are optional", func(p *Props) {
			p.Authorizer = RequestAuthorizer{
				JWT:          jwt(),
				CacheTTL:     NoCache,
				TokenSources: []TokenSource{TokenHeader("Authorization"), TokenCookie("s")},
			}
		}},
		{"a header in another case", "headers are compared without case", func(p *Props) {
			p.Authorizer = RequestAuthorizer{
				JWT:             jwt(),
				IdentitySources: []IdentitySource{IdentityHeader("authorization"), IdentityContext("path")},
			}
		}},
		{
			"a colon within a segment",
			"a verb of one's own after a name, as Google's APIs have it",
			add(Handle("POST /orders:cancel", fn)),
		},
		{"look-ahead", "API Gateway's expressions have it, Go's do not", func(p *Props) {
			p.Authorizer = TokenAuthorizer{JWT: jwt(), ValidationExpression: "^(?=Bearer ).*$"}
		}},
		{
			"host bits in a range",
			"IAM takes them, and AWS's own examples have some",
			policy(ResourcePolicy{AllowCIDRs: []string{"123.4.5.6/24"}}),
		},
		{
			"part of a range denied",
			"the rest may still call",
			policy(ResourcePolicy{AllowCIDRs: []string{"11.0.0.0/8"}, DenyCIDRs: []string{"11.1.0.0/16"}}),
		},
		{"no cacheable policy, and no cache", "each answer then covers one request", func(p *Props) {
			add(
				Handle("GET /a/{id}", fn, AnyScope("one")),
				Handle("GET /a/{id}/b", fn, AnyScope("two")),
				Handle("GET /a/{id}/b/{c}", fn, AnyScope("one")),
			)(p)
			p.Authorizer = TokenAuthorizer{JWT: jwt(), CacheTTL: NoCache}
		}},
		{"no cacheable policy, and a cache by path", "each cached answer also covers one request", func(p *Props) {
			add(
				Handle("GET /a/{id}", fn, AnyScope("one")),
				Handle("GET /a/{id}/b", fn, AnyScope("two")),
				Handle("GET /a/{id}/b/{c}", fn, AnyScope("one")),
			)(p)
			p.Authorizer = RequestAuthorizer{
				JWT: jwt(),
				IdentitySources: []IdentitySource{
					IdentityHeader("Authorization"),
					IdentityContext("path"),
					IdentityContext("httpMethod"),
				},
			}
		}},
		{"a caller's credentials with IAM", "they are in the request", func(p *Props) {
			p.Authorizer, p.Routes[0].Access = IAMAuthorizer{}, nil
			p.Routes[0].IntegrationOptions = &awsapigateway.LambdaIntegrationOptions{CredentialsPassthrough: &passed}
		}},
		{"API keys from an own function", "the included one guards other routes", func(p *Props) {
			p.Authorizers = map[string]Authorizer{"partners": TokenAuthorizer{Function: fn}}
			keyed := Handle("GET /partners", fn, GuardedBy("partners"))
			keyed.MethodOptions = &awsapigateway.MethodOptions{ApiKeyRequired: &passed}
			add(keyed)(p)
			rest(awsapigateway.RestApiProps{ApiKeySourceType: awsapigateway.ApiKeySourceType_AUTHORIZER})(p)
		}},
		{
			"an open greedy route",
			"nothing that is guarded lies beside it",
			add(Handle("GET /assets/{file+}", fn, Public("pictures"))),
		},
		{"a public OPTIONS", "by hand, without CORS", add(Handle("OPTIONS /orders", fn, Public("by hand")))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := newTable(props(tt.change)); err != nil {
				t.Errorf("%s: got %v, want no error", tt.why, err)
			}
		})
	}
}
