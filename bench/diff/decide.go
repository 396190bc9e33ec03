package main

import (
	"net/netip"
	"slices"
	"strings"
)

// caller is who makes a request: without credentials, with a token or with a signature.
type caller struct {
	token     *token
	principal string // the name of a role or a user; "" without a signature
	own       string // sends what the app's own function with this identity admits
}

// kind returns the caller's kind in the terms of a witness.
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

// token is the content of a token.
type token struct {
	issuer, audience, client string
	id                       bool // an ID token of the user pool
	scopes, groups, roles    []string
	texts                    map[string]string   // claims with a text
	lists                    map[string][]string // claims with a list
}

// request is a request to a stage.
type request struct {
	stage, verb, path string
	certificate       string // the truststore of the client's certificate; "" for none
	ip                netip.Addr
	key               bool   // it has the API key
	agent             string // the User-Agent; "" for none
	via                      // what a request to a private API comes through
}

// via is a VPC endpoint and its VPC; "" for none.
type via struct{ vpc, endpoint string }

// verdict says whether a request is allowed, if that is known.
type verdict int8

const (
	refused verdict = iota
	allowed
	unknown // a function decides
)

// decide returns API Gateway's decision on a request.
//
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html and, for API
// keys, https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
func (a *api) decide(q request, c caller) verdict {
	r, values := a.find(q.verb, q.path)
	if r == nil || !a.reaches(q.stage, q.certificate) || a.private != (q.via != via{}) {
		return refused
	}
	v := a.authorize(r, values, q, c)
	if v == allowed && r.key && !(q.key && slices.Contains(a.planned, q.stage) && a.enabled) {
		return refused
	}
	return v
}

// effect is a policy's decision on a request.
type effect int8

const (
	silent effect = iota
	allows
	denies
)

func (a *api) authorize(r *route, values map[string]string, q request, c caller) verdict {
	said := effectOf(a.policy, q, c.principal, true)
	if r.by != signed {
		said = effectOf(a.policy, q, "", true) // API Gateway reads signatures only on routes with IAM
	}
	if said == denies {
		return refused
	}
	open := a.policy == nil || said == allows // where the resource policy must allow
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
		return unknown // a function and another guard may admit the same
	case c.token == nil, !a.guards[r.by].accepts(c.token):
		return refused
	}
	return a.guarded(r, c.token, c.token.meets(r.needs, values), said)
}

// guarded returns an authorizer's decision on a token that it accepts. meets says whether the token meets the route's
// clauses.
func (a *api) guarded(r *route, t *token, meets bool, said effect) verdict {
	g, open := a.guards[r.by], a.policy == nil || said == allows
	switch {
	case g.kind == included && !meets && said == allows && !g.request && a.grantsSome(r.by, t):
		// A cached answer may neither allow nor deny the request, and then an Allow of the resource policy counts; or it may
		// deny the request, as it does if it allows nothing else. The policy compiler decides that.
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

// identity identifies the logic of an app's own function: its name and its code.
func (g *guard) identity() string { return "Shop/" + g.name + "Fn " + assetOf(g.code) }

// signature returns IAM's decision.
func (a *api) signature(q request, c caller, resource effect) bool {
	i := slices.IndexFunc(a.principals, func(p principal) bool { return p.name == c.principal })
	if i < 0 {
		return false
	}
	identity := effectOf(a.principals[i].rules, q, "", false)
	return identity != denies && (identity == allows || resource == allows)
}

// grantsSome reports whether a token may call any route of a guard, on any path.
func (a *api) grantsSome(guard int, t *token) bool {
	return slices.ContainsFunc(a.routes, func(r route) bool {
		return r.by == guard && t.meetsOnSome(r, map[string]string{}, split(r.path))
	})
}

// meetsOnSome reports whether a token meets a route's clauses for some values of the rest of its path.
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

// accepts reports whether a guard accepts a token at all.
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

// effectOf evaluates a policy. In a resource policy the principals count too.
func effectOf(policy []statement, q request, who string, resource bool) effect {
	out := silent
	for _, s := range policy {
		about := slices.ContainsFunc(s.resources, func(p string) bool { return glob(p, q.stage+"/"+q.verb+q.path) }) != s.but
		about = about && s.meets(q, who)
		if resource && s.service != "" {
			about = about && who == s.service
		}
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

// admits reports whether the resource policy allows a request by an AWS service to a stage.
func (a *api) admits(service, stage string, q request) bool {
	switch {
	case !a.private:
		q.via = via{}
	case q.via == via{}:
		q.via = stranger
	}
	q.stage = stage
	return effectOf(a.policy, q, service, true) == allows
}

// meets reports whether a request meets a statement's conditions. A negated condition is met if its key is missing, as
// in requests without the header or a signature.
//
// A request through a VPC endpoint has aws:VpcSourceIp, and any other one has aws:SourceIp.
//
// Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-aws-condition-keys.html
func (s *statement) meets(q request, who string) bool {
	like := func(pattern string) bool { return q.agent != "" && globs(pattern, q.agent) }
	within := func(ranges []netip.Prefix, ofVPC bool) bool {
		return ofVPC == (q.via != via{}) && within(ranges, q.ip)
	}
	return (s.in == nil || within(s.in, false)) && (s.notIn == nil || !within(s.notIn, false)) &&
		(s.inside == nil || within(s.inside, true)) && (s.notInside == nil || !within(s.notInside, true)) &&
		(s.endpoints == nil || slices.Contains(s.endpoints, q.endpoint)) &&
		(s.notEndpoints == nil || !slices.Contains(s.notEndpoints, q.endpoint)) &&
		(s.vpcs == nil || slices.Contains(s.vpcs, q.vpc)) && (s.notVPCs == nil || !slices.Contains(s.notVPCs, q.vpc)) &&
		(s.agents == nil || slices.ContainsFunc(s.agents, like)) && !slices.ContainsFunc(s.notAgents, like) &&
		(s.principals == nil || slices.Contains(s.principals, who)) &&
		(s.notPrincipals == nil || !slices.Contains(s.notPrincipals, who))
}

func within(ranges []netip.Prefix, ip netip.Addr) bool {
	return slices.ContainsFunc(ranges, func(p netip.Prefix) bool { return p.Contains(ip) })
}
