package cloudassembly

import (
	"fmt"
	"maps"
	"slices"
)

// Undecided is what of a resource the values of parameters decide that the options do not give, a line for each: the
// condition under which it is made, its properties if it is not made by the defaults, and the part of each Fn::If that
// does not apply by the defaults. Nothing is resolved in it. Nil if nothing depends on such a value.
func (e *Evaluator) Undecided(s *Stack, logicalID string) (lines []string) {
	r := s.Template.Resources[logicalID]
	made, _ := e.Exists(s, logicalID)
	for at, id := s, logicalID; at != nil; at, id = at.Parent, at.LogicalID {
		if c := at.Template.Resources[id].Condition; c != "" && e.open(at, c) {
			lines = append(lines, "made if "+at.condition(c))
		}
	}
	if lines != nil && !made {
		lines = append(lines, "Properties: "+Written(r.Properties))
	}
	return append(lines, e.branches(s, r.Properties, 0)...)
}

// branches are the parts of Fn::If that do not apply, of those whose condition is open.
func (e *Evaluator) branches(s *Stack, v any, depth int) (lines []string) {
	if depth > maxDepth {
		return nil
	}
	switch v := v.(type) {
	case []any:
		for _, entry := range v {
			lines = append(lines, e.branches(s, entry, depth+1)...)
		}
	case map[string]any:
		if args, ok := v["Fn::If"].([]any); ok && len(v) == 1 && len(args) == 3 {
			if name, ok := args[0].(string); ok && e.open(s, name) {
				holds, err := e.condition(at(s, "", ""), "Fn::If", name)
				switch {
				case err != nil:
					lines = append(lines, fmt.Sprintf("if %s: %s, or else: %s", s.condition(name), Written(args[1]), Written(args[2])))
				case holds:
					lines = append(lines, fmt.Sprintf("if not %s: %s", s.condition(name), Written(args[2])))
				default:
					lines = append(lines, fmt.Sprintf("if %s: %s", s.condition(name), Written(args[1])))
				}
			}
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			lines = append(lines, e.branches(s, v[name], depth+1)...)
		}
	}
	return lines
}

// open reports whether a condition depends on a parameter without a given value.
func (e *Evaluator) open(s *Stack, condition string) bool {
	if e.given == nil {
		options := e.options
		options.NoDefaults = true
		e.given = &Evaluator{stacks: e.stacks, calls: e.calls, options: options, known: map[value]result{}}
	}
	_, err := e.given.condition(at(s, "", ""), "Condition", condition)
	return err != nil
}

// condition is a condition of the template, with those that it is made of.
func (s *Stack) condition(name string) string {
	text := name + " (" + Written(s.Template.Conditions[name])
	names := []string{name}
	for i := 0; i < len(names); i++ {
		for _, other := range conditionsIn(s.Template.Conditions[names[i]], 0) {
			if !slices.Contains(names, other) {
				names = append(names, other)
				text += ", " + other + ": " + Written(s.Template.Conditions[other])
			}
		}
	}
	return text + ")"
}

// conditionsIn are the conditions that an expression names.
func conditionsIn(v any, depth int) (names []string) {
	if depth > maxDepth {
		return nil
	}
	switch v := v.(type) {
	case []any:
		for _, entry := range v {
			names = append(names, conditionsIn(entry, depth+1)...)
		}
	case map[string]any:
		if name, ok := v["Condition"].(string); ok && len(v) == 1 {
			return []string{name}
		}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			names = append(names, conditionsIn(v[key], depth+1)...)
		}
	}
	return names
}
