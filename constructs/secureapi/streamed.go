package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// Streamed sends the answer of a route as the function writes it, for server-sent events, the output of a language
// model, or files larger than 10 MB. The integration's ResponseTransferMode is STREAM and its URI is that of Lambda's
// streaming invocations. Its TimeoutInMillis is 15 minutes, unless Route.IntegrationOptions have a Timeout; the
// function's own timeout can end it earlier. API Gateway ends a stream after 5 minutes without a byte, and after 30
// seconds on an edge-optimized API.
//
// The function has to answer in streaming form, as lambdahttp.Start does for the routes that its environment variable
// GATEHOUSE_STREAMED_ROUTES names. New sets that variable on functions of the app; the owner of an imported function
// has to set it. Among the integrations of [Integrate], an HTTP_PROXY can be streamed. API Gateway neither compresses
// nor caches streams, so MinCompressionSize is refused.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
func Streamed() Access { return restriction{plan.Streamed{}} }

// streamed returns a route with the options that stream its answers, if they are streamed.
func streamed(r plan.PlannedRoute, given Route) Route {
	if !r.Streams || r.Integrated {
		return given
	}
	var o awsapigateway.LambdaIntegrationOptions
	if given.IntegrationOptions != nil {
		o = *given.IntegrationOptions
	}
	o.ResponseTransferMode = awsapigateway.ResponseTransferMode_STREAM
	if o.Timeout == nil {
		o.Timeout = awscdk.Duration_Minutes(jsii.Number(plan.MaxStream.Minutes()))
	}
	given.IntegrationOptions = &o
	return given
}
