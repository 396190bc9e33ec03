package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/serviceuri"
)

var undeclaredAnswer = Rule{
	ID:       "undeclared-answer",
	Severity: Error,
	Why: "API Gateway answers 500 if an integration's response has a status that the method does not declare. A " +
		"header that the method does not declare fails the deployment.",
	Looks: "the IntegrationResponses and MethodResponses of methods of every API whose " +
		"answer API Gateway writes (AWS, HTTP and MOCK)",
	WayOut: "add the status to MethodResponses, with true for each header in ResponseParameters, " +
		"or write the route with Integrate, which does so",
	check: func(v *view, report reporter) {
		for _, m := range v.methods {
			for _, what := range m.undeclared() {
				f := Finding{Message: fmt.Sprintf("the method %s %s", m.key(), what)}
				if m.api != nil {
					f.API = m.api.name()
				}
				report(m.resource, f)
			}
		}
	},
}

// undeclared lists the statuses and headers of the integration that the method does not declare. Unknown ones are
// assumed to be declared.
func (m *method) undeclared() (out []string) {
	integration, _ := m.property("Integration").(map[string]any)
	kind, _ := integration["Type"].(string)
	responses, ok := integration["IntegrationResponses"].([]any)
	if !ok || !slices.Contains([]string{"AWS", "HTTP", "MOCK"}, strings.ToUpper(kind)) {
		return nil
	}
	declared := map[string]map[string]any{} // the headers of each status; nil if they are not known
	raw := m.property("MethodResponses")
	list, ok := raw.([]any)
	if !ok && raw != nil {
		return nil
	}
	for _, entry := range list {
		response, ok := entry.(map[string]any)
		status, known := scalar(response["StatusCode"])
		if !ok || !known {
			return nil
		}
		headers, ok := response["ResponseParameters"].(map[string]any)
		if !ok && response["ResponseParameters"] == nil {
			headers, ok = map[string]any{}, true
		}
		if !ok || slices.ContainsFunc(slices.Collect(maps.Keys(headers)), intrinsic) {
			headers = nil
		}
		declared[status] = headers
	}
	for _, entry := range responses {
		response, _ := entry.(map[string]any)
		status, known := scalar(response["StatusCode"])
		if !known {
			continue
		}
		headers, there := declared[status]
		if !there {
			out = append(out, fmt.Sprintf("does not declare the status %s, which its integration has", status))
			continue
		}
		parameters, _ := response["ResponseParameters"].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(parameters)) {
			if _, is := headers[name]; headers != nil && !is && !intrinsic(name) {
				out = append(out, fmt.Sprintf("does not declare %s for the status %s, which its integration maps", name, status))
			}
		}
	}
	return out
}

var openCall = Rule{
	ID:       "open-call",
	Severity: Error,
	Why: "A mapping template applies to one Content-Type. If bodies of other types pass through, a caller can " +
		"write the call of the AWS service, with the rights of the integration's role.",
	Looks: "methods with an AWS integration, a role and request templates, of APIs that Gatehouse built; for " +
		"other APIs it warns",
	WayOut: "set PassthroughBehavior to NEVER, with which such requests get 415",
	check: func(v *view, report reporter) {
		for _, m := range v.methods {
			service := m.passthroughService()
			if service == "" {
				continue
			}
			f := Finding{Severity: Warning, Message: fmt.Sprintf("the method %s makes the call of %s by a template for one "+
				"Content-Type, and passes bodies of any other to it as the caller wrote them", m.key(), service)}
			if m.api != nil {
				f.API = m.api.name()
				if m.api.plan != nil {
					f.Severity = Error
				}
			}
			report(m.resource, f)
		}
	},
}

// passthroughService returns the AWS service to which the method passes bodies unchanged if their content type has no
// template, although other content types have one. It returns "" if the method passes no such bodies.
func (m *method) passthroughService() string {
	integration, _ := m.property("Integration").(map[string]any)
	kind, _ := integration["Type"].(string)
	behavior, set := integration["PassthroughBehavior"]
	templates, _ := integration["RequestTemplates"].(map[string]any)
	if strings.ToUpper(kind) != "AWS" || integration["Credentials"] == nil || len(templates) == 0 {
		return ""
	}
	if text, _ := behavior.(string); set && text != "WHEN_NO_MATCH" {
		return ""
	}
	service := serviceOf(integration["Uri"])
	if service == "lambda" {
		return ""
	}
	return service
}

// serviceOf returns the AWS service in a URI, which is a text or joined from texts and references. It returns "" if the
// service is not known.
func serviceOf(uri any) string {
	text, ok := uri.(string)
	if !ok {
		object, _ := uri.(map[string]any)
		join, _ := object["Fn::Join"].([]any)
		if len(join) != 2 {
			return ""
		}
		parts, _ := join[1].([]any)
		separator, _ := join[0].(string)
		var texts []string
		for _, p := range parts {
			part, _ := scalar(p)
			texts = append(texts, part)
		}
		text = strings.Join(texts, separator)
	}
	u, _ := serviceuri.Parse(text)
	return u.Service
}
