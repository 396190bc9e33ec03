package plan

import (
	"maps"
	"slices"
)

// PlannedLimit is the limit for a method in a usage plan, with the path and verb that API Gateway knows the method by.
type PlannedLimit struct {
	Path, Verb string
	RouteLimit
}

// Limits returns the limits for a usage plan's routes, sorted by pattern. ANY has one limit for each verb, as in
// [Plan.MethodSettings].
func (p *Plan) Limits(u UsagePlan) (out []PlannedLimit) {
	for _, text := range slices.Sorted(maps.Keys(u.Routes)) {
		pattern, err := parsePattern(text)
		if err != nil {
			continue
		}
		for _, verb := range p.takenVerbs(pattern) {
			out = append(out, PlannedLimit{pattern.Path(), verb, u.Routes[text]})
		}
	}
	return out
}
