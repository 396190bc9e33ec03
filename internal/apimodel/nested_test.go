package apimodel

import (
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// TestNestedStacks checks the problems of a nested stack that cannot be read, and the APIs besides it.
func TestNestedStacks(t *testing.T) {
	nested := func(id, properties, metadata string) string {
		return `"` + id + `": {"Type": "AWS::CloudFormation::Stack", "Metadata": ` + metadata + `, "Properties": {` +
			properties + `}}`
	}
	url := `"TemplateURL": {"Fn::Join": ["", ["https://s3.", {"Ref": "AWS::Region"}, ".amazonaws.com/b/n.json"]]}`
	t.Run("of a condition that does not hold", func(t *testing.T) {
		a, _ := assemblyWith(t, nested("N", url, "{}"))
		a.Stacks()[0].Template.Conditions = map[string]any{"No": map[string]any{"Fn::Equals": []any{"a", "b"}}}
		a.Stacks()[0].Template.Resources["N"].Condition = "No"
		a.Stacks()[1].Template.Resources["Q"].Type = "AWS::Lambda::Function"
		if m := Read(a, cloudassembly.Options{}); len(m.Functions) != 0 {
			t.Errorf("got functions of a stack that is not made: %v", m.Functions[0].ID)
		}
	})
	for _, c := range []struct{ name, properties, want string }{
		{"elsewhere", `"TemplateURL": "https://s3.amazonaws.com/mine/t.json"`, "is not in the assembly"},
		{"of a URL that has no value", `"TemplateURL": {"Ref": "Open"}`, "Open has no value"},
		{"inside itself", `"TemplateURL": "https://s3.amazonaws.com/b/self.json"`, "a cycle"},
		{"of no template", `"TemplateURL": "https://s3.amazonaws.com/b/deploy-time/z.zip"`, "want a template in JSON"},
		{"whose file is gone", `"TemplateURL": "https://s3.amazonaws.com/b/g.zip"`, "is gone"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, _ := assemblyWith(t, nested("N", c.properties,
				"{}")+`, "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "a"}}`)
			m := Read(a, cloudassembly.Options{})
			found := m.ProblemsOf(ID{"Shop", "N"})
			if len(found) != 1 || !strings.Contains(found[0].What, c.want) {
				t.Errorf("got %v, want one with %q", m.Problems, c.want)
			}
			if blocking := m.Blocking(m.APIs[0], nil, nil); len(blocking) != 1 ||
				!strings.Contains(blocking[0].What, "may hold routes") {
				t.Errorf("got %v: the API may lack routes, so it must not be served", blocking)
			}
		})
	}
}
