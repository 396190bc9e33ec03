package secureapi_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

func TestTokenAuthorizerInTemplate(t *testing.T) {
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
					t.Errorf("%s: got %v, want %v", name, got[name], want)
				}
			}
		})
	}
}

func TestRequestAuthorizerInTemplate(t *testing.T) {
	stack := newStack()
	shop(stack, func(p *secureapi.Props) {
		p.Authorizer = secureapi.RequestAuthorizer{JWT: tokens().JWT, CacheTTL: secureapi.NoCache}
	})
	if got, there := only(t, stack, "AWS::ApiGateway::Authorizer")["IdentitySource"]; there {
		t.Errorf("without a cache: got IdentitySource %q, want none, because the sources are optional", got)
	}
	stack = newStack()
	shop(stack, func(p *secureapi.Props) {
		p.Authorizer = secureapi.RequestAuthorizer{
			JWT:          tokens().JWT,
			TokenSources: []secureapi.TokenSource{secureapi.TokenCookie("session")},
		}
	})
	if got := only(t, stack, "AWS::ApiGateway::Authorizer")["IdentitySource"]; got != "method.request.header.Cookie" {
		t.Errorf("IdentitySource: got %v, want the header that holds the token", got)
	}
}

func TestAuthorizerFunctionPermissions(t *testing.T) {
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
		t.Errorf("policies: got %s, want secretsmanager:GetSecretValue on the secret", text)
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
		t.Errorf("function of Props.Authorizer: got %s, want AuthorizerFunction", got)
	}
	if got := *api.NamedAuthorizerFunction("pages").Node().Id(); got != "AuthorizerFunction-pages" {
		t.Errorf("function of pages: got %s, want AuthorizerFunction-pages", got)
	}
	awssecretsmanager.NewSecret(stack, jsii.String("Members"), nil).GrantRead(api.AuthorizerFunction(), nil)
	if n := len(resources(stack, "AWS::IAM::Policy")); n != 1 {
		t.Errorf("got %d policies, want only that of the grant", n)
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

func TestAuthorizerEnvironmentTooLarge(t *testing.T) {
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

func TestInvokeRole(t *testing.T) {
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
		t.Errorf("AuthorizerCredentials: got %s, want the given role", got)
	}
}

func TestIncludedFunctionProps(t *testing.T) {
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
			t.Errorf("got time-out %v and memory %v, want the given ones", f["Timeout"], f["MemorySize"])
		}
		if !strings.Contains(text, `"perRequest":true`) {
			t.Errorf("environment: got %s, want perRequest, because nothing is cached", text)
		}
		return
	}
	t.Error("the template has no authorizer function")
}

// The configuration of the function has each source of tokens.
func TestTokenSources(t *testing.T) {
	for _, tt := range []struct {
		source secureapi.TokenSource
		want   string
	}{
		{secureapi.TokenHeader("X-Token"), "[map[kind:header name:X-Token]]"},
		{secureapi.TokenCookie("session"), "[map[kind:cookie name:session]]"},
		{secureapi.TokenQuery("token"), "[map[kind:querystring name:token]]"},
	} {
		stack := newStack()
		shop(stack, func(p *secureapi.Props) {
			p.Authorizer = secureapi.RequestAuthorizer{JWT: tokens().JWT, TokenSources: []secureapi.TokenSource{tt.source}}
		})
		got := one(t, environmentOf(t, stack, "GATEHOUSE_AUTHORIZER"))["tokenSources"]
		if fmt.Sprint(got) != tt.want {
			t.Errorf("tokenSources of the function: got %v, want %s", got, tt.want)
		}
	}
	if got := secureapi.IdentityQuery("token").String(); got != "method.request.querystring.token" {
		t.Errorf("IdentityQuery: got %s, want method.request.querystring.token", got)
	}
}

// With LegacyStackSynthesizer, parameters of the stack refer to a function's code. The command line sets them.
func TestCodeFromParameters(t *testing.T) {
	app := newApp("aws:cdk:enable-asset-metadata", true)
	stack := awscdk.NewStack(app, jsii.String("Shop"), &awscdk.StackProps{
		Synthesizer: awscdk.NewLegacyStackSynthesizer(),
	})
	api := shop(stack, nil)
	shop(awscdk.NewNestedStack(stack, jsii.String("Nested"), nil), nil)
	app.Synth(nil)
	other := map[string]string{"Ref": "AssetParametersOfAnotherS3VersionKey"}
	cfn(api.AuthorizerFunction()).AddPropertyOverride(jsii.String("Code.S3Key"), other)
	refused(t, func() { app.Synth(&awscdk.StageSynthesisOptions{Force: jsii.Bool(true)}) },
		"the included function's code is not as planned")
}
