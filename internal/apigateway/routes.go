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
	Stage  string // the first segment of its paths; see [Gateway.Mount]
	Name   string // the stage's own name
	API    *apimodel.API
	Method *apimodel.Method
	Why    string // why it is answered with 501; "" if it is served

	// Refused says why API Gateway may not invoke the route's function or its authorizer's function, so that requests are
	// answered with 500. It is "" if the route works, and for a method for any verb also if at least one verb is
	// permitted.
	Refused string
}

// Routes lists all routes, by stage, path and verb.
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

// refusal says why a route does not work on AWS either; see [Route].
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

// AccessKeys returns the development keys that requests may be signed with, the developer's own first.
func (g *Gateway) AccessKeys() []checks.AccessKey { return slices.Clone(g.live.Load().keys) }

// Issuer returns the development issuer of the assembly that is served now; nil without one.
func (g *Gateway) Issuer() *devissuer.Provider { return g.live.Load().issuer }

// Model returns the assembly that is served now, as it was read. Callers must not change it.
func (g *Gateway) Model() *apimodel.Model { return g.live.Load().model }

// Problems lists everything that is not served as AWS would, one line each, in a stable order. It leaves out what
// concerns only APIs that the options do not select.
func (g *Gateway) Problems() []string {
	s := g.live.Load()
	var out []string
	for _, p := range s.part.Problems {
		out = append(out, p.String())
	}
	for _, id := range slices.Sorted(maps.Keys(s.problems)) {
		for what := range strings.Lines(s.problems[id]) {
			out = append(out, id+": "+strings.TrimSpace(what))
		}
	}
	return out
}

// Ignored lists those of [Gateway.Problems] that are about settings of stages that have no effect here.
func (g *Gateway) Ignored() []string {
	var out []string
	for _, p := range g.live.Load().part.Problems {
		if p.Ignored {
			out = append(out, p.String())
		}
	}
	return out
}
