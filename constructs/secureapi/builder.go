package secureapi

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

// builder turns a checked plan into CDK's objects. Nothing is decided here.
type builder struct {
	api   *API
	path  string // the construct's, for errors
	props *Props
	plan  *plan
}

func (b *builder) fail(format string, a ...any) {
	panic(fmt.Errorf("secureapi: %s: %w", b.path, fmt.Errorf(format, a...)))
}

func (b *builder) build() {
	policy := b.props.ResourcePolicy.document(b)
	b.api.RestAPI = awsapigateway.NewRestApi(b.api, jsii.String("RestApi"), b.restAPIProps(policy))
	guards := map[*guard]attached{}
	for _, g := range b.plan.guards {
		guards[g] = g.authorizer.attach(b, g)
	}
	functions := b.addMethods(guards)
	if c := b.props.CORS; c != nil {
		b.addPreflights()
		b.addGatewayResponses()
		c.configure(b, functions)
	}
	b.redeployOn(guards)
	b.flush()
	b.warnOfSiblings()
	b.notePlan(guards)
	b.check()
}

// sorted are the routes by path and verb: CDK's deployment id depends on the order in which methods are made, and
// moving a line of the table is no reason to deploy.
func (b *builder) sorted() []plannedRoute {
	return slices.SortedFunc(slices.Values(b.plan.routes), func(x, y plannedRoute) int {
		return cmp.Or(cmp.Compare(x.pattern.Path(), y.pattern.Path()), cmp.Compare(x.pattern.Verb, y.pattern.Verb))
	})
}

// addMethods makes resources and methods, and returns the functions they use, each once.
func (b *builder) addMethods(guards map[*guard]attached) []awslambda.IFunction {
	var functions []awslambda.IFunction
	root := b.api.RestAPI.Root()
	for _, r := range b.sorted() {
		if !slices.ContainsFunc(functions, func(f awslambda.IFunction) bool { return f == r.Function }) {
			b.checkBackend(r)
			functions = append(functions, r.Function)
		}
		resource := root
		if path := r.pattern.Path(); path != "/" {
			resource = root.ResourceForPath(jsii.String(path))
		}
		method := resource.AddMethod(jsii.String(r.pattern.Verb), b.integration(r), b.methodOptions(r, guards))
		note := func(name, text string) {
			method.Node().DefaultChild().(awsapigateway.CfnMethod).AddMetadata(jsii.String(name), text)
		}
		switch {
		case r.guard == nil:
			note(PublicMetadata, r.reason)
		case len(r.requires) > 0:
			note(RequiresMetadata, inWords(r.requires))
		}
	}
	return functions
}

// Names of the metadata of an AWS::ApiGateway::Method. What a route requires is in the bundle of the included authorizer, and
// why it is public is in this table alone: without these neither a snapshot nor "cdk diff" would show a change.
const (
	PublicMetadata   = rules.PublicMetadata   // of a public route: the reason it is
	RequiresMetadata = rules.RequiresMetadata // of a guarded one: what its callers must have, such as "any scope of orders:read"
)

// inWords says what a route requires, also where that is a list that is known only when the stack is deployed.
func inWords(requires []access.Requirement) string {
	requires = slices.Clone(requires)
	for i, r := range requires {
		if slices.ContainsFunc(r.AnyOf, unresolvedList) {
			requires[i].AnyOf = []string{*awscdk.Fn_Join(jsii.String(", "), jsii.Strings(r.AnyOf...))}
		}
	}
	return joinRequirements(requires)
}

// integration invokes the route's function with one permission for the whole API, in the API's own stack: two for
// every method, as CDK makes them by default, overflow a function's policy at 20 KB, and a permission in the
// function's stack would make each stack depend on the other.
// Source: https://github.com/aws/aws-cdk/issues/9327, https://github.com/aws/aws-cdk/issues/8241
func (b *builder) integration(r plannedRoute) awsapigateway.Integration {
	var o awsapigateway.LambdaIntegrationOptions
	if r.IntegrationOptions != nil {
		o = *r.IntegrationOptions
	}
	if o.ScopePermissionToMethod == nil {
		o.ScopePermissionToMethod = jsii.Bool(false)
	}
	return awsapigateway.NewLambdaIntegration(r.Function, &o)
}

func (b *builder) methodOptions(r plannedRoute, guards map[*guard]attached) *awsapigateway.MethodOptions {
	var o awsapigateway.MethodOptions
	if r.MethodOptions != nil {
		o = *r.MethodOptions
	}
	if r.guard == nil {
		o.AuthorizationType = awsapigateway.AuthorizationType_NONE
		return &o
	}
	at := guards[r.guard]
	o.AuthorizationType, o.Authorizer = at.authorizationType, at.authorizer
	if at.authorizationType == awsapigateway.AuthorizationType_COGNITO && len(r.requires) > 0 {
		o.AuthorizationScopes = jsii.Strings(r.requires[0].AnyOf...)
	}
	return &o
}

// redeployOn makes the deployment depend on what a stage serves only after a new deployment. CDK does it for methods
// and gateway responses, for the resource policy as part of the API, but for authorizers only under the feature flag
// @aws-cdk/aws-apigateway:authorizerChangeDeploymentLogicalId, which is the consumer's.
// Source: https://github.com/aws/aws-cdk/issues/5354, https://github.com/aws/aws-cdk/issues/16554
func (b *builder) redeployOn(guards map[*guard]attached) {
	deployment := b.api.RestAPI.LatestDeployment()
	if deployment == nil {
		return
	}
	for _, g := range b.plan.guards {
		at := guards[g]
		deployment.AddToLogicalId(map[string]any{"authorizer": g.id(), "settings": at.fingerprint})
		if at.authorizer != nil {
			deployment.Node().AddDependency(at.authorizer)
		}
	}
}
