package secureapi_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// Users are for themselves and for the staff, and what a tenant has is for its members.
func ExamplePathParameter() {
	stack := newStack()
	shop := backend(stack, "Shop")
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: tokens(),
		Routes: []secureapi.Route{
			secureapi.Handle("GET /users/{id}", shop, secureapi.Either(
				secureapi.PathParameter("id").Is(secureapi.Claim("sub")),
				secureapi.AnyGroup("staff"),
			)),
			secureapi.Handle("POST /tenants/{tenant}/orders", shop,
				secureapi.PathParameter("tenant").In(secureapi.Claim("tenants"))),
		},
	})
	showRequirements(stack, "GET", "POST")
	// Output:
	// GET either the path's id is the caller's sub or group staff
	// POST the path's tenant is in the caller's tenants
}

// Reports are for those who pay, and for the staff. Payments need a second factor.
func ExampleEither() {
	stack := newStack()
	shop := backend(stack, "Shop")
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: tokens(),
		Routes: []secureapi.Route{
			secureapi.Handle("GET /reports", shop, secureapi.Either(
				secureapi.Claim("plan").OneOf("pro", "team"),
				secureapi.AnyGroup("staff"),
			)),
			secureapi.Handle("POST /payments", shop, secureapi.Claim("amr").Has("mfa")),
		},
	})
	showRequirements(stack, "GET", "POST")
	// Output:
	// GET either claim plan is one of pro, team or group staff
	// POST claim amr has mfa
}

// showRequirements prints the requirements in the metadata of the methods with these verbs.
func showRequirements(stack awscdk.Stack, verbs ...string) {
	methods := *assertions.Template_FromStack(stack, nil).FindResources(jsii.String("AWS::ApiGateway::Method"), nil)
	for _, verb := range verbs {
		for _, m := range methods {
			if (*m)["Properties"].(map[string]any)["HttpMethod"] == verb {
				fmt.Println(verb, (*m)["Metadata"].(map[string]any)["gatehouse:requires"])
			}
		}
	}
}
