package secureapi_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// contextVariables has variables of access logs, with AWS's description of each. API Gateway logs an unknown variable
// as a dash.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
var contextVariables = map[string]string{
	"authenticate.status":          "The status code returned from an authentication attempt.",
	"authorize.status":             "The status code returned from an authorization attempt.",
	"authorizer.claims.sub":        "A property of the claims returned from the Amazon Cognito user pool",
	"authorizer.error":             "The error message returned from an authorizer.",
	"authorizer.integrationStatus": "The status code returned from a Lambda authorizer.",
	"authorizer.latency":           "The authorizer latency in ms.",
	"authorizer.principalId":       "The principal user identification associated with the token sent by the client",
	"authorizer.requestId":         "The AWS endpoint's request ID.",
	"authorizer.status":            "The status code returned from an authorizer.",
	"error.message":                "A string that contains an API Gateway error message.",
	"error.responseType":           "A type of GatewayResponse.",
	"extendedRequestId":            "The extended ID that API Gateway generates and assigns to the API request.",
	"httpMethod":                   "The HTTP method used.",
	"identity.accountId":           "The AWS account ID associated with the request.",
	"identity.apiKeyId":            "The API key ID associated with an API request that requires an API key.",
	"identity.sourceIp":            "The source IP address of the immediate TCP connection making the request",
	"identity.userArn":             "The Amazon Resource Name (ARN) of the effective user",
	"integration.error":            "The error message returned from an integration.",
	"integration.latency":          "The integration latency in ms.",
	"integration.requestId":        "The AWS endpoint's request ID.",
	"integration.status":           "The status code that your Lambda function code returns.",
	"path":                         "The request path.",
	"requestId":                    "An ID for the request.",
	"requestTime":                  "The CLF-formatted request time (dd/MMM/yyyy:HH:mm:ss +-hhmm).",
	"resourcePath":                 "The path to your resource.",
	"responseLatency":              "The response latency in ms.",
	"responseLength":               "The response payload length in bytes.",
	"status":                       "The method response status.",
	"waf.status":                   "The status code returned from AWS WAF.",
	"wafResponseCode":              "The response received from AWS WAF: WAF_ALLOW or WAF_BLOCK.",
	"xrayTraceId":                  "The trace ID for the X-Ray trace.",
}

func TestAccessLogVariables(t *testing.T) {
	stack := newStack()
	shop(stack, nil)
	setting := only(t, stack, "AWS::ApiGateway::Stage")["AccessLogSetting"].(map[string]any)
	var line map[string]string
	if err := json.Unmarshal([]byte(setting["Format"].(string)), &line); err != nil {
		t.Fatalf("access log format %v: %v", setting["Format"], err)
	}
	used := map[string]bool{}
	for name, value := range line {
		variable, ok := strings.CutPrefix(value, "$context.")
		if !ok || contextVariables[variable] == "" {
			t.Errorf("%s: got the variable %q, which AWS does not document", name, value)
		}
		if used[variable] {
			t.Errorf("%s: got %s, which another member also has", name, value)
		}
		used[variable] = true
	}
	for variable := range contextVariables {
		if !used[variable] {
			t.Errorf("the format does not have $context.%s", variable)
		}
	}
}

func TestAccessLogIsJSON(t *testing.T) {
	stack := newStack()
	shop(stack, nil)
	setting := only(t, stack, "AWS::ApiGateway::Stage")["AccessLogSetting"].(map[string]any)
	var line map[string]string
	if err := json.Unmarshal([]byte(setting["Format"].(string)), &line); err != nil {
		t.Fatalf("access log format %v: %v", setting["Format"], err)
	}
	for _, name := range []string{"requestId", "principal", "authorizerStatus", "error", "latency"} {
		if !strings.HasPrefix(line[name], "$context.") {
			t.Errorf("%s: got %q, want a context variable", name, line[name])
		}
	}
	if got := only(t, stack, "AWS::ApiGateway::Stage")["TracingEnabled"]; got != nil {
		t.Errorf("tracing: got %v, want it off", got)
	}
	found := false
	for _, g := range resources(stack, "AWS::Logs::LogGroup") {
		found = found || g["RetentionInDays"] == 90.0
	}
	if !found {
		t.Error("got no log group with a retention of 90 days")
	}
}
