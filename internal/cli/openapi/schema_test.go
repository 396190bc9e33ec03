package openapi

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestConverter has one case for each keyword that drafts differ in.
func TestConverter(t *testing.T) {
	c := converter{
		at:    components + "M",
		refer: func(name string) map[string]any { return map[string]any{"$ref": components + name} },
	}
	const other = "https://apigateway.amazonaws.com/restapis/a1/models/"
	for _, tt := range []struct{ name, schema, want string }{
		{
			"unchanged keywords",
			`{"type":"string","enum":["$ref","id"],"pattern":"a","default":{"id":1}}`,
			`{"type":"string","enum":["$ref","id"],"pattern":"a","default":{"id":1}}`,
		},
		{"names of the schema", `{"$schema":"http://json-schema.org/draft-04/schema#","id":"x"}`, `{}`},
		{
			"properties of these names",
			`{"properties":{"id":{"type":"string"},"$schema":{},"items":{"id":"y"}}}`,
			`{"properties":{"id":{"type":"string"},"$schema":{},"items":{}}}`,
		},
		{
			"exclusive bounds",
			`{"minimum":1,"exclusiveMinimum":true,"maximum":2,"exclusiveMaximum":false}`,
			`{"exclusiveMinimum":1,"maximum":2}`,
		},
		{"an exclusive bound without a number", `{"exclusiveMinimum":true}`, `{}`},
		{"exclusive bounds of a later draft", `{"exclusiveMinimum":1}`, `{"exclusiveMinimum":1}`},
		{"a tuple", `{"items":[{"id":"x"}],"additionalItems":false}`, `{"prefixItems":[{}],"items":false}`},
		{"a tuple that goes on", `{"items":[{}]}`, `{"prefixItems":[{}]}`},
		{"an empty tuple", `{"items":[],"additionalItems":{"id":"x"}}`, `{"items":{}}`},
		{"what is not a schema", `{"properties":{"a":5,"b":false},"not":"x"}`, `{"properties":{"a":{},"b":false},"not":{}}`},
		{"a number", `5`, `{}`},
		{"a list of one type", `{"items":{"id":"x"},"additionalItems":false}`, `{"items":{}}`},
		{
			"dependencies",
			`{"dependencies":{"a":["b"],"c":{"id":"x"}}}`,
			`{"dependentRequired":{"a":["b"]},"dependentSchemas":{"c":{}}}`,
		},
		{
			"a reference to itself",
			`{"$ref":"#/definitions/a","type":"string"}`,
			`{"$ref":"#/components/schemas/M/definitions/a"}`,
		},
		{
			"a reference to another model",
			`{"$ref":"` + other + `Line#/properties/a"}`,
			`{"$ref":"#/components/schemas/Line/properties/a"}`,
		},
		{"a reference to elsewhere", `{"$ref":"https://example.com/x"}`, `{}`},
		{
			"nested",
			`{"allOf":[{"not":{"id":"x"}}],"definitions":{"a":{"$ref":"#"}}}`,
			`{"allOf":[{"not":{}}],"definitions":{"a":{"$ref":"#/components/schemas/M"}}}`,
		},
		{"a number that no float64 has", `{"maximum":12345678901234567890}`, `{"maximum":12345678901234567890}`},
		{"no schema", `[`, `{}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := json.Marshal(c.document(json.RawMessage(tt.schema)))
			if err != nil {
				t.Fatal(err)
			}
			var a, b any
			for text, value := range map[string]*any{string(got): &a, tt.want: &b} {
				d := json.NewDecoder(bytes.NewReader([]byte(text)))
				d.UseNumber()
				if err := d.Decode(value); err != nil {
					t.Fatal(err)
				}
			}
			if string(got) == tt.want {
				a, b = nil, nil
			}
			if diff := cmp.Diff(b, a); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// FuzzConverter checks that a schema of draft 4 stays a schema and accepts the same values.
func FuzzConverter(f *testing.F) {
	f.Add(`{"type":"object","properties":{"a":{"minimum":1,"exclusiveMinimum":true}},"required":["a"]}`, `{"a":1}`)
	f.Add(`{"items":[{"type":"string"}],"additionalItems":{"type":"null"}}`, `["a",null]`)
	f.Add(`{"dependencies":{"a":["b"],"b":{"maxProperties":1}}}`, `{"a":1,"b":2}`)
	f.Add(`{"definitions":{"a":{"type":"string"}},"oneOf":[{"$ref":"#/definitions/a"},{"type":"boolean"}]}`, `"x"`)
	f.Add(`{"properties":{"next":{"$ref":"#"}},"additionalProperties":false}`, `{"next":{"next":{}}}`)
	f.Fuzz(func(t *testing.T, schema, body string) {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(body)))
		if err != nil || len(schema) > 2000 || len(body) > 2000 {
			return
		}
		before, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(schema)))
		if err != nil {
			return
		}
		root, is := before.(map[string]any)
		if !is || root["$schema"] != nil || !comparable4(before) {
			return
		}
		old := compiled(jsonschema.Draft4, before, "")
		if old == nil {
			return
		}
		text, err := json.Marshal(converter{at: components + "M"}.document(json.RawMessage(schema)))
		if err != nil {
			t.Fatal(err)
		}
		after, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		document := map[string]any{"components": map[string]any{"schemas": map[string]any{"M": after}}}
		made := compiled(jsonschema.Draft2020, document, components+"M")
		if made == nil {
			t.Fatalf("it is no longer a schema: %s", text)
		}
		if a, b := old.Validate(value), made.Validate(value); (a == nil) != (b == nil) {
			t.Errorf("before: %v, after: %v: %s", a, b, text)
		}
	})
}

func compiled(draft *jsonschema.Draft, document any, at string) *jsonschema.Schema {
	c := jsonschema.NewCompiler()
	c.DefaultDraft(draft)
	if c.AddResource("mem:///x", document) != nil {
		return nil
	}
	s, err := c.Compile("mem:///x" + at)
	if err != nil {
		return nil
	}
	return s
}

// comparable4 reports whether a schema has only keywords of draft 4 that have the same meaning in both drafts, or are
// converted. Draft 4 ignores later keywords, "integer" has another meaning for 1.0, and a pointer may lead through a
// converted part.
func comparable4(v any) bool {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if !comparable4(e) {
				return false
			}
		}
	case map[string]any:
		for name, e := range v {
			switch name {
			case "type",
				"properties",
				"required",
				"minimum",
				"maximum",
				"exclusiveMinimum",
				"exclusiveMaximum",
				"additionalItems",
				"dependencies",
				"definitions",
				"oneOf",
				"anyOf",
				"allOf",
				"not",
				"additionalProperties",
				"maxProperties",
				"minItems",
				"maxItems",
				"minLength",
				"maxLength",
				"enum",
				"a",
				"b",
				"next":
			case "items":
			case "$ref":
				if text, is := e.(string); !is || text != "#" && text != "#/definitions/a" {
					return false
				}
			default:
				return false
			}
			if !comparable4(e) {
				return false
			}
		}
	case string:
		return v != "integer"
	}
	return true
}
