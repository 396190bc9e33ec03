package gateway_test

import (
	"context"
	"fmt"
	"net/http"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatehouse-cdk/gatehouse/backend-fn/gateway"
	"github.com/gatehouse-cdk/gatehouse/backend-fn/request"
)

// The handler is one for any server, and finds the caller whatever authorizer the route has. In a function's main it goes
// to lambda.Start.
func ExampleHandler() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /orders/{id}", func(w http.ResponseWriter, r *http.Request) {
		caller, _ := request.CallerFrom(r.Context())
		fmt.Fprintf(w, "%s asks for %s", caller.Principal, r.PathValue("id"))
	})
	function := gateway.Handler(mux)

	answer, err := function(context.Background(), events.APIGatewayProxyRequest{
		Resource: "/orders/{id}", HTTPMethod: "GET", Path: "/orders/1%2F2",
		RequestContext: events.APIGatewayProxyRequestContext{Authorizer: map[string]any{"principalId": "user-1", "scopes": "orders:read"}},
	})
	fmt.Println(answer.StatusCode, answer.Body, err)
	// Output: 200 user-1 asks for 1/2 <nil>
}
