package events

import (
	"encoding/json"
	"fmt"
	"testing"

	awsevents "github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

const arn = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/POST/orders/test%2Balias"

// "Input to an API Gateway Lambda authorizer": exactly type, authorizationToken and methodArn.
func TestTokenGolden(t *testing.T) {
	golden(t, "token", Token("Bearer a\"b\xFF", arn))
	var e awsevents.APIGatewayCustomAuthorizerRequest
	if err := json.Unmarshal(Token("Bearer abc", arn), &e); err != nil {
		t.Fatal(err)
	}
	if want := (awsevents.APIGatewayCustomAuthorizerRequest{
		Type:               "TOKEN",
		AuthorizationToken: "Bearer abc",
		MethodArn:          arn,
	}); e != want {
		t.Errorf("want %+v, got %+v", want, e)
	}
}

// TestRequestGolden compares with the example of a REQUEST event on the same page. Like the event that [Route.Request]
// names, it has no body, and empty objects where AWS_PROXY has null.
func TestRequestGolden(t *testing.T) {
	golden(t, "request", route().Request(request(), params, arn, "the-key", "k1"))
	bare := &exchange.Request{
		Verb:      "GET",
		Stage:     "prod",
		Path:      "/orders",
		SourceIP:  "127.0.0.1",
		RequestID: "id-1",
		Host:      "localhost",
	}
	golden(t, "request-bare", plainRoute().Request(bare, nil, arn, "", ""))
}

// TestManyHeaders has more header lines than are compared linearly. Each name has its last value, and all values are in
// their order.
func TestManyHeaders(t *testing.T) {
	r := request()
	r.Headers = nil
	single, multi := map[string]string{}, map[string][]string{}
	for i := range 3 * fewLines {
		name, value := fmt.Sprint("x-", i%(fewLines+1)), fmt.Sprint(i)
		r.Headers = append(r.Headers, exchange.Header{Name: name, Value: value})
		single[name], multi[name] = value, append(multi[name], value)
	}
	var e awsevents.APIGatewayCustomAuthorizerRequestTypeRequest
	if err := json.Unmarshal(route().Request(r, params, arn, "", ""), &e); err != nil {
		t.Fatal(err)
	}
	added := []string{"X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto", "X-Amzn-Trace-Id"}
	for _, name := range added {
		delete(e.Headers, name)
		delete(e.MultiValueHeaders, name)
	}
	if diff := cmp.Diff(single, e.Headers); diff != "" {
		t.Errorf("headers: -want +got:\n%s", diff)
	}
	if diff := cmp.Diff(multi, e.MultiValueHeaders); diff != "" {
		t.Errorf("multiValueHeaders: -want +got:\n%s", diff)
	}
}

func TestRequestDecodesAsAWSLambdaGo(t *testing.T) {
	var e awsevents.APIGatewayCustomAuthorizerRequestTypeRequest
	if err := json.Unmarshal(route().Request(request(), params, arn, "the-key", "k1"), &e); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, got, want string }{
		{"type", e.Type, "REQUEST"},
		{"ARN", e.MethodArn, arn},
		{"path value undecoded", e.PathParameters["id"], "test%2Balias"},
		{"query decoded", e.QueryStringParameters["plus"], "a b"},
		{"header", e.Headers["tEsT-HEADeR"], "aValUE"},
		{"key", e.RequestContext.Identity.APIKey, "the-key"},
		{"source", e.RequestContext.Identity.SourceIP, "127.0.0.1"},
		{"stage variable", e.StageVariables["a"], "1"},
		{"resource", e.RequestContext.ResourcePath, "/orders/{id}/{proxy+}"},
		{"length", e.Headers["content-length"], "5"},
		{"API", e.RequestContext.APIID, "a1b2c3d4e5"},
	} {
		if c.got != c.want {
			t.Errorf("%s: want %q, got %q", c.name, c.want, c.got)
		}
	}
}
