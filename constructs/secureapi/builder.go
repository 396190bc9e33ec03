package secureapi

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
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
	b.api.scope = policyScope(b.props, b.plan)
	policy := b.props.ResourcePolicy.document(b)
	b.api.RestAPI = awsapigateway.NewRestApi(b.api, jsii.String("RestApi"), b.restAPIProps(policy))
	guards := map[*guard]attached{}
	for _, g := range b.plan.guards {
		guards[g] = g.authorizer.attach(b, g)
		if g.table != nil {
			b.api.included = append(b.api.included, guards[g].authorizer)
		}
	}
	functions := b.addMethods(guards)
	if c := b.props.CORS; c != nil {
		b.addPreflights()
		b.addGatewayResponses()
		c.configure(b, functions)
	}
	b.redeployOn(guards)
	b.flush()
	b.api.Node().AddValidation(&guardedMethods{b.api})
}

// checkRestApiProps refuses what would work around the table, or say a thing twice.
func checkRestApiProps(props *Props) (errs []error) {
	p := props.RestApiProps
	if p == nil {
		return nil
	}
	instead := func(set bool, field, way string) {
		if set {
			errs = append(errs, fmt.Errorf("RestApiProps.%s is set: %s", field, way))
		}
	}
	instead(p.Policy != nil, "Policy", "use Props.ResourcePolicy, whose Statements take anything")
	instead(p.DefaultCorsPreflightOptions != nil, "DefaultCorsPreflightOptions", "use Props.CORS, which also covers errors and functions")
	instead(p.DefaultMethodOptions != nil, "DefaultMethodOptions", "use Route.MethodOptions, and the table for who may call")
	instead(p.DefaultIntegration != nil, "DefaultIntegration", "each route names its function")
	instead(p.CloneFrom != nil, "CloneFrom", "the methods of another API would come along, and the table says nothing of them")
	instead(p.Deploy != nil && !*p.Deploy && props.Stage != (Stage{}), "Deploy", "it is false, and Stage would have no effect; leave one out")
	instead(p.EndpointTypes != nil && p.EndpointConfiguration != nil, "EndpointTypes", "EndpointConfiguration is set too; leave one out")
	if o := p.DeployOptions; o != nil {
		s := props.Stage
		instead(o.StageName != nil && s.Name != "", "DeployOptions.StageName", "Stage.Name is set too; leave one out")
		if o.StageName != nil && !stageName.MatchString(*o.StageName) {
			errs = append(errs, badStageName("RestApiProps.DeployOptions.StageName", *o.StageName))
		}
		instead((o.ThrottlingRateLimit != nil || o.ThrottlingBurstLimit != nil) && (s.RateLimit != 0 || s.BurstLimit != 0 || s.NoThrottling),
			"DeployOptions.ThrottlingRateLimit or ThrottlingBurstLimit", "Stage says it too; leave one out")
		instead(o.AccessLogDestination != nil && (s.NoAccessLogs || s.AccessLogRetention != ""), "DeployOptions.AccessLogDestination", "Stage says it too; leave one out")
		instead(o.TracingEnabled != nil && s.Tracing, "DeployOptions.TracingEnabled", "Stage.Tracing is set too; leave one out")
	}
	errs = append(errs, checkResponseCache(p.DeployOptions)...)
	errs = append(errs, checkKeySource(props)...)
	if private(p) && props.ResourcePolicy == nil {
		errs = append(errs, errors.New("the endpoint is PRIVATE and there is no ResourcePolicy: API Gateway does not deploy a private API without one; set AllowVPCEndpoints or AllowVPCs"))
	}
	return errs
}

// checkResponseCache refuses the cache of answers: its key has the parameters that a method declares and not the caller,
// so that one caller would get another one's answer.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html
func checkResponseCache(o *awsapigateway.StageOptions) []error {
	if o == nil {
		return nil
	}
	on := o.CachingEnabled != nil && *o.CachingEnabled
	if o.MethodOptions != nil {
		for _, m := range *o.MethodOptions {
			on = on || m != nil && m.CachingEnabled != nil && *m.CachingEnabled
		}
	}
	if !on {
		return nil
	}
	return []error{errors.New("RestApiProps.DeployOptions turn the cache of answers on: API Gateway does not key it by the caller, so one would get another one's answer; cache in the function or in front of public routes")}
}

// checkKeySource refuses API keys that an authorizer would have to name, where that is the included one: it has none to
// name, so that every request got 403.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html
func checkKeySource(props *Props) (errs []error) {
	if props.RestApiProps.ApiKeySourceType != awsapigateway.ApiKeySourceType_AUTHORIZER {
		return nil
	}
	all := allAuthorizers(props)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if known, err := value(all[name]); err == nil && usesIncluded(known) {
			errs = append(errs, fmt.Errorf("RestApiProps.ApiKeySourceType is AUTHORIZER, and %s answers without a key: leave it out, so that callers send the key in %s, or guard by a Function of your own",
				&guard{name: name, authorizer: known}, apiKeyHeader))
		}
	}
	return errs
}

// private tells whether the API is reached through VPC endpoints only.
func private(p *awsapigateway.RestApiProps) bool {
	if p == nil {
		return false
	}
	var types []awsapigateway.EndpointType
	if p.EndpointTypes != nil {
		types = *p.EndpointTypes
	}
	if c := p.EndpointConfiguration; c != nil && c.Types != nil {
		types = append(types, *c.Types...)
	}
	return slices.Contains(types, awsapigateway.EndpointType_PRIVATE)
}

// restAPIProps are the caller's, copied, with our defaults where they say nothing.
func (b *builder) restAPIProps(policy awsiam.PolicyDocument) *awsapigateway.RestApiProps {
	var p awsapigateway.RestApiProps
	if b.props.RestApiProps != nil {
		p = *b.props.RestApiProps
	}
	if p.EndpointTypes == nil && p.EndpointConfiguration == nil {
		p.EndpointConfiguration = &awsapigateway.EndpointConfiguration{
			Types: &[]awsapigateway.EndpointType{awsapigateway.EndpointType_REGIONAL},
		}
	}
	if p.RestApiName == nil {
		p.RestApiName = jsii.String(strings.ReplaceAll(b.path, "/", "-")) // metrics are kept by this name
	}
	if p.CloudWatchRole == nil {
		p.CloudWatchRole = jsii.Bool(false)
	}
	if policy != nil {
		p.Policy = policy
	}
	if p.Deploy == nil || *p.Deploy {
		p.DeployOptions = b.props.Stage.options(b, p.DeployOptions)
	}
	return &p
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

// Names of the metadata of an AWS::ApiGateway::Method. What a route is for is part of a function's bundle or says nothing for
// itself, so that neither a template, nor a difference of two, nor "cdk diff" would tell of a change.
const (
	PublicMetadata   = "gatehouse:public"   // of a public route: the reason it is
	RequiresMetadata = "gatehouse:requires" // of a guarded one: what its callers must have, such as "any scope of orders:read"
)

func inWords(requires []access.Requirement) string {
	words := make([]string, len(requires))
	for i, r := range requires {
		words[i] = r.String()
	}
	return strings.Join(words, " and ")
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

// addPreflights answers OPTIONS on each resource that has a route.
func (b *builder) addPreflights() {
	routes := b.sorted()
	for i := 0; i < len(routes); {
		path, verbs := routes[i].pattern.Path(), []string(nil)
		for ; i < len(routes) && routes[i].pattern.Path() == path; i++ {
			for _, v := range verbsOf(routes[i].pattern) {
				if !slices.Contains(verbs, v) {
					verbs = append(verbs, v)
				}
			}
		}
		resource := b.api.RestAPI.Root()
		if path != "/" {
			resource = resource.ResourceForPath(jsii.String(path))
		}
		preflight := resource.AddCorsPreflight(b.props.CORS.preflight(b.plan, verbs))
		if b.binary() {
			preflight.Node().DefaultChild().(awsapigateway.CfnMethod).AddPropertyOverride(jsii.String("Integration.ContentHandling"), "CONVERT_TO_TEXT")
		}
	}
	if deployment := b.api.RestAPI.LatestDeployment(); deployment != nil && b.binary() {
		deployment.AddToLogicalId("preflights are converted to text") // CDK does not see the override
	}
}

// binary tells whether a preflight counts as binary: it has no Content-Type, which stands for application/json, and the
// API's binary media types cover that. A mock integration answers what is binary with 500, unless it is told to convert it.
// Source: https://github.com/aws/serverless-application-model/issues/553
func (b *builder) binary() bool {
	p := b.props.RestApiProps
	if p == nil || p.BinaryMediaTypes == nil {
		return false
	}
	return slices.ContainsFunc(*p.BinaryMediaTypes, func(t *string) bool {
		return unresolved(*t) || slices.Contains([]string{"*/*", "application/*", "application/json"}, strings.ToLower(strings.ReplaceAll(*t, "~1", "/")))
	})
}

// addGatewayResponses puts CORS headers on the answers that API Gateway makes itself.
func (b *builder) addGatewayResponses() {
	headers := b.props.CORS.gatewayHeaders()
	for _, t := range []struct {
		id string
		of awsapigateway.ResponseType
	}{
		{"Default4xx", awsapigateway.ResponseType_DEFAULT_4XX()},
		{"Default5xx", awsapigateway.ResponseType_DEFAULT_5XX()},
	} {
		b.api.RestAPI.AddGatewayResponse(jsii.String(t.id), &awsapigateway.GatewayResponseOptions{Type: t.of, ResponseHeaders: headers})
	}
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

// ofAnotherAccount tells whether a function belongs to an account other than the API's, where both are known.
func (b *builder) ofAnotherAccount(f awslambda.IFunction) (of, here string, is bool) {
	of, here = *f.Env().Account, *awscdk.Stack_Of(b.api).Account()
	return of, here, of != here && !unresolved(of) && !unresolved(here)
}

// ofAnotherStack tells whether a function belongs to a stack of this app other than the API's.
func (b *builder) ofAnotherStack(f awslambda.IFunction) bool {
	return *awscdk.Stack_Of(f).Node().Addr() != *awscdk.Stack_Of(b.api).Node().Addr()
}
