package secureapi_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// conditionNamed returns a condition that compares a parameter.
func conditionNamed(stack awscdk.Stack, id string) awscdk.CfnCondition {
	given := awscdk.NewCfnParameter(stack, jsii.String(id+"Given"), &awscdk.CfnParameterProps{
		Default: jsii.String("no"),
	})
	return awscdk.NewCfnCondition(stack, &id, &awscdk.CfnConditionProps{
		Expression: awscdk.Fn_ConditionEquals(given.ValueAsString(), jsii.String("yes")),
	})
}

func TestRoutesWithConditions(t *testing.T) {
	stack := newStack()
	live := conditionNamed(stack, "Live")
	both, own := backend(stack, "Both"), backend(stack, "Own")
	own.Node().DefaultChild().(awscdk.CfnResource).CfnOptions().SetCondition(live)
	shop(stack, func(p *secureapi.Props) {
		p.Routes = append(p.Routes, secureapi.Handle("GET /both", both))
		p.Routes = append(p.Routes, secureapi.With([]secureapi.Access{secureapi.OnlyIf(live)},
			secureapi.Handle("PUT /both", both),
			secureapi.Handle("GET /own", own),
			secureapi.Handle("PUT /own", own),
			secureapi.Integrate("GET /fixed", secureapi.Respond(200), secureapi.Public("fixed")),
		)...)
	})
	if diff := cmp.Diff(map[string]int{
		"AWS::ApiGateway::Method": 4, "AWS::Lambda::Permission": 1, "AWS::Lambda::Function": 1,
	}, conditional(t, stack)); diff != "" {
		t.Errorf("resources with the condition (-want +got):\n%s", diff)
	}
	template := assertions.Template_FromStack(stack, nil)
	for _, d := range *template.FindResources(jsii.String("AWS::ApiGateway::Deployment"), nil) {
		waits := (*d)["Metadata"].(map[string]any)["gatehouse:methods"].([]any)
		if len(waits) != 4 || waits[0].(map[string]any)["Fn::If"].([]any)[0] != "Live" {
			t.Errorf("DependsOn of the deployment: got %v, want the four methods where Live holds", waits)
		}
	}
}

// conditional counts the resources with a condition, by type. It fails the test if a resource without the condition
// refers to one of them or depends on it, except in metadata.
func conditional(t *testing.T, stack awscdk.Stack) map[string]int {
	t.Helper()
	template := *assertions.Template_FromStack(stack, nil).ToJSON()
	counts, with := map[string]int{}, map[string]bool{}
	all := map[string]any{}
	for _, section := range []string{"Resources", "Outputs"} {
		entries, _ := template[section].(map[string]any)
		for id, e := range entries {
			all[id] = e
			entry := e.(map[string]any)
			if entry["Condition"] == nil {
				continue
			}
			with[id] = true
			kind, _ := entry["Type"].(string)
			counts[kind]++
		}
	}
	for id, e := range all {
		if with[id] {
			continue
		}
		entry := e.(map[string]any)
		text, err := json.Marshal([]any{entry["Properties"], entry["Value"]})
		waits, _ := entry["DependsOn"].([]any)
		for _, other := range waits {
			if with[other.(string)] {
				t.Errorf("%s depends on %s, which exists only if the condition holds", id, other)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`"(?:Ref|Fn::GetAtt)":\[?"(\w+)"`).FindAllStringSubmatch(string(text), -1) {
			if with[m[1]] {
				t.Errorf("%s refers to %s, which exists only if the condition holds", id, m[1])
			}
		}
	}
	return counts
}

func TestAPIWithCondition(t *testing.T) {
	stack := newStack()
	live, first, second := conditionNamed(stack, "Live"), conditionNamed(stack, "First"), conditionNamed(stack, "Second")
	decide, one, two := backend(stack, "Decide"), backend(stack, "One"), backend(stack, "Two")
	for of, c := range map[awscdk.CfnCondition]awslambda.Function{first: one, second: two} {
		c.Node().DefaultChild().(awscdk.CfnResource).CfnOptions().SetCondition(of)
	}
	api := secureapi.New(stack, "Api", &secureapi.Props{
		Condition:  live,
		Authorizer: secureapi.TokenAuthorizer{Function: decide},
		CORS:       &secureapi.CORS{AllowOrigins: []string{"https://shop.example.com"}},
		Routes: []secureapi.Route{
			secureapi.Handle("GET /one", one, secureapi.OnlyIf(first), secureapi.APIKey()),
			secureapi.Handle("GET /two", two, secureapi.OnlyIf(second)),
		},
		UsagePlans: []secureapi.UsagePlan{{Name: "all", Keys: []secureapi.Key{{Name: "acme"}}}},
	})
	api.AddGatewayResponse("Later", &awsapigateway.GatewayResponseOptions{Type: awsapigateway.ResponseType_THROTTLED()})
	counts := conditional(t, stack)
	template := *assertions.Template_FromStack(stack, nil).ToJSON()
	for id, r := range template["Resources"].(map[string]any) {
		resource := r.(map[string]any)
		free := resource["Type"] == "AWS::IAM::Role" || resource["Type"] == "AWS::Lambda::Function"
		if !free && resource["Condition"] == nil {
			t.Errorf("%s of type %v: got no condition", id, resource["Type"])
		}
	}
	if counts["AWS::Lambda::Permission"] != 3 || counts["AWS::ApiGateway::GatewayResponse"] != 3 {
		t.Errorf("resources with a condition: got %v, want 3 permissions and 3 gateway responses", counts)
	}
	conditions := template["Conditions"].(map[string]any)
	joined := 0
	for _, c := range conditions {
		if and, is := c.(map[string]any)["Fn::And"].([]any); is {
			joined++
			if and[0].(map[string]any)["Condition"] != "Live" {
				t.Errorf("condition of a route: got %v, want it joined with Live", and)
			}
		}
	}
	if joined != 2 {
		t.Errorf("conditions: got %v, want two that join a route's with the API's", conditions)
	}
}

func TestConditionsOfOtherStacks(t *testing.T) {
	app := newApp()
	here, there := awscdk.NewStack(app, jsii.String("Here"), nil), awscdk.NewStack(app, jsii.String("There"), nil)
	of := conditionNamed(there, "Live")
	refused(t, func() {
		shop(here, func(p *secureapi.Props) { p.Routes[0].Access = append(p.Routes[0].Access, secureapi.OnlyIf(of)) })
	}, "OnlyIf: the condition There/Live belongs to the stack There, and the API to Here: make one in the API's stack")
}

// A usage plan of an API without a condition includes the stage of an API with a condition only if the condition holds.
func TestSharedUsagePlanWithCondition(t *testing.T) {
	stack := newStack()
	f, live := backend(stack, "F"), conditionNamed(stack, "Live")
	routes := []secureapi.Route{secureapi.Handle("GET /", f, secureapi.KeyOnly("counted"))}
	first := secureapi.New(stack, "First", &secureapi.Props{Routes: routes,
		UsagePlans: []secureapi.UsagePlan{{Name: "shared"}}})
	join := []secureapi.UsagePlan{{Of: first.UsagePlan("shared")}}
	secureapi.New(stack, "Second", &secureapi.Props{Routes: routes, UsagePlans: join})
	secureapi.New(stack, "Third", &secureapi.Props{Condition: live, Routes: routes, UsagePlans: join})
	stages := only(t, stack, "AWS::ApiGateway::UsagePlan")["ApiStages"].([]any)
	if len(stages) != 3 {
		t.Fatalf("stages of the plan: got %v, want one of each API", stages)
	}
	third, _ := stages[2].(map[string]any)
	given, _ := third["Fn::If"].([]any)
	if len(third) != 1 || len(given) != 3 || given[0] != "Live" || given[1].(map[string]any)["Stage"] == nil {
		t.Errorf("third stage: got %v, want it only where Live holds", third)
	}
	elsewhere := awscdk.NewStack(awscdk.App_Of(stack), jsii.String("Elsewhere"), nil)
	refused(t, func() {
		secureapi.New(elsewhere, "Api", &secureapi.Props{Condition: conditionNamed(elsewhere, "Live"), UsagePlans: join,
			Routes: []secureapi.Route{secureapi.Handle("GET /", backend(elsewhere, "F"), secureapi.KeyOnly("counted"))}})
	}, "the plan Shop/First/UsagePlan shared is in the stack Shop, and the API has a Condition, which that stack does not")
}

// A grant to a role without a condition allows the API's routes only if the API's condition holds.
func TestGrantInvokeWithCondition(t *testing.T) {
	stack := newStack()
	live := conditionNamed(stack, "Live")
	api := secureapi.New(stack, "Api", &secureapi.Props{
		Condition:  live,
		Authorizer: secureapi.IAMAuthorizer{},
		Routes: []secureapi.Route{
			secureapi.Handle("GET /orders/{id}", backend(stack, "Orders")),
			secureapi.Handle("POST /orders", backend(stack, "Take")),
		},
	})
	api.GrantInvoke(awsiam.NewUser(stack, jsii.String("Caller"), nil), "GET /orders/{id}", "POST /orders")
	document := only(t, stack, "AWS::IAM::Policy")["PolicyDocument"].(map[string]any)
	arns, _ := document["Statement"].([]any)[0].(map[string]any)["Resource"].([]any)
	if len(arns) != 2 {
		t.Fatalf("policy: got %v, want two ARNs", document)
	}
	for i, route := range []string{"/prod/GET/orders/?*", "/prod/POST/orders"} {
		given, _ := arns[i].(map[string]any)["Fn::If"].([]any)
		if len(given) != 3 || given[0] != "Live" {
			t.Fatalf("ARN: got %v, want it only where Live holds", arns[i])
		}
		made, elsewhere := fmt.Sprint(given[1]), fmt.Sprint(given[2])
		if !strings.Contains(made, "Ref:ApiRestApi") || !strings.Contains(made, route) ||
			strings.Contains(elsewhere, "Ref:ApiRestApi") || !strings.Contains(elsewhere, ":-"+route) {
			t.Errorf("ARN: got %s where Live holds and %s elsewhere, want the API's route and an ARN of no API", made, elsewhere)
		}
	}
	awscdk.App_Of(stack).Synth(nil)
}

// A function in the API's scope has the API's condition, and so has its policy.
func TestGrantInvokeToFunctionOfAPI(t *testing.T) {
	stack := newStack()
	api := secureapi.New(stack, "Api", &secureapi.Props{
		Condition:   conditionNamed(stack, "Live"),
		Authorizer:  secureapi.IAMAuthorizer{},
		Authorizers: map[string]secureapi.Authorizer{"tokens": tokens()},
		Routes: []secureapi.Route{
			secureapi.Handle("GET /orders", backend(stack, "Orders")),
			secureapi.Handle("GET /stock", backend(stack, "Stock"), secureapi.GuardedBy("tokens")),
		},
	})
	api.GrantInvoke(api.NamedAuthorizerFunction("tokens"), "GET /orders")
	if text := fmt.Sprint(only(t, stack, "AWS::IAM::Policy")); strings.Contains(text, "Fn::If") ||
		!strings.Contains(text, "/prod/GET/orders") {
		t.Errorf("policy: got %s, want the route without a condition of its own", text)
	}
	policy := ""
	for _, r := range resourcesOf(stack) {
		if r := r.(map[string]any); r["Type"] == "AWS::IAM::Policy" {
			policy = fmt.Sprint(r["Condition"])
		}
	}
	if policy != "Live" {
		t.Errorf("condition of the policy: got %s, want Live", policy)
	}
}

// The rule on grants also reads an API that has a condition.
func TestGrantRuleWithCondition(t *testing.T) {
	stack := newStack()
	api := secureapi.New(stack, "Api", &secureapi.Props{
		Condition:  conditionNamed(stack, "Live"),
		Authorizer: secureapi.IAMAuthorizer{},
		Routes:     []secureapi.Route{secureapi.Handle("GET /orders/{id}", backend(stack, "Orders"))},
	})
	api.GrantInvoke(awsiam.NewUser(stack, jsii.String("Caller"), nil), "GET /orders/{id}")
	api.RestAPI.Root().ResourceForPath(jsii.String("/orders/{id}/audit")).AddMethod(jsii.String("GET"), nil,
		&awsapigateway.MethodOptions{AuthorizationType: awsapigateway.AuthorizationType_IAM})
	refused(t, func() { awscdk.App_Of(stack).Synth(nil) }, `the * of the grant of "GET /orders/{id}" covers it`)
}

func TestGrantInvokeInAnotherStackWithCondition(t *testing.T) {
	app := newApp()
	here, there := awscdk.NewStack(app, jsii.String("Here"), nil), awscdk.NewStack(app, jsii.String("There"), nil)
	api := shop(here, func(p *secureapi.Props) { iamOnly(p); p.Condition = conditionNamed(here, "Live") })
	refused(t, func() { api.GrantInvoke(awsiam.NewUser(there, jsii.String("Caller"), nil), "GET /orders") },
		"secureapi: Here/Api: GrantInvoke: the grantee There/Caller is in the stack There, and the API has a Condition, "+
			"which that stack does not: make the grantee in the stack of the API")
	role := awsiam.NewRole(there, jsii.String("Role"), &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()})
	refused(t, func() { api.GrantInvoke(role, "GET /orders") }, "the grantee There/Role is in the stack There")
	refused(t, func() { api.GrantInvoke(backend(there, "Other"), "GET /orders") },
		"the grantee There/Other/ServiceRole is in the stack There")
}
