package cloudassembly

import (
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly/assemblytest"
)

func assemblyWith(t *testing.T, resources string) *Assembly {
	t.Helper()
	a, err := Read(assemblytest.WithAssets(t, resources))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestNestedStacks checks parameters into and outputs out of a nested stack.
func TestNestedStacks(t *testing.T) {
	nested := func(id, properties, metadata string) string {
		return `"` + id + `": {"Type": "AWS::CloudFormation::Stack", "Metadata": ` + metadata + `, "Properties": {` +
			properties + `}}`
	}
	url := `"TemplateURL": {"Fn::Join": ["", ["https://s3.", {"Ref": "AWS::Region"}, ".amazonaws.com/b/n.json"]]}`
	t.Run("one that is read", func(t *testing.T) {
		a := assemblyWith(t, nested("N", url+`, "Parameters": {"Name": {"Fn::Sub": "${AWS::StackName}-jobs"}}`, "{}"))
		e := a.Evaluator(Options{})
		for _, c := range []struct{ name, value, want string }{
			{"an output", `{"Fn::GetAtt": ["N", "Outputs.Arn"]}`, "arn:aws:sqs:us-east-1:123456789012:Shop-jobs"},
			{"its id is what it sees itself as", `{"Fn::If": ["Same", "same", "other"]}`, "same"},
		} {
			a.stacks[0].Template.Conditions = map[string]any{"Same": decode(t,
				`{"Fn::Equals": [{"Ref": "N"}, {"Fn::GetAtt": ["N", "Outputs.Id"]}]}`)}
			if got, err := e.Evaluate(a.stacks[0], "", "", decode(t, c.value)); err != nil || got != c.want {
				t.Errorf("%s: got %v, %v, want %s", c.name, got, err, c.want)
			}
		}
		if _, err := e.Evaluate(a.stacks[0], "", "", decode(t, `{"Fn::GetAtt": ["N", "Outputs.Nope"]}`)); err == nil ||
			!strings.Contains(err.Error(), `no output "Nope"`) {
			t.Errorf("got %v, want an error", err)
		}
		if s := a.stacks[1]; s.Path != "Shop/N" || s.Parent != a.stacks[0] || !strings.HasPrefix(s.Name, "Shop-N-") {
			t.Errorf("got %+v", s)
		}
	})
	t.Run("by the longest key that fits", func(t *testing.T) {
		for range 20 { // as maps have no order
			a := assemblyWith(t, nested("N", `"TemplateURL": "https://s3.amazonaws.com/b/x/n.json"`, "{}"))
			if err := a.stacks[0].nested["N"].err; err == nil || !strings.Contains(err.Error(), "asset.z.zip") {
				t.Fatalf("got %v, want one about the asset of the key x/n.json", err)
			}
		}
	})
	t.Run("by the path that CDK notes", func(t *testing.T) {
		a := assemblyWith(t, nested("N", `"TemplateURL": {"Ref": "Open"}`, `{"aws:asset:path": "nested.template.json"}`))
		if len(a.stacks) != 2 {
			t.Errorf("got %d stacks, want 2", len(a.stacks))
		}
	})
}
