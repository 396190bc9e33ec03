// Package secureapi builds an Amazon API Gateway REST API from one table: these routes, these functions, who may call each.
//
//	orders := gofunction.New(stack, "Orders", &gofunction.Props{Package: "example.com/shop/orders-fn"})
//	secureapi.New(stack, "Api", &secureapi.Props{
//		Authorizer: secureapi.TokenAuthorizer{
//			JWT: &secureapi.JWT{Issuers: []secureapi.Issuer{secureapi.Okta("https://shop.okta.com/oauth2/default", "api://orders")}},
//		},
//		Routes: []secureapi.Route{
//			secureapi.Handle("GET /orders", orders, secureapi.AnyScope("orders:read")),
//			secureapi.Handle("GET /health", orders, secureapi.Public("load balancer health check")),
//		},
//	})
//
// It is closed by default: a route is guarded by the API's authorizer, by another one that it names, or says why it is
// public. What an authorizer cannot enforce is refused when the stack is synthesized. The table is checked as plain Go
// before CDK sees any of it; misuse panics with an error that names the construct, the wrong value and the way out.
//
// It does not build HTTP APIs (API Gateway v2), WebSocket APIs or APIs from an OpenAPI document, and it does not
// integrate routes with anything but Lambda functions; for those, [API.RestAPI] is CDK's own object.
package secureapi

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
)

// Props describe an API. Routes and an authorizer (or a reason for each route to be public) are required; the zero
// value of everything else is the safe one. They are read, never changed.
type Props struct {
	// Routes is the access table. At least one.
	Routes []Route

	// Authorizer guards every route that is not [Public] and is not [GuardedBy] another one: a [TokenAuthorizer],
	// [RequestAuthorizer], [CognitoAuthorizer] or [IAMAuthorizer]. Default: none, so that each route has to say.
	Authorizer Authorizer

	// Authorizers are further ones, by the name that [GuardedBy] refers to. Each must be used by a route.
	Authorizers map[string]Authorizer

	// ResourcePolicy limits who reaches the API at all, before and beside the authorizers. Default: none, which a
	// PRIVATE API does not deploy with.
	ResourcePolicy *ResourcePolicy

	// CORS lets pages of other origins call the API. Default: none may.
	CORS *CORS

	// Stage is where the API is deployed to, with its limits and logs.
	Stage Stage

	// RestApiProps is handed to CDK's RestApi for all that is not said above. Policy, DefaultMethodOptions,
	// DefaultIntegration and DefaultCorsPreflightOptions are refused in it, as they would work around the table.
	// Defaults that differ from CDK's: the endpoint is REGIONAL, and there is no account-wide CloudWatch role.
	RestApiProps *awsapigateway.RestApiProps
}

// API is a guarded REST API. It is a construct, so that other constructs can be made inside it.
type API struct {
	constructs.Construct

	// RestAPI is CDK's own object, for all that this package does not do. When the app is synthesized, the finished templates
	// are checked, and what was added to it or changed in it is refused if it undermines the table: docs/checking.md lists
	// the rules, and [Accept] accepts a finding. The same rules run in "gatehouse check".
	RestAPI awsapigateway.RestApi

	plan        *plan
	corsHeaders *map[string]*string // of gateway responses; nil without CORS
}

// New builds the API with its authorizers, methods, permissions, gateway responses, stage and deployment.
//
// It panics with an error if the props are wrong. All that is wrong with the table is said at once.
func New(scope constructs.Construct, id string, props *Props) *API {
	path := id
	if scope == nil {
		panic(fmt.Errorf("secureapi: %s: the scope is nil: give it the stack", path))
	}
	if above := *scope.Node().Path(); above != "" {
		path = above + "/" + id
	}
	p, err := newPlan(props)
	if err != nil {
		panic(fmt.Errorf("secureapi: %s: %w", path, err))
	}
	a := &API{plan: p}
	constructs.NewConstruct_Override(a, scope, &id)
	b := &builder{api: a, path: path, props: props, plan: p, node: a.Node(), stack: awscdk.Stack_Of(a), elsewhere: map[awslambda.IFunction]bool{}}
	b.build()
	return a
}

// URL is the address of the deployed stage, with a slash at its end.
// It panics if the API is not deployed by this construct (RestApiProps.Deploy is false).
func (a *API) URL() string {
	if a.plan.stage == "" {
		panic(fmt.Errorf("secureapi: %s: URL: the API has no stage, as RestApiProps.Deploy is false", *a.Node().Path()))
	}
	return *a.RestAPI.Url()
}

// AuthorizerFunction is the function that an authorizer with JWT has, for grants to its hook and for alarms: that of
// Props.Authorizer by the name "", another one by its name in Props.Authorizers.
//
// It panics if there is no such authorizer, or if that one has no JWT.
func (a *API) AuthorizerFunction(name string) awslambda.Function {
	g := a.plan.guard(name)
	switch {
	case g == nil && name == "":
		panic(fmt.Errorf("secureapi: %s: AuthorizerFunction: Props.Authorizer is not set: name one of Authorizers: %s", *a.Node().Path(), a.plan.names()))
	case g == nil:
		panic(fmt.Errorf("secureapi: %s: AuthorizerFunction: there is no authorizer %q in Authorizers: %s", *a.Node().Path(), name, a.plan.names()))
	case g.function == nil:
		panic(fmt.Errorf("secureapi: %s: AuthorizerFunction: %s has no included function: it has one with JWT", *a.Node().Path(), g))
	}
	return g.function
}
