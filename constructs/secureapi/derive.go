package secureapi

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/internal/annotation"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// IntegrationCORSWarning is the ID of the warning that pages of other origins cannot read a route's answers, because
// Props.CORS cannot add headers to its integration. This concerns proxy integrations and, if there are several origins,
// integrations without a template. Acknowledge the warning once the backend sets the headers:
//
//	reason := jsii.String("the backend answers with Access-Control-Allow-Origin")
//	awscdk.Annotations_Of(api).AcknowledgeWarning(jsii.String(secureapi.IntegrationCORSWarning), reason)
const IntegrationCORSWarning = "gatehouse:integrationWithoutCORS"

// checkIntegration refuses an integration that cannot answer a route's path.
func (b *builder) checkIntegration(r plan.PlannedRoute, given Route) {
	if late, ok := given.Integration.(*lateIntegration); ok && late.check != nil {
		if err := late.check(r.Pattern); err != nil {
			b.fail("route %q: %w", r.Pattern, err)
		}
	}
}

// complete sets the properties of a route's integration that CDK's own integrations do not have.
func (b *builder) complete(given Route, method awsapigateway.CfnMethod) {
	late, ok := given.Integration.(*lateIntegration)
	if !ok || late.properties == nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(late.properties)) {
		method.AddPropertyOverride(jsii.String("Integration."+name), late.properties[name])
	}
	b.dependOn(late.properties)
}

// derive adds what an integration needs to its method: the declared answers and parameters, and the headers of CORS. It
// asks CDK for everything that it knows about the integration once that is bound.
func (b *builder) derive(r plan.PlannedRoute, parameters map[string]any, method awsapigateway.CfnMethod) {
	bound := []any{method.Integration()}
	if responses := method.MethodResponses(); responses != nil {
		bound = append(bound, responses)
	}
	var declared []any
	bound, _ = b.stack.Resolve(bound).([]any)
	integration, _ := bound[0].(map[string]any)
	if len(bound) > 1 {
		declared, _ = bound[1].([]any)
	}
	route := b.plan.Integrated(r)
	d, err := route.Derive(integration, declared)
	if err != nil {
		b.fail("%w", err)
	}
	b.stream(r, method, integration)
	if d.Convert {
		const handling = "CONVERT_TO_TEXT"
		method.AddPropertyOverride(jsii.String("Integration.ContentHandling"), handling)
		b.dependOn(handling)
	}
	if d.IntegrationResponses != nil {
		method.AddPropertyOverride(jsii.String("Integration.IntegrationResponses"), d.IntegrationResponses)
	}
	if d.MethodResponses != nil {
		method.AddPropertyOverride(jsii.String("MethodResponses"), d.MethodResponses)
	}
	if d.Headers != nil {
		if b.callers == nil {
			b.callers = map[string]string{}
		}
		for _, name := range slices.Sorted(maps.Keys(d.Headers)) {
			// The name is one member, so its dots are no separators.
			member := "Integration.RequestParameters." + strings.ReplaceAll(name, ".", `\.`)
			method.AddPropertyOverride(&member, d.Headers[name])
			b.callers[r.Pattern.String()+" "+strings.TrimPrefix(name, "integration.request.header.")] = d.Headers[name]
		}
		b.dependOn(d.Headers)
	}
	if missing := d.Integration.MissingParameters(parameters); len(missing) > 0 {
		for name, required := range missing {
			parameters[name] = required
		}
		method.SetRequestParameters(&parameters)
		b.dependOn(parameters)
	}
	b.addBoundCacheKeys(r, method, d.Integration.CacheKeys)
	// CDK includes the integration in the deployment's logical ID, but does not see overrides of it.
	b.dependOn(d.IntegrationResponses)
	b.dependOn(d.MethodResponses)
	if warning := route.CORSWarning(d.Integration, IntegrationCORSWarning); warning != "" {
		annotation.Warn(b.api, IntegrationCORSWarning, fmt.Sprintf("secureapi: %s: %s", b.path, warning))
	}
}
