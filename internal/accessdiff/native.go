package accessdiff

import (
	"cmp"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// anyClient stands for an app client that no authorizer names.
const anyClient = "any"

// poolTokens returns callers with tokens that a Cognito authorizer may admit.
func (g *guard) poolTokens(r matrix.Route) (out []*caller) {
	if r.Closed {
		return nil
	}
	for _, by := range g.By {
		id := issuerID("", by)
		make := func(set func(c *caller)) {
			c := &caller{Caller: Caller{Kind: Token, Issuer: id, Claims: map[string]any{"iss": id, "sub": subject}}}
			set(c)
			out = append(out, c)
		}
		if len(r.Requires) > 0 {
			for _, scope := range choices(r.Requires[0]) {
				make(func(c *caller) {
					c.Claims["token_use"], c.Claims["scope"] = "access", scope.AnyOf[0]
					c.chosen = []access.Requirement{scope}
				})
			}
			continue
		}
		audiences := g.Audiences
		if g.Validation == "" {
			audiences = []string{anyClient}
		} else if audiences == nil {
			audiences = []string{matching + g.Validation}
		}
		for _, a := range audiences {
			make(func(c *caller) {
				c.Claims["token_use"], c.Claims["aud"], c.Audience = "id", a, a
				c.why = "for the audience " + a
			})
		}
	}
	return out
}

// jwtTokens returns callers with tokens that a JWT authorizer may admit.
func (g *guard) jwtTokens(r matrix.Route, avoid []access.Requirement) (out []*caller, complete bool) {
	complete = true
	if g.JWT == nil {
		return nil, complete
	}
	for _, want := range g.JWT.Issuers {
		for _, byClient := range []bool{false, true} {
			i := issuer{
				url: want.URL, id: issuerID("", want.URL), audiences: want.Audiences, algorithms: g.JWT.Algorithms,
				principal: "sub", groups: "groups", roles: "roles",
			}
			if len(i.algorithms) == 0 {
				i.algorithms = []string{"RS256"}
			}
			if byClient {
				i.use = "access" // the audience is in client_id
			}
			make := func(chosen []access.Requirement, s shape) {
				c := i.token()
				delete(c.Claims, "token_use")
				s.set(c)
				for _, choice := range chosen {
					i.give(c, choice, route.Pattern{}, nil)
				}
				for _, claim := range want.Claims {
					if claim.Required || claim.Value == "" {
						c.Claims[claim.Name] = cmp.Or(claim.Value, "any")
					}
				}
				i.finish(c)
				c.chosen, c.why = slices.Clone(chosen), s.why
				out = append(out, c)
			}
			var first []access.Requirement
			all := choose(r.Requires, avoid, func(chosen []access.Requirement) (possible, more bool) {
				if first == nil {
					first = slices.Clone(chosen)
				}
				make(chosen, shape{"", func(*caller) {}})
				return true, len(out) < mostCandidates
			})
			complete = complete && all && len(out) < mostCandidates
			for _, s := range i.shapes()[1:] {
				make(first, s)
			}
		}
	}
	return out, complete
}
