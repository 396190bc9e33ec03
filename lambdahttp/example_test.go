package lambdahttp_test

import (
	"context"
	"fmt"
	"net/http"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatehouse-cdk/gatehouse/lambdahttp"
)

// The Mux serves the route that API Gateway authorized. CallerFrom returns the caller for every kind of authorizer. In
// a function's main, pass the Mux to lambdahttp.Start.
func ExampleMux() {
	mux := lambdahttp.NewMux()
	mux.HandleFunc("GET /orders/{id}", func(w http.ResponseWriter, r *http.Request) {
		caller, _ := lambdahttp.CallerFrom(r.Context())
		fmt.Fprintf(w, "%s asks for %s", caller.Principal, r.PathValue("id"))
	})
	function := lambdahttp.Handler(mux)

	answer, err := function(context.Background(), events.APIGatewayProxyRequest{
		Resource: "/orders/{id}", HTTPMethod: "GET", Path: "/orders/1%2F2", PathParameters: map[string]string{"id": "1%2F2"},
		RequestContext: events.APIGatewayProxyRequestContext{
			Authorizer: map[string]any{"principalId": "user-1", "scopes": "orders:read"},
		},
	})
	fmt.Println(answer.StatusCode, answer.Body, err)
	// Output: 200 user-1 asks for 1/2 <nil>
}

// An http.ServeMux matches the decoded path. Handler answers 404 if the decoded path could match another route than the
// authorized one. An escaped space is allowed, because it cannot change the route.
func ExampleHandler() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /users/me", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "your own account") })
	mux.HandleFunc(
		"GET /users/{name}",
		func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.PathValue("name")) },
	)
	function := lambdahttp.Handler(mux)

	for _, name := range []string{"Ann%20Lee", "%6De"} {
		answer, err := function(context.Background(), events.APIGatewayProxyRequest{
			Resource:       "/users/{name}",
			HTTPMethod:     "GET",
			Path:           "/users/" + name,
			PathParameters: map[string]string{"name": name},
		})
		fmt.Println(answer.StatusCode, answer.Body, err)
	}
	// Output:
	// 200 Ann Lee <nil>
	// 404 {"message":"Not Found"}
	//  <nil>
}
