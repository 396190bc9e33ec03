// Package personas derives the users of a sign-in page from the requirements of routes. The development issuers of
// gatehouse dev get them from the local gateway.
package personas

import (
	"cmp"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
	"github.com/gatehouse-cdk/gatehouse/internal/tenant"
)

// mostPersonas limits the personas of a sign-in page, so that the page stays short.
const mostPersonas = 12

// For returns the personas for the requirements of routes: one with all rights, one for each scope, one for each group
// and one for each role. It returns at most twelve, in a fixed order. It returns nil if no route requires more than a
// token.
func For(routes [][]access.Requirement) []devissuer.Persona {
	var w wanted
	for _, requires := range routes {
		w.add(requires)
	}
	return w.personas()
}

// wanted collects the rights and claims that routes require.
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
				w.setClaim(r.Claim, func(before any) any {
					if before != nil { // a claim has one value, so keep that of the first route
						return before
					}
					return r.AnyOf[0]
				})
			case access.Tenant:
				w.setClaim(r.Claim, func(before any) any { return cmp.Or(before, any(tenant.Sample)) })
			case access.ClaimHas:
				w.setClaim(r.Claim, func(before any) any {
					list, _ := before.([]string)
					return sortedUnique(append(list, r.AnyOf...))
				})
			}
		}
	}
}

func (w *wanted) setClaim(name string, becomes func(before any) any) {
	if w.claims == nil {
		w.claims = map[string]any{}
	}
	w.claims[name] = becomes(w.claims[name])
}

// personas returns the personas for the collected requirements.
func (w *wanted) personas() []devissuer.Persona {
	if len(w.scopes)+len(w.groups)+len(w.roles)+len(w.claims) == 0 {
		return nil
	}
	w.scopes, w.groups, w.roles = sortedUnique(w.scopes), sortedUnique(w.groups), sortedUnique(w.roles)
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

// sortedUnique returns the texts sorted and without duplicates.
func sortedUnique(texts []string) []string {
	out := slices.Clone(texts)
	slices.Sort(out)
	return slices.Compact(out)
}
