package plan

import (
	"maps"
	"slices"
)

// PlannedLimit is the limit of a method in a usage plan: its path and verb as API Gateway names the method.
type PlannedLimit struct {
	Path, Verb string
	RouteLimit
}

// Limits are those of a usage plan's routes, in the order of their patterns.
func (u UsagePlan) Limits() (out []PlannedLimit) {
	for _, text := range slices.Sorted(maps.Keys(u.Routes)) {
		if pattern, err := parsePattern(text); err == nil {
			out = append(out, PlannedLimit{pattern.Path(), pattern.Verb, u.Routes[text]})
		}
	}
	return out
}
