package accessdiff

import (
	"maps"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

// variants returns variants of some callers whose tokens have something that a side can refuse although the token meets
// the minimal requirements: another value in a claim that is compared only if present; scopes in scp or a client in
// client_id; a list where a route compares a text, or a text where it compares a list. A candidate has no more than the
// new side requires, so anything that the old side refuses in a token must be added to it.
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

// inOtherForms returns variants in which claims that the other route itself compares have other forms.
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

// moved returns the caller with the content of one claim moved to another; nothing if that is not possible.
func (c *caller) moved(from, to, what string) []*caller {
	value, some := c.Claims[from]
	if !some || c.has(to) {
		return nil
	}
	with := c.with(what, to, value)
	delete(with.Claims, from)
	return []*caller{with}
}

// anotherValue returns a value of a claim that no authorizer requires. For a claim that names a client, it is one that
// an issuer can have.
func anotherValue(claim string) string {
	if slices.Contains([]string{"aud", "azp", "client_id"}, claim) {
		return anyClient
	}
	return "other"
}

// checkedClaims returns claims that an authorizer compares if a token has them.
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

// with returns the caller with one more claim.
func (c *caller) with(what, name string, value any) *caller {
	out := *c
	out.Claims = maps.Clone(c.Claims)
	out.Claims[name] = value
	out.why, out.beside = "with "+what, c
	return &out
}
