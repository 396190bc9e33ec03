package secureapi_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// A stage serves the last deployment, so every change must make a new one, whatever feature flags the consumer's app
// has (aws-cdk#5354, #8024, #16554).
func TestAChangeIsDeployed(t *testing.T) {
	const flag = "@aws-cdk/aws-apigateway:authorizerChangeDeploymentLogicalId"
	origins := func(o ...string) func(*secureapi.Props) {
		return func(p *secureapi.Props) { p.CORS = &secureapi.CORS{AllowOrigins: o} }
	}
	ranges := func(r ...string) func(*secureapi.Props) {
		return func(p *secureapi.Props) { p.ResourcePolicy = &secureapi.ResourcePolicy{AllowCIDRs: r} }
	}
	guard := func(a secureapi.Authorizer) func(*secureapi.Props) {
		return func(p *secureapi.Props) { p.Authorizer = a }
	}
	with := func(change func(*secureapi.TokenAuthorizer)) func(*secureapi.Props) {
		a := tokens()
		change(&a)
		return guard(a)
	}
	answer := func(body string, origins ...string) func(*secureapi.Props) {
		return func(p *secureapi.Props) {
			p.Routes = append(p.Routes, secureapi.Integrate("GET /version", secureapi.Respond(200, body), secureapi.Public("x")))
			p.CORS = &secureapi.CORS{AllowOrigins: append(origins, "https://c.example.com")}
		}
	}
	for _, on := range []bool{false, true} {
		t.Run(fmt.Sprint("flag ", on), func(t *testing.T) {
			seen := map[string]string{}
			for _, c := range []struct {
				name   string
				change func(*secureapi.Props)
			}{
				{"as it was", nil},
				{"a policy", ranges("203.0.113.0/24")},
				{"another policy", ranges("198.51.100.0/24")},
				{"gateway responses", origins("https://a.example.com")},
				{"other gateway responses", origins("https://b.example.com")},
				{"a fixed answer", answer("1")},
				{"another fixed answer", answer("2")},
				{"a fixed answer for other pages", answer("2", "https://d.example.com")},
				{"another TTL", with(func(a *secureapi.TokenAuthorizer) { a.CacheTTL = time.Minute })},
				{"no cache", with(func(a *secureapi.TokenAuthorizer) { a.CacheTTL = secureapi.NoCache })},
				{"another header", with(func(a *secureapi.TokenAuthorizer) { a.Header = "X-Token" })},
				{"another expression", with(func(a *secureapi.TokenAuthorizer) { a.ValidationExpression = "^Bearer .+$" })},
				{"another kind", guard(secureapi.RequestAuthorizer{JWT: tokens().JWT})},
				{"other sources", guard(secureapi.RequestAuthorizer{JWT: tokens().JWT, IdentitySources: []secureapi.IdentitySource{
					secureapi.IdentityHeader("Authorization"), secureapi.IdentityQuery("tenant")}})},
			} {
				id := deployment(t, c.change, flag, on)
				if other, same := seen[id]; same {
					t.Errorf("%q and %q have one deployment, %s", c.name, other, id)
				}
				seen[id] = c.name
			}
			asItWas := deployment(t, nil, flag, on)
			if again := deployment(t, nil, flag, on); again != asItWas {
				t.Errorf("the same API has the deployments %s and %s", asItWas, again)
			}
			reversed := func(p *secureapi.Props) { p.Routes[0], p.Routes[1] = p.Routes[1], p.Routes[0] }
			if moved := deployment(t, reversed, flag, on); moved != asItWas {
				t.Errorf("moving a line of the table makes the deployment %s of %s", moved, asItWas)
			}
			// The policy names the routes that need an Allow, and it is a part of the API.
			twoOpen := func(p *secureapi.Props) {
				ranges("203.0.113.0/24")(p)
				p.Routes = append(
					p.Routes,
					secureapi.Handle("GET /version", p.Routes[0].Function, secureapi.Public("shown on the status page")),
				)
			}
			backwards := func(p *secureapi.Props) { twoOpen(p); slices.Reverse(p.Routes) }
			if was, moved := deployment(t, twoOpen, flag, on), deployment(t, backwards, flag, on); moved != was {
				t.Errorf("moving a line of a table with a policy makes the deployment %s of %s", moved, was)
			}
		})
	}
}

func TestTokenAuthorizerInTheTemplate(t *testing.T) {
	for _, tt := range []struct {
		name       string
		authorizer secureapi.TokenAuthorizer
		want       map[string]any
	}{
		{"defaults", tokens(), map[string]any{
			"AuthorizerResultTtlInSeconds": 300.0, "IdentitySource": "method.request.header.Authorization",
			"IdentityValidationExpression": secureapi.BearerJWT, "Type": "TOKEN"}},
		{
			"no cache, own header and expression",
			secureapi.TokenAuthorizer{
				JWT:                  tokens().JWT,
				CacheTTL:             secureapi.NoCache,
				Header:               "X-Token",
				ValidationExpression: "^x",
			},
			map[string]any{
				"AuthorizerResultTtlInSeconds": 0.0,
				"IdentitySource":               "method.request.header.X-Token",
				"IdentityValidationExpression": "^x",
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stack := newStack()
			shop(stack, func(p *secureapi.Props) { p.Authorizer = tt.authorizer })
			got := only(t, stack, "AWS::ApiGateway::Authorizer")
			for name, want := range tt.want {
				if got[name] != want {
					t.Errorf("%s = %v, want %v", name, got[name], want)
				}
			}
		})
	}
}

func TestRequestAuthorizerInTheTemplate(t *testing.T) {
	stack := newStack()
	shop(stack, func(p *secureapi.Props) {
		p.Authorizer = secureapi.RequestAuthorizer{JWT: tokens().JWT, CacheTTL: secureapi.NoCache}
	})
	if got, there := only(t, stack, "AWS::ApiGateway::Authorizer")["IdentitySource"]; there {
		t.Errorf("without a cache IdentitySource is %q, want none: the sources are optional then", got)
	}
	stack = newStack()
	shop(stack, func(p *secureapi.Props) {
		p.Authorizer = secureapi.RequestAuthorizer{
			JWT:          tokens().JWT,
			TokenSources: []secureapi.TokenSource{secureapi.TokenCookie("session")},
		}
	})
	if got := only(t, stack, "AWS::ApiGateway::Authorizer")["IdentitySource"]; got != "method.request.header.Cookie" {
		t.Errorf("IdentitySource %v, want the header that holds the token", got)
	}
}

func TestCognitoScopes(t *testing.T) {
	stack := newStack()
	shop(stack, func(p *secureapi.Props) {
		p.Authorizer = secureapi.CognitoAuthorizer{
			UserPools: []awscognito.IUserPool{awscognito.NewUserPool(stack, jsii.String("Pool"), nil)},
		}
	})
	for _, m := range resources(stack, "AWS::ApiGateway::Method") {
		if m["AuthorizationType"] == "COGNITO_USER_POOLS" {
			if got := fmt.Sprint(m["AuthorizationScopes"]); got != "[orders:read]" {
				t.Errorf("AuthorizationScopes %s, want [orders:read]", got)
			}
			return
		}
	}
	t.Error("no method is guarded by the user pool")
}

// The expression refers to the clients' ids, which are known at deployment, also for clients of another stack. The
// deployment changes with the clients.
func TestCognitoClientsInTheTemplate(t *testing.T) {
	made := func(all bool) (id string, expression any) {
		app := newApp()
		users := awscdk.NewStack(app, jsii.String("Users"), nil)
		pool := awscognito.NewUserPool(users, jsii.String("Pool"), nil)
		clients := []awscognito.IUserPoolClient{pool.AddClient(jsii.String("Web"), nil)}
		stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
		if all {
			clients = append(
				clients,
				awscognito.UserPoolClient_FromUserPoolClientId(stack, jsii.String("Partner"), jsii.String("part+ner")),
			)
		}
		shop(stack, func(p *secureapi.Props) {
			p.Authorizer = secureapi.CognitoAuthorizer{UserPools: []awscognito.IUserPool{pool}, Clients: clients}
			p.Routes[0].Access = nil
		})
		for id = range resources(stack, "AWS::ApiGateway::Deployment") {
			break
		}
		return id, only(t, stack, "AWS::ApiGateway::Authorizer")["IdentityValidationExpression"]
	}
	one, _ := made(false)
	both, expression := made(true)
	want := map[string]any{
		"Fn::Join": []any{
			"",
			[]any{"^(", map[string]any{"Fn::ImportValue": "Users:ExportsOutputRefPoolWeb224A1DFFBC5EA2FE"}, `|part\+ner)$`},
		},
	}
	if diff := cmp.Diff(any(want), expression); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if again, _ := made(true); again != both || one == both {
		t.Errorf("one client has the deployment %s, two have %s, and again %s", one, both, again)
	}
}

// API Gateway gets a list that is known only at deployment. The template describes in words what it will be.
func TestCognitoScopesOfAParameter(t *testing.T) {
	stack := newStack()
	scopes := awscdk.NewCfnParameter(
		stack,
		jsii.String("Scopes"),
		&awscdk.CfnParameterProps{Type: jsii.String("CommaDelimitedList")},
	)
	shop(stack, func(p *secureapi.Props) {
		p.Authorizer = secureapi.CognitoAuthorizer{
			UserPools: []awscognito.IUserPool{awscognito.NewUserPool(stack, jsii.String("Pool"), nil)},
		}
		p.Routes[0].Access = []secureapi.Access{secureapi.AnyScope(*(*scopes.ValueAsList())[0])}
	})
	assertions.Template_FromStack(stack, nil).HasResource(jsii.String("AWS::ApiGateway::Method"), map[string]any{
		"Properties": map[string]any{"AuthorizationScopes": map[string]any{"Ref": "Scopes"}},
		"Metadata": map[string]any{"gatehouse:requires": map[string]any{"Fn::Join": []any{"", []any{
			"scope ", map[string]any{"Fn::Join": []any{" or ", map[string]any{"Ref": "Scopes"}}}}}}},
	})
}

// The statements that AWS's documentation and many tutorials show: everybody, but for those outside a range. They fit
// where every route needs the Allow, as public ones and Cognito's do.
func TestAllAllowedOneRangeExcepted(t *testing.T) {
	stack := newStack()
	secureapi.New(stack, "Api", &secureapi.Props{
		Routes: []secureapi.Route{
			secureapi.Handle("GET /prices", backend(stack, "Prices"), secureapi.Public("a price list")),
		},
		ResourcePolicy: &secureapi.ResourcePolicy{AllowCIDRs: []string{"123.4.5.6/24"}},
	})
	want := `{"Statement":[` +
		`{"Action":"execute-api:Invoke","Effect":"Allow","Principal":"*","Resource":"execute-api:/*"},` +
		`{"Action":"execute-api:Invoke","Condition":{"NotIpAddress":{"aws:SourceIp":["123.4.5.6/24"]}},"Effect":"Deny","Principal":"*","Resource":"execute-api:/*"}` +
		`],"Version":"2012-10-17"}`
	if got := policyOf(t, stack); got != want {
		t.Errorf("policy\n\t%s\nwant\n\t%s", got, want)
	}
}

// To a Lambda authorizer's policy that leaves a route out, API Gateway adds what the resource policy allows ("Neither
// Allow nor Deny | Allow | Allow"), and a caller of another account allows itself. So nothing that a Lambda authorizer
// or IAM guards may be allowed to everybody.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
func TestAPolicyAllowsOnlyWhatNeedsIt(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*secureapi.Props)
	}{
		{"a Lambda authorizer", func(p *secureapi.Props) {}},
		{"a Lambda authorizer, by pointer", func(p *secureapi.Props) { a := tokens(); p.Authorizer = &a }},
		{"IAM", iamOnly},
		{"IAM, by pointer", func(p *secureapi.Props) { iamOnly(p); p.Authorizer = &secureapi.IAMAuthorizer{} }},
		{"with preflights", func(p *secureapi.Props) { p.CORS = &secureapi.CORS{AllowOrigins: []string{"*"}} }},
		{"with preflights of a route for every verb", func(p *secureapi.Props) {
			p.CORS = &secureapi.CORS{AllowOrigins: []string{"*"}}
			p.Routes[0].Pattern = "ANY /orders"
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stack := newStack()
			shop(stack, func(p *secureapi.Props) {
				tt.change(p)
				p.ResourcePolicy = &secureapi.ResourcePolicy{AllowCIDRs: []string{"203.0.113.0/24"}}
			})
			doc, err := iampolicy.Parse(policyOf(t, stack))
			if err != nil {
				t.Fatal(err)
			}
			doc = doc.Expand("arn:aws:execute-api:us-east-1:123456789012:abcdef1234")
			asks := func(method, ip string) iampolicy.Outcome {
				return doc.Evaluate(iampolicy.Request{
					Action: iampolicy.InvokeAction, Resource: "arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/" + method,
					Context: iampolicy.Context{"aws:sourceip": {ip}},
				}).Outcome
			}
			if got := asks("GET/health", "203.0.113.7"); got != iampolicy.Allowed {
				t.Errorf("the public route: %v, want it allowed, or it answers 403 to everybody", got)
			}
			if got := asks("GET/orders", "203.0.113.7"); got != iampolicy.ImplicitDeny {
				t.Errorf("the guarded route: %v, want the policy to leave it to its guard", got)
			}
			if got := asks("GET/orders", "198.51.100.1"); got != iampolicy.ExplicitDeny {
				t.Errorf("the guarded route from elsewhere: %v, want it denied", got)
			}
		})
	}
}

func TestAllowedAccountsAreThoseThatSign(t *testing.T) {
	stack := newStack()
	shop(stack, func(p *secureapi.Props) {
		iamOnly(p)
		p.ResourcePolicy = &secureapi.ResourcePolicy{AllowAccounts: []string{"123456789012"}}
	})
	want := `"Condition":{"StringEquals":{"aws:PrincipalAccount":["123456789012"]}},"Effect":"Allow"`
	if got := policyOf(t, stack); !strings.Contains(got, want) {
		t.Errorf("policy %s\nwant %s", got, want)
	}
}

func policyOf(t *testing.T, stack awscdk.Stack) string {
	t.Helper()
	text, err := json.Marshal(only(t, stack, "AWS::ApiGateway::RestApi")["Policy"])
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAPolicyThatCanOnlyBeJudgedWhole(t *testing.T) {
	many := make([]string, 600)
	for i := range many {
		many[i] = fmt.Sprintf("203.%d.%d.0/24", i/256, i%256)
	}
	statement := func(effect awsiam.Effect, principal awsiam.IPrincipal, resource string,
		conditions map[string]any) []awsiam.PolicyStatement {
		return []awsiam.PolicyStatement{awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Effect:     effect,
			Principals: &[]awsiam.IPrincipal{principal},
			Actions:    jsii.Strings("execute-api:Invoke"),
			Resources:  &[]*string{&resource},
			Conditions: &conditions,
		})}
	}
	anyone, partner := awsiam.NewStarPrincipal(), awsiam.NewAccountPrincipal(jsii.String("210987654321"))
	insecure := map[string]any{"Bool": map[string]any{"aws:SecureTransport": "false"}}
	for _, tt := range []struct {
		name       string
		cidrs      []string
		statements []awsiam.PolicyStatement
		want       string // "" if it is taken
	}{
		{"too long", many, nil, "characters and API Gateway takes 8192: merge ranges, or name fewer"},
		{
			"denies all",
			[]string{"203.0.113.0/24"},
			[]awsiam.PolicyStatement{denyAll()},
			"a statement denies everything to everybody, so it locks everybody out",
		},
		{
			"names no principal",
			nil,
			[]awsiam.PolicyStatement{awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
				Actions:   jsii.Strings("execute-api:Invoke"),
				Resources: jsii.Strings("execute-api:/*"),
			})},
			"a statement has no Principal, which each statement of a resource policy needs",
		},
		{
			"denies all by a whole ARN",
			[]string{"203.0.113.0/24"},
			statement(awsiam.Effect_DENY, anyone, "arn:aws:execute-api:*:*:*", nil),
			"so it locks everybody out",
		},
		{
			"allows nothing",
			nil,
			statement(awsiam.Effect_DENY, anyone, "execute-api:/*", insecure),
			"no statement allows everybody a route that is public",
		},
		{
			"allows a partner only",
			nil,
			statement(awsiam.Effect_ALLOW, partner, "execute-api:/*", nil),
			"no statement allows everybody a route that is public",
		},
		{
			"allows everybody what is guarded",
			nil,
			statement(awsiam.Effect_ALLOW, anyone, "execute-api:/*", nil),
			"a statement allows everybody execute-api:/prod/GET/orders, which an authorizer guards",
		},
		{
			"the same by a whole ARN",
			nil,
			statement(awsiam.Effect_ALLOW, anyone, "arn:aws:execute-api:us-east-1:123456789012:abc/prod/GET/*", nil),
			"which an authorizer guards",
		},
		{
			"the same in the time of a condition",
			nil,
			statement(awsiam.Effect_ALLOW, anyone, "execute-api:/*", insecure),
			"which an authorizer guards",
		},
		{
			"allows those who sign",
			[]string{"203.0.113.0/24"},
			statement(
				awsiam.Effect_ALLOW,
				anyone,
				"execute-api:/*",
				map[string]any{"StringEquals": map[string]any{"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
			),
			"",
		},
		{"allows what is public", nil, statement(awsiam.Effect_ALLOW, anyone, "execute-api:/prod/GET/health", nil), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			make := func() {
				shop(newStack(), func(p *secureapi.Props) {
					p.ResourcePolicy = &secureapi.ResourcePolicy{AllowCIDRs: tt.cidrs, Statements: tt.statements}
				})
			}
			if tt.want == "" {
				make()
				return
			}
			refused(t, make, "secureapi: Shop/Api: ResourcePolicy: ", tt.want)
		})
	}
}

func TestAPrivateAPIComparesTheAddressInTheVPC(t *testing.T) {
	stack := newStack()
	shop(stack, func(p *secureapi.Props) {
		p.ResourcePolicy = &secureapi.ResourcePolicy{
			AllowCIDRs:        []string{"10.0.0.0/8"},
			AllowVPCEndpoints: []string{"vpce-0a1b2c3d"},
		}
		p.RestApiProps = &awsapigateway.RestApiProps{
			EndpointTypes: &[]awsapigateway.EndpointType{awsapigateway.EndpointType_PRIVATE},
		}
	})
	// Two statements: every VPC has addresses in 10.0.0.0/8, so an address does not stand for the endpoint.
	for _, want := range []string{
		`"Condition":{"NotIpAddress":{"aws:VpcSourceIp":["10.0.0.0/8"]}},"Effect":"Deny"`,
		`"Condition":{"StringNotEquals":{"aws:SourceVpce":["vpce-0a1b2c3d"]}},"Effect":"Deny"`,
	} {
		if got := policyOf(t, stack); !strings.Contains(got, want) {
			t.Errorf("policy %s\nwant %s", got, want)
		}
	}
}

// A permission on a function makes the function's stack depend on the API's stack, which depends on the function
// (aws-cdk#8241, #20342).
func TestFunctionsOfAnotherStackMakeNoCycle(t *testing.T) {
	app := newApp()
	shared := awscdk.NewStack(app, jsii.String("Shared"), nil)
	stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.TokenAuthorizer{Function: backend(shared, "Check")},
		Routes:     []secureapi.Route{secureapi.Handle("GET /orders", backend(shared, "Orders"))},
	})
	app.Synth(nil) // panics if the stacks depend on each other
	if only(t, stack, "AWS::ApiGateway::Authorizer")["AuthorizerCredentials"] == nil {
		t.Error("the authorizer has no role to invoke the function with")
	}
	if n := len(resources(shared, "AWS::Lambda::Permission")); n != 0 {
		t.Errorf("%d permissions in the functions' stack, want none", n)
	}
	if n := len(resources(stack, "AWS::Lambda::Permission")); n != 1 {
		t.Errorf("%d permissions in the API's stack, want one for the backend", n)
	}
}

func TestTheFunctionMayReadItsSecretOnly(t *testing.T) {
	stack := newStack()
	shop(stack, func(p *secureapi.Props) {
		p.Authorizer = secureapi.TokenAuthorizer{JWT: &secureapi.JWT{Issuers: []secureapi.Issuer{{
			URL: "https://legacy.example.com", Audiences: []string{"orders"},
			HMACSecret: awssecretsmanager.NewSecret(stack, jsii.String("Key"), nil),
		}}}}
	})
	text, _ := json.Marshal(resources(stack, "AWS::IAM::Policy"))
	if !strings.Contains(string(text), `"secretsmanager:GetSecretValue"`) ||
		!strings.Contains(string(text), `"Resource":{"Ref":"Key`) {
		t.Errorf("policies %s: want secretsmanager:GetSecretValue on the secret", text)
	}
}

func TestAuthorizerFunction(t *testing.T) {
	stack := newStack()
	api := shop(stack, func(p *secureapi.Props) {
		p.Authorizers = map[string]secureapi.Authorizer{
			"partners": secureapi.IAMAuthorizer{},
			"pages": secureapi.TokenAuthorizer{
				JWT: &secureapi.JWT{Issuers: []secureapi.Issuer{secureapi.Google("1.apps.googleusercontent.com")}},
			},
		}
		f := p.Routes[0].Function
		p.Routes = append(
			p.Routes,
			secureapi.Handle("GET /partners", f, secureapi.GuardedBy("partners")),
			secureapi.Handle("GET /pages", f, secureapi.GuardedBy("pages")),
		)
	})
	if got := *api.AuthorizerFunction().Node().Id(); got != "AuthorizerFunction" {
		t.Errorf("the function of Props.Authorizer is %s", got)
	}
	if got := *api.NamedAuthorizerFunction("pages").Node().Id(); got != "AuthorizerFunction-pages" {
		t.Errorf("the function of pages is %s", got)
	}
	awssecretsmanager.NewSecret(stack, jsii.String("Members"), nil).GrantRead(api.AuthorizerFunction(), nil)
	if n := len(resources(stack, "AWS::IAM::Policy")); n != 1 {
		t.Errorf("%d policies, want the one of the grant", n)
	}
	const named = `secureapi: Shop/Api: NamedAuthorizerFunction: `
	refused(
		t,
		func() { api.NamedAuthorizerFunction("partners") },
		named+`the IAMAuthorizer "partners" has no included function`,
	)
	refused(t, func() { api.NamedAuthorizerFunction("visitors") },
		named+`there is no authorizer "visitors" in Authorizers: they are "pages", "partners"`)
	refused(
		t,
		func() { api.NamedAuthorizerFunction("") },
		named+`the name is empty: use AuthorizerFunction for Props.Authorizer`,
	)
	public := shop(newStack(), func(p *secureapi.Props) {
		p.Authorizer, p.Routes = nil, p.Routes[1:]
	})
	refused(
		t,
		func() { public.AuthorizerFunction() },
		"secureapi: Shop/Api: AuthorizerFunction: neither Props.Authorizer nor Authorizers is set, so that no function "+
			"decides: set one with JWT, or leave the call out",
	)
}

func TestRestApiPropsPassThroughUnchanged(t *testing.T) {
	given := &awsapigateway.RestApiProps{
		Description:   jsii.String("mine"),
		DeployOptions: &awsapigateway.StageOptions{Description: jsii.String("my stage"), MetricsEnabled: jsii.Bool(true)},
	}
	before := *given
	stageBefore := *given.DeployOptions
	stack := newStack()
	shop(stack, func(p *secureapi.Props) { p.RestApiProps = given })
	if !reflect.DeepEqual(*given, before) || !reflect.DeepEqual(*given.DeployOptions, stageBefore) {
		t.Error("the caller's props were changed")
	}
	if got := only(t, stack, "AWS::ApiGateway::RestApi"); got["Description"] != "mine" ||
		fmt.Sprint(got["EndpointConfiguration"]) != "map[Types:[REGIONAL]]" {
		t.Errorf("RestApi %v: want the description given and a REGIONAL endpoint", got)
	}
	stage := only(t, stack, "AWS::ApiGateway::Stage")
	settings, _ := json.Marshal(stage["MethodSettings"])
	want := `"MetricsEnabled":true,"ResourcePath":"/*","ThrottlingBurstLimit":500,"ThrottlingRateLimit":1000`
	if stage["Description"] != "my stage" || stage["StageName"] != "prod" || !strings.Contains(string(settings), want) {
		t.Errorf("stage %v with settings %s: want the description given and the defaults beside it", stage, settings)
	}
}

// TestPreflightsOfBinaryAPIs: where the binary media types cover application/json, as */* does, API Gateway takes a
// preflight for binary, and answers it with 500 unless its mock integration converts it to text.
func TestPreflightsOfBinaryAPIs(t *testing.T) {
	for _, c := range []struct {
		types  []string
		binary bool
	}{
		{nil, false},
		{[]string{"image/png"}, false},
		{[]string{"image/png", "*/*"}, true},
		{[]string{"application~1json"}, true},
	} {
		types := c.types
		stack := newStack()
		shop(stack, func(p *secureapi.Props) {
			p.CORS = &secureapi.CORS{AllowOrigins: []string{"https://shop.example.com"}}
			p.Routes = append(p.Routes, secureapi.Integrate("GET /fixed", secureapi.Respond(200), secureapi.Public("fixed")))
			if types != nil {
				p.RestApiProps = &awsapigateway.RestApiProps{BinaryMediaTypes: jsii.Strings(types...)}
			}
		})
		preflights := 0
		for id, m := range resources(stack, "AWS::ApiGateway::Method") {
			integration := m["Integration"].(map[string]any)
			got, converted := integration["ContentHandling"]
			if m["HttpMethod"] != "OPTIONS" && integration["Type"] != "MOCK" {
				if converted {
					t.Errorf("%v: %s has ContentHandling %v: it is no MOCK integration", types, id, got)
				}
				continue
			}
			preflights++
			if converted != c.binary || converted && got != "CONVERT_TO_TEXT" {
				t.Errorf("%v: %s has ContentHandling %v", types, id, got)
			}
		}
		if preflights == 0 {
			t.Errorf("%v: there is no preflight", types)
		}
	}
}

func TestAccessLogIsJSON(t *testing.T) {
	stack := newStack()
	shop(stack, nil)
	setting := only(t, stack, "AWS::ApiGateway::Stage")["AccessLogSetting"].(map[string]any)
	var line map[string]string
	if err := json.Unmarshal([]byte(setting["Format"].(string)), &line); err != nil {
		t.Fatalf("%v: %v", setting["Format"], err)
	}
	for _, name := range []string{"requestId", "principal", "authorizerStatus", "error", "latency"} {
		if !strings.HasPrefix(line[name], "$context.") {
			t.Errorf("%s is %q, want a variable of the context", name, line[name])
		}
	}
	if got := only(t, stack, "AWS::ApiGateway::Stage")["TracingEnabled"]; got != nil {
		t.Errorf("tracing is %v, want it off", got)
	}
	found := false
	for _, g := range resources(stack, "AWS::Logs::LogGroup") {
		found = found || g["RetentionInDays"] == 90.0
	}
	if !found {
		t.Error("no log group keeps its logs for 90 days")
	}
}

func TestTwoAPIsWithOneFunctionAgreeOnCORS(t *testing.T) {
	make := func(origin string) func() {
		return func() {
			stack := newStack()
			f := backend(stack, "Orders")
			for i, o := range []string{"https://a.example.com", origin} {
				secureapi.New(stack, fmt.Sprint("Api", i), &secureapi.Props{
					Routes: []secureapi.Route{secureapi.Handle("GET /", f, secureapi.Public("front page"))},
					CORS:   &secureapi.CORS{AllowOrigins: []string{o}},
				})
			}
		}
	}
	make("https://a.example.com")()
	refused(
		t,
		make("https://b.example.com"),
		"secureapi: Shop/Api1: CORS: the function Shop/Orders answers for another API with other CORS settings",
	)
}

func TestAnEnvironmentThatIsTooLarge(t *testing.T) {
	audiences := make([]string, 200)
	for i := range audiences {
		audiences[i] = fmt.Sprintf("https://api-%03d.shop.example.com", i)
	}
	refused(t, func() {
		shop(newStack(), func(p *secureapi.Props) {
			p.Authorizer = secureapi.TokenAuthorizer{
				JWT: &secureapi.JWT{Issuers: []secureapi.Issuer{{URL: "https://idp.example.com", Audiences: audiences}}},
			}
		})
	}, "the API's TokenAuthorizer: its configuration takes", "of the 4096 bytes of a Lambda function's environment")
}

func TestAPanicNamesTheConstruct(t *testing.T) {
	refused(
		t,
		func() { shop(newStack(), func(p *secureapi.Props) { p.Routes = []secureapi.Route{{}} }) },
		`secureapi: Shop/Api: route: pattern "": want a verb`,
	)
}

func TestTheAPIIsAScope(t *testing.T) {
	stack := newStack()
	api := shop(stack, nil)
	backend(api, "Inside")
	if got := *api.Node().FindChild(jsii.String("Inside")).Node().Path(); got != "Shop/Api/Inside" {
		t.Errorf("path %q, want Shop/Api/Inside", got)
	}
}

// A Cognito access token has no aud. Its client_id is compared instead, and its groups are in Cognito's own claim.
func TestCognitoIssuer(t *testing.T) {
	stack := newStack()
	pool := awscognito.NewUserPool(stack, jsii.String("Pool"), nil)
	issuer := secureapi.CognitoIssuer(pool, pool.AddClient(jsii.String("Web"), nil))
	shop(stack, func(p *secureapi.Props) {
		p.Authorizer = secureapi.TokenAuthorizer{JWT: &secureapi.JWT{Issuers: []secureapi.Issuer{issuer}}}
	})
	if issuer.TokenUse != "access" || issuer.GroupsClaim != "cognito:groups" ||
		issuer.JWKSURL != issuer.URL+"/.well-known/jwks.json" {
		t.Errorf("issuer %+v", issuer)
	}
	text, _ := json.Marshal(resources(stack, "AWS::Lambda::Function"))
	for _, want := range []string{
		`\"url\":\"https://",{"Fn::GetAtt":["Pool`,
		`"ProviderName"]}`,
		`\"audiences\":[\"",{"Ref":"PoolWeb`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the function's environment does not have %s:\n%s", want, text)
		}
	}
}

func TestAnInvokeRoleIsUsedAsGiven(t *testing.T) {
	app := newApp()
	shared := awscdk.NewStack(app, jsii.String("Shared"), nil)
	stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
	role := awsiam.NewRole(
		stack,
		jsii.String("Mine"),
		&awsiam.RoleProps{AssumedBy: awsiam.NewServicePrincipal(jsii.String("apigateway.amazonaws.com"), nil)},
	)
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.TokenAuthorizer{Function: backend(shared, "Check"), InvokeRole: role},
		Routes:     []secureapi.Route{secureapi.Handle("GET /orders", backend(stack, "Orders"))},
	})
	if got := fmt.Sprint(only(t, stack, "AWS::ApiGateway::Authorizer")["AuthorizerCredentials"]); !strings.Contains(
		got,
		"Mine",
	) {
		t.Errorf("AuthorizerCredentials %s, want the role given", got)
	}
}

func TestSettingsOfTheIncludedFunction(t *testing.T) {
	stack := newStack()
	shop(stack, func(p *secureapi.Props) {
		a := tokens()
		a.CacheTTL = secureapi.NoCache
		a.JWT.FunctionProps = &awslambda.FunctionProps{
			Timeout:    awscdk.Duration_Seconds(jsii.Number(5)),
			MemorySize: jsii.Number(512),
		}
		p.Authorizer = a
	})
	for _, f := range resources(stack, "AWS::Lambda::Function") {
		text := fmt.Sprint(f["Environment"])
		if !strings.Contains(text, "GATEHOUSE_AUTHORIZER") {
			continue
		}
		if f["Timeout"] != 5.0 || f["MemorySize"] != 512.0 {
			t.Errorf("time-out %v and memory %v, want those given", f["Timeout"], f["MemorySize"])
		}
		if !strings.Contains(text, `"perRequest":true`) {
			t.Errorf("environment %s: without a cache the policy is for the one request", text)
		}
		return
	}
	t.Error("there is no authorizer function")
}

func TestPreflightAllowsTheMethodsGiven(t *testing.T) {
	stack := newStack()
	shop(stack, func(p *secureapi.Props) {
		p.CORS = &secureapi.CORS{AllowOrigins: []string{"*"}, AllowMethods: []string{"PATCH"}}
	})
	text, _ := json.Marshal(resources(stack, "AWS::ApiGateway::Method"))
	if got := strings.Count(string(text), `Access-Control-Allow-Methods":"'PATCH'"`); got != 2 {
		t.Errorf("%d preflights allow PATCH, want both", got)
	}
}

func TestAnAliasesFunctionGetsCORS(t *testing.T) {
	stack := newStack()
	f := backend(stack, "Orders")
	secureapi.New(stack, "Api", &secureapi.Props{
		Routes: []secureapi.Route{
			secureapi.Handle("GET /", awslambda.NewAlias(stack, jsii.String("Live"), &awslambda.AliasProps{
				AliasName: jsii.String("live"), Version: f.CurrentVersion()}), secureapi.Public("front page")),
		},
		CORS: &secureapi.CORS{AllowOrigins: []string{"https://a.example.com"}},
	})
	if text := fmt.Sprint(only(t, stack, "AWS::Lambda::Function")["Environment"]); !strings.Contains(
		text,
		"https://a.example.com",
	) {
		t.Errorf("environment %s, want the origin in it", text)
	}
}

func TestAPIsHaveNamesOfTheirOwn(t *testing.T) {
	stack := newStack()
	shop(stack, nil)
	if got := only(t, stack, "AWS::ApiGateway::RestApi")["Name"]; got != "Shop-Api" {
		t.Errorf("name %v, want Shop-Api: metrics of two APIs with one name are mixed", got)
	}
}

func TestNoID(t *testing.T) {
	refused(
		t,
		func() { secureapi.New(newStack(), "", &secureapi.Props{}) },
		`secureapi: Shop: the id is empty: give the API one that its stack has once, such as "Api"`,
	)
}

func TestNoScope(t *testing.T) {
	refused(
		t,
		func() { secureapi.New(nil, "Api", &secureapi.Props{}) },
		"secureapi: Api: the scope is nil: give it the stack",
	)
}

// A page must be allowed to send the API key that a route requires.
func TestThePreflightAllowsAPIKeys(t *testing.T) {
	for required, want := range map[bool]string{
		true:  "'Content-Type,Authorization,X-Api-Key'",
		false: "'Content-Type,Authorization'",
	} {
		stack := newStack()
		shop(stack, func(p *secureapi.Props) {
			p.CORS = &secureapi.CORS{AllowOrigins: []string{"https://shop.example.com"}}
			p.Routes[0].MethodOptions = &awsapigateway.MethodOptions{ApiKeyRequired: &required}
		})
		for id, m := range resources(stack, "AWS::ApiGateway::Method") {
			if m["HttpMethod"] != "OPTIONS" {
				continue
			}
			answer := m["Integration"].(map[string]any)["IntegrationResponses"].([]any)[0].(map[string]any)["ResponseParameters"].(map[string]any)
			if got := answer["method.response.header.Access-Control-Allow-Headers"]; got != want {
				t.Errorf("%s with an API key %v: allows %v, want %s", id, required, got, want)
			}
		}
	}
}

// The guide's own way is a permission that the other account gives; only it can know of that. Source:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-lambda-authorizer-cross-account-lambda-authorizer.html
func TestAFunctionOfAnotherAccount(t *testing.T) {
	in := func(app awscdk.App, id, account string) awscdk.Stack {
		return awscdk.NewStack(
			app,
			&id,
			&awscdk.StackProps{Env: &awscdk.Environment{Account: &account, Region: jsii.String("eu-west-1")}},
		)
	}
	const here, there = "111111111111", "222222222222"
	warned := func(account string, role bool) bool {
		stack := in(newApp(), "Shop", here)
		shop(stack, func(p *secureapi.Props) {
			a := secureapi.TokenAuthorizer{Function: awslambda.Function_FromFunctionArn(stack, jsii.String("Decide"),
				jsii.String("arn:aws:lambda:eu-west-1:"+account+":function:decide"))}
			if role {
				a.InvokeRole = awsiam.NewRole(stack, jsii.String("Invoke"), &awsiam.RoleProps{
					AssumedBy: awsiam.NewServicePrincipal(jsii.String("apigateway.amazonaws.com"), nil)})
			}
			p.Authorizer, p.Routes[0].Access = a, nil
		})
		return len(
			*assertions.Annotations_FromStack(stack).FindWarning(
				jsii.String("/Shop/Api"),
				assertions.Match_StringLikeRegexp(jsii.String(
					"the API's TokenAuthorizer: its Function is of account 222222222222 and the API of 111111111111.*set InvokeRole")),
			),
		) > 0
	}
	for _, tt := range []struct {
		account string
		role    bool
		want    bool
	}{{there, false, true}, {there, true, false}, {here, false, false}} {
		if got := warned(tt.account, tt.role); got != tt.want {
			t.Errorf("of account %s, with a role: %v: warned: %v", tt.account, tt.role, got)
		}
	}
	app := newApp()
	shared := backend(in(app, "Shared", there), "Decide")
	refused(
		t,
		func() {
			shop(in(app, "Shop", here), func(p *secureapi.Props) {
				p.Authorizer, p.Routes[0].Access = secureapi.TokenAuthorizer{Function: shared}, nil
			})
		},
		"secureapi: Shop/Api: the API's TokenAuthorizer: its Function is of account 222222222222 and the API of 111111111111",
		"set InvokeRole",
	)
}
