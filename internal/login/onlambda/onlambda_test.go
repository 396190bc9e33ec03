package onlambda

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/login"
	"github.com/gatehouse-cdk/gatehouse/lambdahttp"
)

// TestRequestOf checks that the login receives the request as lambdahttp reads it from the event.
func TestRequestOf(t *testing.T) {
	ctx := context.WithValue(t.Context(), pathKey{}, "/prod/auth/sessions")
	if got, want := requestOf(ctx), (login.Request{Path: "/prod/auth/sessions"}); got != want {
		t.Errorf("of a route without a guard: %+v, want %+v", got, want)
	}
	ctx = lambdahttp.WithCaller(ctx, lambdahttp.Caller{Principal: "admin"})
	ctx = lambdahttp.WithLogAttrs(ctx, slog.String("requestId", "r"), slog.String("apiRequestId", "a"))
	want := login.Request{Path: "/prod/auth/sessions", Principal: "admin", RequestID: "r", APIRequestID: "a"}
	if got := requestOf(ctx); got != want {
		t.Errorf("of a guarded route: %+v, want %+v", got, want)
	}
}

// TestHandler checks that an event's path, caller and IDs reach the login and its log, and that its answer is returned.
func TestHandler(t *testing.T) {
	var log bytes.Buffer
	const secret = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:a"
	handler, err := login.New(login.Config{
		Issuer:   authz.Issuer{URL: "https://idp.example.com", Audiences: []string{"orders"}},
		ClientID: "shop", SecretARN: secret, KeysARN: secret, Scopes: []string{"openid"}, Origin: "https://shop.example.com",
	}, func(string) string { return "" }, login.Options{Log: &log})
	if err != nil {
		t.Fatal(err)
	}
	ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "of Lambda"})
	answer, err := Handler(handler)(ctx,
		events.APIGatewayProxyRequest{
			Resource: "/auth/session", Path: "/auth/session", HTTPMethod: "GET",
			RequestContext: events.APIGatewayProxyRequestContext{Path: "/prod/auth/session", RequestID: "of the API"},
		})
	if err != nil || answer.StatusCode != http.StatusUnauthorized {
		t.Fatalf("a request without a session: %d %s, %v", answer.StatusCode, answer.Body, err)
	}
	var line struct{ Route, RequestID, APIRequestID string }
	if err := json.Unmarshal(log.Bytes(), &line); err != nil || line.Route != "session" || line.RequestID != "of Lambda" ||
		line.APIRequestID != "of the API" {
		t.Errorf("the log is %s, %v", log.String(), err)
	}
	answer, err = Handler(handler)(t.Context(), events.APIGatewayProxyRequest{
		Resource: "/auth/session", Path: "/auth/session", HTTPMethod: "GET",
		RequestContext: events.APIGatewayProxyRequestContext{Path: "/elsewhere"},
	})
	if err != nil || answer.StatusCode != http.StatusBadRequest {
		t.Errorf("a path that is not the route's: %d %s, %v", answer.StatusCode, answer.Body, err)
	}
}
