package secureapi_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

func TestGatewayResponsesInTheTemplate(t *testing.T) {
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
		t.Error("the answers (-want +got):\n" + diff)
	}
	refused(t, func() {
		api.AddGatewayResponse("Mine", &awsapigateway.GatewayResponseOptions{Type: awsapigateway.ResponseType_THROTTLED()})
	}, `AddGatewayResponse "Mine": Props.GatewayResponses declare THROTTLED, and an API has one response of a type: leave one `+
		"of the two out")
}
