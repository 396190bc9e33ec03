package validation

import (
	"encoding/json"
	"maps"
	"math/big"
	"regexp/syntax"
	"slices"
	"strings"

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
// application/json: one with all properties that the model describes, and one with the required ones alone where that is
// another. A method without such a model has none, and for a model that asks for what cannot be made up, such as a value
// that a "not" excludes.
func Samples(api *apimodel.API, m *apimodel.Method) (bodies []string) {
	v, err := New(api, m)
	if err != nil {
		return nil
	}
	wanted := v.of("application/json")
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

// sampler makes values that fit a schema, as far as it understands it. Who asks it validates what it made.
type sampler struct {
	all  bool // also properties that are not required
	left int  // how many values it may still make
}

// Bounds of a sample: schemas may contain themselves, and ask for any number of items or letters.
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

// typeOf is the type that a schema names, or that its other words are about. It is "" where they do not say.
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

// object has the properties of the schema and those of the schemas that it combines.
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
			if _, is := out[name]; !is { // required and not described, or described by another part
				out[name] = s.value(described(parts, name), depth+1)
			}
		}
	}
	return out
}

// described is what one of the schemas says about a property. A property that none describes is a text.
func described(parts []*jsonschema.Schema, name string) *jsonschema.Schema {
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

// formats are texts of the formats that JSON Schema names.
// Source: https://json-schema.org/draft-04/draft-fge-json-schema-validation-00 (section 7.3)
var formats = map[string]string{
	"date-time": "2026-01-31T12:00:00Z",
	"date":      "2026-01-31",
	"time":      "12:00:00Z",
	"email":     "ada@example.com",
	"hostname":  "example.com",
	"ipv4":      "192.0.2.1",
	"ipv6":      "2001:db8::1",
	"uri":       "https://example.com/",
	"uuid":      "0f1e2d3c-4b5a-4678-9abc-def012345678",
}

func text(schema *jsonschema.Schema) string {
	if schema.Format != nil {
		if known, is := formats[schema.Format.Name]; is {
			return known
		}
	}
	if schema.Pattern != nil {
		if parsed, err := syntax.Parse(schema.Pattern.String(), syntax.Perl); err == nil {
			return matching(parsed.Simplify())
		}
	}
	out := "text"
	if schema.MinLength != nil {
		out += strings.Repeat("x", max(0, min(*schema.MinLength, mostCharacters)-len(out)))
	}
	if schema.MaxLength != nil {
		out = out[:min(len(out), *schema.MaxLength)]
	}
	return out
}

// matching is a short text that an expression matches.
func matching(re *syntax.Regexp) string {
	switch re.Op {
	case syntax.OpLiteral:
		return string(re.Rune)
	case syntax.OpCharClass:
		for _, preferred := range "aA1" {
			for i := 0; i+1 < len(re.Rune); i += 2 {
				if re.Rune[i] <= preferred && preferred <= re.Rune[i+1] {
					return string(preferred)
				}
			}
		}
		if len(re.Rune) > 0 {
			return string(re.Rune[0])
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return "a"
	case syntax.OpCapture, syntax.OpPlus:
		return matching(re.Sub[0])
	case syntax.OpRepeat:
		return strings.Repeat(matching(re.Sub[0]), min(re.Min, mostCharacters))
	case syntax.OpAlternate:
		return matching(re.Sub[0])
	case syntax.OpConcat:
		var b strings.Builder
		for _, sub := range re.Sub {
			b.WriteString(matching(sub))
		}
		return b.String()
	}
	return ""
}

// number is 1 or the number nearest to it that the bounds leave.
func number(schema *jsonschema.Schema, whole bool) json.Number {
	n, step := big.NewRat(1, 1), big.NewRat(1, 1)
	if schema.MultipleOf != nil && schema.MultipleOf.Sign() > 0 {
		n, step = new(big.Rat).Set(schema.MultipleOf), schema.MultipleOf
	}
	low, high := schema.Minimum, schema.Maximum
	switch {
	case low != nil && n.Cmp(low) < 0:
		n = multiple(low, step, 0)
	case high != nil && n.Cmp(high) > 0:
		n = multiple(high, step, 0)
		if n.Cmp(high) > 0 {
			n.Sub(n, step)
		}
	}
	if low = excluded(schema, schema.ExclusiveMinimum, low); low != nil && n.Cmp(low) <= 0 {
		n = multiple(low, step, 1)
	}
	if high = excluded(schema, schema.ExclusiveMaximum, high); high != nil && n.Cmp(high) >= 0 {
		n = multiple(high, step, -1)
	}
	if whole || n.IsInt() {
		return json.Number(n.FloatString(0))
	}
	float, _ := n.Float64()
	text, _ := json.Marshal(float)
	return json.Number(text)
}

// excluded is a bound that the numbers do not reach: an exclusive one, or another one that a "not" takes out, as models
// of secureapi say it. It is nil for none.
func excluded(schema *jsonschema.Schema, exclusive, bound *big.Rat) *big.Rat {
	if exclusive != nil || bound == nil || schema.Not == nil || schema.Not.Enum == nil {
		return exclusive
	}
	for _, value := range schema.Not.Enum.Values {
		if n, ok := value.(json.Number); ok {
			if r, ok := new(big.Rat).SetString(n.String()); ok && r.Cmp(bound) == 0 {
				return bound
			}
		}
	}
	return nil
}

// multiple is the multiple of a step that is not below a number, and some steps further.
func multiple(of, step *big.Rat, further int64) *big.Rat {
	quotient := new(big.Rat).Quo(of, step)
	whole := new(big.Int).Div(quotient.Num(), quotient.Denom()) // rounded down
	if further <= 0 && !quotient.IsInt() {
		whole.Add(whole, big.NewInt(1))
	}
	whole.Add(whole, big.NewInt(further))
	return new(big.Rat).Mul(new(big.Rat).SetInt(whole), step)
}
