package matrix

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// callerVariable matches a variable that says who calls, in a mapping or a template.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
var callerVariable = regexp.MustCompile(
	`\bcontext\.(?:authorizer|identity\.(?:accountId|caller|cognito\w+|user|userArn))\b(?:[.:-]\w+)*`)

// callerIn returns the variables of a text that say who calls, sorted; "" if it has none.
func callerIn(text string) string {
	return strings.Join(slices.Compact(slices.Sorted(slices.Values(callerVariable.FindAllString(text, -1)))), ", ")
}

// callerParameters returns the names, in lower case, of the parameters from which a backend of an API learns who calls.
func callerParameters(methods []*apimodel.Method) map[string]bool {
	out := map[string]bool{}
	for _, m := range methods {
		for name, from := range parametersOf(&m.Integration) {
			if tellsBackend(&m.Integration) && callerIn(from) != "" {
				out[strings.ToLower(name)] = true
			}
		}
	}
	return out
}

// tellsBackend reports whether a backend learns of a request only what its integration sends. The event of a function
// has the caller anyway.
func tellsBackend(i *apimodel.Integration) bool {
	return i.Type != apimodel.IntegrationProxy && i.Type != apimodel.IntegrationMock
}

// parametersOf returns what the request parameters of an integration are mapped from, with those that are not resolved
// as in the template.
func parametersOf(i *apimodel.Integration) map[string]string {
	out := maps.Clone(i.UnreadParameters)
	if out == nil {
		out = map[string]string{}
	}
	maps.Copy(out, i.RequestParameters)
	return out
}

// callerOf returns from what a method's integration takes each part of its request that says who calls. parameters are
// those of the API, see [callerParameters]: one that a method maps from something else is part of it.
func callerOf(m *apimodel.Method, parameters map[string]bool) (out []Variable) {
	i := &m.Integration
	if !tellsBackend(i) {
		return nil
	}
	mapped := parametersOf(i)
	for _, name := range slices.Sorted(maps.Keys(mapped)) {
		switch place := strings.TrimPrefix(name, "integration.request."); {
		case name == "":
			out = append(out, Variable{"parameters", mapped[name]})
		case parameters[strings.ToLower(name)]:
			out = append(out, Variable{strings.Replace(place, ".", " ", 1), mapped[name]})
		}
	}
	out = append(out, callerInBody(i)...)
	slices.SortFunc(out, func(x, y Variable) int { return strings.Compare(x.Name, y.Name) })
	return out
}

// callerInBody returns what the templates of an integration say about the caller, and whether a client writes the body
// itself if no template is for its content type.
func callerInBody(i *apimodel.Integration) (out []Variable) {
	tells := false
	add := func(kind, text string) {
		said := callerIn(text)
		whole := strings.HasPrefix(text, "${") && strings.HasSuffix(text, "}") // such as an import
		switch {
		case said == "" && whole:
			said = text
		case said == "":
			said = "no caller"
		}
		tells = tells || said != "no caller"
		out = append(out, Variable{strings.TrimSuffix("body for "+kind, " for "), said})
	}
	for _, kind := range slices.Sorted(maps.Keys(i.RequestTemplates)) {
		add(kind, i.RequestTemplates[kind])
	}
	for _, kind := range slices.Sorted(maps.Keys(i.UnreadTemplates)) {
		add(kind, i.UnreadTemplates[kind])
	}
	if !tells {
		return nil
	}
	if i.Passthrough == "WHEN_NO_MATCH" {
		out = append(out, Variable{"body for other content types", "the client"})
	}
	return out
}
