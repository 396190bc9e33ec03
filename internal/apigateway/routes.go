package apigateway

import (
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// Route is a route of a stage that is served.
type Route struct {
	Stage  string // the first path segment that it is served under; see [Gateway.Mount]
	Name   string // the stage's own name
	API    *apimodel.API
	Method *apimodel.Method
	Why    string // why it is answered by 501; "" if it is served

	// Refused says why API Gateway may not invoke its function or its authorizer's, so that requests are answered by
	// 500. Of a method for any verb it says it only where no verb is permitted. "" if the route works.
	Refused string
}

// Routes are all routes, by stage, path and verb.
func (g *Gateway) Routes() []Route {
	var out []Route
	s := g.live.Load()
	for _, name := range sortedKeys(s.stages) {
		st := s.stages[name]
		for _, m := range st.methods {
			why := st.blocked
			if why == "" {
				why = m.blocked
			}
			out = append(out, Route{
				Stage:   name,
				Name:    st.stage.Name,
				API:     st.api,
				Method:  m.Method,
				Why:     why,
				Refused: st.refusal(m),
			})
		}
	}
	return out
}

// refusal is why a route does not work on AWS either; see [Route].
func (st *stage) refusal(m *method) string {
	if a := m.Authorizer; a != nil {
		if why := st.refusedAuthorizer(a); why != "" {
			return why
		}
	}
	verbs := m.Verbs(st.api)
	if len(m.refused) == 0 || len(m.refused) < len(verbs) {
		return ""
	}
	return m.refused[verbs[0]]
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// AccessKeys are the development keys that requests may be signed with, the developer's own first.
func (g *Gateway) AccessKeys() []checks.AccessKey { return slices.Clone(g.live.Load().keys) }

// Issuer is the development issuer of what is served now; nil without one.
func (g *Gateway) Issuer() *devissuer.Provider { return g.live.Load().issuer }

// Model is what is served now: the assembly as it was read. It is not to be changed.
func (g *Gateway) Model() *apimodel.Model { return g.live.Load().model }

// Problems are all that is not served as AWS would, a line each, in a stable order.
func (g *Gateway) Problems() []string {
	s := g.live.Load()
	var out []string
	for _, p := range s.model.Problems {
		out = append(out, p.String())
	}
	for _, id := range slices.Sorted(maps.Keys(s.problems)) {
		for what := range strings.Lines(s.problems[id]) {
			out = append(out, id+": "+strings.TrimSpace(what))
		}
	}
	return out
}
