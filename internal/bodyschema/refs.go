package bodyschema

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// reference converts a reference into a reference to a definition.
func (n *node) reference(ref string) {
	place, ok := n.placeOf(ref)
	if !ok {
		n.fail(n.below("$ref"), "it refers to %q, and a model is one document: copy what it needs into $defs, and refer "+
			`to it as "#/$defs/name"`, ref)
		return
	}
	if n.owner != nowhere {
		n.withinOf = append(n.withinOf, [2]string{n.owner, place})
	}
	target := "#"
	if place != "" {
		target = definitionsPath + n.nameOf(place)
	}
	if n.refIsAlone() {
		n.out["$ref"] = target
		return
	}
	n.all = append(n.all, map[string]any{"$ref": target})
}

// refIsAlone reports whether nothing beside the object's reference is checked.
func (n *node) refIsAlone() bool {
	for name := range n.in {
		switch name {
		case "$ref", "title", "description", "$defs", "definitions", "$schema", "$id", "id":
		default:
			if !isAnnotation(name) {
				return false
			}
		}
	}
	return true
}

// placeOf returns the place that a reference names, "" for the whole schema.
func (c *converter) placeOf(ref string) (place string, ok bool) {
	for _, keyword := range []string{"$id", "id"} {
		if id, _ := c.root[keyword].(string); id != "" {
			if rest, own := strings.CutPrefix(ref, strings.TrimSuffix(id, "#")); own && (rest == "" || rest[0] == '#') {
				ref = "#" + strings.TrimPrefix(rest, "#")
			}
		}
	}
	fragment, ok := strings.CutPrefix(ref, "#")
	if !ok || fragment != "" && fragment[0] != '/' {
		return "", false
	}
	place, err := url.PathUnescape(fragment)
	return place, err == nil
}

// nameOf returns the name of the definition for a place.
func (c *converter) nameOf(place string) string {
	if name := c.names[place]; name != "" {
		return name
	}
	last := place[strings.LastIndex(place, "/")+1:]
	base := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, last)
	if base == "" {
		base = "definition"
	}
	name := base
	for i := 2; c.isTaken(name); i++ {
		name = fmt.Sprint(base, i)
	}
	c.names[place] = name
	c.order = append(c.order, place)
	return name
}

func (c *converter) isTaken(name string) bool {
	for _, given := range c.names {
		if given == name {
			return true
		}
	}
	return false
}

// lookUp returns the value at a place.
func lookUp(value any, place string) (any, bool) {
	if place == "" {
		return value, true
	}
	for token := range strings.SplitSeq(place[1:], "/") {
		token = pointerUnescapes.Replace(token)
		switch of := value.(type) {
		case map[string]any:
			member, ok := of[token]
			if !ok {
				return nil, false
			}
			value = member
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(of) || strconv.Itoa(i) != token {
				return nil, false
			}
			value = of[i]
		default:
			return nil, false
		}
	}
	return value, true
}

// refuseCircles refuses a schema that applies itself to the same value. No validator could finish it.
func (c *converter) refuseCircles() {
	to := map[string][]string{}
	for _, edge := range c.withinOf {
		to[edge[0]] = append(to[edge[0]], edge[1])
	}
	const open, done = 1, 2
	state := map[string]int{}
	var visit func(place string) bool
	visit = func(place string) bool {
		switch state[place] {
		case open:
			c.fail(place, "it refers to itself without going into a property or an item: take the reference out")
			return false
		case done:
			return true
		}
		state[place] = open
		for _, next := range to[place] {
			if !visit(next) {
				return false
			}
		}
		state[place] = done
		return true
	}
	if !visit("") {
		return
	}
	for _, place := range c.order {
		if !visit(place) {
			return
		}
	}
}
