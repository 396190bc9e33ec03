package secureapi

import (
	"maps"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

// addMethods makes resources and methods.
func (b *builder) addMethods() {
	integrations := make([]awsapigateway.Integration, len(b.functions)) // without options of a route
	checked := make([]bool, len(b.functions))
	for _, r := range b.plan.Sorted() {
		i, given := r.Function-1, b.given(r)
		if !checked[i] {
			b.checkBackend(r.Pattern, b.functions[i])
			checked[i] = true
		}
		integration := integrations[i]
		if integration == nil || given.IntegrationOptions != nil {
			integration = newIntegration(given)
		}
		if given.IntegrationOptions == nil {
			integrations[i] = integration
		}
		resource := b.resource(r.Pattern.Path())
		method := madeMethod{Method: resource.AddMethod(jsii.String(r.Pattern.Verb), integration, b.methodOptions(r, given))}
		if r.Guard != nil {
			method.properties = b.attached[r.Guard].method
		}
		// What a route requires is in the bundle of the included authorizer, and why it is public is in this table
		// alone: without the metadata neither a snapshot nor "cdk diff" would show a change.
		switch {
		case r.Guard == nil:
			method.metadata, method.text = rules.PublicMetadata, r.Reason
		case len(r.Requires) > 0:
			method.metadata, method.text = rules.RequiresMetadata, inWords(r.Requires)
		}
		b.methods = append(b.methods, method)
	}
	// Before the preflights, which are as many.
	b.constructs = *b.api.RestAPI.Node().FindAll(constructs.ConstructOrder_PREORDER)
}

// given is a route as the table has it, or as a login has it.
func (b *builder) given(r plan.PlannedRoute) Route {
	if r.Login != nil {
		return Route{Pattern: r.Pattern.String(), Function: b.functionOf(r)}
	}
	return b.props.Routes[r.Index]
}

// noteMethods tells the methods' L1 resources what CDK's L2 has no property for.
func (b *builder) noteMethods() {
	for _, m := range b.methods {
		if m.metadata != "" {
			b.l1(m.Method).AddMetadata(jsii.String(m.metadata), m.text)
		}
		for _, name := range slices.Sorted(maps.Keys(m.properties)) {
			b.l1(m.Method).AddPropertyOverride(jsii.String(name), m.properties[name])
		}
		if m.binary {
			b.l1(m.Method).AddPropertyOverride(jsii.String("Integration.ContentHandling"), "CONVERT_TO_TEXT")
		}
	}
}

// inWords says what a route requires, also where that is a list that is known only when the stack is deployed.
func inWords(requires []access.Requirement) string {
	requires = slices.Clone(requires)
	for i, r := range requires {
		if slices.ContainsFunc(r.AnyOf, plan.UnresolvedList) {
			requires[i].AnyOf = []string{*awscdk.Fn_Join(jsii.String(", "), jsii.Strings(r.AnyOf...))}
		}
	}
	return plan.JoinRequirements(requires)
}

// newIntegration invokes the route's function with one permission for the whole API, in the API's own stack: two for
// every method, as CDK makes them by default, overflow a function's policy at 20 KB, and a permission in the
// function's stack would make each stack depend on the other. Routes without options share their function's.
// Source: https://github.com/aws/aws-cdk/issues/9327, https://github.com/aws/aws-cdk/issues/8241
func newIntegration(r Route) awsapigateway.Integration {
	var o awsapigateway.LambdaIntegrationOptions
	if r.IntegrationOptions != nil {
		o = *r.IntegrationOptions
	}
	if o.ScopePermissionToMethod == nil {
		o.ScopePermissionToMethod = jsii.Bool(false)
	}
	return awsapigateway.NewLambdaIntegration(r.Function, &o)
}

func (b *builder) methodOptions(r plan.PlannedRoute, given Route) *awsapigateway.MethodOptions {
	var o awsapigateway.MethodOptions
	if given.MethodOptions != nil {
		o = *given.MethodOptions
	}
	if r.NeedsKey {
		o.ApiKeyRequired = jsii.Bool(true)
	}
	if r.Guard == nil {
		o.AuthorizationType = awsapigateway.AuthorizationType_NONE
		return &o
	}
	at := b.attached[r.Guard]
	o.AuthorizationType, o.Authorizer = at.authorizationType, at.authorizer
	if scopes := r.MethodScopes(); scopes != nil {
		o.AuthorizationScopes = jsii.Strings(scopes...)
	}
	return &o
}
