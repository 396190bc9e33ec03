package rules

import (
	"fmt"
	"slices"
)

var changedKey = Rule{
	ID:       "changed-key",
	Severity: Error,
	Why: "Without its API key, a route that the table gives one counts to no quota. If the key is all that it " +
		"requires, the route is open to the internet.",
	Looks:  "methods of the table's routes that need an API key",
	WayOut: "leave ApiKeyRequired as secureapi.New writes it, or take the key out of the table",
	check: func(v *view, report reporter) {
		for _, a := range v.apis {
			if a.plan == nil || len(a.plan.keys) == 0 {
				continue
			}
			keyed := a.keyed()
			for _, m := range a.methods {
				if !slices.Contains(a.plan.keys, m.key()) || slices.Contains(keyed, m) {
					continue
				}
				what := "needs an API key by the table"
				if guard, _ := m.planned(); guard == "" {
					what = "is public with a key by the table"
				}
				report(m.resource, Finding{API: a.name(), Message: fmt.Sprintf("the method %s %s, and ApiKeyRequired is %s",
					m.key(), what, inJSON(m.t.Properties["ApiKeyRequired"]))})
			}
		}
	},
}

// openness describes how a method without a guard is open.
func (m *method) openness() string {
	if c := m.choose("ApiKeyRequired"); c.why == "" && allAre(c.values, "true") {
		return "public with a key, which is no identity"
	}
	return "open"
}
