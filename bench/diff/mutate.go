package main

import (
	"reflect"
	"slices"
)

// mutate makes a random change as people make them. It reports false if it found nothing to change.
func (d drawer) mutate(a *api) bool {
	return pick(d, []func(*api) bool{
		d.changeNeeds, d.changeNeeds, d.changeNeeds, d.changeGuardOf, d.changeRoutes, d.changeRoutes, d.changeVerb,
		d.changeKey, d.changeIssuers, d.changeIssuers, d.changePolicy, d.changePolicy, d.changeGrants, d.changeGrants,
		d.changePlan, d.changeCORS, d.changeCORS, d.changeKept, d.changeCode, d.changeType,
		d.changeDoors, d.changeDoors, d.changeStages, d.changePrivate, d.changeService,
	})(a)
}

// changeNeeds changes who may call a route that the included function guards.
func (d drawer) changeNeeds(a *api) bool {
	r := &a.routes[d.IntN(len(a.routes))]
	if r.by < 0 || a.guards[r.by].kind == own {
		return false
	}
	if a.guards[r.by].kind != included {
		r.needs = nil
		if d.chance(2) {
			r.needs = []clause{{need{kind: "scope", values: some(d, scopes)}}}
		}
		return true
	}
	needs := cloneNeeds(r.needs)
	if len(needs) == 0 || d.chance(4) {
		return d.addClause(a, r)
	}
	i := d.IntN(len(needs))
	if d.chance(4) {
		return r.take(slices.Delete(needs, i, i+1))
	}
	j := d.IntN(len(needs[i]))
	n := &needs[i][j]
	switch d.IntN(4) {
	case 0: // another alternative
		needs[i] = append(needs[i], d.need(r.path))
	case 1: // one less
		needs[i] = slices.Delete(needs[i], j, j+1)
	case 2:
		needs[i][j] = d.need(r.path)
	case 3:
		if n.ofPath() {
			return false
		}
		from := map[string][]string{"scope": scopes, "group": groups, "role": roles, "claim": plans, "claimHas": factors}
		n.values = some(d, from[n.kind])
	}
	return r.take(needs)
}

func (d drawer) changeGuardOf(a *api) bool {
	r := &a.routes[d.IntN(len(a.routes))]
	before := r.by
	d.guardRoute(a, r)
	return r.by != before
}

func (d drawer) changeRoutes(a *api) bool {
	if i := d.IntN(len(a.routes)); d.chance(3) && len(a.routes) > 1 {
		a.routes = slices.Delete(a.routes, i, i+1)
		return true
	}
	return d.addRoute(a)
}

func (d drawer) changeVerb(a *api) bool {
	i := d.IntN(len(a.routes))
	r := a.routes[i]
	if r.verb = pick(d, verbs); r.kept > 0 || !fits(a, r) {
		return false
	}
	a.routes[i] = r
	return true
}

func (d drawer) changeKey(a *api) bool {
	r := &a.routes[d.IntN(len(a.routes))]
	r.key = !r.key
	return true
}

func (d drawer) changeIssuers(a *api) bool {
	g := &a.guards[d.IntN(len(a.guards))]
	switch g.kind {
	case own:
		return false
	case cognito:
		if g.clients = nil; d.chance(2) {
			g.clients = some(d, poolClients)
		}
		return true
	}
	i := &g.issuers[d.IntN(len(g.issuers))]
	switch d.IntN(5) {
	case 0:
		url := pick(d, issuers)
		if slices.ContainsFunc(g.issuers, func(i issuer) bool { return i.url == url }) {
			return false
		}
		g.issuers = append(g.issuers, d.issuer(g.kind, url))
	case 1:
		if len(g.issuers) == 1 {
			return false
		}
		g.issuers = g.issuers[1:]
	case 2, 3:
		i.audiences = some(d, audiences)
	case 4:
		*i = d.issuer(g.kind, i.url)
	}
	return true
}

func (d drawer) changePolicy(a *api) bool {
	if a.policy == nil {
		a.policy = d.policy(a.private)
		return true
	}
	i := d.IntN(len(a.policy))
	s := &a.policy[i]
	switch d.IntN(9) {
	case 0:
		if a.policy = nil; a.private {
			a.policy = d.policy(true)
		}
	case 1:
		a.policy = append(a.policy, d.statement(a.private))
	case 2:
		if len(a.policy) == 1 {
			return false
		}
		a.policy = slices.Delete(a.policy, i, i+1)
	case 3:
		s.resources = d.resources()
	case 4:
		s.who, s.service = nil, ""
		switch d.IntN(4) {
		case 0, 1:
			s.who = some(d, people)
		case 2:
			s.service = lattice
		}
	case 5:
		before := *s
		d.conditions(s, a.private)
		return !reflect.DeepEqual(before, *s)
	case 6:
		if s.resources[0] == "*" {
			return false
		}
		s.but = !s.but
	default:
		switch {
		case s.in != nil:
			s.in = prefixes(some(d, ranges))
		case s.notIn != nil:
			s.notIn = prefixes(some(d, ranges))
		case s.inside != nil:
			s.inside = prefixes(some(d, ranges))
		case s.endpoints != nil:
			s.endpoints = some(d, endpoints)
		case s.notEndpoints != nil:
			s.notEndpoints = some(d, endpoints)
		default:
			return false
		}
	}
	return true
}

func (d drawer) changeGrants(a *api) bool {
	p := &a.principals[d.IntN(len(a.principals))]
	if len(p.rules) == 0 || d.chance(3) {
		p.rules = append(p.rules, statement{deny: d.chance(5), resources: d.resources()})
		return true
	}
	i := d.IntN(len(p.rules))
	if d.chance(3) {
		p.rules = slices.Delete(p.rules, i, i+1)
		return true
	}
	p.rules[i].resources = d.resources()
	return true
}

func (d drawer) changePlan(a *api) bool {
	if d.chance(2) {
		a.enabled = !a.enabled
		return true
	}
	before := a.planned
	d.plan(a)
	return !slices.Equal(before, a.planned)
}

func (d drawer) changeCORS(a *api) bool {
	switch {
	case a.cors == nil:
		a.cors = d.cors()
	case d.chance(4):
		a.cors = nil
	case d.chance(3) && a.cors.origins[0] != "*":
		a.cors.credentials = !a.cors.credentials
	default:
		a.cors.origins = some(d, origins)
	}
	return true
}

func (d drawer) changeKept(a *api) bool {
	r := &a.routes[d.IntN(len(a.routes))]
	if r.verb != "GET" {
		return false
	}
	before := r.kept
	r.kept = pick(d, periods)
	return r.kept != before
}

// changeService gives a route another integration.
func (d drawer) changeService(a *api) bool {
	r := &a.routes[d.IntN(len(a.routes))]
	before := r.service
	r.service = pick(d, services)
	return r.service != before
}

func (d drawer) changeCode(a *api) bool {
	g := &a.guards[d.IntN(len(a.guards))]
	if g.kind != own {
		return false
	}
	before := g.code
	g.code = pick(d, []string{"one", "two"})
	return g.code != before
}

// changeType switches an included function between cached answers and answers for single requests.
func (d drawer) changeType(a *api) bool {
	g := &a.guards[d.IntN(len(a.guards))]
	if g.kind != included {
		return false
	}
	if g.request = !g.request; g.request {
		g.remembered = 0
	} else {
		g.remembered = 300
	}
	return true
}
