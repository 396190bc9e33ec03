// Package secureapi builds an Amazon API Gateway REST API from an access table: each row names a route, what answers
// it, and who may call it.
//
//	orders := gofunction.New(stack, "Orders", &gofunction.Props{Package: "example.com/shop/orders-fn"})
//	secureapi.New(stack, "Api", &secureapi.Props{
//		Authorizer: secureapi.TokenAuthorizer{
//			JWT: &secureapi.JWT{Issuers: []secureapi.Issuer{
//				secureapi.Okta("https://shop.okta.com/oauth2/default", "api://orders"),
//			}},
//		},
//		Routes: []secureapi.Route{
//			secureapi.Handle("GET /orders", orders, secureapi.AnyScope("orders:read")),
//			secureapi.Handle("GET /health", orders, secureapi.Public("load balancer health check")),
//		},
//	})
//
// An API is closed by default. Every route has an authorizer, the API's or one that the route names with [GuardedBy],
// or is [Public] with a reason. If an authorizer cannot enforce what a route requires, the app does not synthesize. The
// package checks the table as plain Go before it creates any CDK object. It panics on misuse with an error that names
// the construct, the wrong value and how to fix it.
//
// [Handle] makes a route that a Lambda function answers. [Integrate] makes a route with any other integration: an SQS
// queue ([SendTo]), a state machine ([StartExecution]), an event bus ([PutEvents]), a fixed answer
// ([Respond]), an HTTP backend or an AWS service. For browsers, add a [Login] and guard routes with a
// [SessionAuthorizer].
//
// The package does not build HTTP APIs (API Gateway v2) or WebSocket APIs, and does not read OpenAPI documents. For
// everything else that CDK can do with a REST API, use [API.RestAPI], which is CDK's own object.
package secureapi

import (
	"fmt"
	"strings"

	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// New builds the API with its authorizers, methods, permissions, gateway responses, stage and deployment.
//
// It panics with an error that lists every fault of the props.
func New(scope constructs.Construct, id string, props *Props) *API {
	path := id
	if scope == nil {
		panic(fmt.Errorf("secureapi: %s: the scope is nil: give it the stack", path))
	}
	above := *scope.Node().Path()
	if id == "" {
		panic(fmt.Errorf("secureapi: %s: the id is empty: give the API one that its stack has once, such as %q",
			above, "Api"))
	}
	if above != "" {
		path = above + "/" + id
	}
	props = withSomeRoute(props)
	table, err := newTable(props)
	if err != nil {
		panic(fmt.Errorf("secureapi: %s: %w%s", path, err, lookUp(err)))
	}
	a := &API{plan: table.plan, condition: props.Condition}
	constructs.NewConstruct_Override(a, scope, &id)
	site := newSite(a, path)
	// By default CDK records the engine's stack trace where it creates a resource, which does not contain an app in Go.
	// Source: aws-cdk-lib 2.270.0, cx-api/lib/app.js (DISABLE_CREATION_STACK_TRACES)
	site.node.SetContext(jsii.String("aws:cdk:disable-creation-stack-traces"), true)
	b := &builder{site: site, api: a, props: props, accessTable: table, described: newDigest(), root: site.node.Root()}
	if routesOf(b.root)+len(table.plan.Routes) > manyRoutes {
		defer collectEarly(50)()
	}
	b.build()
	a.plan.Forget()
	return a
}

// lookUp returns the way out of an error about a value that the CDK CLI has not looked up yet. The CLI looks it up if
// the app ends without an error. Source: https://github.com/aws/aws-cdk/pull/21520
func lookUp(err error) string {
	const dummy = "dummy-value-for-"
	if !strings.Contains(err.Error(), dummy) {
		return ""
	}
	return fmt.Sprintf("\n(%q: StringParameter_ValueFromLookup returns this placeholder until the CDK CLI has looked the "+
		"value up, which it does only if the app ends without an error: use StringParameter_ValueForStringParameter, "+
		"whose value the deployment resolves)", dummy)
}
