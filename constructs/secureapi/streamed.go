package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// Streamed sends callers the answer of a route as the function writes it: server-sent events, the words of a model,
// files of more than 10 MB. The integration's ResponseTransferMode is STREAM, its URI that of Lambda's streaming
// invocations, and its TimeoutInMillis 15 minutes, unless [Route.IntegrationOptions] have a Timeout; the function's own
// time-out ends it earlier. A stream without a byte for 5 minutes ends, and so does one of an edge-optimized API after
// 30 seconds.
//
// The function has to answer in the form of a stream, as lambdahttp.Start does for the routes that its variable
// GATEHOUSE_STREAMED_ROUTES names. New sets that variable on functions of the app; a function that is imported needs it
// from its owner. Of an [Integrate], one of the type HTTP_PROXY can be streamed. API Gateway compresses and caches no
// stream, so MinCompressionSize is refused.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
func Streamed() Access { return restriction{plan.Streamed{}} }

// streamed is a route with the options that stream its answers, where they are streamed.
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
