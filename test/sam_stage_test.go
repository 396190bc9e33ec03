package test

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// with returns the props of an API with one public route, after a change.
func with(change func(g *given, p *secureapi.Props)) func(g *given) *secureapi.Props {
	return func(g *given) *secureapi.Props {
		p := &secureapi.Props{
			Routes:       g.public("GET /"),
			RestApiProps: &awsapigateway.RestApiProps{DeployOptions: &awsapigateway.StageOptions{}},
		}
		change(g, p)
		return p
	}
}

// answer returns SAM's gateway response.
func answer(status int) map[string]secureapi.GatewayResponse {
	return map[string]secureapi.GatewayResponse{"UNAUTHORIZED": {StatusCode: status, Headers: map[string]string{
		"Access-Control-Expose-Headers": "'WWW-Authenticate'", "Access-Control-Allow-Origin": "'*'",
		"WWW-Authenticate": `'Bearer realm="admin"'`,
	}}}
}

const answerFact = `401 {"gatewayresponse.header.Access-Control-Allow-Origin":"'*'",` +
	`"gatewayresponse.header.Access-Control-Expose-Headers":"'WWW-Authenticate'",` +
	`"gatewayresponse.header.WWW-Authenticate":"'Bearer realm=\"admin\"'"}`

var stageSamples = []sample{
	{
		name: "api_cache",
		also: []string{"globals_for_api", "global_handle_path_level_parameter", "api_with_openapi_definition_body_no_flag",
			"api_with_swagger_and_openapi_with_auth"},
		props: with(func(g *given, p *secureapi.Props) {
			p.Condition = g.condition("Condition1")
			p.Stage.Name = "Prod"
			o := p.RestApiProps.DeployOptions
			o.CacheClusterEnabled, o.CacheClusterSize = jsii.Bool(true), jsii.String("1.6")
			o.Variables = &map[string]*string{"SomeVar": jsii.String("Value")}
			p.RestApiProps.RestApiName = jsii.String("some api")
		}),
		want: map[string]string{
			"GET /": "NONE if=Condition1", "api": "Condition1", "stage CacheClusterEnabled": "true",
			"stage CacheClusterSize": "1.6", "stage StageName": "Prod", "stage Variables": `{"SomeVar":"Value"}`,
			"api Name": "some api",
		},
	},
	{
		name: "api_description",
		also: []string{"api_with_mode"},
		props: with(func(_ *given, p *secureapi.Props) {
			p.RestApiProps.DeployOptions.Description = jsii.String("my description")
		}),
		want: map[string]string{"GET /": "NONE", "stage Description": "my description"},
	},
	{
		name: "api_with_access_log_setting",
		props: with(func(g *given, p *secureapi.Props) {
			p.RestApiProps.DeployOptions.AccessLogDestination = awsapigateway.NewLogGroupLogDestination(
				awslogs.LogGroup_FromLogGroupArn(g.stack, jsii.String("Logs"),
					jsii.String("arn:aws:logs:eu-west-1:123456789012:log-group:api")))
			p.RestApiProps.DeployOptions.AccessLogFormat = awsapigateway.AccessLogFormat_Custom(
				jsii.String(`{"requestId": "$context.requestId"}`))
		}),
		want: map[string]string{"GET /": "NONE", "stage AccessLogSetting": `{"DestinationArn":` +
			`"arn:aws:logs:eu-west-1:123456789012:log-group:api:*","Format":"{\"requestId\": \"$context.requestId\"}"}`},
	},
	{
		name: "api_with_canary_setting",
		props: with(func(_ *given, p *secureapi.Props) {
			p.Stage.Canary = &secureapi.StageCanary{Percent: 100, Variables: map[string]string{"sv1": "test", "sv2": "test2"}}
		}),
		want: map[string]string{"GET /": "NONE", "stage CanarySetting": `{"PercentTraffic":100,` +
			`"StageVariableOverrides":{"sv1":"test","sv2":"test2"},"UseStageCache":false}`},
	},
	{
		name: "api_with_method_settings",
		props: with(func(_ *given, p *secureapi.Props) {
			p.Stage.NoThrottling = true
			o := p.RestApiProps.DeployOptions
			o.LoggingLevel, o.MetricsEnabled, o.DataTraceEnabled = awsapigateway.MethodLoggingLevel_INFO, jsii.Bool(true),
				jsii.Bool(true)
		}),
		want: map[string]string{"GET /": "NONE", "stage MethodSettings": `[{"DataTraceEnabled":true,"HttpMethod":"*",` +
			`"LoggingLevel":"INFO","MetricsEnabled":true,"ResourcePath":"/*"}]`},
	},
	{
		name:  "api_with_xray_tracing",
		props: with(func(_ *given, p *secureapi.Props) { p.Stage.Tracing = true }),
		want:  map[string]string{"GET /": "NONE", "stage TracingEnabled": "true"},
	},
	{
		name: "api_with_stage_tags",
		also: []string{"api_with_propagate_tags"},
		props: with(func(g *given, _ *secureapi.Props) {
			given := map[string]string{"TagKey1": "TagValue1", "TagKey2": "", "TagKey3": g.parameter("TagValueParam")}
			for key, value := range given {
				awscdk.Tags_Of(g.stack).Add(&key, &value, nil)
			}
		}),
		want: map[string]string{
			"GET /": "NONE", "stage Tags": tags, "api Tags": tags,
		},
	},
	{
		name: "api_with_binary_media_types",
		also: []string{"api_with_binary_media_content_handling"},
		props: with(func(g *given, p *secureapi.Props) {
			p.RestApiProps.BinaryMediaTypes = jsii.Strings("application/octet-stream", g.parameter("BMT"))
		}),
		want: map[string]string{"GET /": "NONE", "api BinaryMediaTypes": `["application/octet-stream",{"Ref":"BMT"}]`},
	},
	{
		name: "api_with_minimum_compression_size",
		props: with(func(_ *given, p *secureapi.Props) {
			p.RestApiProps.MinCompressionSize = awscdk.Size_Kibibytes(jsii.Number(1))
		}),
		want: map[string]string{"GET /": "NONE", "api MinimumCompressionSize": "1024"},
	},
	{
		name:  "api_with_disable_api_execute_endpoint",
		props: with(func(_ *given, p *secureapi.Props) { p.RestApiProps.DisableExecuteApiEndpoint = jsii.Bool(true) }),
		want:  map[string]string{"GET /": "NONE", "api DisableExecuteApiEndpoint": "true"},
	},
	{
		name:  "api_with_fail_on_warnings",
		props: with(func(_ *given, p *secureapi.Props) { p.RestApiProps.FailOnWarnings = jsii.Bool(true) }),
		want:  map[string]string{"GET /": "NONE", "api FailOnWarnings": "true"},
	},
	{
		name: "api_with_security_policy",
		also: []string{"api_with_endpoint_access_mode"},
		props: with(func(_ *given, p *secureapi.Props) {
			p.SecurityPolicy = awsapigateway.SecurityPolicy_TLS13_1_3_2025_09
			p.EndpointAccessMode = awsapigateway.EndpointAccessMode_BASIC
		}),
		want: map[string]string{
			"GET /": "NONE", "api SecurityPolicy": "SecurityPolicy_TLS13_1_3_2025_09", "api EndpointAccessMode": "BASIC",
		},
	},
	{
		name: "api_with_gateway_responses",
		also: []string{"api_with_gateway_responses_implicit", "api_with_gateway_responses_string_status_code",
			"api_with_gateway_responses_minimal"},
		props: with(func(_ *given, p *secureapi.Props) { p.GatewayResponses = answer(401) }),
		want:  map[string]string{"GET /": "NONE", "answer UNAUTHORIZED": answerFact},
	},
	{
		name: "api_with_gateway_responses_all",
		also: []string{"api_with_gateway_responses_all_openapi_3"},
		props: with(func(_ *given, p *secureapi.Props) {
			p.GatewayResponses = answer(401)
			p.GatewayResponses["QUOTA_EXCEEDED"] = secureapi.GatewayResponse{
				StatusCode: 429, Headers: map[string]string{"Retry-After": "'31536000'"},
			}
		}),
		want: map[string]string{
			"GET /": "NONE", "answer UNAUTHORIZED": answerFact,
			"answer QUOTA_EXCEEDED": `429 {"gatewayresponse.header.Retry-After":"'31536000'"}`,
		},
	},
	{
		name: "api_endpoint_configuration_with_ipaddresstype",
		also: []string{"api_endpoint_configuration", "api_endpoint_configuration_with_vpcendpoint"},
		props: with(func(g *given, p *secureapi.Props) {
			p.RestApiProps.EndpointConfiguration = &awsapigateway.EndpointConfiguration{
				Types:         &[]awsapigateway.EndpointType{awsapigateway.EndpointType(g.parameter("EndpointConfigType"))},
				IpAddressType: awsapigateway.IpAddressType(g.parameter("IpAddressType")),
			}
		}),
		want: map[string]string{"GET /": "NONE", "api EndpointConfiguration": `{"IpAddressType":{"Ref":"IpAddressType"},` +
			`"Types":[{"Ref":"EndpointConfigType"}]}`},
	},
	{
		name: "api_endpoint_configuration_with_both_vpcendpoint",
		props: with(func(g *given, p *secureapi.Props) {
			endpoint := awsec2.InterfaceVpcEndpoint_FromInterfaceVpcEndpointAttributes(g.stack, jsii.String("Endpoint"),
				&awsec2.InterfaceVpcEndpointAttributes{VpcEndpointId: jsii.String("vpce-0a1b2c3d4e5f60718"),
					Port: jsii.Number(443)})
			p.ResourcePolicy = &secureapi.ResourcePolicy{AllowVPCEndpoints: []string{"vpce-0a1b2c3d4e5f60718"}}
			p.RestApiProps.EndpointConfiguration = &awsapigateway.EndpointConfiguration{
				Types:         &[]awsapigateway.EndpointType{awsapigateway.EndpointType_PRIVATE},
				VpcEndpoints:  &[]awsec2.IVpcEndpoint{endpoint},
				IpAddressType: awsapigateway.IpAddressType_DUAL_STACK,
			}
		}),
		want: map[string]string{"GET /": "NONE", "api EndpointConfiguration": `{"IpAddressType":"dualstack",` +
			`"Types":["PRIVATE"],"VpcEndpointIds":["vpce-0a1b2c3d4e5f60718"]}`},
	},
	{
		name: "MethodSettings of one method",
		props: with(func(g *given, p *secureapi.Props) {
			p.Routes = g.table([]secureapi.Access{open, secureapi.Throttle(5, 10),
				secureapi.CacheResponse(time.Minute)}, "GET /orders")
			p.Stage.NoThrottling = true
		}),
		want: map[string]string{"GET /orders": "NONE", "stage MethodSettings": `[{"CacheDataEncrypted":true,` +
			`"CacheTtlInSeconds":60,"CachingEnabled":true,"DataTraceEnabled":false,"HttpMethod":"GET",` +
			`"ResourcePath":"/~1orders","ThrottlingBurstLimit":10,"ThrottlingRateLimit":5}]`},
	},
}

const tags = `[{"Key":"TagKey1","Value":"TagValue1"},{"Key":"TagKey2","Value":""},` +
	`{"Key":"TagKey3","Value":{"Ref":"TagValueParam"}}]`
