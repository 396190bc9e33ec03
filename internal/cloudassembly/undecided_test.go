package cloudassembly

import (
	"slices"
	"strings"
	"testing"
)

func TestUndecided(t *testing.T) {
	const template = `{
	  "Parameters": {"Env": {"Type": "String", "Default": "test"}, "Given": {"Type": "String", "Default": "no"}},
	  "Conditions": {
	    "IsProd": {"Fn::Equals": [{"Ref": "Env"}, "prod"]},
	    "IsTest": {"Fn::Not": [{"Condition": "IsProd"}]},
	    "IsGiven": {"Fn::Equals": [{"Ref": "Given"}, "yes"]},
	    "Here": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}
	  },
	  "Resources": {
	    "Prod": {"Type": "T", "Condition": "IsProd", "Properties": {"Type": "NONE", "Of": {"Ref": "Always"}}},
	    "Test": {"Type": "T", "Condition": "IsTest", "Properties": {"Type": "NONE"}},
	    "Always": {"Type": "T", "Properties": {
	      "Type": {"Fn::If": ["IsProd", "NONE", "AWS_IAM"]}, "List": [{"Fn::If": ["IsTest", "a", "b"]}]}},
	    "Given": {"Type": "T", "Condition": "IsGiven", "Properties": {"Type": {"Fn::If": ["IsGiven", "NONE", "AWS_IAM"]}}},
	    "Here": {"Type": "T", "Condition": "Here", "Properties": {"Type": {"Ref": "Env"}}}
	  }
	}`
	const prod = `IsProd (${{"Fn::Equals":[{"Ref":"Env"},"prod"]}})`
	const test = `IsTest (${{"Fn::Not":[{"Condition":"IsProd"}]}}, IsProd: ${{"Fn::Equals":[{"Ref":"Env"},"prod"]}})`
	a := parse(t, template)
	e := a.Evaluator(Options{Parameters: map[string]string{"Given": "yes"}})
	for id, want := range map[string][]string{
		"Prod":   {"made if " + prod, `Properties: {"Of":{"Ref":"Always"},"Type":"NONE"}`},
		"Test":   {"made if " + test},
		"Always": {"if not " + test + ": b", "if " + prod + ": NONE"},
		"Given":  nil,
		"Here":   nil,
	} {
		if got := e.Undecided(a.stacks[0], id); strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s: got\n%s\nwant\n%s", id, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// TestUndecidedOfNestedStacks has a nested stack that exists only if a parameter of its parent has a certain value. The
// parent sets the parameters of the nested stack.
func TestUndecidedOfNestedStacks(t *testing.T) {
	a := assemblyWith(t, `"N": {"Type": "AWS::CloudFormation::Stack", "Condition": "IsProd", "Properties": {
		"TemplateURL": {"Fn::Join": ["", ["https://s3.", {"Ref": "AWS::Region"}, ".amazonaws.com/b/n.json"]]},
		"Parameters": {"Kind": {"Ref": "Env"}, "Fixed": "x"}}}`)
	outer, inner := a.stacks[0], a.stacks[1]
	outer.Template.Parameters = map[string]Parameter{"Env": {Type: "String", Default: "test"}}
	outer.Template.Conditions = map[string]any{"IsProd": decode(t, `{"Fn::Equals": [{"Ref": "Env"}, "prod"]}`)}
	inner.Template.Parameters = map[string]Parameter{"Kind": {Type: "String"}, "Fixed": {Type: "String"}}
	inner.Template.Conditions = map[string]any{
		"Open":  decode(t, `{"Fn::Equals": [{"Ref": "Kind"}, "open"]}`),
		"Fixed": decode(t, `{"Fn::Equals": [{"Ref": "Fixed"}, "x"]}`),
	}
	inner.Template.Resources["It"] = &TemplateResource{Type: "T", Condition: "Open"}
	inner.Template.Resources["Other"] = &TemplateResource{Type: "T", Condition: "Fixed"}
	e := a.Evaluator(Options{})
	const inProd = `made if IsProd (${{"Fn::Equals":[{"Ref":"Env"},"prod"]}})`
	for id, want := range map[string][]string{
		"It":    {`made if Open (${{"Fn::Equals":[{"Ref":"Kind"},"open"]}})`, inProd, "Properties: null"},
		"Other": {inProd, "Properties: null"},
	} {
		if got := e.Undecided(inner, id); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", id, got, want)
		}
	}
}
