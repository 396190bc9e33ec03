package integration

import (
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Derived has the properties that a method needs in addition to its integration and options, in CloudFormation's form.
type Derived struct {
	Integration          Integration
	IntegrationResponses []any // nil if they do not change
	MethodResponses      []any // nil if they do not change
	Convert              bool  // whether ContentHandling must convert binary bodies to text

	Headers map[string]string // RequestParameters of headers that name the caller; nil for none
}

// Derive checks a method's integration and returns what the method needs: CORS headers, declared answers and headers
// that name the caller. The arguments are the integration and the declared answers in CDK's form. An error names the
// route.
func (r Route) Derive(integration map[string]any, declared []any) (Derived, error) {
	d := Derived{Integration: readIntegration(integration)}
	if err := r.check(d.Integration); err != nil {
		return d, err
	}
	if err := r.checkCached(d.Integration); err != nil {
		return d, err
	}
	headers, err := r.callerHeaders(d.Integration)
	if err != nil {
		return d, err
	}
	d.Headers = headers
	if d.Integration.isProxy() {
		return d, nil
	}
	if err := r.checkBinary(d.Integration); err != nil {
		return d, err
	}
	d.Convert = r.BinaryJSON && d.Integration.Type == typeMock && !d.Integration.Converts
	responses, _ := integration["integrationResponses"].([]any)
	var written []any
	for i, of := range d.Integration.Responses {
		out := capitalize(responses[i])
		add := neededFor(r.CORS, of)
		if len(add.headers) > 0 {
			d.IntegrationResponses = []any{}
			parameters, _ := out["ResponseParameters"].(map[string]any)
			out["ResponseParameters"] = withMembers(parameters, add.headers)
			d.Integration.Responses[i].Parameters = withMembers(of.Parameters, add.headers)
		}
		if templates, ok := out["ResponseTemplates"].(map[string]any); ok && add.head != "" {
			out["ResponseTemplates"] = prependToTemplates(add.head, templates)
		}
		written = append(written, out)
	}
	if d.IntegrationResponses != nil {
		d.IntegrationResponses = written
	}
	given := readMethodResponses(declared)
	if want := d.Integration.methodResponses(given); !reflect.DeepEqual(want, given) {
		d.MethodResponses = writeMethodResponses(want, declared)
	}
	return d, nil
}

// withMembers returns a copy of a map with more members.
func withMembers[V any](have map[string]V, more map[string]string) map[string]V {
	out := maps.Clone(have)
	if out == nil {
		out = map[string]V{}
	}
	for name, value := range more {
		out[name] = any(value).(V)
	}
	return out
}

// prependToTemplates puts a text before each template. A template may have parts that are known only at deployment.
func prependToTemplates(head string, templates map[string]any) map[string]any {
	out := map[string]any{}
	for kind, template := range templates {
		if text, ok := template.(string); ok {
			out[kind] = head + text
			continue
		}
		out[kind] = map[string]any{"Fn::Join": []any{"", []any{head, template}}}
	}
	return out
}

// writeMethodResponses returns the answers that a method declares in CloudFormation's form. It keeps the models of the
// declared answers; of several answers with one status, the first counts.
func writeMethodResponses(want []MethodResponse, declared []any) (out []any) {
	models := map[string]any{}
	for _, entry := range declared {
		r, _ := entry.(map[string]any)
		if status := literalOf(r["statusCode"]); models[status] == nil && r["responseModels"] != nil {
			models[status] = r["responseModels"]
		}
	}
	for _, m := range want {
		r := map[string]any{"StatusCode": m.Status}
		if len(m.Parameters) > 0 {
			r["ResponseParameters"] = m.Parameters
		}
		if models[m.Status] != nil {
			r["ResponseModels"] = models[m.Status]
		}
		out = append(out, r)
	}
	return out
}

// capitalize converts a CDK object into CloudFormation's form, in which the names of members begin with a capital
// letter.
func capitalize(v any) map[string]any {
	out := map[string]any{}
	in, _ := v.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(in)) {
		out[strings.ToUpper(name[:1])+name[1:]] = in[name]
	}
	return out
}
