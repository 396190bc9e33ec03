package matrix

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// unread is what access to an API may depend on and is not resolved, in the order of the names.
func unread(m *apimodel.Model, a *API) (out []Variable) {
	add := func(name, text string) {
		if text != "" {
			out = append(out, Variable{name, text})
		}
	}
	if slices.ContainsFunc(a.Routes, func(r Route) bool { return r.Kind == IAM }) {
		for _, g := range m.Groups {
			add("the policies of group "+g.ID.String(), callsIn(g))
		}
		for _, p := range m.ManagedPolicies {
			add("the managed policy "+p.ID.String()+", which can be a boundary or that of other principals", callsIn(p))
		}
	}
	slices.SortStableFunc(out, func(x, y Variable) int { return strings.Compare(x.Name, y.Name) })
	return out
}

// callsIn are the statements about calls of an API in some policies, and the managed policies of AWS beside them.
func callsIn(p *apimodel.PolicySet) string {
	var list []string
	for _, document := range p.Documents {
		list = append(list, statementsOf(document)...)
	}
	for _, arn := range p.Managed {
		if !harmlessARN(arn) {
			list = append(list, arn)
		}
	}
	return strings.Join(list, "\n")
}

// statementsOf are the statements about calls in a policy as a template has it, or all of it if it cannot be taken apart.
func statementsOf(document json.RawMessage) (out []string) {
	doc := documentOf("", document)
	if doc.Statements == nil {
		return []string{string(document)}
	}
	for _, s := range doc.Statements {
		if aboutCalls(s) {
			out = append(out, s)
		}
	}
	return out
}
