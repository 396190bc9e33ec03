package secureapi

import (
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/internal/batch"
	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

// describe sets the properties of a route's method that do not depend on what answers it. Each feature has a function
// in its own file. A property that remains nil is not written.
//
// A method is created from these properties, or by CDK's L2, and the properties are set afterwards: see
// [builder.addMethods]. The deployment's logical ID depends on all of them.
func (b *builder) describe(r plan.PlannedRoute, p *awsapigateway.CfnMethodProps) {
	b.authorize(r, p)
	b.requireKey(r, p)
	b.validate(r, p)
	b.declareCacheKeys(r, p)
	b.declareTenant(r, p)
}

// authorize sets who may call a route.
func (b *builder) authorize(r plan.PlannedRoute, p *awsapigateway.CfnMethodProps) {
	if r.Guard == nil {
		p.AuthorizationType = jsii.String("NONE")
		return
	}
	at := b.attached[r.Guard]
	p.AuthorizationType = &at.authorizationType
	if at.id != nil {
		p.AuthorizerId = at.id
	}
	if scopes := r.MethodScopes(); scopes != nil {
		p.AuthorizationScopes = jsii.Strings(scopes...)
	}
}

// addMethods creates resources and methods.
//
// CDK's L2 creates the first method of each function and of each authorizer, because it binds the function (its
// permission) and the authorizer (its RestApiId) to the API. It also creates routes with an integration or options of
// their own, because it binds those too. The others are created from their properties in a single call, at the same
// place in the tree and with the same logical IDs.
func (b *builder) addMethods() {
	type binding struct {
		integration awsapigateway.Integration
		first       batch.Name // the method that CDK's L2 created for it
	}
	bindings := make([]*binding, len(b.functions))
	bound := map[*plan.Guard]bool{}
	for r := range b.plan.Sorted() {
		given := b.given(r)
		p := &awsapigateway.CfnMethodProps{HttpMethod: jsii.String(r.Pattern.Verb)}
		b.describe(r, p)
		var bind *binding
		if !r.Integrated {
			if bind = bindings[r.Function-1]; bind == nil {
				b.checkBackend(r.Pattern, b.functionOf(r))
			}
		}
		switch {
		case r.Integrated:
			b.checkIntegration(r, given)
			b.forwardCaller(r, given)
			method := l1(b.addWithOptions(r, given, given.Integration, p)).(awsapigateway.CfnMethod)
			b.complete(given, method)
			b.derive(r, given.requestParameters(p), method)
		case given.IntegrationOptions != nil || given.MethodOptions != nil:
			b.addWithOptions(r, given, newIntegration(given), p)
		case bind == nil:
			bind = &binding{newIntegration(given), batch.Name{Path: r.Pattern.Path(), Verb: r.Pattern.Verb}}
			bindings[r.Function-1] = bind
			b.addWithOptions(r, given, bind.integration, p)
		case r.Guard != nil && !bound[r.Guard]:
			b.addWithOptions(r, given, bind.integration, p)
		default:
			own := b.withTenant(r, b.withCacheKeys(r, &awsapigateway.CfnMethod_IntegrationProperty{}))
			if own.CacheKeyParameters != nil || own.RequestParameters != nil {
				p.Integration = own // and all else as in the other method
			}
			if !b.add(r.Pattern.Path(), p, &bind.first, inMetadata(r)) {
				p.Integration = nil
				b.addWithOptions(r, given, bind.integration, p)
			}
		}
		bound[r.Guard] = true
	}
}

// add schedules a method that is created from its properties, at the place where CDK's L2 would create it: a construct
// with the verb's name that contains the resource. If it is like another method, it invokes that method's function. It
// returns false if this is not possible because a property is one of CDK's own objects.
func (b *builder) add(
	path string, p *awsapigateway.CfnMethodProps, like *batch.Name, metadata map[string]string,
) bool {
	value, plain := plainValue(p)
	if !plain {
		return false
	}
	b.described.add(value)
	if like != nil {
		b.described.add(like.Verb + " " + like.Path)
	}
	b.batch = append(b.batch, batch.Method{
		Name:       batch.Name{Path: path, Verb: *p.HttpMethod},
		Metadata:   metadata,
		Properties: value.(map[string]any),
		Like:       like,
	})
	return true
}

// addWithOptions lets CDK's L2 create a method, and sets the properties that the L2 did not get as options.
func (b *builder) addWithOptions(
	r plan.PlannedRoute, given Route, integration awsapigateway.Integration, p *awsapigateway.CfnMethodProps,
) awsapigateway.Method {
	b.dependOn(p)
	var o awsapigateway.MethodOptions
	if given.MethodOptions != nil {
		o = b.shareValidator(*given.MethodOptions)
	}
	set := *p
	if kind, known := authorizationTypes[*p.AuthorizationType]; known {
		o.AuthorizationType, o.AuthorizationScopes = kind, p.AuthorizationScopes
		if r.Guard != nil {
			o.Authorizer = b.attached[r.Guard].authorizer
		}
		set.AuthorizationType, set.AuthorizerId, set.AuthorizationScopes = nil, nil, nil
	} else {
		o.AuthorizationType = awsapigateway.AuthorizationType_NONE // until its own is set
	}
	if set.RequestParameters != nil {
		o.RequestParameters = nil // they are part of the properties
	}
	made := b.resource(r.Pattern.Path()).AddMethod(&r.Pattern.Verb, integration, &o)
	bound(integration)
	setAll(made, &set)
	if !r.Integrated && len(b.plan.CacheKeys(r)) > 0 {
		b.addBoundCacheKeys(r, l1(made).(awsapigateway.CfnMethod), given.ownCacheKeys())
	}
	if r.TenantFrom != "" {
		b.addBoundTenant(r, l1(made).(awsapigateway.CfnMethod))
	}
	b.batch = append(b.batch, batch.Method{
		Name:     batch.Name{Path: r.Pattern.Path(), Verb: r.Pattern.Verb},
		Metadata: inMetadata(r),
	})
	return made
}

// authorizationTypes maps the template's names to the authorization types of CDK's L2.
var authorizationTypes = map[string]awsapigateway.AuthorizationType{
	"NONE":               awsapigateway.AuthorizationType_NONE,
	"AWS_IAM":            awsapigateway.AuthorizationType_IAM,
	"CUSTOM":             awsapigateway.AuthorizationType_CUSTOM,
	"COGNITO_USER_POOLS": awsapigateway.AuthorizationType_COGNITO,
}

// setAll sets the properties that the table sets and CDK's L2 did not get as options. The plan has refused
// MethodOptions that set one of them too, except for RequestParameters, which are joined.
func setAll(made awsapigateway.Method, p *awsapigateway.CfnMethodProps) {
	m := sync.OnceValue(func() awsapigateway.CfnMethod { return l1(made).(awsapigateway.CfnMethod) })
	if p.AuthorizationType != nil {
		m().SetAuthorizationType(p.AuthorizationType)
	}
	if p.AuthorizerId != nil {
		m().SetAuthorizerId(p.AuthorizerId.(*string))
	}
	if p.AuthorizationScopes != nil {
		m().SetAuthorizationScopes(p.AuthorizationScopes)
	}
	if p.ApiKeyRequired != nil {
		m().SetApiKeyRequired(p.ApiKeyRequired)
	}
	if p.RequestModels != nil {
		m().SetRequestModels(p.RequestModels)
	}
	if p.RequestParameters != nil {
		m().SetRequestParameters(p.RequestParameters)
	}
	if p.RequestValidatorId != nil {
		m().SetRequestValidatorId(p.RequestValidatorId.(*string))
	}
}

// inMetadata returns what a method's metadata says about its route. A route's requirements are otherwise only in the
// included authorizer's bundle, and the reason why it is public only in this table. Without the metadata, neither a
// snapshot nor "cdk diff" would show a change of them.
func inMetadata(r plan.PlannedRoute) map[string]string {
	out := map[string]string{}
	switch {
	case r.Guard == nil:
		out[rules.PublicMetadata] = r.Reason
	case len(r.Requires) > 0:
		out[rules.RequiresMetadata] = inWords(r.Requires)
	}
	if r.From != nil {
		out[rules.FromMetadata] = strings.Join(r.From, ", ")
	}
	return out
}

// inWords describes what a route requires, even if a requirement is a list that is known only at deployment.
func inWords(requires []access.Requirement) string {
	requires = slices.Clone(requires)
	for i, r := range requires {
		if slices.ContainsFunc(r.AnyOf, cdktoken.UnresolvedList) {
			requires[i].AnyOf = []string{*awscdk.Fn_Join(jsii.String(" or "), jsii.Strings(r.AnyOf...))}
		}
	}
	return plan.JoinRequirements(requires)
}

// newIntegration invokes the route's function with one permission for the whole API, in the API's own stack. CDK's
// default of two permissions for every method would exceed the limit of a function's policy, 20 KB. A permission in the
// function's stack would make each stack depend on the other.
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
