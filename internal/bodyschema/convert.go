package bodyschema

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// converter converts one schema.
type converter struct {
	draft     *draft
	root      map[string]any
	errs      []error
	unchecked []string

	names       map[string]string // names of definitions, by the place that they convert
	definitions map[string]any    // by name
	order       []string          // places of definitions, in the order in which they were found

	owner    string      // the place that is being converted; nowhere inside of a value's members or items
	withinOf [][2]string // pairs of places, one of which applies the other to the same value
}

// nowhere is the owner inside of a value's members or items.
const nowhere = "-"

func (c *converter) fail(at, format string, args ...any) {
	c.errs = append(c.errs, &Error{at, fmt.Sprintf(format, args...)})
}

// err returns the first errors, one a line.
func (c *converter) err() error {
	const most = 5
	if more := len(c.errs) - most; more > 0 {
		return fmt.Errorf("%w\nand %d more", errors.Join(c.errs[:most]...), more)
	}
	return errors.Join(c.errs...)
}

// top converts the whole schema, with the definitions that it refers to.
func (c *converter) top() map[string]any {
	out := c.object(c.root, "")
	for i := 0; i < len(c.order); i++ { // order grows
		c.define(c.order[i])
	}
	c.refuseCircles()
	if len(c.errs) > 0 {
		return nil
	}
	if ref, alone := out["$ref"].(string); alone && ref != "#" {
		// In draft 4 nothing may stand beside a reference, and definitions would.
		out = maps.Clone(c.definitions[strings.TrimPrefix(ref, definitionsPath)].(map[string]any))
	}
	used := map[string]any{}
	c.collect(out, used)
	if len(used) > 0 {
		out["definitions"] = used
	}
	out["$schema"] = "http://json-schema.org/draft-04/schema#"
	return out
}

const definitionsPath = "#/definitions/"

// collect collects the definitions that a converted schema refers to.
func (c *converter) collect(value any, used map[string]any) {
	switch value := value.(type) {
	case []any:
		for _, v := range value {
			c.collect(v, used)
		}
	case map[string]any:
		if ref, ok := value["$ref"].(string); ok {
			name, found := strings.CutPrefix(ref, definitionsPath)
			if definition, exists := c.definitions[name]; found && exists && used[name] == nil {
				used[name] = definition
				c.collect(definition, used)
			}
		}
		for _, v := range value {
			c.collect(v, used)
		}
	}
}

// define converts what a reference refers to.
func (c *converter) define(place string) {
	target, ok := lookUp(c.root, place)
	if !ok {
		c.fail(place, "a $ref refers to it, and nothing is there: mend the reference, or add it")
		return
	}
	if c.refuseInnerID(place) {
		return
	}
	if wrong := c.draft.check(target, place); len(wrong) > 0 { // the place may mean something else by itself
		c.errs = append(c.errs, wrong...)
		return
	}
	c.owner = place
	c.definitions[c.names[place]] = c.schema(target, place)
}

// refuseInnerID refuses a place inside of a schema with an identifier of its own, which references inside would be
// relative to. One at the place itself is refused by [node.core].
func (c *converter) refuseInnerID(place string) bool {
	keyword := "$id"
	if c.draft == draft4 {
		keyword = "id"
	}
	for end := strings.LastIndex(place, "/"); end > 0; end = strings.LastIndex(place[:end], "/") {
		within, _ := lookUp(c.root, place[:end])
		schema, _ := within.(map[string]any)
		if _, is := schema[keyword].(string); is {
			c.fail(below(place[:end], keyword), "a $ref refers to a place inside of this schema, whose references may mean "+
				"another place: take it out, and refer to the places by JSON pointers")
			return true
		}
	}
	return false
}

// inside converts schemas of a value's members or items.
func (c *converter) inside(convert func()) {
	before := c.owner
	c.owner = nowhere
	convert()
	c.owner = before
}

// schema converts a schema, which is an object or a boolean.
func (c *converter) schema(value any, at string) map[string]any {
	switch value := value.(type) {
	case map[string]any:
		return c.object(value, at)
	case bool:
		if value {
			return anything()
		}
		return map[string]any{"not": anything()}
	}
	return nil // the check of its draft has reported it
}

// anything accepts every value. It is not empty because CDK leaves empty objects out of templates.
func anything() map[string]any { return map[string]any{"description": "any value"} }

// object converts a schema that is an object.
func (c *converter) object(in map[string]any, at string) map[string]any {
	n := &node{converter: c, in: in, at: at, out: map[string]any{}}
	for _, keyword := range slices.Sorted(maps.Keys(in)) {
		n.keyword(keyword)
	}
	n.finish()
	if len(n.out) == 0 {
		return anything()
	}
	return n.out
}

// node is an object that is being converted.
type node struct {
	*converter
	in, out map[string]any
	at      string

	all       []any // schemas that must also hold
	forbidden []any // bounds that are not in their range
}

// below returns the pointer to a place in the object.
func (n *node) below(names ...string) string { return below(n.at, names...) }

func below(at string, names ...string) string {
	for _, name := range names {
		at += "/" + pointerEscapes.Replace(name)
	}
	return at
}

// pointerEscapes escapes a name in a JSON pointer, and pointerUnescapes takes that back.
var (
	pointerEscapes   = strings.NewReplacer("~", "~0", "/", "~1")
	pointerUnescapes = strings.NewReplacer("~1", "/", "~0", "~")
)

// refuse reports a keyword that a model cannot have.
func (n *node) refuse(keyword, wayOut string) {
	n.fail(n.below(keyword), "a model of API Gateway, which is of draft 4, cannot have %q: %s", keyword, wayOut)
}

// finish adds the collected schemas and exclusions to the result.
func (n *node) finish() {
	if len(n.forbidden) > 0 {
		not := map[string]any{"enum": distinct(n.forbidden)}
		if n.out["not"] == nil {
			n.out["not"] = not
		} else {
			n.all = append(n.all, map[string]any{"not": not})
		}
	}
	if len(n.all) == 0 {
		return
	}
	given, _ := n.out["allOf"].([]any)
	n.out["allOf"] = append(slices.Clone(given), n.all...)
}

// list converts a list of schemas.
func (n *node) list(keyword string) []any {
	given, _ := n.in[keyword].([]any)
	out := make([]any, len(given))
	for i, s := range given {
		out[i] = n.schema(s, n.below(keyword, fmt.Sprint(i)))
	}
	return out
}

// members converts schemas by name.
func (n *node) members(keyword string) map[string]any {
	given, _ := n.in[keyword].(map[string]any)
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		out[name] = n.schema(given[name], n.below(keyword, name))
	}
	return out
}

// boolean converts a schema for a place where draft 4 also accepts a boolean.
func (n *node) boolean(keyword string) any {
	if given, ok := n.in[keyword].(bool); ok {
		return given
	}
	return n.schema(n.in[keyword], n.below(keyword))
}
