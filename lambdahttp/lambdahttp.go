// Package lambdahttp lets an http.Handler answer the events of an API Gateway REST API (AWS_PROXY integrations).
//
//	mux := lambdahttp.NewMux()
//	mux.HandleFunc("GET /orders/{id}", getOrder)
//	lambdahttp.Start(mux)
//
// A [Mux] serves a request with the handler of the route that API Gateway authorized. Any other http.Handler can be
// started as well; it is then behind [Strict], which answers 404 to what a router that matches the path again could
// serve as another route. A handler finds the caller with [lambdahttp.CallerFrom]. Request ids go to the log.
//
// Answers of the routes that the variable [StreamedRoutes] names are streamed. It takes no events of HTTP APIs,
// function URLs or load balancers, which have other shapes.
//
// It is here because the adapter libraries decode the path before they parse it: "/orders/1%2Frefund", which API
// Gateway matches as /orders/{id}, comes out as /orders/1/refund, a route that the caller was never checked for.
// Here the path stays byte for byte what API Gateway matched.
package lambdahttp

import (
	"context"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
)

// Handler is h as a function for lambda.Start. If h is not a [Mux], nor middleware with a method Unwrap() http.Handler
// that leads to one, requests pass [Strict] before they reach it. The function fails, which API Gateway answers with a
// 502, only for an event that no REST API sends. A panic of h is not caught: it ends the process, and Lambda starts
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

// strict is h, behind [Strict] unless a [Mux] leads the way.
func strict(h http.Handler) http.Handler {
	if muxOf(h) == nil {
		return Strict(h)
	}
	return h
}
