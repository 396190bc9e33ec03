// Function is both functions of the tests' API. As a TOKEN authorizer it lets "Bearer allow" in, denies "Bearer deny",
// is silent about "Bearer other" and fails with any other token. As a backend it answers with the event it got.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
)

type event struct {
	Type      string `json:"type"`
	Token     string `json:"authorizationToken"`
	MethodARN string `json:"methodArn"`
}

func handle(_ context.Context, raw json.RawMessage) (any, error) {
	var e event
	if err := json.Unmarshal(raw, &e); err != nil {
		return nil, err
	}
	if e.Type == "" {
		return map[string]any{"statusCode": 200, "body": string(raw), "headers": map[string]string{"Region": os.Getenv("AWS_REGION")}}, nil
	}
	effect, resource := "Allow", e.MethodARN
	switch e.Token {
	case "Bearer allow":
	case "Bearer deny":
		effect = "Deny"
	case "Bearer other":
		resource += "/other"
	case "Bearer nobody":
		return nil, errors.New("Unauthorized")
	default:
		return nil, errors.New("the token is not one of the tests'")
	}
	return map[string]any{
		"principalId": "alice", "context": map[string]any{"tier": "gold"},
		"policyDocument": map[string]any{"Version": "2012-10-17", "Statement": []any{
			map[string]any{"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource},
		}},
	}, nil
}

func main() { lambda.Start(handle) }
