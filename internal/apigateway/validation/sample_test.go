package validation

import (
	"encoding/json"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

func TestSample(t *testing.T) {
	const noSample = "none"
	for _, c := range []struct{ name, model, want string }{
		{"two numbers", twoNumbers, `{"a":1,"b":1}`},
		{"an order", `{"type":"object","required":["customer","lines"],"properties":{
			"customer":{"type":"string","minLength":1},"note":{"type":"string","maxLength":3},
			"lines":{"type":"array","minItems":1,"items":{"$ref":"#/definitions/line"}}},
			"definitions":{"line":{"type":"object","properties":{
				"sku":{"type":"string","pattern":"^[A-Z]{3}-\\d+$"},"quantity":{"type":"integer","minimum":2,"maximum":10}}}}}`,
			`{"customer":"text","lines":[{"quantity":2,"sku":"AAA-1"}],"note":"tex"}`},
		{
			"values that are named",
			`{"properties":{"a":{"enum":["x","y"]},"b":{"type":"string","default":"z"},"c":{"type":["null","boolean"]}}}`,
			`{"a":"x","b":"z","c":true}`,
		},
		{
			"numbers with bounds",
			`{"properties":{"a":{"type":"integer","maximum":-5},
			"b":{"type":"number","minimum":0,"exclusiveMinimum":true,"maximum":1,"exclusiveMaximum":true,"multipleOf":0.25},
			"c":{"type":"integer","minimum":7,"multipleOf":5},"d":{"type":"integer","minimum":10,"exclusiveMinimum":true}}}`,
			`{"a":-5,"b":0.25,"c":10,"d":11}`,
		},
		{
			"bounds that a not takes out, as secureapi writes them",
			`{"properties":{
			"a":{"type":"integer","minimum":1,"not":{"enum":[1]}},
			"b":{"type":"integer","maximum":1,"not":{"enum":[1]}},
			"c":{"type":"number","minimum":1,"not":{"enum":[2]}}}}`,
			`{"a":2,"b":0,"c":1}`,
		},
		{
			"formats",
			`{"properties":{"at":{"type":"string","format":"date-time"},"by":{"type":"string","format":"email"}}}`,
			`{"at":"2026-01-31T12:00:00Z","by":"ada@example.com"}`,
		},
		{
			"schemas that are combined",
			`{"allOf":[{"properties":{"a":{"type":"string"}}},{"required":["b"],"properties":{"b":{"type":"integer"}}}],` +
				`"type":"object"}`,
			`{"a":"text","b":1}`,
		},
		{"one of two", `{"type":"object","oneOf":[{"required":["a"]},{"required":["b"]}]}`, `{"a":"text"}`},
		{
			"all properties together are too many",
			`{"type":"object","maxProperties":1,"required":["b"],"properties":{"a":{},"b":{"type":"boolean"}}}`,
			`{"b":true}`,
		},
		{
			"one that contains itself",
			`{"type":"object","required":["v"],"properties":{"v":{"type":"integer"},"next":{"$ref":"#"}}}`,
			`{"next":{"next":{"v":1},"v":1},"v":1}`,
		},
		{"a list", `{"type":"array","minItems":2,"items":[{"type":"string"},{"type":"integer"}]}`, `["text",1]`},
		{"a text", `{"type":"string","minLength":6}`, `"textxx"`},
		{"anything", `{}`, `{}`},
		{"what cannot be made up", `{"type":"object","not":{}}`, noSample},
		{"no JSON Schema", `{"type":"no such type"}`, noSample},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, m := api(map[string]string{"Model": c.model}, map[string]string{"application/json": "Model"}, nil)
			body, ok := Sample(a, m)
			got := noSample
			if ok {
				var compact any
				if err := json.Unmarshal([]byte(body), &compact); err != nil {
					t.Fatal(err)
				}
				text, _ := json.Marshal(compact)
				got = string(text)
			}
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
	t.Run("a model for all content types", func(t *testing.T) {
		a, m := api(map[string]string{"Two": twoNumbers}, map[string]string{"$default": "Two"}, nil)
		if _, ok := Sample(a, m); !ok {
			t.Error("no sample")
		}
	})
	t.Run("a sibling", func(t *testing.T) {
		a, m := api(map[string]string{
			"List": `{"type":"array","minItems":1,` +
				`"items":{"$ref":"https://apigateway.amazonaws.com/restapis/a1b2c3d4e5/models/Two"}}`,
			"Two": twoNumbers,
		}, map[string]string{"application/json": "List"}, nil)
		if body, ok := Sample(a, m); !ok || len(body) < 10 {
			t.Errorf("got %q", body)
		}
	})
	t.Run("no validator", func(t *testing.T) {
		if body, ok := Sample(&apimodel.API{}, &apimodel.Method{}); ok {
			t.Errorf("got %q", body)
		}
	})
	t.Run("a model of another content type", func(t *testing.T) {
		a, m := api(map[string]string{"Two": twoNumbers}, map[string]string{"text/csv": "Two"}, nil)
		if body, ok := Sample(a, m); ok {
			t.Errorf("got %q", body)
		}
	})
}

// FuzzSample checks for all models that a sample is accepted, and that the check does not panic.
func FuzzSample(f *testing.F) {
	for _, seed := range []string{
		twoNumbers,
		`{}`,
		`{"type":"string","pattern":"^(a|b){3,}$"}`,
		`{"type":"number","minimum":-1e3,"multipleOf":0.1}`,
		`{"type":"array","items":{"$ref":"#"},"minItems":3}`,
		`{"allOf":[{"$ref":"#"}]}`,
		`{"type":"array","minItems":1000000000,"items":{"$ref":"#"}}`,
		`{"type":"object","required":["a","a"],"properties":{"a":{"$ref":"#/properties/a"}}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, model string) {
		if !json.Valid([]byte(model)) {
			t.Skip()
		}
		a, m := api(map[string]string{"Model": model}, map[string]string{"application/json": "Model"}, nil)
		body, ok := Sample(a, m)
		if !ok {
			return
		}
		v, err := New(a, m)
		if err != nil {
			t.Fatal(err)
		}
		if wrong := v.modelFor("application/json").check([]byte(body)); wrong != "" {
			t.Errorf("%s: %s", body, wrong)
		}
	})
}
