package secureapi

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

// builder turns a checked plan into CDK's objects. Nothing is decided here.
type builder struct {
	*site
	*accessTable // with the plan
	api          *API
	props        *Props

	attached   map[*plan.Guard]attached
	resources  map[string]awsapigateway.IResource // by path
	methods    []madeMethod
	constructs []constructs.IConstruct
}

// madeMethod is a method with what its L1 resource is told beside CDK's own settings.
type madeMethod struct {
	awsapigateway.Method
	metadata, text string // what the table says of it; "" for a route without a requirement
	binary         bool   // a preflight of an API with binary media types
}

func (b *builder) build() {
	policy := b.policyDocument()
	b.api.RestAPI = awsapigateway.NewRestApi(b.api, jsii.String("RestApi"), b.restAPIProps(policy))
	b.attach()
	b.addMethods()
	if b.props.CORS != nil {
		b.addPreflights()
		b.addGatewayResponses()
		b.configureFunctions()
	}
	b.redeploy()
	b.warnOfSiblings()
	b.noteMethods()
	b.notePlan(policy)
	b.flush()
	b.settle()
	b.check()
}

// attach makes the authorizers.
func (b *builder) attach() {
	b.attached, b.api.functions = map[*plan.Guard]attached{}, map[*plan.Guard]awslambda.Function{}
	for _, g := range b.plan.Guards {
		at := b.authorizers[g.Name].attach(b.site, g)
		b.attached[g] = at
		if f := at.included.function; f != nil {
			b.api.functions[g] = f
		}
	}
}

// functionOf is a route's function.
func (b *builder) functionOf(r plan.PlannedRoute) awslambda.IFunction {
	return b.functions[r.Function-1]
}

// addMethods makes resources and methods.
func (b *builder) addMethods() {
	integrations := make([]awsapigateway.Integration, len(b.functions)) // without options of a route
	checked := make([]bool, len(b.functions))
	for _, r := range b.plan.Sorted() {
		i, given := r.Function-1, b.props.Routes[r.Index]
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
		// What a route requires is in the bundle of the included authorizer, and why it is public is in this table alone:
		// without the metadata neither a snapshot nor "cdk diff" would show a change.
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

// redeploy makes the deployment depend on what a stage serves only after a new deployment. CDK does it for methods
// and gateway responses, for the resource policy as part of the API, but for authorizers only under the feature flag
// @aws-cdk/aws-apigateway:authorizerChangeDeploymentLogicalId, which is the consumer's.
// Source: https://github.com/aws/aws-cdk/issues/5354, https://github.com/aws/aws-cdk/issues/16554
func (b *builder) redeploy() {
	deployment := b.api.RestAPI.LatestDeployment()
	if deployment == nil {
		return
	}
	for _, g := range b.plan.Guards {
		at := b.attached[g]
		deployment.AddToLogicalId(map[string]any{"authorizer": g.ID(), "settings": at.fingerprint})
		if at.authorizer != nil {
			deployment.Node().AddDependency(at.authorizer)
		}
	}
}
