package matrix

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
)

// unresolved returns what access to an API may depend on and is not resolved, sorted by name.
func unresolved(m *apimodel.Model, api *apimodel.API, a *API) (out []Variable) {
	add := func(name, text string) {
		if text == "" {
			return
		}
		if i := slices.IndexFunc(out, func(v Variable) bool { return v.Name == name }); i >= 0 {
			out[i].Value += "\n" + text
			return
		}
		out = append(out, Variable{name, text})
	}
	if slices.ContainsFunc(a.Routes, func(r Route) bool { return r.Kind == IAM }) {
		for _, g := range m.Groups {
			add("the policies of group "+g.ID.String(), callsIn(g))
		}
		for _, p := range m.ManagedPolicies {
			add("the managed policy "+p.ID.String()+", which can be a boundary or that of other principals", callsIn(p))
		}
	}
	pastTheAPI(m, api, add)
	if slices.ContainsFunc(a.Routes, func(r Route) bool { return r.APIKey }) {
		for _, k := range m.OutsidePlanKeys {
			add("API keys in usage plans that are not in the assembly", k.Key+" in "+k.Plan)
		}
	}
	stageVariables(api, add)
	if slices.ContainsFunc(a.Authorizers, func(x Authorizer) bool { return x.Kind != Unknown }) {
		for _, pool := range m.UserPools {
			for _, v := range decidedByTrigger(m, pool) {
				add(v.Name, v.Value)
			}
		}
	}
	for _, x := range m.Texts {
		if mayConcern(x, api, a) {
			add(x.ID.String()+" ("+x.Type+")", x.Written)
		}
	}
	for _, u := range m.Undecided {
		if u.Stack == api.Stack || isNestedIn(u.Stack, api.Stack) || isNestedIn(api.Stack, u.Stack) ||
			strings.HasPrefix(u.Type, "AWS::IAM::") {
			add("what parameters decide of "+u.ID.String()+" ("+u.Type+")", strings.Join(u.Lines, "\n"))
		}
	}
	slices.SortStableFunc(out, func(x, y Variable) int { return strings.Compare(x.Name, y.Name) })
	return out
}

// pastTheAPI adds what may lead to functions of the API without going through it, and is not fully known.
func pastTheAPI(m *apimodel.Model, api *apimodel.API, add func(name, text string)) {
	for _, p := range m.Permissions {
		_, routes := functionAndRoutes(m, api, p)
		if p.Unknown != "" && (routes != nil || p.Function == "" && p.Stack == api.Stack) {
			add("the permission "+p.ID.String()+" of a function, which is not known in full", p.Written)
		}
	}
	for _, u := range m.FunctionURLs {
		if u.Function == nil && u.Stack == api.Stack {
			add("the URL "+u.ID.String()+" of a function that is not known", "AuthType "+u.AuthType)
		}
	}
}

// stageVariables adds the variables of stages that an authorizer reads.
func stageVariables(api *apimodel.API, add func(name, text string)) {
	if !slices.ContainsFunc(api.Authorizers, readsStageVariables) {
		return
	}
	for _, s := range api.Stages {
		if len(s.Variables) > 0 {
			add("the variables of stage "+s.Name+", which an authorizer reads", string(plainjson.Must(s.Variables)))
		}
		add("the canary of stage "+s.Name+", whose variables an authorizer reads", s.Canary)
	}
}

// mayConcern reports whether access to an API may depend on a resource that is compared as a text.
func mayConcern(x apimodel.Text, api *apimodel.API, a *API) bool {
	switch {
	case x.Grants:
		return slices.ContainsFunc(a.Routes, func(r Route) bool { return r.Kind == IAM })
	case x.Type == "AWS::ApiGateway::DomainNameV2":
		return slices.Contains(api.EndpointTypes, "PRIVATE")
	case x.Type == "AWS::EC2::VPCEndpoint": // its policy restricts who calls through it
		return slices.Contains(api.EndpointTypes, "PRIVATE") && strings.Contains(x.Written, "execute-api")
	}
	return strings.Contains(x.Written, api.LogicalID)
}

// isNestedIn reports whether a stack is nested in another one, by their paths.
func isNestedIn(stack, in string) bool { return strings.HasPrefix(stack, in+"/") }

// readsStageVariables reports whether an authorizer's decision can depend on variables of a stage: they name its
// function, they are among its identity sources, or a function of the app's own gets them in its event.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
func readsStageVariables(a *apimodel.Authorizer) bool {
	return strings.Contains(a.URI, "${stageVariables.") ||
		a.Type == apimodel.RequestAuthorizer && (a.Function == nil || !isIncluded(a.Function)) ||
		slices.ContainsFunc(a.IdentitySources, func(s apimodel.IdentitySource) bool { return s.In == "stageVariables" })
}

// callsIn returns the statements of some policies that are about calls of an API, and the managed policies of AWS.
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

// statementsOf returns the statements about calls in a template's policy, or the whole policy if it cannot be read.
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
