package accessdiff

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
	"github.com/gatehouse-cdk/gatehouse/internal/tenant"
)

// candidates returns callers that a route may admit, each with no more rights than needed. More rights never reduce
// access, so the other API refuses one of these callers if it refuses any caller that the route admits. avoid holds
// what the other API requires for the same request. complete is false if there are too many ways to meet the route's
// requirements.
func (s *side) candidates(
	r matrix.Route, path string, avoid []access.Requirement, others ...*side,
) (out []*caller, complete bool) {
	complete = true
	switch g := s.guards[r.Authorizer]; {
	case r.Kind == matrix.None:
		out = []*caller{{Caller: Caller{Kind: Anonymous}}}
	case r.Kind == matrix.IAM:
		out, complete = s.signers(others...)
	case g == nil:
	case r.Kind == matrix.Cognito:
		out = g.poolTokens(r)
	case r.Kind == matrix.JWT:
		out, complete = g.jwtTokens(r, avoid)
	case !g.Included:
		for _, silent := range []bool{false, true} {
			out = append(out, &caller{Caller: Caller{Kind: Own, Authorizer: g.Name, Silent: silent, decides: g.identity()}})
		}
	default:
		var of []*caller
		var all bool
		out, complete = g.tokens(r, path, avoid)
		of, all = s.tokensOfOthers(g, r)
		out, complete = append(out, of...), complete && all
	}
	if !r.APIKey {
		return out, complete
	}
	var keys []string
	for _, p := range s.api.Plans {
		keys = append(keys, p.Keys...)
	}
	var keyed []*caller
	for _, key := range append(keys, anyKey) {
		for _, c := range out {
			with := *c
			with.APIKey = key
			keyed = append(keyed, &with)
		}
	}
	return keyed, complete
}

// anyKey stands for an API key outside the assembly: the console and other apps can add such keys to usage plans.
const anyKey = "any"

// tokens returns callers with tokens that an included authorizer may admit to a route.
func (g *guard) tokens(r matrix.Route, path string, avoid []access.Requirement) (out []*caller, complete bool) {
	complete = true
	pattern, err := route.Parse(r.String())
	if err != nil {
		return nil, complete
	}
	var requires []access.Requirement
	if !r.Closed {
		requires = r.Requires
	}
	segments := access.Segments(path)
	for _, i := range g.settings.issuers {
		var first []access.Requirement
		made := 0
		all := choose(requires, avoid, func(chosen []access.Requirement) (possible, more bool) {
			c := i.token()
			for _, choice := range chosen {
				if !i.give(c, choice, pattern, segments) {
					return false, true
				}
			}
			if c.chosen = slices.Clone(chosen); made == 0 {
				first = c.chosen
			}
			made++
			i.finish(c)
			out = append(out, c)
			return true, made < mostCandidates
		})
		complete = complete && all && made < mostCandidates
		if made == 0 {
			continue
		}
		for _, shape := range i.shapes()[1:] {
			c := i.token()
			shape.set(c)
			for _, choice := range first {
				i.give(c, choice, pattern, segments)
			}
			i.finish(c)
			c.chosen, c.why = first, shape.why
			out = append(out, c)
		}
		// Add a token without any rights, since a resource policy may admit it.
		c := i.token()
		i.finish(c)
		out = append(out, c)
	}
	for _, c := range out {
		c.Kind = g.takes()
	}
	return out, complete
}

// tokensOfOthers returns the tokens that an authorizer's other routes admit. A resource policy can allow a request that
// the policy for such a token neither allows nor denies. The fewer rights a token has, the fewer Denies that policy
// has.
func (s *side) tokensOfOthers(g *guard, r matrix.Route) (out []*caller, complete bool) {
	complete = true
	if s.policy == nil {
		return nil, complete
	}
	for _, other := range s.api.Routes {
		if other.Authorizer != g.Name || other.Closed || other.String() == r.String() {
			continue
		}
		pattern, err := route.Parse(other.String())
		if err != nil {
			continue
		}
		segments := make([]string, len(pattern.Segments))
		for i := range segments {
			segments[i] = value
		}
		for _, i := range g.settings.issuers {
			found := false
			all := choose(other.Requires, nil, func(chosen []access.Requirement) (possible, more bool) {
				c := i.token()
				for _, choice := range chosen {
					if !i.give(c, choice, pattern, segments) {
						return false, true
					}
				}
				i.finish(c)
				c.Kind = g.takes()
				out = append(out, c)
				found = true
				return true, false
			})
			complete = complete && (all || found)
		}
	}
	return out, complete
}

// mostCandidates limits the callers that are tried for one route and issuer.
const mostCandidates = 1 << 14

// give adds to a token what meets a requirement. It returns false if the token cannot have that besides its other
// claims.
func (i issuer) give(c *caller, r access.Requirement, p route.Pattern, segments []string) bool {
	text := func(name, value string) bool {
		if have, some := c.Claims[name]; some && have != value {
			return false
		}
		c.Claims[name] = value
		return true
	}
	list := func(name, value string) bool {
		have, some := c.Claims[name]
		l, isList := have.([]string)
		if some && !isList {
			return false
		}
		if !slices.Contains(l, value) {
			c.Claims[name] = append(slices.Clip(l), value)
		}
		return true
	}
	switch r.Kind {
	case access.Scope:
		name := cmp.Or(i.scopes, "scope")
		have, isText := c.text(name)
		if c.has(name) && !isText {
			return list(name, r.AnyOf[0])
		}
		if !slices.Contains(strings.Fields(have), r.AnyOf[0]) {
			c.Claims[name] = strings.TrimSpace(have + " " + r.AnyOf[0])
		}
		return true
	case access.Group:
		return list(i.groups, r.AnyOf[0])
	case access.Role:
		return list(i.roles, r.AnyOf[0])
	case access.Claim:
		return text(r.Claim, r.AnyOf[0])
	case access.ClaimHas:
		return list(r.Claim, r.AnyOf[0])
	case access.Tenant:
		if have, some := c.Claims[r.Claim]; some {
			id, isText := have.(string)
			return isText && tenant.Valid(id)
		}
		return text(r.Claim, tenant.Sample)
	case access.PathIs, access.PathIn:
		at := access.Rule{Pattern: p}.Parameter(r.Parameter)
		if at < 0 || at >= len(segments) || !access.Usable(segments[at]) {
			return false
		}
		if r.Kind == access.PathIs {
			return text(r.Claim, segments[at])
		}
		return list(r.Claim, segments[at])
	}
	return false
}
