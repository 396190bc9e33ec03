package secureapi_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

func TestGatewayResponsesInTemplate(t *testing.T) {
	stack := newStack()
	api := shop(stack, func(p *secureapi.Props) {
		p.CORS = &secureapi.CORS{AllowOrigins: []string{"*"}}
		p.GatewayResponses = map[string]secureapi.GatewayResponse{
			"THROTTLED":   {Headers: map[string]string{"Retry-After": "'10'"}},
			"DEFAULT_4XX": {StatusCode: 404, Templates: map[string]string{"application/json": `{"id":"$context.requestId"}`}},
		}
	})
	got := map[string]any{}
	for _, r := range resources(stack, "AWS::ApiGateway::GatewayResponse") {
		kind := r["ResponseType"].(string)
		delete(r, "ResponseType")
		delete(r, "RestApiId")
		got[kind] = r
	}
	origin := "gatewayresponse.header.Access-Control-Allow-Origin"
	if diff := cmp.Diff(map[string]any{
		"DEFAULT_5XX": map[string]any{"ResponseParameters": map[string]any{origin: "'*'"}},
		"THROTTLED": map[string]any{"ResponseParameters": map[string]any{origin: "'*'",
			"gatewayresponse.header.Retry-After": "'10'"}},
		"DEFAULT_4XX": map[string]any{"ResponseParameters": map[string]any{origin: "'*'"}, "StatusCode": "404",
			"ResponseTemplates": map[string]any{"application/json": `{"id":"$context.requestId"}`}},
	}, got); diff != "" {
		t.Error("gateway responses (-want +got):\n" + diff)
	}
	refused(t, func() {
		api.AddGatewayResponse("Mine", &awsapigateway.GatewayResponseOptions{Type: awsapigateway.ResponseType_THROTTLED()})
	}, `AddGatewayResponse "Mine": Props.GatewayResponses declare THROTTLED, and an API has one response of a type: `+
		"leave one of the two out")
}

// A gateway response of the app has its own headers and the CORS headers of the API's other
// errors.
func TestGatewayResponseGetsCORSHeaders(t *testing.T) {
	options := func() *awsapigateway.GatewayResponseOptions {
		return &awsapigateway.GatewayResponseOptions{
			Type: awsapigateway.ResponseType_UNAUTHORIZED(), StatusCode: jsii.String("401"),
			ResponseHeaders: &map[string]*string{"WWW-Authenticate": jsii.String("'Bearer'")},
		}
	}
	stack := newStack()
	api := shop(stack, func(p *secureapi.Props) {
		p.CORS = &secureapi.CORS{AllowOrigins: []string{"https://shop.example.com"}, ExposeHeaders: []string{"Location"}}
	})
	given := options()
	api.AddGatewayResponse("Own", given)
	if len(*given.ResponseHeaders) != 1 {
		t.Errorf("New changed the caller's options to %v", *given.ResponseHeaders)
	}
	for _, r := range resources(stack, "AWS::ApiGateway::GatewayResponse") {
		if r["ResponseType"] != "UNAUTHORIZED" {
			continue
		}
		got, _ := r["ResponseParameters"].(map[string]any)
		for header, want := range map[string]string{
			"Access-Control-Allow-Origin":   "'https://shop.example.com'",
			"Vary":                          "'Origin'",
			"Access-Control-Expose-Headers": "'Location'",
			"WWW-Authenticate":              "'Bearer'",
		} {
			if got["gatewayresponse.header."+header] != want {
				t.Errorf("%s: got %v, want %s", header, got["gatewayresponse.header."+header], want)
			}
		}
	}
	refused(
		t,
		func() { api.AddGatewayResponse("None", nil) },
		`secureapi: Shop/Api: AddGatewayResponse "None": the options have no Type: name one`,
	)
	refused(t, func() {
		api.AddGatewayResponse(
			"Default",
			&awsapigateway.GatewayResponseOptions{Type: awsapigateway.ResponseType_DEFAULT_4XX()},
		)
	}, "Props.CORS declares DEFAULT_4XX, and an API has one response of a type")
	twice := options()
	(*twice.ResponseHeaders)["vary"] = jsii.String("'Accept'")
	refused(
		t,
		func() { api.AddGatewayResponse("Twice", twice) },
		"the header vary is given, and Props.CORS sets it: leave it out",
	)

	plain := newStack()
	shop(plain, nil).AddGatewayResponse("Own", options())
	if got := only(t, plain, "AWS::ApiGateway::GatewayResponse")["ResponseParameters"].(map[string]any); len(got) != 1 {
		t.Errorf("without CORS: got the headers %v", got)
	}
}
