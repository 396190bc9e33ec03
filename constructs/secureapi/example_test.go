package secureapi_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// show prints properties of a stack's resources of a type, sorted by logical id, as they are in the template. If they
// do not fit on one line, each has a line, and those after the first are indented.
func show(stack awscdk.Stack, kind string, properties ...string) {
	found := *assertions.Template_FromStack(stack, nil).FindResources(&kind, nil)
	for _, id := range slices.Sorted(maps.Keys(found)) {
		of, _ := (*found[id])["Properties"].(map[string]any)
		var short, long []string
		indent := ""
		for _, name := range properties {
			if value, there := of[name]; there {
				compact, err := json.Marshal(value)
				indented, _ := json.MarshalIndent(value, indent, "  ")
				if err != nil {
					panic(err)
				}
				short = append(short, name+"="+string(compact))
				long = append(long, indent+name+"="+string(indented))
				indent = "  "
			}
		}
		if line := strings.Join(short, " "); len(line) <= 100 {
			fmt.Println(line)
		} else {
			fmt.Println(strings.Join(long, "\n"))
		}
	}
}

// A whole API: each route once, with the function that answers it and who may call.
func ExampleNew() {
	stack := newStack()
	orders := backend(stack, "Orders")

	api := secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.TokenAuthorizer{
			JWT: &secureapi.JWT{Issuers: []secureapi.Issuer{
				secureapi.Okta("https://shop.okta.com/oauth2/default", "api://orders"),
			}},
		},
		Routes: []secureapi.Route{
			secureapi.Handle("GET /orders", orders, secureapi.AnyScope("orders:read")),
			secureapi.Handle("POST /orders", orders, secureapi.AnyScope("orders:write"), secureapi.AnyGroup("staff", "admins")),
			secureapi.Handle("GET /health", orders, secureapi.Public("load balancer health check")),
		},
	})

	awscdk.NewCfnOutput(stack, jsii.String("Url"), &awscdk.CfnOutputProps{Value: jsii.String(api.URL())})
	show(stack, "AWS::ApiGateway::Method", "HttpMethod", "AuthorizationType")
	// Output:
	// HttpMethod="GET" AuthorizationType="NONE"
	// HttpMethod="GET" AuthorizationType="CUSTOM"
	// HttpMethod="POST" AuthorizationType="CUSTOM"
}

// What is wrong with a table is said at once, as the error of a panic, before CDK sees any of it.
func ExampleNew_misuse() {
	stack := newStack()
	orders := backend(stack, "Orders")
	defer func() {
		if err, ok := recover().(error); ok {
			fmt.Println(err)
		}
	}()
	secureapi.New(stack, "Api", &secureapi.Props{
		Routes: []secureapi.Route{secureapi.Handle("GET /orders", orders)},
	})
	// Output:
	// secureapi: Shop/Api: route "GET /orders": no authorizer guards it: set Props.Authorizer, name one with GuardedBy, or open it with Public and a reason
}

// Requirements of one route must all hold, and any one value of each will do: a scope of two, and a group.
func ExampleHandle() {
	stack := newStack()
	orders := backend(stack, "Orders")
	route := secureapi.Handle("DELETE /orders/{id}", orders,
		secureapi.AnyScope("orders:write", "orders:admin"),
		secureapi.AnyGroup("admins"))

	// The rest of CDK's properties of a method are still there.
	route.MethodOptions = &awsapigateway.MethodOptions{ApiKeyRequired: jsii.Bool(true)}
	fmt.Println(route.Pattern, len(route.Access))
	// Output: DELETE /orders/{id} 2
}

// The reason is in the template, so that a review of it, or of a difference, says why no authorizer guards the route.
func ExamplePublic() {
	stack := newStack()
	orders := backend(stack, "Orders")
	secureapi.New(stack, "Api", &secureapi.Props{Routes: []secureapi.Route{
		secureapi.Handle("GET /health", orders, secureapi.Public("load balancer health check")),
	}})
	for _, method := range *assertions.Template_FromStack(stack, nil).FindResources(
		jsii.String("AWS::ApiGateway::Method"),
		nil,
	) {
		fmt.Println((*method)["Metadata"])
	}
	// Output: map[gatehouse:public:load balancer health check]
}

// One API with two guards: people bring tokens, and a partner signs its requests.
func ExampleGuardedBy() {
	stack := newStack()
	orders := backend(stack, "Orders")
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.TokenAuthorizer{
			JWT: &secureapi.JWT{Issuers: []secureapi.Issuer{secureapi.Auth0("shop.eu.auth0.com", "orders")}},
		},
		Authorizers: map[string]secureapi.Authorizer{"partners": secureapi.IAMAuthorizer{}},
		Routes: []secureapi.Route{
			secureapi.Handle("GET /orders", orders),
			secureapi.Handle("POST /deliveries", orders, secureapi.GuardedBy("partners")),
		},
	})
	show(stack, "AWS::ApiGateway::Method", "HttpMethod", "AuthorizationType")
	// Output:
	// HttpMethod="POST" AuthorizationType="AWS_IAM"
	// HttpMethod="GET" AuthorizationType="CUSTOM"
}

// A role that may call one route. A grant that would cover another one too is refused, and says which.
func ExampleAPI_GrantInvoke() {
	stack := newStack()
	orders := backend(stack, "Orders")
	api := secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.IAMAuthorizer{},
		Routes: []secureapi.Route{
			secureapi.Handle("GET /orders/{id}", orders),
			secureapi.Handle("GET /orders/{id}/invoice", orders),
		},
	})
	partner := awsiam.NewRole(
		stack,
		jsii.String("Partner"),
		&awsiam.RoleProps{AssumedBy: awsiam.NewAccountPrincipal("111122223333")},
	)
	api.GrantInvoke(partner, "GET /orders/{id}/invoice")

	defer func() { fmt.Println(errors.Unwrap(recover().(error))) }()
	api.GrantInvoke(partner, "GET /orders/{id}")
	// Output:
	// a grant of "GET /orders/{id}" also covers "GET /orders/{id}/invoice", since the * in an ARN crosses slashes: name both, or guard one of them otherwise
}
