// Package onlambda serves a login with the events of API Gateway. Package login itself is a handler of net/http, so
// that the constructs, which write its configuration, do not link the Lambda runtime.
package onlambda

import (
	"context"
	"net/http"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatehouse-cdk/gatehouse/internal/login"
	"github.com/gatehouse-cdk/gatehouse/lambdahttp"
)

// pathKey is the key of requestContext.path in a request's context.
type pathKey struct{}

// Handler answers an event with a login.
func Handler(
	h *login.Handler,
) func(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	serve := lambdahttp.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r.WithContext(login.WithRequest(r.Context(), requestOf(r.Context()))))
	}))
	return func(ctx context.Context, e events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
		return serve(context.WithValue(ctx, pathKey{}, e.RequestContext.Path), e)
	}
}

// requestOf returns what lambdahttp has read from the event, and the event's path.
func requestOf(ctx context.Context) (out login.Request) {
	out.Path, _ = ctx.Value(pathKey{}).(string)
	if c, ok := lambdahttp.CallerFrom(ctx); ok {
		out.Principal = c.Principal
	}
	for _, a := range lambdahttp.LogAttrs(ctx) {
		switch a.Key {
		case "requestId":
			out.RequestID = a.Value.String()
		case "apiRequestId":
			out.APIRequestID = a.Value.String()
		}
	}
	return out
}
