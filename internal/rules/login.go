package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

var changedLogin = Rule{
	ID:       "changed-login",
	Severity: Error,
	Why: "The routes of a login get the provider's codes and the sessions' cookies, which another function could " +
		"use. They also serve callers without a session, so behind an authorizer no user could log in.",
	Looks: "the methods of a login: each exists, its function answers it, and it is open unless it is for " +
		"administrators",
	WayOut: "leave the methods as secureapi.New makes them: Login.Path moves them, and Login.Package names another " +
		"function",
	check: func(v *view, report reporter) {
		for _, a := range v.apis {
			if a.plan == nil {
				continue
			}
			methods := map[string]*method{}
			for _, m := range a.methods {
				methods[m.key()] = m
			}
			for _, route := range slices.Sorted(maps.Keys(a.plan.logins)) {
				f, at := Finding{API: a.name()}, a.resource
				m := methods[route]
				what := ""
				if m == nil {
					what = "it is not in the template"
				} else {
					at, what = m.resource, m.changedLogin(a.plan.routes[route], a.plan.logins[route])
				}
				if what != "" {
					f.Message = fmt.Sprintf("the route %s of a login is not as it was planned: %s", route, what)
					report(at, f)
				}
			}
		}
	},
}

// changedLogin describes how a method of a login differs from its plan, given its guard's name and the logical ID of
// its function. It returns "" if it does not differ. The rules on guards report changes of guarded methods.
func (m *method) changedLogin(guard, function string) string {
	if guard == "" && m.why == "" && (len(m.types) != 1 || !m.mayHaveType(authNone)) {
		return fmt.Sprintf("its AuthorizationType is %s, want %s", strings.Join(m.types, " or "), authNone)
	}
	integration, _ := m.property("Integration").(map[string]any)
	uri, _ := integration["Uri"].(string)
	if f := m.functionOf(invokedBy(uri)); f == nil || f.id != function || f.stack != m.api.stack {
		return fmt.Sprintf("its integration calls %s, want the function %s", inJSON(integration["Uri"]), function)
	}
	return ""
}
