package accessdiff

import (
	"maps"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

// variants are callers beside some, whose tokens have what a side can refuse although the least that is asked for is
// there: a claim that is compared only if a token has it, with another value; scopes in scp or a client in client_id; a
// list where a route compares a text, and a text where it compares a list. A candidate has no more than the new side
// asks for, so that what the old side refuses in a token has to be put into it.
func (p pair) variants(callers []*caller, old matrix.Route, had bool) (out []*caller) {
	var checked []string
	if had {
		checked = p.was.guards[old.Authorizer].checkedClaims()
	}
	seen := map[string]bool{}
	for _, c := range callers {
		if c.Kind != Token && c.Kind != Session {
			continue
		}
		out = append(out, c.moved("scope", "scp", "scopes in scp")...)
		out = append(out, c.moved("azp", "client_id", "the client in client_id")...)
		if had {
			out = append(out, c.inOtherForms(old)...)
		}
		if seen[c.Issuer] {
			continue
		}
		seen[c.Issuer] = true
		for _, name := range checked {
			if !c.has(name) {
				out = append(out, c.with("another value of "+name, name, anotherValue(name)))
			}
		}
	}
	return out
}

// inOtherForms are callers with the claims that another route compares by themselves in other forms.
func (c *caller) inOtherForms(old matrix.Route) (out []*caller) {
	var names []string
	for _, req := range old.Requires {
		for _, of := range append([]access.Requirement{req}, req.Either...) {
			if of.Claim != "" {
				names = append(names, of.Claim)
			}
		}
	}
	for _, name := range unique(names) {
		switch has := c.Claims[name].(type) {
		case string:
			out = append(out,
				c.with("more in "+name, name, has+" other"),
				c.with(name+" as a list", name, []string{has, "other"}))
		case []string:
			out = append(out, c.with("more in "+name, name, append(slices.Clone(has), "other")))
			if len(has) == 1 {
				out = append(out, c.with(name+" as a text", name, has[0]))
			}
		}
	}
	return out
}

// moved is the caller with what is in one claim in another one; nothing where that cannot be.
func (c *caller) moved(from, to, what string) []*caller {
	value, some := c.Claims[from]
	if !some || c.has(to) {
		return nil
	}
	with := c.with(what, to, value)
	delete(with.Claims, from)
	return []*caller{with}
}

// anotherValue is a value of a claim that no authorizer asks for: of a claim that names a client, one that an issuer
// can have.
func anotherValue(claim string) string {
	if slices.Contains([]string{"aud", "azp", "client_id"}, claim) {
		return anyClient
	}
	return "other"
}

// checkedClaims are claims that an authorizer compares, if a token has them.
func (g *guard) checkedClaims() (out []string) {
	if g == nil {
		return nil
	}
	for _, i := range g.settings.issuers {
		out = append(out, "aud", "azp", "client_id")
		if i.clientClaim != "" {
			out = append(out, i.clientClaim)
		}
	}
	if g.Kind == matrix.JWT && g.JWT != nil {
		out = append(out, "aud", "client_id")
		for _, i := range g.JWT.Issuers {
			for _, claim := range i.Claims {
				out = append(out, claim.Name)
			}
		}
	}
	return unique(out)
}

// with is the caller with one claim more.
func (c *caller) with(what, name string, value any) *caller {
	out := *c
	out.Claims = maps.Clone(c.Claims)
	out.Claims[name] = value
	out.why, out.beside = "with "+what, c
	return &out
}
