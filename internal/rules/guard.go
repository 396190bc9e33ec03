package rules

import (
	"fmt"
	"reflect"
	"strings"
)

var changedGuard = Rule{
	ID:       "changed-guard",
	Severity: Error,
	Why: "The table gives each route an authorizer and scopes. Another authorizer or other scopes may admit other " +
		"callers.",
	Looks:  "the AuthorizationType, AuthorizerId and AuthorizationScopes of methods that are in their API's table",
	WayOut: "change the table instead of the method: GuardedBy names another authorizer, AnyScope the scopes",
	check: func(v *view, report reporter) {
		for _, m := range v.methods {
			guard, planned := m.planned()
			if !planned || guard == "" || m.mayHaveType(authNone) || m.why != "" {
				continue
			}
			if what := m.changed(m.api.plan.guards[guard]); what != "" {
				report(m.resource, Finding{API: m.api.name(), Message: fmt.Sprintf("the method %s is not guarded as the table "+
					"says: %s", m.key(), what)})
			}
		}
	},
}

// changed describes how a method differs from its plan, given the logical ID of its planned authorizer. It returns ""
// if it does not differ.
func (m *method) changed(authorizer string) string {
	if authorizer == planIAM {
		if len(m.types) != 1 || !m.mayHaveType(authIAM) {
			return fmt.Sprintf("its AuthorizationType is %s, want %s", strings.Join(m.types, " or "), authIAM)
		}
		return ""
	}
	var want *resource
	for _, r := range m.api.guards {
		if r.id == authorizer && r.stack == m.api.stack {
			want = r
		}
	}
	switch {
	case want == nil:
		return fmt.Sprintf("the template has no authorizer %s of this API", authorizer)
	case m.mayHaveType(authIAM):
		return fmt.Sprintf("its AuthorizationType is %s, want the one of the authorizer %s",
			strings.Join(m.types, " or "), authorizer)
	case m.guard == nil:
		return fmt.Sprintf("its AuthorizerId is not known (%s), want %s", m.noID, authorizer)
	case m.guard != want:
		return fmt.Sprintf("its authorizer is %s, want %s", m.guard.id, authorizer)
	}
	scopes, planned := m.api.plan.scopes[m.key()]
	if !planned {
		return ""
	}
	got := m.property("AuthorizationScopes")
	if !reflect.DeepEqual(got, scopes) {
		return fmt.Sprintf("its AuthorizationScopes are %s, want %s", inJSON(got), inJSON(scopes))
	}
	return ""
}
