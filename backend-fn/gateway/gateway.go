// Package gateway lets an http.Handler answer the events of an API Gateway REST API (AWS_PROXY integrations).
//
//	gateway.Start(handler)
//
// The handler sees the path that API Gateway matched, byte for byte, so that it cannot route a request elsewhere than
// where the caller was let through; it finds the caller with [request.CallerFrom]. Request ids go to the log.
//
// It takes no events of HTTP APIs, function URLs or load balancers, which have other shapes, and does not stream.
//
// It is here because the adapter libraries decode the path before they parse it: "/orders/1%2Frefund", which API
// Gateway matches as /orders/{id}, comes out as /orders/1/refund, a route that the caller was never checked for.
package gateway

import (
	"context"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
)

// Handler is h as a function for lambda.Start. It fails, which API Gateway answers with a 502, only for an event that
// no REST API sends. A panic of h is not caught: it ends the process, and Lambda starts another.
func Handler(h http.Handler) func(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
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
