package rules

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/resourcepolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

var resourcePolicy = Rule{
	ID:       "resource-policy",
	Severity: Error,
	Why: "API Gateway admits a request that the resource policy allows even if the Lambda authorizer's answer " +
		"does not mention it. An Allow also opens IAM routes to every account.",
	Looks:  "the resource policies of APIs that Gatehouse built, with all that was added to them",
	WayOut: "leave the resource out of the statement, or name principals",
	check: func(v *view, report reporter) {
		for _, a := range v.apis {
			if a.plan == nil {
				continue
			}
			for _, statement := range a.missingDenies() {
				report(a.resource, Finding{API: a.name(), Message: "the resource policy lacks a Deny that was planned: " +
					inJSON(statement),
					WayOut: "leave the Policy of the API as secureapi.New writes it"})
			}
			if a.t.Properties["Policy"] != nil {
				if _, err := resourcepolicy.Judge(a.policy(), a.policyScope()); err != nil {
					report(a.resource, Finding{API: a.name(), Message: "ResourcePolicy, with what was added beside the table: " +
						err.Error()})
				}
			}
		}
	},
}

var policyOpensMethod = Rule{
	ID:       "policy-opens-method",
	Severity: Error,
	Why: "If the resource policy has an Allow for every principal, it admits callers that the authorizer or IAM " +
		"of a method outside the table would reject.",
	Looks:  "methods with a Lambda authorizer or IAM outside the table of an API with a resource policy",
	WayOut: "put the method into Routes, so that the policy leaves it out",
	check: func(v *view, report reporter) {
		for _, m := range v.methods {
			if !m.isBesideTable() || m.api.t.Properties["Policy"] == nil ||
				!m.mayHaveType(authCustom) && !m.mayHaveType(authIAM) {
				continue
			}
			scope := m.api.policyScope()
			all, err := resourcepolicy.Judge(m.api.policy(), scope)
			if err != nil {
				continue // it is reported already
			}
			if all {
				report(m.resource, Finding{API: m.api.name(), Message: fmt.Sprintf(
					"the method %s was added beside the table, and the API's resource policy allows everything: it admits callers "+
						"that %s would reject", m.key(), strings.Join(m.types, " or "))})
				continue
			}
			if pattern, ok := m.pattern(); ok {
				scope.Guarded = m.api.resourcesOf(pattern, false)
				if _, err := resourcepolicy.Judge(m.api.policy(), scope); err != nil {
					report(m.resource, Finding{API: m.api.name(), Message: fmt.Sprintf("the method %s was added beside the table: %v",
						m.key(), err)})
				}
			}
		}
	},
}

// policy returns the resource policy as JSON, in which unknown values are objects.
func (a *api) policy() []byte {
	document := a.property("Policy")
	if text, ok := document.(string); ok {
		return []byte(text)
	}
	text, err := json.Marshal(document)
	if err != nil {
		return nil // Judge reports that it is not readable
	}
	return text
}

// missingDenies returns the Deny statements of the plan's policy that the template does not have.
func (a *api) missingDenies() (out []any) {
	statements := func(document any) []any {
		object, _ := document.(map[string]any)
		if one, ok := object["Statement"].(map[string]any); ok {
			return []any{one}
		}
		list, _ := object["Statement"].([]any)
		return list
	}
	planned := statements(a.resolvePartly("Metadata."+PlanMetadata+".policy", a.plan.policy))
	if len(planned) == 0 {
		return nil
	}
	there := statements(a.property("Policy"))
	for _, p := range planned {
		statement, _ := p.(map[string]any)
		if statement["Effect"] == "Deny" && !slices.ContainsFunc(there, func(t any) bool { return reflect.DeepEqual(t, p) }) {
			out = append(out, p)
		}
	}
	return out
}

// policyScope returns what the plan requires of a resource policy.
func (a *api) policyScope() resourcepolicy.Scope {
	var s resourcepolicy.Scope
	for _, name := range slices.Sorted(maps.Keys(a.plan.routes)) {
		pattern, err := route.Parse(name)
		if err != nil {
			continue
		}
		guard := a.plan.routes[name]
		if guard == "" || a.needsAllow(guard) {
			s.Allowed = append(s.Allowed, a.resourcesOf(pattern, a.plan.preflights)...)
		} else {
			s.Guarded = append(s.Guarded, a.resourcesOf(pattern, a.plan.preflights)...)
		}
	}
	if a.plan.preflights {
		s.Preflights = "execute-api:/" + a.stage() + "/OPTIONS/*"
		s.Allowed = append(s.Allowed, s.Preflights)
	}
	return s
}

// needsAllow reports whether a guard of the plan is an authorizer whose routes the resource policy must allow, because
// API Gateway verifies the token itself.
func (a *api) needsAllow(guard string) bool {
	for _, r := range a.guards {
		if r.id == a.plan.guards[guard] {
			kind, _ := r.text("Type")
			return kind == authCognito || kind == authJWT
		}
	}
	return false
}

// resourcesOf returns the resources for a pattern's requests in a policy. OPTIONS is left out if there are preflights,
// even for a route with every verb.
func (a *api) resourcesOf(p route.Pattern, preflights bool) (out []string) {
	for _, verb := range verbsOf(p) {
		if verb != "OPTIONS" || !preflights {
			out = append(out, "execute-api:/"+a.stage()+"/"+verb+p.Wildcard())
		}
	}
	return out
}
