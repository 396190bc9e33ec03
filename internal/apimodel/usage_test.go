package apimodel

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

func TestAPIKeys(t *testing.T) {
	const alphabet = "abcdefghijklmnopqrstuvwxyz"
	for _, c := range []struct {
		name, properties string
		enabled          bool
		value            string // "" for any
		length           int
	}{
		{"disabled by default", `"Value": "` + alphabet + `"`, false, alphabet, 26},
		{"a value in the template", `"Enabled": true, "Value": "` + alphabet + `"`, true, alphabet, 26},
		{"a stand-in", `"Enabled": true`, true, "", 40},
		{"an empty value fits no request", `"Enabled": true, "Value": ""`, false, "", 0},
		{"a value that is not known fits no request", `"Enabled": true, "Value": {"Ref": "Nope"}`, false, "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := Read(parse(t, `{"Resources": {"K": {"Type": "AWS::ApiGateway::ApiKey", "Properties": {`+c.properties+`}}}}`),
				cloudassembly.Options{}).APIKeys[0]
			if k.Enabled != c.enabled || c.value != "" && k.Value != c.value || len(k.Value) != c.length {
				t.Errorf("got %+v", k)
			}
		})
	}
}

func TestUsagePlans(t *testing.T) {
	m := Read(parse(t, api(
		"Key",
		`{"Type": "AWS::ApiGateway::ApiKey", "Properties": {"Enabled": true}}`,
		"Plan",
		`{"Type": "AWS::ApiGateway::UsagePlan", "Properties": {"ApiStages": [
		  {"ApiId": {"Ref": "Api"}, "Stage": {"Ref": "Stage"},
		    "Throttle": {"/orders/GET": {"RateLimit": "2.5", "BurstLimit": 1}}},
		  {"ApiId": "other", "Stage": "v1"}], "Quota": {"Limit": 10, "Period": "WEEK", "Offset": 2}}}`,
		"Link",
		`{"Type": "AWS::ApiGateway::UsagePlanKey", "Properties": {"UsagePlanId": {"Ref": "Plan"}, "KeyId": {"Ref": "Key"}, `+
			`"KeyType": "API_KEY"}}`,
		"Same",
		`{"Type": "AWS::ApiGateway::UsagePlanKey", "Properties": {"UsagePlanId": {"Fn::GetAtt": ["Plan", "Id"]}, "KeyId": `+
			`{"Fn::GetAtt": ["Key", "APIKeyId"]}, "KeyType": "API_KEY"}}`,
		"Lost",
		`{"Type": "AWS::ApiGateway::UsagePlanKey", "Properties": {"UsagePlanId": {"Ref": "Plan"}, "KeyId": "abc", `+
			`"KeyType": "API_KEY"}}`,
	)), cloudassembly.Options{})
	p := m.UsagePlans[0]
	if len(p.Keys) != 1 || p.Keys[0] != m.APIKeys[0] {
		t.Errorf("got keys %v, want the one key once", p.Keys)
	}
	if len(p.Others) != 1 || p.Others[0] != "abc" {
		t.Errorf("got keys of elsewhere %q", p.Others)
	}
	if p.Rate != nil || p.Quota == nil || *p.Quota != (Quota{Limit: 10, Offset: 2, Period: "WEEK"}) || !p.Limited() {
		t.Errorf("got the limits %v and %v", p.Rate, p.Quota)
	}
	if got := p.Stages[0].Rates; len(got) != 1 || got["/orders/GET"] != (Rate{PerSecond: 2.5, Burst: 1}) {
		t.Errorf("got the limits of routes %v", got)
	}
	if len(p.Stages) != 1 || p.Stages[0].API != m.APIs[0] || p.Stages[0].Stage != "v1" {
		t.Errorf("got %+v", p.Stages)
	}
	problems(t, m, []string{
		"Shop/Lost: its key or its usage plan is not in the assembly",
		"Shop/Plan: Properties.ApiStages[1] is not a stage of an API in the assembly",
	})
}
