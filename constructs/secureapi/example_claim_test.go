package secureapi_test

import (
	"fmt"

	"github.com/aws/jsii-runtime-go"

	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

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
	methods := *assertions.Template_FromStack(stack, nil).FindResources(jsii.String("AWS::ApiGateway::Method"), nil)
	for _, verb := range []string{"GET", "POST"} {
		for _, m := range methods {
			if (*m)["Properties"].(map[string]any)["HttpMethod"] == verb {
				fmt.Println(verb, (*m)["Metadata"].(map[string]any)["gatehouse:requires"])
			}
		}
	}
	// Output:
	// GET either claim plan is one of pro, team or any group of staff
	// POST claim amr has mfa
}
