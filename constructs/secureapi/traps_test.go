package secureapi_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// TestTemplateTraps changes an API so that it would fail at deployment, or be open. The checks refuse each change at
// synthesis, and accept similar valid changes.
func TestTemplateTraps(t *testing.T) {
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
		{"client certificates and a disabled endpoint", closed, certificates, ""},
		{"an endpoint that is enabled again", closed, func(stack awscdk.Stack, api *secureapi.API) {
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
		{"a default response without CORS headers", withCORS, func(_ awscdk.Stack, api *secureapi.API) {
			response := api.RestAPI.Node().FindChild(jsii.String("Default4xx")).Node().DefaultChild()
			response.(awsapigateway.CfnGatewayResponse).AddPropertyDeletionOverride(jsii.String("ResponseParameters"))
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
		{"a default response of the API", withCORS, func(stack awscdk.Stack, api *secureapi.API) {
			awsapigateway.NewCfnGatewayResponse(stack, jsii.String("Own"), &awsapigateway.CfnGatewayResponseProps{
				RestApiId: api.RestAPI.RestApiId(), ResponseType: jsii.String("DEFAULT_4XX"),
				ResponseParameters: map[string]string{"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"}})
		}, "the API has the gateway response DEFAULT_4XX twice"},
		{"API keys without a source", func(p *secureapi.Props) {
			p.Routes[1].MethodOptions = &awsapigateway.MethodOptions{ApiKeyRequired: jsii.Bool(true)}
		}, func(_ awscdk.Stack, api *secureapi.API) {
			api.RestAPI.Node().DefaultChild().(awsapigateway.CfnRestApi).SetApiKeySourceType(jsii.String("AUTHORIZER"))
		},
			"GET /health needs an API key, ApiKeySourceType is AUTHORIZER, and the method has no Lambda authorizer to name one"},
		{"API keys from a claim, changed to the header", func(p *secureapi.Props) {
			keys := *p.Authorizer.(secureapi.TokenAuthorizer).JWT
			keys.UsageKeyClaim = "plan_key"
			p.Authorizer = secureapi.TokenAuthorizer{JWT: &keys}
			p.Routes[0].MethodOptions = &awsapigateway.MethodOptions{ApiKeyRequired: jsii.Bool(true)}
		}, func(_ awscdk.Stack, api *secureapi.API) {
			api.RestAPI.Node().DefaultChild().(awsapigateway.CfnRestApi).SetApiKeySourceType(jsii.String("HEADER"))
		}, `takes its API key from the claim "plan_key", and ApiKeySourceType is not AUTHORIZER`},
		{"API keys in the header without a usage plan: a warning", func(p *secureapi.Props) {
			p.Routes[1].MethodOptions = &awsapigateway.MethodOptions{ApiKeyRequired: jsii.Bool(true)}
		}, nil, ""},
		{"an authorizer's cache that is changed without a new deployment", nil, func(_ awscdk.Stack, api *secureapi.API) {
			authorizer(api).SetAuthorizerResultTtlInSeconds(jsii.Number(3600))
		}, "the authorizer is not as it was planned: AuthorizerResultTtlInSeconds is 3600, want 300"},
		{"an authorizer with an overridden source", nil, func(_ awscdk.Stack, api *secureapi.API) {
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
