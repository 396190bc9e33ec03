package rules

import (
	"fmt"
	"slices"
	"strings"
)

const typeValidator = "AWS::ApiGateway::RequestValidator"

var changedCheck = Rule{
	ID:       "changed-check",
	Severity: Error,
	Why: "A function behind a route that checks requests expects valid requests. Without the check, it also gets " +
		"invalid ones.",
	Looks: "the RequestValidatorId, RequestModels and RequestParameters of methods of the table's " +
		"routes that have a Body, RequireQuery or RequireHeader",
	WayOut: "leave them as secureapi.New writes them, or take Body, RequireQuery or RequireHeader out of the table",
	check: func(v *view, report reporter) {
		for _, a := range v.apis {
			if a.plan == nil || len(a.plan.checked) == 0 {
				continue
			}
			for _, m := range a.methods {
				if why := m.unchecked(strings.Fields(a.plan.checked[m.key()])); why != "" {
					report(m.resource, Finding{API: a.name(), Message: fmt.Sprintf("the method %s %s", m.key(), why)})
				}
			}
		}
	},
}

// unchecked describes which of the parts that the table checks are not checked, or may not be. It returns "" if there
// are none.
//
// A part is checked if the method declares it and has a validator for such parts.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
func (m *method) unchecked(parts []string) string {
	if len(parts) == 0 {
		return ""
	}
	validator := m.validator()
	if validator == nil {
		return fmt.Sprintf("checks %s by the table, and its RequestValidatorId is %s", strings.Join(parts, ", "),
			inJSON(m.t.Properties["RequestValidatorId"]))
	}
	body, parameters := slices.Contains(parts, "body"),
		slices.DeleteFunc(parts, func(p string) bool { return p == "body" })
	switch {
	case body && !validator.isOn("ValidateRequestBody"):
		return fmt.Sprintf("checks its body by the table, and ValidateRequestBody of its validator %s is %s", validator.id,
			inJSON(validator.t.Properties["ValidateRequestBody"]))
	case len(parameters) > 0 && !validator.isOn("ValidateRequestParameters"):
		return fmt.Sprintf("checks %s by the table, and ValidateRequestParameters of its validator %s is %s",
			strings.Join(parameters, ", "), validator.id, inJSON(validator.t.Properties["ValidateRequestParameters"]))
	}
	if body {
		models, _ := m.property("RequestModels").(map[string]any)
		for _, media := range []string{"application/json", "$default"} { // a request of another type would not be checked
			if model, ok := models[media].(string); !ok || model == "" || model == "Empty" {
				return fmt.Sprintf("checks its body by the table, and its RequestModels have %s for %s", inJSON(models[media]),
					media)
			}
		}
	}
	declared, _ := m.property("RequestParameters").(map[string]any)
	for _, name := range parameters {
		if declared[name] != true && declared[name] != "true" {
			return fmt.Sprintf("needs %s by the table, and its RequestParameters have %s for it", name, inJSON(declared[name]))
		}
	}
	return ""
}

// validator returns the validator that the method names, or nil if it is not known or belongs to another API.
func (m *method) validator() *resource {
	id, err := m.text("RequestValidatorId")
	if err != nil || id == "" {
		return nil
	}
	for _, r := range m.v.byType[typeValidator] {
		if a, _ := m.v.apiOf(r); a == m.api && r.ref() == id {
			return r
		}
	}
	return nil
}

// isOn reports whether a boolean property is certainly true.
func (r *resource) isOn(name string) bool {
	c := r.choose(name)
	return c.why == "" && allAre(c.values, "true")
}
