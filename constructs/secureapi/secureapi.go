// Package secureapi builds an Amazon API Gateway REST API from one table: these routes, what answers them, who may call
// each.
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
// Users of browsers log in by a [Login], whose sessions a [SessionAuthorizer] takes.
//
// A function answers a route of [Handle], and any other integration one of [Integrate]: a queue ([SendTo]), a state
// machine ([StartExecution]), an event bus ([PutEvents]), a fixed answer ([Respond]), a backend over HTTP, a service of
// AWS.
//
// It does not build HTTP APIs (API Gateway v2), WebSocket APIs or APIs from an OpenAPI document. [API.RestAPI] is CDK's
// own object, for all else of the API.
package secureapi

import (
	"fmt"
	"strings"

	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// New builds the API with its authorizers, methods, permissions, gateway responses, stage and deployment.
//
// It panics with an error if the props are wrong. The error has all that is wrong with the table.
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
	// CDK notes the engine's stack where it makes a resource, and an app in Go is not in it.
	// Source: aws-cdk-lib 2.270.0, cx-api/lib/app.js (DISABLE_CREATION_STACK_TRACES)
	site.node.SetContext(jsii.String("aws:cdk:disable-creation-stack-traces"), true)
	b := &builder{site: site, api: a, props: props, accessTable: table, described: newDigest()}
	b.build()
	return a
}

// lookUp is the way out of an error about a value that the CDK CLI has not looked up yet: it does so when the app has
// ended well. Source: https://github.com/aws/aws-cdk/pull/21520
func lookUp(err error) string {
	const dummy = "dummy-value-for-"
	if !strings.Contains(err.Error(), dummy) {
		return ""
	}
	return fmt.Sprintf("\n(%q begins what StringParameter_ValueFromLookup returns until the CDK CLI has looked the value "+
		"up, which takes an app that ends without an error: use StringParameter_ValueForStringParameter, whose value the "+
		"deployment knows)", dummy)
}
