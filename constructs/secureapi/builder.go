package secureapi

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
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

	// What CDK was asked for already: each question is a call into another process.
	node       constructs.Node
	stack      awscdk.Stack
	resources  map[string]awsapigateway.IResource // by path
	elsewhere  map[awslambda.IFunction]bool       // whether a function is of another stack
	methods    []madeMethod
	constructs []constructs.IConstruct
}

// madeMethod is a method with what its L1 resource is told beside CDK's own settings.
type madeMethod struct {
	awsapigateway.Method
	metadata, text string // what the table says of it; "" for a route without a requirement
	binary         bool   // a preflight of an API with binary media types
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
	b.warnOfSiblings()
	b.noteMethods()
	b.notePlan(guards, policy)
	b.flush()
	b.settle()
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
	var integrations []awsapigateway.Integration // of the functions, without options of a route
	for _, r := range b.sorted() {
		i := slices.IndexFunc(functions, func(f awslambda.IFunction) bool { return f == r.Function })
		if i < 0 {
			b.checkBackend(r)
			i = len(functions)
			functions, integrations = append(functions, r.Function), append(integrations, nil)
		}
		integration := integrations[i]
		if integration == nil || r.IntegrationOptions != nil {
			integration = newIntegration(r)
		}
		if r.IntegrationOptions == nil {
			integrations[i] = integration
		}
		method := madeMethod{Method: b.resource(r.pattern.Path()).AddMethod(jsii.String(r.pattern.Verb), integration, b.methodOptions(r, guards))}
		switch {
		case r.guard == nil:
			method.metadata, method.text = PublicMetadata, r.reason
		case len(r.requires) > 0:
			method.metadata, method.text = RequiresMetadata, inWords(r.requires)
		}
		b.methods = append(b.methods, method)
	}
	b.constructs = *b.api.RestAPI.Node().FindAll(constructs.ConstructOrder_PREORDER) // before the preflights, which are as many
	return functions
}

// resource is CDK's resource of a path, with those above it.
func (b *builder) resource(path string) awsapigateway.IResource {
	if b.resources == nil {
		b.resources = map[string]awsapigateway.IResource{"/": b.api.RestAPI.Root()}
	}
	if b.resources[path] == nil {
		b.resources[path] = b.resources["/"].ResourceForPath(jsii.String(path))
	}
	return b.resources[path]
}

// noteMethods tells the methods' L1 resources what CDK's L2 has no property for.
func (b *builder) noteMethods() {
	for _, m := range b.methods {
		if m.metadata != "" {
			b.l1(m.Method).AddMetadata(jsii.String(m.metadata), m.text)
		}
		if m.binary {
			b.l1(m.Method).AddPropertyOverride(jsii.String("Integration.ContentHandling"), "CONVERT_TO_TEXT")
		}
	}
}

// l1 is the L1 resource of one of the RestApi's constructs. CDK is asked for the routes' constructs in one call, since the
// default child of each by itself takes two; in that list it follows its construct.
func (b *builder) l1(of constructs.IConstruct) awscdk.CfnResource {
	if i := slices.Index(b.constructs, of); i >= 0 && i+1 < len(b.constructs) {
		if resource, ok := b.constructs[i+1].(awscdk.CfnResource); ok {
			return resource
		}
	}
	return of.Node().DefaultChild().(awscdk.CfnResource)
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

// newIntegration invokes the route's function with one permission for the whole API, in the API's own stack: two for
// every method, as CDK makes them by default, overflow a function's policy at 20 KB, and a permission in the
// function's stack would make each stack depend on the other. Routes without options share their function's.
// Source: https://github.com/aws/aws-cdk/issues/9327, https://github.com/aws/aws-cdk/issues/8241
func newIntegration(r plannedRoute) awsapigateway.Integration {
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
