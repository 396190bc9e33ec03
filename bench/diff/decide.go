package main

import (
	"net/netip"
	"slices"
	"strings"
)

// caller is who makes a request: by nothing, a token or a signature.
type caller struct {
	token     *token
	principal string // the name of a role or a user; "" without a signature
	own       string // what the function of the app's own of this identity admits
}

// kind is the caller's in the words of a witness.
func (c caller) kind() string {
	switch {
	case c.token != nil:
		return "token"
	case c.principal != "":
		return "iam"
	case c.own != "":
		return "own"
	}
	return "none"
}

// token is what a token says.
type token struct {
	issuer, audience, client string
	id                       bool // an ID token, of the user pool
	scopes, groups, roles    []string
	texts                    map[string]string   // claims that are a text
	lists                    map[string][]string // and those that are a list
}

// request is one to a stage.
type request struct {
	stage, verb, path string
	certificate       string // the truststore that the client's is of; "" for none
	ip                netip.Addr
	key               bool   // it brings the key
	agent             string // its User-Agent; "" without one
}

// verdict is whether a request is allowed, if that is known.
type verdict int8

const (
	refused verdict = iota
	allowed
	unknown // it is for a function to say
)

// decide says what API Gateway does with a request.
//
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html and, of API
// keys, https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
func (a *api) decide(q request, c caller) verdict {
	r, values := a.find(q.verb, q.path)
	if r == nil || !a.reaches(q.stage, q.certificate) {
		return refused
	}
	v := a.authorize(r, values, q, c)
	if v == allowed && r.key && !(q.key && slices.Contains(a.planned, q.stage) && a.enabled) {
		return refused
	}
	return v
}

// effect is what a policy says of a request.
type effect int8

const (
	silent effect = iota
	allows
	denies
)

func (a *api) authorize(r *route, values map[string]string, q request, c caller) verdict {
	said := effectOf(a.policy, q, c.principal, true)
	if r.by != signed {
		said = effectOf(a.policy, q, "", true) // API Gateway looks for a signature on routes with IAM alone
	}
	if said == denies {
		return refused
	}
	open := a.policy == nil || said == allows // where the resource policy has to allow
	if r.by == public {
		return of(open)
	}
	if r.by == signed && c.own == "" {
		return of(a.signature(q, c, said))
	}
	switch {
	case r.by != signed && a.guards[r.by].kind == own && c.own == a.guards[r.by].identity():
		return allowed
	case c.own != "", a.guards[r.by].kind == own && c != (caller{}):
		return unknown // what a function admits may be what another guard admits too
	case c.token == nil, !a.guards[r.by].accepts(c.token):
		return refused
	}
	return a.guarded(r, c.token, c.token.meets(r.needs, values), said)
}

// guarded is what an authorizer decides of a token that it accepts, and that meets the route's clauses or does not.
func (a *api) guarded(r *route, t *token, meets bool, said effect) verdict {
	g, open := a.guards[r.by], a.policy == nil || said == allows
	switch {
	case g.kind == included && !meets && said == allows && !g.request && a.grantsSome(r.by, t):
		// An answer that is kept may leave the request out, and then an Allow of the resource policy counts; or deny it
		// beside what it allows, as it does where it allows nothing. That is for the policy compiler to say.
		return unknown
	case g.kind == included:
		return of(meets)
	case g.kind == jwt:
		return of(open && meets)
	case len(r.needs) == 0:
		return of(open && t.id && (g.clients == nil || slices.Contains(g.clients, t.audience)))
	}
	return of(open && !t.id && g.clients == nil && meets)
}

func of(is bool) verdict {
	if is {
		return allowed
	}
	return refused
}

// identity is what a function of the app's own decides by: its name and its code.
func (g *guard) identity() string { return "Shop/" + g.name + "Fn " + assetOf(g.code) }

// signature is what IAM decides.
func (a *api) signature(q request, c caller, resource effect) bool {
	i := slices.IndexFunc(a.principals, func(p principal) bool { return p.name == c.principal })
	if i < 0 {
		return false
	}
	identity := effectOf(a.principals[i].rules, q, "", false)
	return identity != denies && (identity == allows || resource == allows)
}

// grantsSome reports whether a token may call any route of a guard, on whatever path.
func (a *api) grantsSome(guard int, t *token) bool {
	return slices.ContainsFunc(a.routes, func(r route) bool {
		return r.by == guard && t.meetsOnSome(r, map[string]string{}, split(r.path))
	})
}

// meetsOnSome reports whether a token meets a route's clauses with values for the rest of its path.
func (t *token) meetsOnSome(r route, values map[string]string, rest []string) bool {
	if len(rest) == 0 {
		return t.meets(r.needs, values)
	}
	for _, v := range append([]string{t.texts["sub"]}, t.lists["tenants"]...) {
		values[strings.Trim(rest[0], "{}")] = v
		if t.meetsOnSome(r, values, rest[1:]) {
			return true
		}
	}
	return false
}

// accepts reports whether a guard takes a token at all.
func (g *guard) accepts(t *token) bool {
	if g.kind == cognito {
		return t.issuer == pool
	}
	return slices.ContainsFunc(g.issuers, func(i issuer) bool {
		return i.url == t.issuer && slices.Contains(i.audiences, t.audience) &&
			(i.clients == nil || slices.Contains(i.clients, t.client)) &&
			(i.claim == "" || t.texts["plan"] == i.claim)
	})
}

// meets reports whether a token meets all clauses on a path with these values.
func (t *token) meets(clauses []clause, values map[string]string) bool {
	for _, c := range clauses {
		if !slices.ContainsFunc(c, func(n need) bool { return t.has(n, values) }) {
			return false
		}
	}
	return true
}

func (t *token) has(n need, values map[string]string) bool {
	var have []string
	switch n.kind {
	case "scope":
		have = t.scopes
	case "group":
		have = t.groups
	case "role":
		have = t.roles
	case "claim":
		have = []string{t.texts[n.claim]}
	case "claimHas":
		have = t.lists[n.claim]
	case "pathIs":
		return t.texts[n.claim] != "" && t.texts[n.claim] == values[n.param]
	case "pathIn":
		return slices.Contains(t.lists[n.claim], values[n.param])
	}
	return slices.ContainsFunc(n.values, func(v string) bool { return v != "" && slices.Contains(have, v) })
}

// effectOf evaluates a policy; of a resource policy the principals count too.
func effectOf(policy []statement, q request, who string, resource bool) effect {
	out := silent
	for _, s := range policy {
		about := slices.ContainsFunc(s.resources, func(p string) bool { return glob(p, q.stage+"/"+q.verb+q.path) }) != s.but
		about = about && s.meets(q, who)
		if resource && s.who != nil {
			about = about && slices.Contains(s.who, who)
		}
		switch {
		case about && s.deny:
			return denies
		case about:
			out = allows
		}
	}
	return out
}

// meets reports whether a request meets a statement's conditions. A condition that denies something is met where its key
// is missing, as in requests without the header or a signature.
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
func (s *statement) meets(q request, who string) bool {
	like := func(pattern string) bool { return q.agent != "" && globs(pattern, q.agent) }
	return (s.in == nil || within(s.in, q.ip)) && (s.notIn == nil || !within(s.notIn, q.ip)) &&
		(s.agents == nil || slices.ContainsFunc(s.agents, like)) && !slices.ContainsFunc(s.notAgents, like) &&
		(s.principals == nil || slices.Contains(s.principals, who)) &&
		(s.notPrincipals == nil || !slices.Contains(s.notPrincipals, who))
}

func within(ranges []netip.Prefix, ip netip.Addr) bool {
	return slices.ContainsFunc(ranges, func(p netip.Prefix) bool { return p.Contains(ip) })
}
