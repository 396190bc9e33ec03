// Package lambdahttp serves the events of an API Gateway REST API (AWS_PROXY integrations) with an http.Handler:
//
//	mux := lambdahttp.NewMux()
//	mux.HandleFunc("GET /orders/{id}", getOrder)
//	lambdahttp.Start(mux)
//
// A [Mux] calls the handler of the route that API Gateway authorized. [Start] accepts any other http.Handler too and
// wraps it in [Strict], which answers 404 to requests that a router could serve as another route. Handlers get the
// caller from [CallerFrom]. The request's context is the one of the invocation, so lambdacontext.FromContext has its
// TenantID if the function has tenant isolation. Request IDs go to the log. Answers of the routes in the variable
// [StreamedRoutes] are streamed.
//
// Other adapter libraries decode the path before they parse it. API Gateway matches "/orders/1%2Frefund" as
// /orders/{id}, but their handlers see /orders/1/refund, a route for which the caller was never checked. This package
// keeps the path byte for byte as API Gateway matched it.
//
// The package does not accept events of HTTP APIs, function URLs or load balancers, which have other formats.
package lambdahttp

import (
	"context"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
)

// Handler returns h as a function for lambda.Start. It wraps h in [Strict], unless h is a [Mux] or middleware whose
// method Unwrap() http.Handler leads to one. The function returns an error, which API Gateway answers with 502, only
// for an event that no REST API sends. It does not recover from a panic of h: the process ends, and Lambda starts
// another.
func Handler(
	h http.Handler,
) func(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	h = strict(h)
	return func(ctx context.Context, e events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
		r, err := newRequest(ctx, e)
		if err != nil {
			return events.APIGatewayProxyResponse{}, err
		}
		w := &response{header: http.Header{}}
		h.ServeHTTP(w, r)
		return w.event(r.Method), nil
	}
}

// strict wraps h in [Strict], unless h leads to a [Mux].
func strict(h http.Handler) http.Handler {
	if muxOf(h) == nil {
		return Strict(h)
	}
	return h
}
