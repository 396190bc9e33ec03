package main

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// pool stands for the user pool as an issuer, and poolClients are its clients, in the form of the template.
const pool = "the pool"

var poolClients = []string{"Cli", "Web"}

// The values from which tables, tokens and requests are drawn. They are few, so that tokens and requests match tables.
var (
	issuers   = []string{"https://idp.example.com", "https://accounts.google.com", "https://login.example.org/x"}
	audiences = []string{"shop", "desk"}
	clients   = []string{"web", "cli"}
	scopes    = []string{"orders:read", "orders:write", "admin"}
	groups    = []string{"staff", "interns"}
	roles     = []string{"auditor", "owner"}
	plans     = []string{"free", "pro"}
	factors   = []string{"mfa", "pwd"}
	people    = []string{"Eve", "Bob", "Ann"} // Ann is a user, the others are roles
	ids       = []string{"u-1", "u-2"}
	origins   = []string{"https://shop.example.com", "https://desk.example.com", "http://localhost:5173"}
	literals  = []string{"orders", "me", "items"}
	verbs     = []string{"GET", "GET", "POST", "DELETE", "ANY"}
	ranges    = []string{"10.0.0.0/8", "10.1.0.0/16", "192.0.2.0/24", "203.0.113.0/24", "0.0.0.0/0", "2001:db8::/32"}
	addresses = []string{
		"10.1.2.3", "10.200.0.1", "192.0.2.7", "203.0.113.9", "198.51.100.4", "2001:db8::1", "2001:dead::1",
	}
	agents        = []string{"", "partner/1", "partner/2 shop", "curl/8"} // "" for a request without the header
	agentPatterns = []string{"partner/*", "*shop", "curl/?", "partner/1"}
	periods       = []time.Duration{0, 0, 5 * time.Minute, time.Hour}
	stages        = []string{"prod", "beta"}
	domains       = []string{"api.example.com", "partners.example.com"}
	truststores   = []string{"s3://trust/one.pem", "s3://trust/two.pem"}
	vpcs          = []string{"vpc-1", "vpc-2"}
	endpoints     = []string{"vpce-1", "vpce-2"}
	services      = []string{"", "", "", "sqs:action/SendMessage", "states:action/StartExecution"}
	stranger      = via{"vpc-9", strangerEndpoint}
)

// lattice is an AWS service that passes requests of others on.
const lattice = "vpc-lattice.amazonaws.com"

// strangerEndpoint is a VPC endpoint that no policy names.
const strangerEndpoint = "vpce-9"

type drawer struct{ *rand.Rand }

// pick returns a random element.
func pick[T any](d drawer, from []T) T { return from[d.IntN(len(from))] }

// some returns some random elements, at least one, in order.
func some[T any](d drawer, from []T) []T {
	out := []T{}
	sure := d.IntN(len(from))
	for i, x := range from {
		if i == sure || d.chance(3) {
			out = append(out, x)
		}
	}
	return out
}

// chance returns true once in n times.
func (d drawer) chance(n int) bool { return d.IntN(n) == 0 }

// api draws an API.
func (d drawer) api() *api {
	a := &api{enabled: !d.chance(6), stages: stages[:1]}
	if d.chance(4) {
		a.stages = some(d, stages)
	}
	d.plan(a)
	d.doors(a)
	for range 1 + d.IntN(3) {
		a.guards = append(a.guards, d.guard())
	}
	for i := range a.guards {
		a.guards[i].name = string(rune('A' + i))
	}
	for range 1 + d.IntN(6) {
		d.addRoute(a)
	}
	if a.private || d.chance(2) {
		a.policy = d.policy(a.private)
	}
	for _, name := range people {
		p := principal{name: name, user: name == "Ann"}
		for range d.IntN(3) {
			p.rules = append(p.rules, statement{deny: d.chance(5), resources: d.resources()})
		}
		a.principals = append(a.principals, p)
	}
	if d.chance(2) {
		a.cors = d.cors()
	}
	return a
}

func (d drawer) guard() guard {
	g := guard{kind: pick(d, []string{included, included, included, included, jwt, jwt, cognito, own}), remembered: 300}
	switch g.kind {
	case included:
		if g.request = d.chance(2); g.request {
			g.remembered = 0
		}
	case cognito:
		if d.chance(2) {
			g.clients = some(d, poolClients)
		}
		return g
	case own:
		g.code = pick(d, []string{"one", "two"})
		return g
	}
	for _, url := range some(d, issuers) {
		g.issuers = append(g.issuers, d.issuer(g.kind, url))
	}
	return g
}

func (d drawer) issuer(kind, url string) issuer {
	i := issuer{url: url, audiences: some(d, audiences)}
	switch {
	case kind == included && d.chance(4):
		i.clients = some(d, clients)
	case kind == jwt && d.chance(4):
		i.claim = pick(d, plans)
	}
	return i
}

// addRoute adds a route, if the API can have it.
func (d drawer) addRoute(a *api) bool {
	path := ""
	for depth := range 1 + d.IntN(3) {
		switch x := d.IntN(10); {
		case x == 9 && depth > 0:
			path += "/{rest+}"
		case x > 5:
			path += "/{" + string(rune('p'+depth)) + "}"
		default:
			path += "/" + pick(d, literals)
		}
		if strings.HasSuffix(path, "+}") {
			break
		}
	}
	r := route{verb: pick(d, verbs), path: path}
	if !fits(a, r) {
		return false
	}
	d.guardRoute(a, &r)
	r.kept = pick(d, periods)
	if r.verb != "GET" {
		r.kept = 0
	}
	r.service = pick(d, services)
	a.routes = append(a.routes, r)
	return true
}

// fits reports whether an API can have a route besides its others: no route occurs twice, and no place has two
// variables.
func fits(a *api, r route) bool {
	return !slices.ContainsFunc(a.routes, func(o route) bool {
		mine, theirs := split(r.path), split(o.path)
		for i := range min(len(mine), len(theirs)) {
			if mine[i] != theirs[i] {
				return mine[i][0] == '{' && theirs[i][0] == '{'
			}
		}
		return len(mine) == len(theirs) && o.verb == r.verb
	})
}

// guardRoute draws who may call a route.
func (d drawer) guardRoute(a *api, r *route) {
	r.by, r.needs, r.key = d.IntN(len(a.guards)), nil, d.chance(6)
	switch d.IntN(8) {
	case 0:
		r.by = public
		return
	case 1:
		r.by = signed
		return
	}
	switch a.guards[r.by].kind {
	case included:
		for range d.IntN(4) {
			d.addClause(a, r)
		}
	case jwt, cognito:
		if d.chance(2) {
			r.needs = []clause{{need{kind: "scope", values: some(d, scopes)}}}
		}
	}
}

// addClause adds a clause to a route of the included function, unless it has one like it.
func (d drawer) addClause(_ *api, r *route) bool {
	c := clause{d.need(r.path)}
	if d.chance(4) {
		c = append(c, d.need(r.path))
	}
	return r.take(append(slices.Clone(r.needs), c))
}

// take gives a route clauses that a table can have.
func (r *route) take(clauses []clause) bool {
	var plan []string
	planned := false
	seen := map[string]bool{}
	for _, c := range clauses {
		if len(c) == 0 || seen[c.String()] {
			return false
		}
		seen[c.String()] = true
		for i, n := range c {
			if !n.ofPath() && len(n.values) == 0 || slices.ContainsFunc(c[:i], func(o need) bool { return o.kind == n.kind }) {
				return false
			}
		}
		if len(c) == 1 && c[0].kind == "claim" { // a claim has one text, which must meet all clauses
			values := c[0].values
			if planned {
				values = slices.DeleteFunc(slices.Clone(plan), func(v string) bool { return !slices.Contains(values, v) })
			}
			if plan, planned = values, true; len(plan) == 0 {
				return false
			}
		}
	}
	r.needs = clauses
	return true
}

func (d drawer) need(path string) need {
	var params []string
	for _, p := range split(path) {
		if p[0] == '{' && !strings.HasSuffix(p, "+}") {
			params = append(params, strings.Trim(p, "{}"))
		}
	}
	if params != nil && d.chance(2) {
		if d.chance(2) {
			return need{kind: "pathIs", claim: "sub", param: pick(d, params)}
		}
		return need{kind: "pathIn", claim: "tenants", param: pick(d, params)}
	}
	switch d.IntN(7) {
	case 0:
		return need{kind: "group", values: some(d, groups)}
	case 1:
		return need{kind: "role", values: some(d, roles)}
	case 2:
		return need{kind: "claim", claim: "plan", values: some(d, plans)}
	case 3:
		return need{kind: "claimHas", claim: "amr", values: some(d, factors)}
	}
	return need{kind: "scope", values: some(d, scopes)}
}

// policy draws a resource policy: usually one that allows everyone, with denials by address or route.
func (d drawer) policy(private bool) (out []statement) {
	for range 1 + d.IntN(3) {
		out = append(out, d.statement(private))
	}
	return out
}

func (d drawer) statement(private bool) statement {
	s := statement{deny: d.chance(2), resources: []string{"*"}}
	if d.chance(2) {
		s.resources = d.resources()
	}
	switch d.IntN(4) {
	case 0:
		s.in = prefixes(some(d, ranges))
	case 1:
		s.notIn = prefixes(some(d, ranges))
	}
	if d.chance(5) {
		s.who = some(d, people)
	}
	if d.chance(10) {
		s.who, s.service = nil, lattice
	}
	s.but = s.resources[0] != "*" && d.chance(5)
	d.conditions(&s, private)
	return s
}

// conditions draws further conditions of a resource policy, usually none, but for a private API.
func (d drawer) conditions(s *statement, private bool) {
	s.agents, s.notAgents, s.principals, s.notPrincipals = nil, nil, nil, nil
	s.endpoints, s.notEndpoints, s.vpcs, s.notVPCs, s.inside, s.notInside = nil, nil, nil, nil, nil, nil
	if private && d.chance(2) || d.chance(24) {
		switch d.IntN(8) {
		case 0:
			s.endpoints = some(d, endpoints)
		case 1:
			s.notEndpoints = some(d, endpoints)
		case 2:
			s.vpcs = some(d, vpcs)
		case 3:
			s.notVPCs = some(d, vpcs)
		case 4:
			s.inside = prefixes(some(d, ranges))
		case 5:
			s.notInside = prefixes(some(d, ranges))
		case 6:
			s.endpoints, s.notVPCs = some(d, endpoints), some(d, vpcs)
		case 7:
			s.notEndpoints, s.inside = some(d, endpoints), prefixes(some(d, ranges))
		}
	}
	switch d.IntN(16) {
	case 0:
		s.agents = some(d, agentPatterns)
	case 1:
		s.notAgents = some(d, agentPatterns)
	case 2:
		s.principals = some(d, people)
	case 3:
		s.notPrincipals = some(d, people)
	}
}

// resources draws the resources of a statement.
func (d drawer) resources() (out []string) {
	for range 1 + d.IntN(2) {
		p := pick(d, []string{"prod", "prod", "*", "beta"}) + "/" + pick(d, []string{"GET", "POST", "DELETE", "*"}) + "/" +
			pick(d, literals)
		out = append(out, pick(d, []string{"prod/*", "*", p, p + "/*", p + "/me", p + "/*/items", p + "*"}))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (d drawer) cors() *cors {
	c := &cors{origins: some(d, origins), credentials: d.chance(3)}
	if !c.credentials && d.chance(6) {
		c.origins = []string{"*"}
	}
	return c
}

func prefixes(texts []string) (out []netip.Prefix) {
	for _, t := range texts {
		out = append(out, netip.MustParsePrefix(t))
	}
	return out
}
