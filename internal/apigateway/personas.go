package apigateway

import (
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// mostPersonas is how many a sign-in page has: they are there to choose from at a glance.
const mostPersonas = 12

// Personas are people to sign in as at an issuer, by what the routes ask of its tokens: one who may call everything,
// one with each scope alone, a member of each group, and one with each role. There are at most twelve, the same ones at
// every start; where the routes ask for nothing but a token, there are none. It is for [devissuer.Options].
func (g *Gateway) Personas(issuer string) []devissuer.Persona {
	var w wanted
	s := g.live.Load()
	for _, api := range s.model.APIs {
		for _, m := range api.Methods {
			if m.Authorizer != nil && s.takes(m.Authorizer, issuer) {
				w.add(s.needs[api.ID][m.Verb+" "+m.Path].Requires)
			}
		}
	}
	return w.personas()
}

// takes reports whether an authorizer takes tokens of an issuer.
func (s *served) takes(a *apimodel.Authorizer, issuer string) bool {
	return slices.Contains(s.issuersOf(a), issuer)
}

// wanted is what some routes ask of a caller, each once.
type wanted struct {
	scopes, groups, roles []string
	claims                map[string]any
}

func (w *wanted) add(requires []access.Requirement) {
	for _, all := range requires {
		for _, r := range append([]access.Requirement{all}, all.Either...) {
			switch r.Kind {
			case access.Scope:
				w.scopes = append(w.scopes, r.AnyOf...)
			case access.Group:
				w.groups = append(w.groups, r.AnyOf...)
			case access.Role:
				w.roles = append(w.roles, r.AnyOf...)
			case access.Claim:
				w.claim(r.Claim, func(before any) any {
					if before != nil { // it has one text: the first route's
						return before
					}
					return r.AnyOf[0]
				})
			case access.ClaimHas:
				w.claim(r.Claim, func(before any) any {
					list, _ := before.([]string)
					return each(append(list, r.AnyOf...))
				})
			}
		}
	}
}

func (w *wanted) claim(name string, becomes func(before any) any) {
	if w.claims == nil {
		w.claims = map[string]any{}
	}
	w.claims[name] = becomes(w.claims[name])
}

// personas are those for what is wanted.
func (w *wanted) personas() []devissuer.Persona {
	if len(w.scopes)+len(w.groups)+len(w.roles)+len(w.claims) == 0 {
		return nil
	}
	w.scopes, w.groups, w.roles = each(w.scopes), each(w.groups), each(w.roles)
	out := []devissuer.Persona{{
		Name: "may do everything", Scopes: w.scopes, Groups: w.groups, Roles: w.roles, Claims: w.claims,
	}}
	for _, s := range w.scopes {
		out = append(out, devissuer.Persona{Name: s + " only", Scopes: []string{s}})
	}
	for _, g := range w.groups {
		out = append(out, devissuer.Persona{Name: "member of " + g, Groups: []string{g}})
	}
	for _, r := range w.roles {
		out = append(out, devissuer.Persona{Name: "has the role " + r, Roles: []string{r}})
	}
	return out[:min(len(out), mostPersonas)]
}

// each has every text once, sorted.
func each(texts []string) []string {
	out := slices.Clone(texts)
	slices.Sort(out)
	return slices.Compact(out)
}
