package cloudassembly

import (
	"testing"
	"time"
)

func TestAPIKeys(t *testing.T) {
	for _, c := range []struct {
		name, properties string
		enabled          bool
		value            string // "" for any
		length           int
	}{
		{"disabled by default", `"Value": "abcdefghijklmnopqrstuvwxyz"`, false, "abcdefghijklmnopqrstuvwxyz", 26},
		{"a value of its own", `"Enabled": true, "Value": "abcdefghijklmnopqrstuvwxyz"`, true, "abcdefghijklmnopqrstuvwxyz", 26},
		{"a stand-in", `"Enabled": true`, true, "", 40},
		{"an empty value fits no request", `"Enabled": true, "Value": ""`, false, "", 0},
		{"a value that is not known fits no request", `"Enabled": true, "Value": {"Ref": "Nope"}`, false, "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := parse(t, `{"Resources": {"K": {"Type": "AWS::ApiGateway::ApiKey", "Properties": {`+c.properties+`}}}}`).Model(Options{}).APIKeys[0]
			if k.Enabled != c.enabled || c.value != "" && k.Value != c.value || len(k.Value) != c.length {
				t.Errorf("got %+v", k)
			}
		})
	}
}

func TestUsagePlans(t *testing.T) {
	m := parse(t, api(
		"Key", `{"Type": "AWS::ApiGateway::ApiKey", "Properties": {"Enabled": true}}`,
		"Plan", `{"Type": "AWS::ApiGateway::UsagePlan", "Properties": {"ApiStages": [
		  {"ApiId": {"Ref": "Api"}, "Stage": {"Ref": "Stage"}, "Throttle": {"/orders/GET": {"RateLimit": "2.5", "BurstLimit": 1}}},
		  {"ApiId": "other", "Stage": "v1"}], "Quota": {"Limit": 10, "Period": "WEEK", "Offset": 2}}}`,
		"Link", `{"Type": "AWS::ApiGateway::UsagePlanKey", "Properties": {"UsagePlanId": {"Ref": "Plan"}, "KeyId": {"Ref": "Key"}, "KeyType": "API_KEY"}}`,
		"Same", `{"Type": "AWS::ApiGateway::UsagePlanKey", "Properties": {"UsagePlanId": {"Fn::GetAtt": ["Plan", "Id"]}, "KeyId": {"Fn::GetAtt": ["Key", "APIKeyId"]}, "KeyType": "API_KEY"}}`,
		"Lost", `{"Type": "AWS::ApiGateway::UsagePlanKey", "Properties": {"UsagePlanId": {"Ref": "Plan"}, "KeyId": "abc", "KeyType": "API_KEY"}}`,
	)).Model(Options{})
	p := m.UsagePlans[0]
	if len(p.Keys) != 1 || p.Keys[0] != m.APIKeys[0] {
		t.Errorf("got keys %v, want the one key once", p.Keys)
	}
	if len(p.Stages) != 1 || p.Stages[0].API != m.APIs[0] || p.Stages[0].Stage != "v1" {
		t.Errorf("got %+v", p.Stages)
	}
	problems(t, m, []string{
		"Shop/Lost: its key or its usage plan is not in the assembly",
		"Shop/Plan: Properties.ApiStages[1] is not a stage of an API in the assembly",
		"Shop/Plan: not done here: throttling (Throttle), the quota (Quota)",
	})
}

func TestTokenValidity(t *testing.T) {
	for _, c := range []struct {
		name, properties string
		want             time.Duration
	}{
		{"default", ``, time.Hour},
		{"in hours", `"AccessTokenValidity": 2`, 2 * time.Hour},
		{"in minutes", `"AccessTokenValidity": 5, "TokenValidityUnits": {"AccessToken": "minutes"}`, 5 * time.Minute},
		{"in seconds", `"AccessTokenValidity": "300", "TokenValidityUnits": {"AccessToken": "seconds"}`, 5 * time.Minute},
		{"in days, of which Amazon Cognito takes one", `"AccessTokenValidity": 3, "TokenValidityUnits": {"AccessToken": "days"}`, 24 * time.Hour},
		{"so long that it would overflow", `"AccessTokenValidity": 2147483647, "TokenValidityUnits": {"AccessToken": "days"}`, 24 * time.Hour},
		{"of another token's unit", `"AccessTokenValidity": 1, "TokenValidityUnits": {"IdToken": "minutes"}`, time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := parse(t, `{"Resources": {"P": {"Type": "AWS::Cognito::UserPool"}, "C": {"Type": "AWS::Cognito::UserPoolClient", "Properties": {"UserPoolId": {"Ref": "P"}`+comma(c.properties)+`}}}}`).Model(Options{})
			if got := m.UserPools[0].Clients[0].AccessTokenValidity; got != c.want || len(m.Problems) > 0 {
				t.Errorf("got %s, %v, want %s", got, m.Problems, c.want)
			}
		})
	}
}

func comma(t string) string {
	if t == "" {
		return ""
	}
	return ", " + t
}

func TestData(t *testing.T) {
	m := parse(t, `{"Resources": {
	  "T": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "orders", "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "at", "AttributeType": "N"}],
	    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}]}},
	  "S": {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "key", "SecretString": "hush"}}}}`).Model(Options{})
	table := m.Tables[0]
	if table.Name != "orders" || len(table.Keys) != 2 || table.Keys[0] != (TableKey{"pk", "S", false}) || table.Keys[1] != (TableKey{"at", "N", true}) {
		t.Errorf("got %+v", table)
	}
	if s := m.Secrets[0]; s.Name != "key" || s.Value != "hush" || s.Generated {
		t.Errorf("got %+v", s)
	}
	problems(t, m, nil)
}
