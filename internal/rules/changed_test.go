package rules_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

// object is an object in a template.
type object = map[string]any

// TestChangesOfAClosedAPI applies changes to testdata/closed.json, each with the expected findings. A place consists of
// the names of resources and members, separated by slashes.
func TestChangesOfAClosedAPI(t *testing.T) {
	const plan = "Api/Metadata/gatehouse:plan"
	url := func(function any) object {
		return object{"Type": "AWS::Lambda::Url", "Properties": object{"AuthType": "NONE", "TargetFunctionArn": function}}
	}
	beside := object{"Type": "AWS::ApiGateway::Method", "Properties": object{
		"RestApiId": object{"Ref": "Api"}, "ResourceId": object{"Ref": "Items"}, "HttpMethod": "GET",
		"AuthorizationType": "CUSTOM", "AuthorizerId": object{"Fn::ImportValue": "guard"},
		"Integration": object{"Type": "MOCK"},
	}}
	for _, tt := range []struct {
		name, place string
		value       any
		want        string
	}{
		{"a route of IAM takes tokens", "GetItem/Properties", object{
			"RestApiId": object{"Ref": "Api"}, "ResourceId": object{"Ref": "Item"}, "HttpMethod": "GET",
			"AuthorizationType": "CUSTOM", "AuthorizerId": object{"Ref": "Authorizer"}, "Integration": object{"Type": "MOCK"},
		}, "changed-guard: the method GET /items/{id} is not guarded as the table says: its AuthorizationType is CUSTOM, " +
			"want AWS_IAM"},
		{"a route of IAM takes tokens under a condition", "GetItem/Properties", object{
			"RestApiId": object{"Ref": "Api"}, "ResourceId": object{"Ref": "Item"}, "HttpMethod": "GET",
			"AuthorizationType": object{"Fn::If": []any{"Open", "AWS_IAM", "CUSTOM"}},
			"AuthorizerId":      object{"Ref": "Authorizer"}, "Integration": object{"Type": "MOCK"},
		}, "changed-guard: the method GET /items/{id} is not guarded as the table says: its AuthorizationType is AWS_IAM " +
			"or CUSTOM, want AWS_IAM"},
		{"a route of an authorizer takes IAM", "GetOrders/Properties", object{
			"RestApiId": object{"Ref": "Api"}, "ResourceId": object{"Ref": "Orders"}, "HttpMethod": "GET",
			"AuthorizationType": "AWS_IAM", "Integration": object{"Type": "MOCK"},
		}, "changed-guard: the method GET /orders is not guarded as the table says: its AuthorizationType is AWS_IAM, want " +
			"the one of the authorizer Authorizer"},
		{"an authorizer by import", "GetOrders/Properties/AuthorizerId", object{"Fn::ImportValue": "guard"},
			"changed-guard: the method GET /orders is not guarded as the table says: its AuthorizerId is not known ("},
		{"an authorizer of another name", plan + "/guards/Authorizer", "Gone",
			"changed-guard: the method GET /orders is not guarded as the table says: the template has no authorizer Gone of " +
				"this API"},
		{"a method beside the table, by import", "Beside", beside,
			"included-authorizer: the method GET /items was added beside the table, and it cannot be told whether the " +
				"included authorizer guards it: AuthorizerId: "},
		{"other code of the included function", "Decide/Metadata/aws:asset:path", "asset.0123456789abcdef",
			`changed-function: the included function's code is not as planned: Code is {"ZipFile":"exports.handler = ` +
				`async () => ({})"}, want the asset 0123456789abcdef`},
		{"an open URL of a function by import", "Url", url(object{"Fn::ImportValue": "orders"}),
			"open-function-url: the function URL is open, and it cannot be told whether its function is behind a guarded " +
				"route: TargetFunctionArn: "},
		{"an open permission of a function by import", "May", object{"Type": "AWS::Lambda::Permission", "Properties": object{
			"Action": "lambda:InvokeFunction", "Principal": "*", "FunctionName": object{"Fn::ImportValue": "orders"}}},
			"open-invocation: everybody with an AWS account may invoke a function, and it cannot be told whether that is " +
				"behind a guarded route: FunctionName: "},
		{"a plan that is a text", plan, "none", "hidden-methods: its metadata gatehouse:plan is not an object"},
		{"routes that are a list", plan + "/routes", []any{"GET /orders"},
			"hidden-methods: the routes of its metadata gatehouse:plan are not an object"},
		{"a guard that is a number", plan + "/guards/Authorizer", 1,
			`hidden-methods: the guards of its metadata gatehouse:plan: "Authorizer" is not a string`},
		{"a guard that there is not", plan + "/routes/GET ~1orders", "Others",
			`hidden-methods: the routes of its metadata gatehouse:plan: the guard "Others" of "GET /orders" is not among ` +
				"its guards"},
		{"keys that are a text", plan + "/keys", "GET /orders",
			"hidden-methods: the keys of its metadata gatehouse:plan are not a list"},
		{"a key that is a number", plan + "/keys", []any{1},
			"hidden-methods: the keys of its metadata gatehouse:plan: 1 is not a string"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text, err := os.ReadFile("testdata/closed.json")
			if err != nil {
				t.Fatal(err)
			}
			var template object
			if err := json.Unmarshal(text, &template); err != nil {
				t.Fatal(err)
			}
			at, steps := template["Resources"].(object), strings.Split(tt.place, "/")
			for _, step := range steps[:len(steps)-1] {
				at = at[strings.ReplaceAll(step, "~1", "/")].(object)
			}
			at[strings.ReplaceAll(steps[len(steps)-1], "~1", "/")] = tt.value
			if text, err = json.Marshal(template); err != nil {
				t.Fatal(err)
			}
			a, err := cloudassembly.Parse("Shop", text)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range rules.Check(a, rules.Options{}) {
				got = append(got, f.Rule+": "+f.Message)
			}
			if !slices.ContainsFunc(got, func(line string) bool { return strings.Contains(line, tt.want) }) {
				t.Errorf("want the finding %q (-want +got):\n%s", tt.want, cmp.Diff([]string{tt.want}, got))
			}
		})
	}
}

// A Deny of the plan's policy must be in the template as it was planned, wherever it stands. An Allow may be gone.
func TestPlannedDenies(t *testing.T) {
	const (
		allow = `{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*/GET/"}`
		deny  = `{"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*/GET/", ` +
			`"Condition": {"NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24"]}}}`
		lacks = "resource-policy: the resource policy lacks a Deny that was planned: "
	)
	wider := strings.Replace(deny, "203.0.113.0/24", "0.0.0.0/0", 1)
	for _, tt := range []struct {
		name, planned, there string
		want                 int // Deny statements that are missing
	}{
		{"as planned", `[` + allow + `, ` + deny + `]`, `[` + allow + `, ` + deny + `]`, 0},
		{"in another order, with more", `[` + allow + `, ` + deny + `]`, `[` + wider + `, ` + deny + `, ` + allow + `]`, 0},
		{"gone", `[` + allow + `, ` + deny + `]`, `[` + allow + `]`, 1},
		{"another range", `[` + allow + `, ` + deny + `]`, `[` + allow + `, ` + wider + `]`, 1},
		{"two that are gone", `[` + deny + `, ` + wider + `]`, `[` + allow + `]`, 2},
		{"without a list", deny, `[` + allow + `, ` + deny + `]`, 0},
		{"without a list, and gone", deny, allow, 1},
		{"an Allow that is gone", allow, `[` + allow + `, ` + deny + `]`, 0},
		{"nothing planned", `[]`, allow, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, err := cloudassembly.Parse("Shop", []byte(`{"Resources": {"Api": {"Type": "AWS::ApiGateway::RestApi",
				"Metadata": {"gatehouse:plan": {"routes": {"GET /": ""}, "policy": {"Statement": `+tt.planned+`}}},
				"Properties": {"Name": "shop", "Policy": {"Statement": `+tt.there+`}}},
				"Get": {"Type": "AWS::ApiGateway::Method", "Metadata": {"gatehouse:public": "probe"}, "Properties": {
					"RestApiId": {"Ref": "Api"}, "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]}, "HttpMethod": "GET",
					"AuthorizationType": "NONE", "Integration": {"Type": "MOCK"}}}}}`))
			if err != nil {
				t.Fatal(err)
			}
			got := 0
			for _, f := range rules.Check(a, rules.Options{}) {
				if line := f.Rule + ": " + f.Message; strings.HasPrefix(line, lacks) {
					got++
				} else {
					t.Errorf("found %s", line)
				}
			}
			if got != tt.want {
				t.Errorf("%d Deny statements are missing, want %d", got, tt.want)
			}
		})
	}
}
