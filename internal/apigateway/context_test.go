package apigateway

import (
	"maps"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/events"
)

func TestContextOfCaller(t *testing.T) {
	for _, c := range []struct {
		name                 string
		caller               events.Caller
		authorizer, identity map[string]string
	}{
		{"anonymous", events.Caller{}, nil, map[string]string{"sourceIp": "127.0.0.1"}},
		{
			"of a Lambda authorizer",
			events.Caller{Lambda: &events.LambdaCaller{PrincipalID: "alice", Context: map[string]string{"tier": "gold"}}},
			map[string]string{"principalId": "alice", "tier": "gold"},
			map[string]string{"sourceIp": "127.0.0.1"},
		},
		{"of one without a context", events.Caller{Lambda: &events.LambdaCaller{PrincipalID: "alice"}},
			map[string]string{"principalId": "alice"}, map[string]string{"sourceIp": "127.0.0.1"}},
		{"of a user pool", events.Caller{Claims: map[string]string{"sub": "alice"}},
			map[string]string{"claims.sub": "alice"}, map[string]string{"sourceIp": "127.0.0.1"}},
		{
			"of IAM, with a key",
			events.Caller{
				APIKey:   "value",
				APIKeyID: "id",
				IAM:      &events.IAMCaller{AccountID: "1", Caller: "c", User: "u", UserARN: "arn"},
			},
			nil,
			map[string]string{
				"sourceIp":  "127.0.0.1",
				"apiKey":    "value",
				"apiKeyId":  "id",
				"accountId": "1",
				"caller":    "c",
				"user":      "u",
				"userArn":   "arn",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := authorizerContext(c.caller); !maps.Equal(got, c.authorizer) {
				t.Errorf("got the authorizer %v, want %v", got, c.authorizer)
			}
			identity := map[string]string{"sourceIp": "127.0.0.1"}
			if addIdentity(identity, c.caller); !maps.Equal(identity, c.identity) {
				t.Errorf("got the identity %v, want %v", identity, c.identity)
			}
		})
	}
	t.Run("the authorizer's own map, which the cache keeps, is not changed", func(t *testing.T) {
		own := map[string]string{"tier": "gold"}
		authorizerContext(events.Caller{Lambda: &events.LambdaCaller{PrincipalID: "alice", Context: own}})
		if len(own) != 1 {
			t.Errorf("got %v", own)
		}
	})
}

// TestAPIKeyInTemplates reads the API key of a request where a template does. It is part of $context.identity of
// methods that require a key:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
func TestAPIKeyInTemplates(t *testing.T) {
	r := bare()
	answer := mock("key")
	answer["IntegrationResponses"].([]any)[0].(object)["ResponseParameters"] = object{
		"method.response.header.Route": "context.identity.apiKey",
	}
	addRoute(r, "GET /key", answer, object{"ApiKeyRequired": true})
	r["Key"] = resource("ApiGateway::ApiKey", object{"Value": "a-key-of-the-plan-123", "Enabled": true})
	r["Plan"] = resource(
		"ApiGateway::UsagePlan",
		object{"ApiStages": []any{object{"ApiId": ref("Api"), "Stage": ref("Stage")}}},
	)
	r["PlanKey"] = resource(
		"ApiGateway::UsagePlanKey",
		object{"KeyId": ref("Key"), "KeyType": "API_KEY", "UsagePlanId": ref("Plan")},
	)
	if got := serve(t, r).send(
		t,
		"GET /prod/key",
		"X-API-Key: a-key-of-the-plan-123",
	).String(); got != "200 a-key-of-the-plan-123" {
		t.Errorf("got %s, want 200 and the key", got)
	}
}
