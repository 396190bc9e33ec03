package rules

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

var changedCaller = Rule{
	ID:       "changed-caller",
	Severity: Error,
	Why: "A backend behind an API with ForwardCaller takes its caller from headers. Without their mapping, or with " +
		"another one, clients may write these headers.",
	Looks:  "the headers that methods with an HTTP integration of the table's routes map",
	WayOut: "leave the RequestParameters as secureapi.New writes them",
	check: eachPlanned(func(a *api, report reporter) {
		for _, m := range a.methods {
			i, _ := m.property("Integration").(map[string]any)
			if kind, known := i["Type"].(string); known && !strings.HasPrefix(strings.ToUpper(kind), "HTTP") {
				continue // nothing else gets the headers
			}
			has := map[string]string{} // by names in lower case, like [proxied.headers]
			parameters, _ := i["RequestParameters"].(map[string]any)
			for _, to := range slices.Sorted(maps.Keys(parameters)) {
				from, ok := parameters[to].(string)
				if !ok {
					from = inJSON(parameters[to])
				}
				if another := has[strings.ToLower(to)]; another != "" {
					from = another + " and " + from
				}
				has[strings.ToLower(to)] = from
			}
			for _, key := range slices.Sorted(maps.Keys(a.plan.callers)) {
				header, is := strings.CutPrefix(key, m.key()+" ")
				from := has[strings.ToLower("integration.request.header."+header)]
				if want := a.plan.callers[key]; is && from != want {
					report(m.resource, Finding{API: a.name(), Message: fmt.Sprintf("the method %s maps the header %s from %s by "+
						"the table, and from %s in the template", m.key(), header, want, cmp.Or(from, "nothing"))})
				}
			}
		}
	}),
}
