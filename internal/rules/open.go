package rules

import (
	"fmt"
)

var openMethod = Rule{
	ID:       "open-method",
	Severity: Error,
	Why: "An API that Gatehouse built is closed. A method without an authorizer is open to the internet, and no " +
		"line of the table says so.",
	Looks: "methods of APIs that Gatehouse built, in any stack and however they were added",
	WayOut: "put the method into Routes, where it is guarded or says why it is Public or KeyOnly, or give it an " +
		"AuthorizationType",
	check: func(v *view, report reporter) {
		for _, m := range v.methods {
			guard, planned := m.planned()
			if m.api == nil || m.api.plan == nil || !m.mayHaveType(authNone) || planned && guard == "" || m.preflight() {
				continue
			}
			what, wayOut := fmt.Sprintf("the method %s is %s, and the table does not say so", m.key(), m.openness()), ""
			if planned {
				wayOut = "leave its AuthorizationType as secureapi.New writes it, or say in the table " +
					"that the route is Public and why"
				what = fmt.Sprintf("the method %s is %s, and the table says that %s guards it", m.key(), m.openness(), guard)
			}
			if len(m.types) > 1 {
				what += ", where a condition or a parameter has it so"
			}
			report(m.resource, Finding{API: m.api.name(), Message: what, WayOut: wayOut})
		}
	},
}

var undecidedAuthorization = Rule{
	ID:       "undecided-authorization",
	Severity: Error,
	Why: "If the AuthorizationType is decided at deployment, the template does not show whether the method is " +
		"open.",
	Looks:  "the AuthorizationType of every method",
	WayOut: "write the AuthorizationType out, or give the parameter AllowedValues without NONE",
	check: func(v *view, report reporter) {
		for _, m := range v.methods {
			guard, planned := m.planned()
			if m.why == "" || planned && guard == "" || m.preflight() {
				continue
			}
			f := Finding{Message: fmt.Sprintf("it cannot be told whether the method %s is open: AuthorizationType: %s",
				m.key(), m.why)}
			if m.api != nil {
				f.API = m.api.name()
			}
			report(m.resource, f)
		}
	},
}

var unknownAPI = Rule{
	ID:       "unknown-api",
	Severity: Error,
	Why:      "An open method whose API the template does not resolve may belong to an API that Gatehouse closed.",
	Looks: "open methods whose RestApiId is a parameter, an import or a literal id, in assemblies with an API that " +
		"Gatehouse built",
	WayOut: "refer to the API by its construct, or give the method an AuthorizationType",
	check: func(v *view, report reporter) {
		if !v.built() {
			return
		}
		for _, m := range v.methods {
			if m.api == nil && m.mayBeOpen() && !m.preflight() {
				report(m.resource, Finding{Message: fmt.Sprintf(
					"the method %s is %s, and it cannot be told whether its API is one that Gatehouse built: RestApiId: %s",
					m.key(), m.openness(), m.whyAPI)})
			}
		}
	},
}

// HiddenMethods is the ID of the rule that an API without a readable plan breaks.
const HiddenMethods = "hidden-methods"

var hiddenMethods = Rule{
	ID:       HiddenMethods,
	Severity: Error,
	Why: "An OpenAPI document or a cloned API adds methods that are not in the template, so they cannot be " +
		"compared with the table.",
	Looks:  "Body, BodyS3Location and CloneFrom of APIs that Gatehouse built, and whether their plan can be read",
	WayOut: "declare the methods as routes of the table, and leave the property out",
	check: func(v *view, report reporter) {
		for _, a := range v.apis {
			if a.badPlan != nil {
				report(a.resource, Finding{API: a.name(), Message: a.badPlan.Error(), WayOut: "leave the metadata as " +
					"secureapi.New writes it"})
			}
			if a.plan == nil {
				continue
			}
			for _, name := range []string{"Body", "BodyS3Location", "CloneFrom"} {
				if a.t.Properties[name] != nil {
					report(a.resource, Finding{API: a.name(), Message: fmt.Sprintf("%s is set: methods of the API come from "+
						"there, and the table says nothing of them", name)})
				}
			}
		}
	},
}
