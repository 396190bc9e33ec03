// Command plainfunction has functions of a team that does not use Gatehouse: an authorizer like the example of the API
// Gateway developer guide, and a backend that answers with its event.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
package main

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"
)

// event is an event of either kind of authorizer or of a proxy integration.
type event struct {
	Type               string            `json:"type"`
	AuthorizationToken string            `json:"authorizationToken"`
	MethodARN          string            `json:"methodArn"`
	Headers            map[string]string `json:"headers"`
	Query              map[string]string `json:"queryStringParameters"`

	Path           string            `json:"path"`
	PathParameters map[string]string `json:"pathParameters"`
	Context        struct {
		Authorizer map[string]any `json:"authorizer"`
		Identity   struct {
			UserARN string `json:"userArn"`
			APIKey  string `json:"apiKey"`
		} `json:"identity"`
	} `json:"requestContext"`
}

func main() { lambda.Start(handle) }

func handle(e event) (any, error) {
	switch e.Type {
	case "TOKEN":
		return authorize(e.AuthorizationToken, e.MethodARN)
	case "REQUEST":
		return authorize(e.Headers["X-Tenant"]+" in "+e.Query["region"], e.MethodARN)
	}
	body, err := json.Marshal(map[string]any{
		"path": e.Path, "parameters": e.PathParameters, "authorizer": e.Context.Authorizer,
		"user": e.Context.Identity.UserARN, "key": e.Context.Identity.APIKey,
	})
	return map[string]any{"statusCode": 200, "body": string(body)}, err
}

// authorize decides by the first word of a token. DENY_LIST names a file with revoked tokens, one for each line.
func authorize(token, methodARN string) (any, error) {
	revoked, err := os.ReadFile(os.Getenv("DENY_LIST"))
	if err != nil {
		return nil, err
	}
	if slices.Contains(strings.Split(string(revoked), "\n"), token) {
		return nil, errors.New("Unauthorized") // this exact text makes a 401
	}
	stage, _, _ := strings.Cut(methodARN[strings.Index(methodARN, "/")+1:], "/")
	everything := methodARN[:strings.Index(methodARN, "/")+1] + stage + "/*"
	word, _, _ := strings.Cut(token, " ")
	switch word {
	case "allow":
		return answer("Allow", everything), nil
	case "route":
		return answer("Allow", methodARN), nil
	case "deny":
		return answer("Deny", everything), nil
	case "unauthorized":
		return nil, errors.New("Unauthorized")
	}
	return nil, errors.New("error: invalid token")
}

func answer(effect, resource string) any {
	return map[string]any{
		"principalId": "alice",
		"policyDocument": map[string]any{"Version": "2012-10-17", "Statement": []any{
			map[string]any{"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}}},
		"context": map[string]any{"plan": "gold", "level": 7, "trial": false},
	}
}
