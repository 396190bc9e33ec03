package checks_test

import (
	"context"
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/events"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// This is a public route behind a resource policy, with an address that the policy allows and one that it denies.
func ExampleGuard_Check() {
	api := &apimodel.API{
		ID: apimodel.ID{
			Stack:     "Shop",
			LogicalID: "Api",
		}, APIID: "abcdef1234", Account: "123456789012", Region: "us-east-1", Partition: "aws",
		Policy: []byte(
			`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke",
			"Resource": "execute-api:/*", "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}]}`,
		),
	}
	stage := &apimodel.Stage{Name: "prod"}
	method := &apimodel.Method{
		Verb:          "GET",
		Path:          "/health",
		Resource:      &apimodel.Resource{Path: "/health"},
		Authorization: apimodel.AuthorizationNone,
	}
	guard := checks.New(checks.Options{Model: &apimodel.Model{APIs: []*apimodel.API{api}}, API: api, Stage: stage})

	for _, address := range []string{"203.0.113.7", "198.51.100.1"} {
		verdict := guard.Check(context.Background(), &checks.Call{
			Request: &exchange.Request{Verb: "GET", Stage: "prod", Path: "/health", RawPath: "/prod/health", SourceIP: address},
			Method:  method, Route: events.NewRoute(api, stage, method),
		})
		for _, step := range verdict.Trace {
			fmt.Println(step.Check, step.Passed)
		}
		if verdict.Denial != nil {
			fmt.Println(verdict.Denial.Status, verdict.Denial.Type)
		}
	}
	// Output:
	// resource policy true
	// resource policy false
	// 403 ACCESS_DENIED
}
