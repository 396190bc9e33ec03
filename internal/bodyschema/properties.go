package bodyschema

import (
	"maps"
	"slices"
)

// properties converts the keywords for objects.
func (n *node) properties(name string, value any) bool {
	switch name {
	case "minProperties", "maxProperties":
		n.out[name] = whole(value)
	case "required":
		if list, _ := value.([]any); len(list) > 0 { // draft 4 does not allow an empty list
			n.out[name] = list
		}
	case "properties":
		if members, _ := value.(map[string]any); len(members) > 0 {
			n.inside(func() { n.out[name] = n.members(name) })
		}
	case "patternProperties":
		members, _ := value.(map[string]any)
		for _, expression := range slices.Sorted(maps.Keys(members)) {
			n.checkExpression(expression, n.below(name, expression))
		}
		if len(members) > 0 {
			n.inside(func() { n.out[name] = n.members(name) })
		}
	case "additionalProperties":
		n.inside(func() { n.out[name] = n.boolean(name) })
	case "propertyNames":
		n.propertyNames(value)
	case "dependencies":
		if n.draft.number > 7 {
			n.fail(n.below(name), `%s has dependentRequired and dependentSchemas in its place: write these`, n.draft.name)
			return true
		}
		n.dependencies(name)
	case "dependentRequired", "dependentSchemas":
		n.dependencies(name)
	default:
		return false
	}
	return true
}

// dependencies converts what a property requires of the object. Both of the newer keywords may name the same property.
func (n *node) dependencies(keyword string) {
	given, _ := n.in[keyword].(map[string]any)
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if list, ok := given[name].([]any); ok {
			if len(list) > 0 { // draft 4 does not allow an empty list
				out[name] = list
			}
			continue
		}
		out[name] = n.schema(given[name], n.below(keyword, name))
	}
	switch {
	case len(out) == 0:
	case n.out["dependencies"] == nil:
		n.out["dependencies"] = out
	default:
		n.all = append(n.all, map[string]any{"dependencies": out})
	}
}

// propertyNames converts the schema of names, if properties can express the same.
func (n *node) propertyNames(value any) {
	at := n.below("propertyNames")
	schema, isObject := value.(map[string]any)
	if open, ok := value.(bool); ok && open {
		return
	}
	closed := map[string]any{"additionalProperties": false}
	for _, keyword := range slices.Sorted(maps.Keys(schema)) {
		switch of := schema[keyword].(type) {
		case string:
			switch {
			case keyword == "pattern" && closed["properties"] == nil:
				n.checkExpression(of, at+"/pattern")
				closed["patternProperties"] = map[string]any{of: anything()}
				continue
			case keyword == "type" && of == "string", keyword == "title", keyword == "description":
				continue
			}
		case []any:
			if names := propertiesOf(of); keyword == "enum" && names != nil && len(schema) == 1 {
				closed["properties"] = names
				continue
			}
		}
		n.fail(
			at,
			`a model of API Gateway, which is of draft 4, cannot have "propertyNames" with %q: write it with "pattern" `+
				`alone or "enum" alone, or leave it to the function`,
			keyword,
		)
		return
	}
	if isObject && len(closed) == 1 {
		return // every name is a string
	}
	n.all = append(n.all, closed)
}

// propertiesOf returns properties with the names in a list, or nil if the list has other values.
func propertiesOf(list []any) map[string]any {
	out := map[string]any{}
	for _, v := range list {
		name, ok := v.(string)
		if !ok {
			return nil
		}
		out[name] = anything()
	}
	return out
}
