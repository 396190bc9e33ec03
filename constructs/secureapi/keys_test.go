package secureapi_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// An entry of a method stands in place of that for all methods, so it keeps the stage's logs and limits.
func TestThrottleInTheTemplate(t *testing.T) {
	stack := newStack()
	shop(stack, func(p *secureapi.Props) {
		f := p.Routes[0].Function
		p.Routes = append(p.Routes,
			secureapi.Handle("GET /orders/{id}", f, secureapi.Throttle(0.5, 3)),
			secureapi.Handle("ANY /", f, secureapi.Throttle(20, 40)),
		)
		p.RestApiProps = &awsapigateway.RestApiProps{DeployOptions: &awsapigateway.StageOptions{
			LoggingLevel: awsapigateway.MethodLoggingLevel_ERROR,
			MethodOptions: &map[string]*awsapigateway.MethodDeploymentOptions{
				"/orders/GET": {MetricsEnabled: jsii.Bool(true)},
			},
		}}
	})
	settings := map[string]any{}
	for _, s := range only(t, stack, "AWS::ApiGateway::Stage")["MethodSettings"].([]any) {
		of := s.(map[string]any)
		settings[of["HttpMethod"].(string)+" "+of["ResourcePath"].(string)] = s
	}
	entry := func(verb, path string, rate, burst float64) map[string]any {
		return map[string]any{"HttpMethod": verb, "ResourcePath": path, "DataTraceEnabled": false, "LoggingLevel": "ERROR",
			"ThrottlingRateLimit": rate, "ThrottlingBurstLimit": burst}
	}
	want := map[string]any{
		"* /*":                entry("*", "/*", 1000, 500),
		"GET /~1orders~1{id}": entry("GET", "/~1orders~1{id}", 0.5, 3),
		"ANY /":               entry("ANY", "/", 20, 40),
		"GET /~1orders":       map[string]any{"HttpMethod": "GET", "ResourcePath": "/~1orders", "DataTraceEnabled": false, "MetricsEnabled": true},
	}
	if diff := cmp.Diff(want, settings); diff != "" {
		t.Error("the stage's settings (-want +got):\n" + diff)
	}
}

func TestKeysInTheTemplate(t *testing.T) {
	stack := newStack()
	shop(stack, func(p *secureapi.Props) {
		f := p.Routes[0].Function
		p.Routes = append(p.Routes,
			secureapi.Handle("POST /orders", f, secureapi.APIKey()),
			secureapi.Handle("GET /prices", f, secureapi.KeyOnly("prices are no secret")),
		)
	})
	got := map[string]any{}
	for _, m := range resources(stack, "AWS::ApiGateway::Method") {
		if m["ApiKeyRequired"] == true {
			got[m["HttpMethod"].(string)] = m["AuthorizationType"]
		}
	}
	if diff := cmp.Diff(map[string]any{"POST": "CUSTOM", "GET": "NONE"}, got); diff != "" {
		t.Error("the methods that need a key, with their authorization (-want +got):\n" + diff)
	}
}
