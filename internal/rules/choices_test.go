package rules_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

// TestWhatADeploymentDecides checks that a value that a template leaves to the deployment is treated as any allowed
// value.
func TestWhatADeploymentDecides(t *testing.T) {
	const kind = `{"Type": "String", "Default": "AWS_IAM"%s}`
	for _, tt := range []struct {
		name, parameter, conditions, value string
		want                               string // of the finding; "" for none
	}{
		{"written out", "", "", `"AWS_IAM"`, ""},
		{"written out in small letters", "", "", `"aws_iam"`, ""},
		{"open in small letters", "", "", `"none"`, "the method GET / is open"},
		{"not set", "", "", `{"Ref": "AWS::NoValue"}`, "the method GET / is open"},
		{"a default that is closed", "", "", `{"Ref": "Kind"}`, "it cannot be told whether the method GET / is open: " +
			"AuthorizationType: it is the parameter Kind"},
		{"allowed values that are closed", `, "AllowedValues": ["AWS_IAM", "CUSTOM"]`, "", `{"Ref": "Kind"}`, ""},
		{"allowed values of which one is open", `, "AllowedValues": ["AWS_IAM", "NONE"]`, "", `{"Ref": "Kind"}`,
			"the method GET / is open, and the table does not say so, where a condition or a parameter has it so"},
		{"a condition on a parameter, closed in both " +
			"cases", "", `"C": {"Fn::Equals": [{"Ref": "Kind"}, "x"]}`, `{"Fn::If": ["C", "AWS_IAM", "CUSTOM"]}`, ""},
		{"a condition on a parameter, open in one " +
			"case", "", `"C": {"Fn::Equals": [{"Ref": "Kind"}, "x"]}`, `{"Fn::If": ["C", "AWS_IAM", {"Ref": "AWS::NoValue"}]}`,
			"where a condition or a parameter has it so"},
		{"a condition that always holds", "", `"C": {"Fn::Equals": ["x", "x"]}`, `{"Fn::If": ["C", "AWS_IAM", "NONE"]}`, ""},
		{"a parameter within a text", "", "", `{"Fn::Sub": "AWS_${Kind}"}`, "it cannot be told whether the method GET / " +
			"is open"},
		{"a stored value", "", "", `"{{resolve:ssm:/kind}}"`,
			`it cannot be told whether the method GET / is open: AuthorizationType: it is "{{resolve:ssm:/kind}}"`},
		{"a list", "", "", `["AWS_IAM"]`, "it cannot be told whether the method GET / is open: AuthorizationType: it is " +
			"not a string"},
		{"a type that there is not", "", "", `"OAUTH"`,
			`it cannot be told whether the method GET / is open: AuthorizationType: it is "OAUTH"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, err := cloudassembly.Parse(
				"Shop",
				fmt.Appendf(nil, `{"Parameters": {"Kind": %s}, "Conditions": {%s}, "Resources": {
				"Api": {"Type": "AWS::ApiGateway::RestApi", "Metadata": {"gatehouse:plan": {"routes": {}}},
					"Properties": {"Name": "shop"}},
				"Own": {"Type": "AWS::ApiGateway::Authorizer", "Properties": {
					"RestApiId": {"Ref": "Api"}, "Type": "TOKEN", "AuthorizerUri": "arn:x"}},
				"Get": {"Type": "AWS::ApiGateway::Method", "Properties": {
					"RestApiId": {"Ref": "Api"}, "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
					"HttpMethod": "GET", "AuthorizationType": %s, "AuthorizerId": {"Ref": "Own"}}}
			}}`, fmt.Sprintf(kind, tt.parameter), tt.conditions, tt.value),
			)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range rules.Check(a, rules.Options{}) {
				got = append(got, f.Message)
			}
			if tt.want == "" && len(got) > 0 || tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)) {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}

// A method with a condition has the values for which this condition holds, and both values of any other condition.
func TestConditionOfTheMethod(t *testing.T) {
	for _, tt := range []struct{ name, value, want string }{
		{"its own, closed where it holds", `{"Fn::If": ["Made", "AWS_IAM", "NONE"]}`, ""},
		{"its own, open where it holds", `{"Fn::If": ["Made", "NONE", "AWS_IAM"]}`, "the method GET / is open"},
		{"another one, closed where it holds", `{"Fn::If": ["Other", "AWS_IAM", "NONE"]}`, "the method GET / is open"},
		{"another one, open where it holds", `{"Fn::If": ["Other", "NONE", "AWS_IAM"]}`, "the method GET / is open"},
		{"another one, closed in both cases", `{"Fn::If": ["Other", "AWS_IAM", "AWS_IAM"]}`, ""},
		{"another one within its own", `{"Fn::If": ["Made", {"Fn::If": ["Other", "AWS_IAM", "NONE"]}, "AWS_IAM"]}`,
			"the method GET / is open"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, err := cloudassembly.Parse("Shop", []byte(`{"Parameters": {"Kind": {"Type": "String"}}, "Conditions": {
				"Made": {"Fn::Equals": [{"Ref": "Kind"}, "x"]}, "Other": {"Fn::Equals": [{"Ref": "Kind"}, "y"]}}, "Resources": {
				"Api": {"Type": "AWS::ApiGateway::RestApi", "Metadata": {"gatehouse:plan": {"routes": {}}},
					"Properties": {"Name": "shop"}},
				"Get": {"Type": "AWS::ApiGateway::Method", "Condition": "Made", "Properties": {"RestApiId": {"Ref": "Api"},
					"ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]}, "HttpMethod": "GET", "AuthorizationType": `+tt.value+`}}
			}}`))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range rules.Check(a, rules.Options{}) {
				got = append(got, f.Message)
			}
			if tt.want == "" && len(got) > 0 || tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)) {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}

// AWS's own macros that add no methods are not reported.
func TestHarmlessMacros(t *testing.T) {
	for macro, want := range map[string]int{
		"AWS::LanguageExtensions": 0, "AWS::SecretsManager-2024-09-16": 0, "AWS::CodeDeployBlueGreen": 0,
		"AWS::Serverless-2016-10-31": 0, "AWS::Include": 1, "Own": 1,
	} {
		a, err := cloudassembly.Parse("Shop", []byte(`{"Transform": "`+macro+`", "Resources": {
			"Api": {"Type": "AWS::ApiGateway::RestApi", "Metadata": {"gatehouse:plan": {"routes": {}}},
				"Properties": {"Name": "shop"}}
		}}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := rules.Check(a, rules.Options{}); len(got) != want {
			t.Errorf("%s: found %+v, want %d", macro, got, want)
		}
	}
}

// The templates of the app and of all examples, as stored by their tests, have no findings.
func TestExamples(t *testing.T) {
	var files []string
	for _, pattern := range []string{"../../examples/*/testdata/*.json", "../../test/testdata/orders-*.json",
		"../../test/testdata/everything.json"} {
		found, err := filepath.Glob(pattern)
		if err != nil || found == nil {
			t.Fatalf("%s: no template: %v", pattern, err)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		a := parse(t, file)
		if len(rules.Planned(a)) == 0 {
			t.Errorf("%s: it has no API with a plan", file)
		}
		for _, f := range rules.Check(a, rules.Options{}) {
			t.Errorf("%s: %+v", file, f)
		}
	}
}
