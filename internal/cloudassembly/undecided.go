package cloudassembly

import (
	"fmt"
	"maps"
	"slices"
)

// Undecided returns what is decided about a resource by parameters whose values the options do not give. Each of these
// is a line: the condition for creating it, its properties if the defaults do not create it, and the part of each
// Fn::If that the defaults do not select. Nothing in a line is resolved. It returns nil if nothing depends on such a
// parameter.
func (e *Evaluator) Undecided(s *Stack, logicalID string) (lines []string) {
	r := s.Template.Resources[logicalID]
	made, _ := e.Exists(s, logicalID)
	for at, id := s, logicalID; at != nil; at, id = at.Parent, at.LogicalID {
		if c := at.Template.Resources[id].Condition; c != "" && e.dependsOnParameters(at, c) {
			lines = append(lines, "made if "+at.condition(c))
		}
	}
	if lines != nil && !made {
		lines = append(lines, "Properties: "+Written(r.Properties))
	}
	return append(lines, e.branches(s, r.Properties, 0)...)
}

// branches returns the parts of each Fn::If that do not apply, if its condition is open.
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
			if name, ok := args[0].(string); ok && e.dependsOnParameters(s, name) {
				holds, err := e.condition(placeAt(s, "", ""), "Fn::If", name)
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

// dependsOnParameters reports whether a condition depends on a parameter without a given value.
func (e *Evaluator) dependsOnParameters(s *Stack, condition string) bool {
	if e.withoutDefaults == nil {
		options := e.options
		options.NoDefaults = true
		e.withoutDefaults = newEvaluator(e.stacks, e.calls, options)
	}
	_, err := e.withoutDefaults.condition(placeAt(s, "", ""), "Condition", condition)
	return err != nil
}

// condition returns a condition of the template, with the conditions that it depends on.
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

// conditionsIn returns the conditions that an expression names.
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
