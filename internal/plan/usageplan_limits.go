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

// Limits are those of a usage plan's routes, in the order of their patterns: for ANY one of each verb, as
// [Plan.MethodSettings] have.
func (p *Plan) Limits(u UsagePlan) (out []PlannedLimit) {
	for _, text := range slices.Sorted(maps.Keys(u.Routes)) {
		pattern, err := parsePattern(text)
		if err != nil {
			continue
		}
		for _, verb := range p.verbs(pattern) {
			out = append(out, PlannedLimit{pattern.Path(), verb, u.Routes[text]})
		}
	}
	return out
}
