package secureapi_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// TestTrapsAtSynth adds something to an API, or changes it, so that it would fail or open up when it is deployed. Each
// change is refused at synthesis, and a near miss is not.
func TestTrapsAtSynth(t *testing.T) {
	withCORS := func(p *secureapi.Props) { p.CORS = &secureapi.CORS{AllowOrigins: []string{"https://shop.example.com"}} }
	closed := func(p *secureapi.Props) {
		p.RestApiProps = &awsapigateway.RestApiProps{DisableExecuteApiEndpoint: jsii.Bool(true)}
	}
	certificates := func(stack awscdk.Stack, api *secureapi.API) {
		api.RestAPI.AddDomainName(jsii.String("Domain"), &awsapigateway.DomainNameOptions{
			DomainName: jsii.String("api.shop.example.com"),
			Certificate: awscertificatemanager.Certificate_FromCertificateArn(stack, jsii.String("Certificate"),
				jsii.String("arn:aws:acm:eu-west-1:111111111111:certificate/1")),
			Mtls: &awsapigateway.MTLSConfig{
				Bucket: awss3.Bucket_FromBucketName(stack, jsii.String("Trust"), jsii.String("shop-trust")),
				Key:    jsii.String("ca.pem"),
			},
		})
	}
	own := &awsapigateway.GatewayResponseOptions{
		Type:            awsapigateway.ResponseType_UNAUTHORIZED(),
		ResponseHeaders: &map[string]*string{"WWW-Authenticate": jsii.String("'Bearer'")},
	}
	authorizer := func(api *secureapi.API) awsapigateway.CfnAuthorizer {
		return api.Node().FindChild(jsii.String("Authorizer")).Node().DefaultChild().(awsapigateway.CfnAuthorizer)
	}
	for _, tt := range []struct {
		name   string
		props  func(*secureapi.Props)
		change func(awscdk.Stack, *secureapi.API)
		want   string // "" if it synthesizes
	}{
		{
			"client certificates beside an open endpoint",
			nil,
			certificates,
			"the domain api.shop.example.com asks for client certificates (mutual TLS), and callers without one reach the API",
		},
		{"client certificates alone", closed, certificates, ""},
		{"an endpoint that is opened again", closed, func(stack awscdk.Stack, api *secureapi.API) {
			certificates(stack, api)
			api.RestAPI.Node().DefaultChild().(awsapigateway.CfnRestApi).SetDisableExecuteApiEndpoint(false)
		}, "asks for client certificates (mutual TLS)"},
		{"an own response without CORS", withCORS, func(_ awscdk.Stack, api *secureapi.API) {
			api.RestAPI.AddGatewayResponse(jsii.String("Own"), own)
		}, "the gateway response UNAUTHORIZED has no Access-Control-Allow-Origin, and the API has CORS"},
		{"an own L1 response without CORS", withCORS, func(stack awscdk.Stack, api *secureapi.API) {
			awsapigateway.NewCfnGatewayResponse(stack, jsii.String("Own"), &awsapigateway.CfnGatewayResponseProps{
				RestApiId: api.RestAPI.RestApiId(), ResponseType: jsii.String("ACCESS_DENIED")})
		}, "the gateway response ACCESS_DENIED has no Access-Control-Allow-Origin"},
		{"a default that lost CORS", withCORS, func(_ awscdk.Stack, api *secureapi.API) {
			api.RestAPI.Node().FindChild(jsii.String("Default4xx")).Node().DefaultChild().(awsapigateway.CfnGatewayResponse).AddPropertyDeletionOverride(
				jsii.String("ResponseParameters"))
		}, "the gateway response DEFAULT_4XX has no Access-Control-Allow-Origin"},
		{
			"an own response that CORS joins",
			withCORS,
			func(_ awscdk.Stack, api *secureapi.API) { api.AddGatewayResponse("Own", own) },
			"",
		},
		{
			"an own response of an API without CORS",
			nil,
			func(_ awscdk.Stack, api *secureapi.API) { api.RestAPI.AddGatewayResponse(jsii.String("Own"), own) },
			"",
		},
		{"a default that is there already", withCORS, func(stack awscdk.Stack, api *secureapi.API) {
			awsapigateway.NewCfnGatewayResponse(stack, jsii.String("Own"), &awsapigateway.CfnGatewayResponseProps{
				RestApiId: api.RestAPI.RestApiId(), ResponseType: jsii.String("DEFAULT_4XX"),
				ResponseParameters: map[string]string{"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"}})
		}, "the API has the gateway response DEFAULT_4XX twice"},
		{"a key that nothing names", func(p *secureapi.Props) {
			p.Routes[1].MethodOptions = &awsapigateway.MethodOptions{ApiKeyRequired: jsii.Bool(true)}
		}, func(_ awscdk.Stack, api *secureapi.API) {
			api.RestAPI.Node().DefaultChild().(awsapigateway.CfnRestApi).SetApiKeySourceType(jsii.String("AUTHORIZER"))
		},
			"GET /health needs an API key, ApiKeySourceType is AUTHORIZER, and the method has no Lambda authorizer to name one"},
		{"a key that a claim names, chosen by callers after all", func(p *secureapi.Props) {
			keys := *p.Authorizer.(secureapi.TokenAuthorizer).JWT
			keys.UsageKeyClaim = "plan_key"
			p.Authorizer = secureapi.TokenAuthorizer{JWT: &keys}
			p.Routes[0].MethodOptions = &awsapigateway.MethodOptions{ApiKeyRequired: jsii.Bool(true)}
		}, func(_ awscdk.Stack, api *secureapi.API) {
			api.RestAPI.Node().DefaultChild().(awsapigateway.CfnRestApi).SetApiKeySourceType(jsii.String("HEADER"))
		}, `takes its API key from the claim "plan_key", and ApiKeySourceType is not AUTHORIZER`},
		{"a key that callers send, without a usage plan: a warning", func(p *secureapi.Props) {
			p.Routes[1].MethodOptions = &awsapigateway.MethodOptions{ApiKeyRequired: jsii.Bool(true)}
		}, nil, ""},
		{"an authorizer's cache that is changed without a new deployment", nil, func(_ awscdk.Stack, api *secureapi.API) {
			authorizer(api).SetAuthorizerResultTtlInSeconds(jsii.Number(3600))
		}, "the authorizer is not as it was planned: AuthorizerResultTtlInSeconds is 3600, want 300"},
		{"an authorizer's source that is overridden", nil, func(_ awscdk.Stack, api *secureapi.API) {
			authorizer(api).AddPropertyOverride(jsii.String("IdentitySource"), "method.request.header.X-Token")
		}, "the authorizer is not as it was planned: IdentitySource is"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stack := newStack()
			api := shop(stack, tt.props)
			if tt.change != nil {
				tt.change(stack, api)
			}
			if tt.want == "" {
				awscdk.App_Of(stack).Synth(nil)
				return
			}
			refused(t, func() { awscdk.App_Of(stack).Synth(nil) }, tt.want)
		})
	}
}

// TestAGatewayResponseThatCORSJoins checks that the response has both the CORS headers of the API's other errors and
// its own headers.
func TestAGatewayResponseThatCORSJoins(t *testing.T) {
	options := func() *awsapigateway.GatewayResponseOptions {
		return &awsapigateway.GatewayResponseOptions{
			Type: awsapigateway.ResponseType_UNAUTHORIZED(), StatusCode: jsii.String("401"),
			ResponseHeaders: &map[string]*string{"WWW-Authenticate": jsii.String("'Bearer'")},
		}
	}
	stack := newStack()
	api := shop(stack, func(p *secureapi.Props) {
		p.CORS = &secureapi.CORS{AllowOrigins: []string{"https://shop.example.com"}, ExposeHeaders: []string{"Location"}}
	})
	given := options()
	api.AddGatewayResponse("Own", given)
	if len(*given.ResponseHeaders) != 1 {
		t.Errorf("the caller's options were changed: %v", *given.ResponseHeaders)
	}
	for _, r := range resources(stack, "AWS::ApiGateway::GatewayResponse") {
		if r["ResponseType"] != "UNAUTHORIZED" {
			continue
		}
		got, _ := r["ResponseParameters"].(map[string]any)
		for header, want := range map[string]string{
			"Access-Control-Allow-Origin":   "'https://shop.example.com'",
			"Vary":                          "'Origin'",
			"Access-Control-Expose-Headers": "'Location'",
			"WWW-Authenticate":              "'Bearer'",
		} {
			if got["gatewayresponse.header."+header] != want {
				t.Errorf("%s: got %v, want %s", header, got["gatewayresponse.header."+header], want)
			}
		}
	}
	refused(
		t,
		func() { api.AddGatewayResponse("None", nil) },
		`secureapi: Shop/Api: AddGatewayResponse "None": the options have no Type: name one`,
	)
	refused(t, func() {
		api.AddGatewayResponse(
			"Default",
			&awsapigateway.GatewayResponseOptions{Type: awsapigateway.ResponseType_DEFAULT_4XX()},
		)
	}, "Props.CORS declares DEFAULT_4XX, and an API has one response of a type")
	twice := options()
	(*twice.ResponseHeaders)["vary"] = jsii.String("'Accept'")
	refused(
		t,
		func() { api.AddGatewayResponse("Twice", twice) },
		"the header vary is given, and Props.CORS sets it: leave it out",
	)

	plain := newStack()
	shop(plain, nil).AddGatewayResponse("Own", options())
	if got := only(t, plain, "AWS::ApiGateway::GatewayResponse")["ResponseParameters"].(map[string]any); len(got) != 1 {
		t.Errorf("without CORS: %v", got)
	}
}

// TestABackendElsewhere: the account and the region of a permission are those of its stack.
// Source: https://github.com/aws/serverless-application-model/issues/59
func TestABackendElsewhere(t *testing.T) {
	in := func(app awscdk.App, id, account, region string) awscdk.Stack {
		return awscdk.NewStack(app, &id, &awscdk.StackProps{Env: &awscdk.Environment{Account: &account, Region: &region}})
	}
	const here, there = "111111111111", "222222222222"
	with := func(stack awscdk.Stack, f awslambda.IFunction, change func(*secureapi.Route)) {
		shop(stack, func(p *secureapi.Props) {
			r := secureapi.Handle("GET /far", f, secureapi.AnyScope("far"))
			if change != nil {
				change(&r)
			}
			p.Routes = append(p.Routes, r)
		})
	}
	for name, tt := range map[string]struct{ account, region, want string }{
		"a function of the app in another account": {
			there,
			"eu-west-1",
			`secureapi: Shop/Api: route "GET /far": its function is of account 222222222222 and the API of 111111111111, where no permission for it can be made: import it by its ARN`,
		},
		"a function of the app in another region": {
			here,
			"us-east-1",
			`route "GET /far": its function is in us-east-1 and the API in eu-west-1, where no permission for it can be made: deploy both in one region`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			app := newApp()
			shared := awslambda.NewFunction(
				in(app, "Shared", tt.account, tt.region),
				jsii.String("Far"),
				&awslambda.FunctionProps{
					FunctionName: jsii.String("far"), Runtime: awslambda.Runtime_NODEJS_22_X(), Handler: jsii.String("index.handler"),
					Code: awslambda.Code_FromInline(jsii.String("exports.handler = async () => ({statusCode: 200})")),
				},
			)
			refused(t, func() { with(in(app, "Shop", here, "eu-west-1"), shared, nil) }, tt.want)
		})
	}
	imported := func(stack awscdk.Stack, account, region string, skip bool) awslambda.IFunction {
		return awslambda.Function_FromFunctionAttributes(stack, jsii.String("Far"), &awslambda.FunctionAttributes{
			FunctionArn: jsii.String("arn:aws:lambda:" + region + ":" + account + ":function:far"), SkipPermissions: &skip,
			SameEnvironment: jsii.Bool(!skip && account == here),
		})
	}
	for name, tt := range map[string]struct {
		account, region string
		skip            bool
		change          func(awscdk.Stack, *secureapi.Route)
		want            string
	}{
		"an imported one of another region": {
			account: here,
			region:  "us-east-1",
			want:    "the permission for API Gateway is for the function arn:aws:lambda:us-east-1:111111111111:function:far in us-east-1, and the stack is in eu-west-1",
		},
		"an imported one of another region that has its permission": {account: here, region: "us-east-1", skip: true},
		"an imported one of another account, which is warned of":    {account: there, region: "eu-west-1", skip: true},
		"an imported one of the same place":                         {account: here, region: "eu-west-1"},
		"an imported one of another account that a role invokes": {
			account: there,
			region:  "eu-west-1",
			skip:    true,
			change: func(stack awscdk.Stack, r *secureapi.Route) {
				r.IntegrationOptions = &awsapigateway.LambdaIntegrationOptions{CredentialsRole: awsiam.Role_FromRoleArn(
					stack,
					jsii.String("Invoke"),
					jsii.String("arn:aws:iam::111111111111:role/invoke"),
					nil,
				)}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			app := newApp()
			stack := in(app, "Shop", here, "eu-west-1")
			with(stack, imported(stack, tt.account, tt.region, tt.skip), func(r *secureapi.Route) {
				if tt.change != nil {
					tt.change(stack, r)
				}
			})
			if tt.want == "" {
				app.Synth(nil)
				return
			}
			refused(t, func() { app.Synth(nil) }, strings.Split(tt.want, "\n")...)
		})
	}
}
