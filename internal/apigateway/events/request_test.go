package events

import (
	"encoding/json"
	"testing"

	awsevents "github.com/aws/aws-lambda-go/events"

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

// The example of a REQUEST event on the same page has empty objects where AWS_PROXY has null, and no body.
func TestRequestGolden(t *testing.T) {
	golden(t, "request", route().Request(request(), params, arn, "the-key"))
	bare := &exchange.Request{
		Verb:      "GET",
		Stage:     "prod",
		Path:      "/orders",
		SourceIP:  "127.0.0.1",
		RequestID: "id-1",
		Host:      "localhost",
	}
	golden(t, "request-bare", plainRoute().Request(bare, nil, arn, ""))
}

func TestRequestDecodesAsAWSLambdaGo(t *testing.T) {
	var e awsevents.APIGatewayCustomAuthorizerRequestTypeRequest
	if err := json.Unmarshal(route().Request(request(), params, arn, "the-key"), &e); err != nil {
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
		{"API", e.RequestContext.APIID, "a1b2c3d4e5"},
	} {
		if c.got != c.want {
			t.Errorf("%s: want %q, got %q", c.name, c.want, c.got)
		}
	}
}
