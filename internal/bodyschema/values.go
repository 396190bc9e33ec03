package bodyschema

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
)

// refuseTokens refuses what a template cannot hold unchanged, in any value: CDK tokens, whose text is not known here
// and differs between runs, and numbers that a float64, which CDK uses for all numbers, does not hold exactly.
func (c *converter) refuseTokens(value any, at string) {
	switch value := value.(type) {
	case string:
		if cdktoken.Unresolved(value) {
			c.fail(at, "it is a CDK token, which cannot be a part of a schema: write it out")
		}
	case json.Number:
		if !fitsFloat64(value) {
			c.fail(at, "the number %s does not fit a template, whose numbers are float64: write one with fewer digits",
				shorten(value.String()))
		}
	case []any:
		for i, v := range value {
			c.refuseTokens(v, below(at, fmt.Sprint(i)))
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			switch {
			case strings.Contains(name, "Token["):
				c.fail(at, "the name of a member is a CDK token: write it out")
			case name == "Ref" || strings.HasPrefix(name, "Fn::"):
				c.fail(at, "a member is called %q, which CloudFormation takes for a function of its own: rename it, or leave "+
					"it to the function", name)
			}
			c.refuseTokens(value[name], below(at, name))
		}
	}
}

func shorten(text string) string {
	if len(text) > 40 {
		return strings.ToValidUTF8(text[:40], "") + "..."
	}
	return text
}

// fitsFloat64 reports whether a float64 holds a number exactly, as the template's JSON writes it.
func fitsFloat64(n json.Number) bool {
	text := n.String()
	if _, exponent, found := strings.Cut(strings.ToLower(text), "e"); found {
		if e, err := strconv.Atoi(exponent); err != nil || e > 400 || e < -400 {
			return false
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || len(text) > 400 || math.IsInf(f, 0) {
		return false
	}
	// JavaScript writes the shortest text that gives the same float64, so that 0.1 remains 0.1.
	written := strconv.FormatFloat(f, 'g', -1, 64)
	return rational(json.Number(written)).Cmp(rational(n)) == 0
}

// rational returns a number's value.
func rational(n json.Number) *big.Rat {
	r, ok := new(big.Rat).SetString(n.String())
	if !ok {
		return new(big.Rat)
	}
	return r
}

// whole returns a whole number in digits, as draft 4 requires: 1 for 1.0.
func whole(value any) any {
	if n, ok := value.(json.Number); ok && rational(n).IsInt() {
		return json.Number(rational(n).Num().String())
	}
	return value
}

func equal(n, other json.Number) bool { return rational(n).Cmp(rational(other)) == 0 }

// enum converts a list of values. A null becomes a type, because it would not reach the template: jsii has no null.
func (n *node) enum(values []any) {
	var others []any
	null := false
	for _, v := range values {
		switch {
		case v == nil:
			null = true
			continue
		case hasNothing(v):
			n.fail(n.at, "a value of its enum or const holds null or something empty, which templates of CDK do not keep: "+
				"write the value's properties or items as a schema")
			return
		}
		others = append(others, v)
	}
	others = distinct(others)
	schema := map[string]any{"enum": others}
	switch {
	case len(values) == 0:
		schema = map[string]any{"not": anything()}
	case len(others) == 0:
		schema = map[string]any{"type": "null"}
	case null:
		schema = map[string]any{"anyOf": []any{map[string]any{"type": "null"}, schema}}
	case n.out["enum"] == nil:
		n.out["enum"] = others
		return
	}
	n.all = append(n.all, schema)
}

// hasNothing reports whether a value is or contains null, an empty list or an empty object.
func hasNothing(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case []any:
		return len(value) == 0 || slices.ContainsFunc(value, hasNothing)
	case map[string]any:
		return len(value) == 0 || slices.ContainsFunc(slices.Collect(maps.Values(value)), hasNothing)
	}
	return false
}

// distinct returns each value once, as draft 4 requires. 1 and 1.0 are one value.
func distinct(values []any) (out []any) {
	seen := map[string]bool{}
	for _, v := range values {
		text := string(plainjson.Must(plain(v)))
		if !seen[text] {
			seen[text] = true
			out = append(out, v)
		}
	}
	return out
}

// plain returns a value in which equal numbers are written alike.
func plain(value any) any {
	switch value := value.(type) {
	case json.Number:
		return []any{rational(value).RatString()} // a list, so that it differs from a string
	case []any:
		out := []any{nil}
		for _, v := range value {
			out = append(out, plain(v))
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for name, v := range value {
			out[name] = plain(v)
		}
		return out
	}
	return value
}
