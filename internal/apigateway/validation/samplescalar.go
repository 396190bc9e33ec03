package validation

import (
	"encoding/json"
	"math/big"
	"regexp/syntax"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// formats holds a text for each format of JSON Schema.
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
			return textMatching(parsed.Simplify())
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

// textMatching returns a short text that an expression matches.
func textMatching(re *syntax.Regexp) string {
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
		return textMatching(re.Sub[0])
	case syntax.OpRepeat:
		return strings.Repeat(textMatching(re.Sub[0]), min(re.Min, mostCharacters))
	case syntax.OpAlternate:
		return textMatching(re.Sub[0])
	case syntax.OpConcat:
		var b strings.Builder
		for _, sub := range re.Sub {
			b.WriteString(textMatching(sub))
		}
		return b.String()
	}
	return ""
}

// number returns 1, or the number nearest to 1 within the bounds.
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

// excluded returns the bound that numbers must not reach: an exclusive one, or one that a "not" excludes, as in models
// of secureapi. It returns nil for none.
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

// multiple returns the smallest multiple of a step that is not below a number, plus some further steps.
func multiple(number, step *big.Rat, further int64) *big.Rat {
	quotient := new(big.Rat).Quo(number, step)
	whole := new(big.Int).Div(quotient.Num(), quotient.Denom()) // rounded down
	if further <= 0 && !quotient.IsInt() {
		whole.Add(whole, big.NewInt(1))
	}
	whole.Add(whole, big.NewInt(further))
	return new(big.Rat).Mul(new(big.Rat).SetInt(whole), step)
}
