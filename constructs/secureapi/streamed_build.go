package secureapi

import (
	"maps"
	"slices"
	"sync"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// stream makes a route's own integration stream its answers. The integration is an HTTP proxy, or streams already.
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

// streams has the routes of functions, for all APIs that the functions answer. The functions are not collected, but
// jsii keeps them as long as the process anyway.
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
			f = of.Lambda() // the function of an alias or a version
		}
		own, ok := f.(awslambda.Function)
		if !ok {
			continue // imported: its environment cannot be changed
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
