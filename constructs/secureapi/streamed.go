package secureapi

import (
	"maps"
	"slices"
	"sync"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
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

// stream streams the answers of a route's own integration, which is an HTTP proxy, or streams them already.
func (b *builder) stream(r plan.PlannedRoute, method awsapigateway.CfnMethod, integration map[string]any) {
	if !r.Streams {
		return
	}
	set := map[string]any{"ResponseTransferMode": string(awsapigateway.ResponseTransferMode_STREAM)}
	if integration["timeoutInMillis"] == nil {
		set["TimeoutInMillis"] = float64(plan.MaxStream.Milliseconds())
	}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		method.AddPropertyOverride(jsii.String("Integration."+name), set[name])
	}
	b.described.add(set)
}

// streams are the routes of functions, of all APIs that they answer for. jsii keeps the functions as long as the
// process.
var streams = struct {
	sync.Mutex
	of map[awslambda.Function]streamsOf
}{of: map[awslambda.Function]streamsOf{}}

type streamsOf struct{ streamed, buffered []string }

// tellStreams tells functions which routes they stream.
func (b *builder) tellStreams() {
	streams.Lock()
	defer streams.Unlock()
	for i, f := range b.functions {
		if of, ok := f.(interface{ Lambda() awslambda.IFunction }); ok {
			f = of.Lambda() // of an alias or a version
		}
		own, ok := f.(awslambda.Function)
		if !ok {
			continue // imported: its environment is not this app's to change
		}
		streamed, buffered := b.plan.StreamedRoutes(i + 1)
		all := streams.of[own]
		all.streamed = append(slices.Clone(all.streamed), streamed...)
		all.buffered = append(slices.Clone(all.buffered), buffered...)
		streams.of[own] = all
		if len(all.streamed) == 0 {
			continue
		}
		if err := plan.StreamsBeside(all.streamed, all.buffered); err != nil {
			b.fail("the function %s serves two APIs: %w: give each API a function of its own", *own.Node().Path(), err)
		}
		slices.Sort(all.streamed)
		routes := plan.StreamedText(slices.Compact(all.streamed))
		own.AddEnvironment(jsii.String(plan.StreamedVariable), &routes, nil)
	}
}
