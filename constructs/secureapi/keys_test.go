package secureapi_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// A method's entry in MethodSettings replaces the entry for all methods, so it repeats the stage's settings.
func TestThrottleInTemplate(t *testing.T) {
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
				"/*/*": {LoggingLevel: awsapigateway.MethodLoggingLevel_INFO, ThrottlingRateLimit: jsii.Number(7),
					ThrottlingBurstLimit: jsii.Number(9), CacheTtl: awscdk.Duration_Seconds(jsii.Number(30))},
			},
		}}
	})
	settings := map[string]any{}
	for _, s := range only(t, stack, "AWS::ApiGateway::Stage")["MethodSettings"].([]any) {
		of := s.(map[string]any)
		settings[of["HttpMethod"].(string)+" "+of["ResourcePath"].(string)] = s
	}
	entry := func(verb, path string, rate, burst float64) map[string]any {
		return map[string]any{"HttpMethod": verb, "ResourcePath": path, "DataTraceEnabled": false, "LoggingLevel": "INFO",
			"ThrottlingRateLimit": rate, "ThrottlingBurstLimit": burst, "CacheTtlInSeconds": 30.0}
	}
	want := map[string]any{
		"* /*":                entry("*", "/*", 7, 9), // has the limits of the stage
		"GET /~1orders~1{id}": entry("GET", "/~1orders~1{id}", 0.5, 3),
		"GET /~1orders": map[string]any{"HttpMethod": "GET", "ResourcePath": "/~1orders", "DataTraceEnabled": false,
			"MetricsEnabled": true},
	}
	for _, verb := range route.Verbs { // a stage has no method ANY
		want[verb+" /"] = entry(verb, "/", 20, 40)
	}
	if diff := cmp.Diff(want, settings); diff != "" {
		t.Error("MethodSettings of the stage (-want +got):\n" + diff)
	}
}

func TestKeysInTemplate(t *testing.T) {
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
		t.Error("methods that require a key, with their authorization (-want +got):\n" + diff)
	}
}

func TestUsagePlansInTemplate(t *testing.T) {
	build := func(change func(*secureapi.Props)) (awscdk.Stack, *secureapi.API) {
		stack := newStack()
		partner := awsapigateway.ApiKey_FromApiKeyId(stack, jsii.String("Partner"), jsii.String("k1234567"))
		api := shop(stack, func(p *secureapi.Props) {
			p.Routes = append(p.Routes,
				secureapi.Handle("GET /orders/{id}", p.Routes[0].Function, secureapi.APIKey()),
				secureapi.Handle("GET /", p.Routes[0].Function, secureapi.KeyOnly("prices are no secret")),
			)
			p.UsagePlans = []secureapi.UsagePlan{
				{
					Name: "Gold Plus", Description: "paid", RateLimit: 0.5, BurstLimit: 20,
					Quota: &secureapi.Quota{Limit: 10000, Period: awsapigateway.Period_WEEK, Offset: 100},
					Keys: []secureapi.Key{{Name: "acme", Description: "Acme's server"}, {Existing: partner},
						{Name: "bolt", Disabled: true}},
					Routes: map[string]secureapi.RouteLimit{
						"GET /orders/{id}": {RateLimit: 5, BurstLimit: 10}, "GET /": {RateLimit: 1, BurstLimit: 2},
					},
				},
				{Name: "Free", Quota: &secureapi.Quota{Limit: 10, Period: awsapigateway.Period_DAY}},
			}
			if change != nil {
				change(p)
			}
		})
		return stack, api
	}
	stack, api := build(nil)
	other := secureapi.New(stack, "Other", &secureapi.Props{Routes: []secureapi.Route{
		secureapi.Handle("GET /", backend(stack, "More"), secureapi.KeyOnly("prices are no secret")),
	}})
	api.UsagePlan("Free").AddApiStage(&awsapigateway.UsagePlanPerApiStage{
		Api: other.RestAPI, Stage: other.RestAPI.DeploymentStage(),
	})
	if *api.Key("acme").KeyId() == *api.Key("bolt").KeyId() {
		t.Error("two keys have the same ID")
	}
	refused(t, func() {
		build(func(p *secureapi.Props) {
			again := awsapigateway.ApiKey_FromApiKeyId(other, jsii.String("Again"), jsii.String("k1234567"))
			p.UsagePlans[1].Keys = []secureapi.Key{{Existing: again}}
		})
	}, `the usage plan "Free": its Keys[0] is a key that the plan "Gold Plus" has already`)
	refused(t, func() { api.UsagePlan("Silver") },
		`secureapi: Shop/Api: UsagePlan: there is no plan "Silver" in Props.UsagePlans: they are ["Free" "Gold Plus"]`)
	refused(t, func() { api.Key("k1234567") },
		`secureapi: Shop/Api: Key: there is no key "k1234567" that the stack makes in Props.UsagePlans: they are `+
			`["acme" "bolt"]`)

	ids := map[string]string{}
	for _, kind := range []string{"UsagePlan", "ApiKey", "UsagePlanKey"} {
		for id, r := range resources(stack, "AWS::ApiGateway::"+kind) {
			ids[fmt.Sprintf("%s %v%v%v", kind, or(r["UsagePlanName"]), or(r["Name"]), or(r["KeyId"]))] = id
		}
	}
	if len(ids) != 7 {
		t.Errorf("got %v, want two plans, two keys and three keys of the first plan", ids)
	}
	gold := resources(stack, "AWS::ApiGateway::UsagePlan")[ids["UsagePlan Gold Plus"]]
	id, stage := stageOf(stack, "ApiRestApi")
	want := map[string]any{
		"UsagePlanName": "Gold Plus",
		"Description":   "paid",
		"Throttle":      map[string]any{"RateLimit": 0.5, "BurstLimit": 20.0},
		"Quota":         map[string]any{"Limit": 10000.0, "Period": "WEEK", "Offset": 100.0},
		"ApiStages": []any{map[string]any{"ApiId": stage["RestApiId"], "Stage": map[string]any{"Ref": id},
			"Throttle": map[string]any{
				"/orders/{id}/GET": map[string]any{"RateLimit": 5.0, "BurstLimit": 10.0},
				"//GET":            map[string]any{"RateLimit": 1.0, "BurstLimit": 2.0},
			}}},
	}
	if diff := cmp.Diff(want, gold); diff != "" {
		t.Error("usage plan (-want +got):\n" + diff)
	}
	stages := resources(stack, "AWS::ApiGateway::UsagePlan")[ids["UsagePlan Free"]]["ApiStages"]
	if len(stages.([]any)) != 2 {
		t.Errorf("stages of the second plan: got %v, want two", stages)
	}
	for name, enabled := range map[string]bool{"acme": true, "bolt": false} {
		key := resources(stack, "AWS::ApiGateway::ApiKey")[ids["ApiKey "+name]]
		if key["Enabled"] != enabled || key["Value"] != nil {
			t.Errorf("key %s: got %v", name, key)
		}
	}

	moved, _ := build(func(p *secureapi.Props) {
		slices.Reverse(p.UsagePlans)
		slices.Reverse(p.UsagePlans[1].Keys)
	})
	for _, kind := range []string{"UsagePlan", "ApiKey", "UsagePlanKey"} {
		for id := range resources(moved, "AWS::ApiGateway::"+kind) {
			if !slices.Contains(slices.Collect(maps.Values(ids)), id) {
				t.Errorf("lists in another order: got %s, want the same IDs", id)
			}
		}
	}
}

// or returns the value, or "" for nil.
func or(value any) any {
	if value == nil {
		return ""
	}
	return value
}

// stageOf returns the stage of the API whose logical ID has this prefix.
func stageOf(stack awscdk.Stack, api string) (id string, stage map[string]any) {
	for id, stage := range resources(stack, "AWS::ApiGateway::Stage") {
		if strings.HasPrefix(id, api) {
			return id, stage
		}
	}
	return "", nil
}

// A private API compares the address inside the VPC. New keeps raw statements.
func TestFromCIDRsInTemplate(t *testing.T) {
	stack := newStack()
	shop(stack, func(p *secureapi.Props) {
		p.Routes = append(p.Routes, secureapi.Handle("POST /orders/{id}", p.Routes[0].Function,
			secureapi.FromCIDRs("10.0.0.7", "10.1.0.0/16")))
		p.ResourcePolicy = &secureapi.ResourcePolicy{AllowVPCEndpoints: []string{"vpce-0a1b2c3d4e5f60718"}}
		p.RestApiProps = &awsapigateway.RestApiProps{EndpointConfiguration: &awsapigateway.EndpointConfiguration{
			Types: &[]awsapigateway.EndpointType{awsapigateway.EndpointType_PRIVATE},
		}}
	})
	var got []any
	for _, s := range only(t, stack, "AWS::ApiGateway::RestApi")["Policy"].(map[string]any)["Statement"].([]any) {
		if of := s.(map[string]any); of["NotResource"] != nil {
			got = append(got, of["Effect"], of["Condition"], len(of["NotResource"].([]any)))
		}
	}
	want := []any{"Deny", map[string]any{"NotIpAddress": map[string]any{
		"aws:VpcSourceIp": []any{"10.0.0.7/32", "10.1.0.0/16"}}}, 2}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("statement (-want +got):\n" + diff)
	}
	found := false
	methods := assertions.Template_FromStack(stack, nil).FindResources(jsii.String("AWS::ApiGateway::Method"), nil)
	for _, r := range *methods {
		metadata, _ := (*r)["Metadata"].(map[string]any)
		found = found || metadata["gatehouse:from"] == "10.0.0.7/32, 10.1.0.0/16"
	}
	if !found {
		t.Error("got no method whose metadata has the ranges")
	}
}

func TestSharedUsagePlan(t *testing.T) {
	stack := newStack()
	f := backend(stack, "F")
	routes := []secureapi.Route{secureapi.Handle("GET /", f, secureapi.KeyOnly("counted"))}
	first := secureapi.New(stack, "First", &secureapi.Props{Routes: routes,
		UsagePlans: []secureapi.UsagePlan{{Name: "shared", Keys: []secureapi.Key{{Name: "acme"}}}}})
	secureapi.New(stack, "Second", &secureapi.Props{Routes: routes,
		UsagePlans: []secureapi.UsagePlan{{Of: first.UsagePlan("shared")}}})
	stages := only(t, stack, "AWS::ApiGateway::UsagePlan")["ApiStages"].([]any)
	apis := map[any]bool{}
	for _, s := range stages {
		apis[s.(map[string]any)["ApiId"].(map[string]any)["Ref"]] = true
	}
	if len(stages) != 2 || len(apis) != 2 {
		t.Errorf("stages of the plan: got %v, want one of each API", stages)
	}
	if n := len(resources(stack, "AWS::ApiGateway::UsagePlanKey")); n != 1 {
		t.Errorf("got %d keys, want 1", n)
	}
}
