package validation

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// Sample returns a JSON body that the method's request validator accepts, made from the method's model for
// application/json, and reports whether there is one: the first of [Samples].
func Sample(api *apimodel.API, m *apimodel.Method) (body string, ok bool) {
	all := Samples(api, m)
	if len(all) == 0 {
		return "", false
	}
	return all[0], true
}

// Samples returns JSON bodies that the method's request validator accepts, made from the method's model for
// application/json: one with all properties that the model describes and, if it differs, one with only the required
// ones. It returns none if the method has no such model, or if the model requires what cannot be made up, such as a
// value that a "not" excludes.
func Samples(api *apimodel.API, m *apimodel.Method) (bodies []string) {
	v, err := New(api, m)
	if err != nil {
		return nil
	}
	wanted := v.modelFor("application/json")
	if wanted == nil {
		return nil
	}
	for _, all := range []bool{true, false} {
		text, err := json.MarshalIndent((&sampler{all: all, left: mostValues}).value(wanted.schema, 0), "", "  ")
		if err == nil && wanted.check(text) == "" && !slices.Contains(bodies, string(text)) {
			bodies = append(bodies, string(text))
		}
	}
	return bodies
}

// sampler makes values that fit a schema, as far as it understands the schema. Its caller validates the result.
type sampler struct {
	all  bool // include optional properties
	left int  // how many more values it may make
}

// Limits of a sample: schemas may contain themselves, and may require any number of items or letters.
const (
	mostValues     = 1000
	deepestSample  = 8
	mostItems      = 20
	mostCharacters = 200
)

func (s *sampler) value(schema *jsonschema.Schema, depth int) any {
	s.left--
	switch {
	case schema == nil || depth > deepestSample || s.left < 0:
		return nil
	case schema.Ref != nil:
		return s.value(schema.Ref, depth+1)
	case schema.Const != nil:
		return *schema.Const
	case schema.Default != nil:
		return *schema.Default
	case len(schema.Examples) > 0:
		return schema.Examples[0]
	case schema.Enum != nil && len(schema.Enum.Values) > 0:
		return schema.Enum.Values[0]
	}
	switch typeOf(schema) {
	case "object":
		return s.object(schema, depth)
	case "array":
		return s.array(schema, depth)
	case "string":
		return text(schema)
	case "integer":
		return number(schema, true)
	case "number":
		return number(schema, false)
	case "boolean":
		return true
	case "null":
		return nil
	}
	for _, choice := range slices.Concat(schema.OneOf, schema.AnyOf, schema.AllOf) {
		return s.value(choice, depth+1)
	}
	return map[string]any{}
}

// typeOf returns the type that a schema names or that its other keywords imply; "" if they do not tell.
func typeOf(schema *jsonschema.Schema) string {
	if schema.Types != nil {
		for _, t := range schema.Types.ToStrings() {
			if t != "null" || len(schema.Types.ToStrings()) == 1 {
				return t
			}
		}
	}
	switch {
	case len(schema.Properties) > 0 || len(schema.Required) > 0:
		return "object"
	case schema.Items != nil || schema.MinItems != nil:
		return "array"
	case schema.Pattern != nil || schema.MinLength != nil || schema.Format != nil:
		return "string"
	case schema.Minimum != nil || schema.Maximum != nil || schema.MultipleOf != nil:
		return "number"
	}
	return ""
}

// object returns an object with the properties of the schema and of the schemas that it combines.
func (s *sampler) object(schema *jsonschema.Schema, depth int) map[string]any {
	out := map[string]any{}
	parts := []*jsonschema.Schema{schema}
	parts = append(parts, schema.AllOf...)
	for _, choices := range [][]*jsonschema.Schema{schema.OneOf, schema.AnyOf} {
		if len(choices) > 0 {
			parts = append(parts, choices[0])
		}
	}
	for n := 0; n < len(parts) && n < mostItems; n++ {
		part := parts[n]
		if part.Ref != nil {
			parts = append(parts, part.Ref)
		}
		for _, name := range slices.Sorted(maps.Keys(part.Properties)) {
			if _, is := out[name]; !is && (s.all && depth < deepestSample/2 || slices.Contains(part.Required, name)) {
				out[name] = s.value(part.Properties[name], depth+1)
			}
		}
	}
	for _, part := range parts {
		for _, name := range part.Required {
			if _, is := out[name]; !is { // required, but described elsewhere or not at all
				out[name] = s.value(propertySchema(parts, name), depth+1)
			}
		}
	}
	return out
}

// propertySchema returns one schema's description of a property. A property that none describes is a text.
func propertySchema(parts []*jsonschema.Schema, name string) *jsonschema.Schema {
	for _, part := range parts {
		if schema, is := part.Properties[name]; is {
			return schema
		}
	}
	one := 1
	return &jsonschema.Schema{MinLength: &one}
}

func (s *sampler) array(schema *jsonschema.Schema, depth int) []any {
	out := []any{}
	length := 0
	if s.all && schema.Items != nil && depth < deepestSample/2 {
		length = 1
	}
	if schema.MinItems != nil {
		length = max(length, min(*schema.MinItems, mostItems))
	}
	if schema.MaxItems != nil {
		length = min(length, *schema.MaxItems)
	}
	for n := range length {
		switch items := schema.Items.(type) {
		case *jsonschema.Schema:
			out = append(out, s.value(items, depth+1))
		case []*jsonschema.Schema:
			if n < len(items) {
				out = append(out, s.value(items[n], depth+1))
			}
		default:
			out = append(out, n+1)
		}
	}
	return out
}
