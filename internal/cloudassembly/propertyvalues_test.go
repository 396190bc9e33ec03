package cloudassembly

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestEqualPropertiesAreOneValue checks which equal properties share a value, in one template and in a whole assembly.
func TestEqualPropertiesAreOneValue(t *testing.T) {
	values := newPropertyValues()
	parse := func(text string) map[string]*TemplateResource {
		t.Helper()
		template, err := parseTemplate(strings.NewReader(text), int64(len(text)), values)
		if err != nil {
			t.Fatal(err)
		}
		return template.Resources
	}
	first := parse(`{"Resources": {
		"A": {"Type": "T", "Properties": {"P": {"Ref": "X"}, "Q": {"Ref": "X"}, "N": 1, "Nothing": null}},
		"B": {"Type": "T", "Properties": {"P": {"Ref": "Y"}, "N": 1.0}},
		"C": {"Type": "T", "Properties": {}}, "D": {"Type": "T"}}}`)
	second := parse(`{"Resources": {"A": {"Type": "T", "Properties": {"P": {"Ref": "X"}, "Q": "X"}}}}`)
	want := map[string]map[string]any{
		"A": {"P": map[string]any{"Ref": "X"}, "Q": map[string]any{"Ref": "X"}, "N": json.Number("1"), "Nothing": nil},
		"B": {"P": map[string]any{"Ref": "Y"}, "N": json.Number("1.0")},
		"C": {},
		"D": nil,
	}
	for id, r := range first {
		if diff := cmp.Diff(want[id], r.Properties); diff != "" {
			t.Errorf("%s: %s", id, diff)
		}
	}
	same := func(x, y any) bool { return reflect.ValueOf(x).Pointer() == reflect.ValueOf(y).Pointer() }
	property := first["A"].Properties["P"]
	if !same(property, first["A"].Properties["Q"]) || !same(property, second["A"].Properties["P"]) {
		t.Error("equal properties are several values")
	}
	third := parse(`{"Resources": {
		"A": {"Type": "U", "Properties": {"P": {"Ref": "X"}, "Q": {"Ref": "X"}, "N": 1, "Nothing": null}},
		"B": {"Type": "T", "Properties": {"P": {"Ref": "Y"}, "M": 1.0}},
		"C": {"Type": "T", "Properties": null},
		"D": {"Type": "U", "Properties": {"N": 1, "Nothing": null, "P": {"Ref": "X"}, "Q": {"Ref": "X"}}}}}`)
	if !same(first["A"].Properties, third["A"].Properties) {
		t.Error("properties that are all equal are several")
	}
	if diff := cmp.Diff(want["A"], third["D"].Properties); diff != "" || third["C"].Properties != nil {
		t.Errorf("in another order: %s; for null: %v", diff, third["C"].Properties)
	}
	if same(first["B"].Properties, third["B"].Properties) || third["B"].Properties["M"] != json.Number("1.0") {
		t.Error("properties of other names are one")
	}
	if same(property, first["B"].Properties["P"]) || second["A"].Properties["Q"] != "X" {
		t.Error("other properties are one value")
	}
}

// TestMetadata checks that the path of a construct is apart from other metadata, and that any metadata is accepted.
func TestMetadata(t *testing.T) {
	values := newPropertyValues()
	for _, c := range []struct {
		name, metadata, path string
		others               map[string]any
	}{
		{"only a path", `{"aws:cdk:path": "Shop/Api/Resource"}`, "Shop/Api/Resource", nil},
		{"a path and others", `{"n": 1, "aws:cdk:path": "Shop/Api"}`, "Shop/Api", map[string]any{"n": json.Number("1")}},
		{"others", `{"m": {"a": []}}`, "", map[string]any{"m": map[string]any{"a": []any{}}}},
		{"a path that is not a text", `{"aws:cdk:path": [1]}`, "", map[string]any{"aws:cdk:path": []any{json.Number("1")}}},
		{"empty", `{}`, "", nil},
		{"a list", `["aws:cdk:path"]`, "", nil},
		{"a text", `"aws:cdk:path"`, "", nil},
		{"null", `null`, "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := `{"Resources": {"A": {"Type": "T", "Metadata": ` + c.metadata + `}}}`
			template, err := parseTemplate(strings.NewReader(text), int64(len(text)), values)
			if err != nil {
				t.Fatal(err)
			}
			r := template.Resources["A"]
			if diff := cmp.Diff(c.others, r.Metadata); diff != "" || r.Path != c.path {
				t.Errorf("got the path %q, want %q; others %s", r.Path, c.path, diff)
			}
		})
	}
}
