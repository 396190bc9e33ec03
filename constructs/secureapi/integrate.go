package secureapi

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// Integrate returns a route that any CDK integration answers: awsapigateway.NewAwsIntegration for an AWS service,
// awsapigateway.NewHttpIntegration for a backend on the internet, awsapigateway.NewMockIntegration, or one of [SendTo],
// [StartExecution], [PutEvents], [InvokeAsync], [ForwardTo] and [Respond]. Guards, requirements, grants, the resource
// policy and CORS work as for any other route.
//
//	secureapi.Integrate("POST /jobs", secureapi.SendTo(jobs), secureapi.AnyScope("jobs:write"))
//
// The method declares each status of the integration's responses with the headers that they map, in addition to those
// in Route.MethodOptions. With [Props.CORS], the responses of an integration that is not a proxy get the CORS headers.
//
// New refuses an integration that would answer every request with an error: one that is not a proxy and has no
// responses or two responses for one status; one whose URI has a parameter such as "{id}" that RequestParameters do not
// map; and a call of an AWS service without a role. It also refuses a template that makes the call of an AWS service if
// bodies of other content types pass through unchanged (PassthroughBehavior WHEN_NO_MATCH, the default): their callers
// could write the call themselves.
func Integrate(pattern string, integration awsapigateway.Integration, access ...Access) Route {
	return Route{Pattern: pattern, Integration: integration, Access: slices.Clone(access)}
}

// lateIntegration is an integration that is created with its method, so that its role is in the method's scope.
type lateIntegration struct {
	awsapigateway.Integration
	bind  func(awsapigateway.Method, *plan.Caller) *awsapigateway.IntegrationConfig
	check func(route.Pattern) error // refuses routes that it cannot answer; may be nil

	caller   *plan.Caller // of the route whose method is created next; nil without [ForwardCaller]
	noCaller bool         // whether bind has no place for the caller, whom headers name if it is one of HTTP

	checkCaller func() error // refuses to send on a caller; may be nil
	invokes     bool         // whether it invokes a function, for which the route may have a [Tenant]

	properties map[string]any // of the method's Integration, in addition to those that CDK knows of; may be nil

	panicked any // the panic value of bind; nil if it did not panic
}

var _ awsapigateway.Integration = (*lateIntegration)(nil)

func newLateIntegration(
	bind func(awsapigateway.Method, *plan.Caller) *awsapigateway.IntegrationConfig,
) *lateIntegration {
	l := &lateIntegration{bind: bind}
	awsapigateway.NewIntegration_Override(l, &awsapigateway.IntegrationProps{
		Type: awsapigateway.IntegrationType_MOCK, // the type that bind returns counts
	})
	return l
}

// Bind is called by CDK when a method is made. It returns in any case: CDK's engine waits for the answer of a call, and
// each later request of the process would be handled within that one, until its stack is used up. See [bound].
func (l *lateIntegration) Bind(method awsapigateway.Method) (config *awsapigateway.IntegrationConfig) {
	defer func() {
		if l.panicked = recover(); l.panicked != nil {
			config = &awsapigateway.IntegrationConfig{Type: awsapigateway.IntegrationType_MOCK}
		}
	}()
	caller := l.caller
	l.caller = nil // an app may give this integration to a method that no table made
	return l.bind(method, caller)
}

// bound repeats the panic of an integration from when its method was created, if there was one.
func bound(integration awsapigateway.Integration) {
	if late, ok := integration.(*lateIntegration); ok && late.panicked != nil {
		panic(late.panicked)
	}
}
