package rules_test

import (
	"encoding/json"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

func TestLoggedSecrets(t *testing.T) {
	const key = "the access log of the stage writes $context.identity.apiKey, the caller's API key"
	for _, tt := range []struct {
		name   string
		format any
		want   string
	}{
		{"no log", nil, ""},
		{"the key's ID", `{"key":"$context.identity.apiKeyId","id":"$context.requestId"}`, ""},
		{"the key's ID before the key", "$context.identity.apiKeyId $context.identity.apiKey", key},
		{"the key", `{"key":"$context.identity.apiKey"}`, key},
		{"the key at the end of a sentence", "called with $context.identity.apiKey.", key},
		{"the token", "$context.requestId $context.authorizer.accessToken", "the access log of the stage writes " +
			"$context.authorizer.accessToken, the access token of the caller's session"},
		{"another value of the authorizer", "$context.authorizer.accessTokens", ""},
		{"a part that the deployment gives", map[string]any{"Fn::Join": []any{"", []any{
			"$context.identity.apiKey ", map[string]any{"Ref": "AWS::Region"}}}}, key},
		{"a format that the deployment gives", map[string]any{"Fn::ImportValue": "format"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stage := map[string]any{"RestApiId": map[string]any{"Ref": "API"}, "StageName": "prod"}
			if tt.format != nil {
				stage["AccessLogSetting"] = map[string]any{"DestinationArn": "arn:aws:logs:eu-west-1:1:log-group:a",
					"Format": tt.format}
			}
			text, err := json.Marshal(map[string]any{"Resources": map[string]any{
				"API":   map[string]any{"Type": "AWS::ApiGateway::RestApi"},
				"Stage": map[string]any{"Type": "AWS::ApiGateway::Stage", "Properties": stage},
			}})
			if err != nil {
				t.Fatal(err)
			}
			a, err := cloudassembly.Parse("Shop", text)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, f := range rules.Check(a, rules.Options{}) {
				if f.Rule == "logged-secret" {
					got += f.Message
				}
			}
			if got != tt.want {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}
