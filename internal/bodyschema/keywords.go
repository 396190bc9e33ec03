package bodyschema

import (
	"encoding/json"
	"slices"
	"strings"
)

// dropped are keywords that describe a schema or a value, and check nothing.
var dropped = []string{"$comment", "default", "deprecated", "example", "examples", "readOnly", "writeOnly"}

// unchecked are keywords that look like a check, but are none in the later drafts or in API Gateway.
// Source: section 7 of https://json-schema.org/draft/2020-12/json-schema-validation: "format" is an annotation.
var unchecked = []string{"contentEncoding", "contentMediaType", "contentSchema", "format"}

// refused are keywords that a model cannot have, each with the way out.
var refused = map[string]string{
	"$anchor":               `refer to the place by a JSON pointer, such as "#/$defs/item"`,
	"$dynamicAnchor":        `refer to the place by a JSON pointer, such as "#/$defs/item"`,
	"$dynamicRef":           `write "$ref" with a JSON pointer`,
	"$recursiveAnchor":      `write "$ref" with a JSON pointer`,
	"$recursiveRef":         `write "$ref" with a JSON pointer`,
	"$vocabulary":           "leave it out",
	"unevaluatedItems":      `write "items", or "prefixItems" with "items": false`,
	"unevaluatedProperties": `write "additionalProperties" in each schema that has "properties"`,
	"maxContains":           `leave it to the function, or write "maxItems"`,
	"nullable":              `write "type": ["string", "null"]`,
	"discriminator":         `write "oneOf" with an "enum" of one value in each alternative`,
}

// keyword converts one of the object's keywords.
func (n *node) keyword(name string) {
	value := n.in[name]
	switch {
	case slices.Contains(dropped, name), strings.HasPrefix(name, "x-"):
		return
	case slices.Contains(unchecked, name):
		n.unchecked = append(n.unchecked, n.below(name))
		return
	case refused[name] != "":
		n.refuse(name, refused[name])
		return
	case n.besideRef(name):
		return
	case n.draft.shapeOf(name) == nil: // the draft has no such keyword
	case n.core(name, value), n.number(name, value), n.array(name, value), n.properties(name, value), n.combined(name):
		return
	}
	n.fail(n.below(name), "%s has no keyword %q, so nothing would check it: take it out, mend its spelling, or name the "+
		"draft that has it in $schema", n.draft.name, name)
}

// besideRef handles a reference, and the keywords beside one. Drafts up to 7 ignore those.
func (n *node) besideRef(name string) bool {
	ref, ok := n.in["$ref"].(string)
	switch {
	case !ok:
		return false
	case name == "$ref":
		n.reference(ref)
		return true
	case n.draft.number > 7:
		return slices.Contains([]string{"title", "description"}, name)
	case slices.Contains([]string{"title", "description", "definitions", "$schema", "$id", "id"}, name):
		return slices.Contains([]string{"title", "description"}, name)
	}
	n.fail(n.below(name), "%s ignores what stands beside $ref: put both into allOf, each in a schema of its own",
		n.draft.name)
	return true
}

// core converts the keywords for any value.
func (n *node) core(name string, value any) bool {
	switch name {
	case "title", "description":
		// Source: Schema in https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigateway-model.html
		// asks for no end of a comment, which ends one of the SDKs that API Gateway generates.
		text, _ := value.(string)
		n.out[name] = strings.ReplaceAll(text, "*/", "* /")
	case "$schema":
		if d, err := draftOf(n.in); n.at != "" && (err != nil || d != n.draft) {
			n.fail(n.below(name), "it differs from the $schema of the whole schema: a model has one draft")
		}
	case "definitions", "$defs": // only those that are referred to are converted
	case "id", "$id":
		if n.at != "" {
			n.refuse(name, "take it out, and refer to the place by a JSON pointer")
		}
	case "type":
		n.out[name] = value
	case "enum":
		n.enum(value.([]any))
	case "const":
		n.enum([]any{value})
	case "not":
		n.out[name] = n.schema(value, n.below(name))
	case "allOf", "anyOf", "oneOf":
		n.out[name] = n.list(name)
	default:
		return false
	}
	return true
}

// number converts the keywords for numbers and strings.
func (n *node) number(name string, value any) bool {
	switch name {
	case "minLength", "maxLength":
		n.out[name] = whole(value)
	case "pattern":
		text, _ := value.(string)
		n.checkExpression(text, n.below(name))
		n.out[name] = text
	case "multipleOf", "minimum", "maximum":
		n.out[name] = value
	case "exclusiveMinimum", "exclusiveMaximum":
		n.exclusive(strings.ToLower(strings.TrimPrefix(name, "exclusive")), value)
	default:
		return false
	}
	return true
}

// exclusive converts a bound that is not in its range. API Gateway's notes say that exclusiveMinimum is not supported.
// So the bound is in the range, and the number itself is excluded, which means the same.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
func (n *node) exclusive(bound string, value any) {
	switch given := value.(type) {
	case bool: // draft 4
		if given {
			n.forbidden = append(n.forbidden, n.in[bound])
		}
	case json.Number:
		exact := any(given)
		n.forbidden = append(n.forbidden, exact)
		if _, both := n.in[bound]; both {
			n.all = append(n.all, map[string]any{bound: exact})
		} else {
			n.out[bound] = exact
		}
	}
}

// array converts the keywords for lists.
func (n *node) array(name string, value any) bool {
	switch name {
	case "minItems", "maxItems":
		n.out[name] = whole(value)
	case "uniqueItems":
		n.out[name] = value
	case "items":
		n.inside(func() { n.items(value) })
	case "prefixItems":
		n.inside(func() { n.out["items"] = n.list(name) })
	case "additionalItems":
		if _, list := n.in["items"].([]any); list { // it has no effect otherwise
			n.inside(func() { n.out[name] = n.boolean(name) })
		}
	case "contains":
		n.contains(value)
	case "minContains":
		if number, ok := value.(json.Number); ok && n.in["contains"] != nil && !equal(number, "0") && !equal(number, "1") {
			n.refuse(name, "leave it to the function")
		}
	default:
		return false
	}
	return true
}

// items converts the schema of all items, or those of the first ones.
func (n *node) items(value any) {
	_, prefix := n.in["prefixItems"]
	switch value := value.(type) {
	case []any:
		n.out["items"] = n.list("items")
	case bool:
		switch {
		case prefix:
			n.out["additionalItems"] = value
		case !value:
			n.out["items"] = n.schema(value, n.below("items"))
		}
	default:
		if prefix {
			n.out["additionalItems"] = n.schema(value, n.below("items"))
		} else {
			n.out["items"] = n.schema(value, n.below("items"))
		}
	}
}

// contains requires that not all items violate a schema.
func (n *node) contains(value any) {
	if number, ok := n.in["minContains"].(json.Number); ok && equal(number, "0") {
		return // no item is required
	}
	n.inside(func() {
		others := map[string]any{"not": n.schema(value, n.below("contains"))}
		n.all = append(n.all, map[string]any{"not": map[string]any{"type": "array", "items": others}})
	})
}
