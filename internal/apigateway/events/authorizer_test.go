package events

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	awsevents "github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
)

const policy = `{"Version":"2012-10-17",` +
	`"Statement":[{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"arn:*"}]}`

// The cases are from "Output from an API Gateway Lambda authorizer", with invalid outputs.
func TestReadAuthorizer(t *testing.T) {
	for _, c := range []struct {
		name, payload string
		want          Authorization
	}{
		{
			"the least",
			`{"principalId":"user|1","policyDocument":` + policy + `}`,
			Authorization{PrincipalID: "user|1", Policy: json.RawMessage(policy)},
		},
		{
			"context values become strings",
			`{"principalId":"u","policyDocument":` + policy +
				`,"context":{"stringKey":"value","numberKey":1,"fraction":1.50,"booleanKey":true,"empty":""}}`,
			Authorization{PrincipalID: "u", Policy: json.RawMessage(policy),
				Context: map[string]string{
					"stringKey":  "value",
					"numberKey":  "1",
					"fraction":   "1.50",
					"booleanKey": "true",
					"empty":      "",
				}},
		},
		{"a key for the usage plan", `{"usageIdentifierKey":"k","policyDocument":` + policy + `,"principalId":"u"}`,
			Authorization{PrincipalID: "u", Policy: json.RawMessage(policy), UsageIdentifierKey: "k"}},
		{
			"null stands for a member that is missing",
			`{"usageIdentifierKey":null,"context":null,"policyDocument":` + policy + `,"principalId":""}`,
			Authorization{Policy: json.RawMessage(policy)},
		},
		{
			"empty context",
			`{"context":{},"policyDocument":` + policy + `,"principalId":"u"}`,
			Authorization{PrincipalID: "u", Policy: json.RawMessage(policy)},
		},
		{
			"the policy is not read here",
			`{"principalId":"u","policyDocument":{"a":[{}]}}`,
			Authorization{PrincipalID: "u", Policy: json.RawMessage(`{"a":[{}]}`)},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ReadAuthorizer([]byte(c.payload))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Lines 3 and 6: 500 AUTHORIZER_CONFIGURATION_ERROR.
func TestReadAuthorizerUnreadable(t *testing.T) {
	for _, c := range []struct{ name, payload, reason string }{
		{"null, the answer of a function without a result", `null`, "got null"},
		{"nothing", ``, "not JSON"},
		{"not an object", `"Unauthorized"`, "got a string"},
		{"no principal", `{"policyDocument":` + policy + `}`, "principalId is missing"},
		{"principal null", `{"principalId":null,"policyDocument":` + policy + `}`, `"principalId": want a string, got null`},
		{"principal a number", `{"principalId":7,"policyDocument":` + policy + `}`, `"principalId": want a string, got 7`},
		{"no policy", `{"principalId":"u"}`, "policyDocument is missing"},
		{"policy as text", `{"principalId":"u","policyDocument":"{}"}`, `"policyDocument": want an object`},
		{"policy null", `{"principalId":"u","policyDocument":null}`, `"policyDocument": want an object`},
		{
			"context with an object",
			`{"principalId":"u","policyDocument":{},"context":{"a":{}}}`,
			`"a": want a string, a number or a boolean, got an object`,
		},
		{"context with a list", `{"principalId":"u","policyDocument":{},"context":{"a":[1]}}`, "got an array"},
		{"context with null", `{"principalId":"u","policyDocument":{},"context":{"a":null}}`, "got null"},
		{"context a list", `{"principalId":"u","policyDocument":{},"context":[]}`, `"context": want an object`},
		{"usage key a number", `{"principalId":"u","policyDocument":{},"usageIdentifierKey":1}`, "want a string"},
		{"an HTTP API's answer", `{"isAuthorized":true}`, `"isAuthorized": not known`},
		{"a member twice", `{"principalId":"u","principalId":"admin","policyDocument":{}}`, "twice"},
		{"a member in another case", `{"PrincipalId":"u","policyDocument":{}}`, `"PrincipalId": not known`},
		{"nested without end", strings.Repeat(`{"policyDocument":`, 40) + "1" + strings.Repeat("}", 40), "nested too deep"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ReadAuthorizer([]byte(c.payload))
			if !errors.Is(err, ErrAuthorizer) || !strings.Contains(err.Error(), c.reason) {
				t.Errorf("want ErrAuthorizer with %q, got %v", c.reason, err)
			}
			if diff := cmp.Diff(Authorization{}, got); diff != "" {
				t.Errorf("want only the error, got also %s", diff)
			}
		})
	}
}

// Authorizers in Go answer by this type.
func TestReadAuthorizerOfAWSLambdaGo(t *testing.T) {
	b, err := json.Marshal(awsevents.APIGatewayCustomAuthorizerResponse{
		PrincipalID: "u", Context: map[string]any{"n": 1, "b": false, "s": "x"},
		PolicyDocument: awsevents.APIGatewayCustomAuthorizerPolicy{
			Version: "2012-10-17",
			Statement: []awsevents.IAMPolicyStatement{
				{Action: []string{"execute-api:Invoke"}, Effect: "Deny", Resource: []string{"*"}}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadAuthorizer(b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"n": "1", "b": "false", "s": "x"}, got.Context); diff != "" ||
		got.PrincipalID != "u" {
		t.Errorf("principal %q, context -want +got:\n%s", got.PrincipalID, diff)
	}
}
