package bodyschema

import (
	"slices"
	"strings"
)

// combined converts a condition: "if" does not hold or "then" does, and "if" holds or "else" does.
func (n *node) combined(name string) bool {
	if !slices.Contains([]string{"if", "then", "else"}, name) {
		return false
	}
	condition, ok := n.in["if"]
	if !ok || name == "if" { // "if" has no effect by itself
		return true
	}
	holds := n.schema(condition, n.below("if"))
	if name == "then" {
		holds = map[string]any{"not": holds}
	}
	n.all = append(n.all, map[string]any{"anyOf": []any{holds, n.schema(n.in[name], n.below(name))}})
	return true
}

// isAnnotation reports whether a keyword checks nothing.
func isAnnotation(name string) bool {
	return slices.Contains(dropped, name) || slices.Contains(unchecked, name) || strings.HasPrefix(name, "x-")
}
