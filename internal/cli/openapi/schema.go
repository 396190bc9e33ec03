package openapi

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// reference returns a reference to a model. It adds the model to the components, with all models to which that refers.
func (b *builder) reference(name string) map[string]any {
	key := componentName(name)
	if _, is := b.out.Components.Schemas[key]; !is {
		i := slices.IndexFunc(b.api.Schemas, func(s *apimodel.Schema) bool { return s.Name == name })
		if i < 0 {
			return map[string]any{}
		}
		b.out.Components.Schemas[key] = true // models may refer to themselves
		b.out.Components.Schemas[key] = converter{at: components + key, refer: b.reference}.document(b.api.Schemas[i].JSON)
	}
	return map[string]any{"$ref": components + key}
}

const components = "#/components/schemas/"

// converter converts a model, which is a JSON Schema of draft 4, to draft 2020-12, which OpenAPI uses.
// Source: https://json-schema.org/draft/2020-12/release-notes and the notes before it, from draft 6 on.
type converter struct {
	at    string // a pointer to the model in the document
	refer func(name string) map[string]any
}

func (c converter) document(text json.RawMessage) any {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var schema any
	if d.Decode(&schema) != nil {
		return map[string]any{} // the gateway reports the error when it serves the route
	}
	return c.schema(schema)
}

// Keywords whose values are a schema, a list of schemas, or schemas by name.
var (
	ofSchema = []string{"additionalProperties", "not", "items", "contains", "propertyNames", "if", "then", "else"}
	ofList   = []string{"allOf", "anyOf", "oneOf"}
	ofNames  = []string{"properties", "patternProperties", "definitions"}
)

func (c converter) schema(v any) any {
	from, is := v.(map[string]any)
	if truth, isBool := v.(bool); isBool {
		return truth
	} else if !is { // API Gateway refuses the model
		return map[string]any{}
	}
	if ref, is := from["$ref"].(string); is { // members beside $ref have an effect only since draft 2019-09
		return c.ref(ref)
	}
	out := map[string]any{}
	for name, value := range from {
		switch {
		case name == "$schema" || name == "id":
		case slices.Contains(ofList, name):
			out[name] = c.list(value)
		case slices.Contains(ofNames, name):
			out[name] = c.named(value)
		case slices.Contains(ofSchema, name):
			out[name] = c.schema(value)
		case name == "dependencies":
			c.dependencies(value, out)
		case name == "exclusiveMinimum" || name == "exclusiveMaximum" || name == "additionalItems":
		default:
			out[name] = value
		}
	}
	exclusive(from, out, "minimum", "exclusiveMinimum")
	exclusive(from, out, "maximum", "exclusiveMaximum")
	if tuple, is := from["items"].([]any); is {
		delete(out, "items")
		if len(tuple) > 0 {
			out["prefixItems"] = c.list(tuple)
		}
		if more, is := from["additionalItems"]; is {
			out["items"] = c.schema(more)
		}
	}
	return out
}

// exclusive converts a bound of draft 4, a number and a boolean, to a single number.
func exclusive(from, to map[string]any, bound, keyword string) {
	switch e := from[keyword].(type) {
	case bool:
		if value, is := from[bound]; is && e {
			delete(to, bound)
			to[keyword] = value
		}
	case nil:
	default: // the form of a later draft
		to[keyword] = e
	}
}

func (c converter) list(v any) any {
	list, is := v.([]any)
	if !is {
		return v
	}
	out := make([]any, len(list))
	for i, e := range list {
		out[i] = c.schema(e)
	}
	return out
}

func (c converter) named(v any) any {
	from, is := v.(map[string]any)
	if !is {
		return v
	}
	out := map[string]any{}
	for name, e := range from {
		out[name] = c.schema(e)
	}
	return out
}

func (c converter) dependencies(v any, out map[string]any) {
	from, _ := v.(map[string]any)
	required, schemas := map[string]any{}, map[string]any{}
	for name, e := range from {
		if _, is := e.([]any); is {
			required[name] = e
		} else {
			schemas[name] = c.schema(e)
		}
	}
	if len(required) > 0 {
		out["dependentRequired"] = required
	}
	if len(schemas) > 0 {
		out["dependentSchemas"] = schemas
	}
}

// models separates the address of an API from the name of one of its models in a reference.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
const models = "/models/"

// ref returns a reference to another model, or to a part of the same one.
func (c converter) ref(text string) map[string]any {
	if inner, is := strings.CutPrefix(text, "#"); is {
		return map[string]any{"$ref": c.at + inner}
	}
	i := strings.LastIndex(text, models)
	if i < 0 {
		return map[string]any{}
	}
	name, inner, _ := strings.Cut(text[i+len(models):], "#")
	out := c.refer(name)
	if ref, is := out["$ref"].(string); is && inner != "" {
		out["$ref"] = ref + inner
	}
	return out
}
