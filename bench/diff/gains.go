package main

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
)

// gain is a request of a caller that the new API allows and the old one refuses.
type gain struct {
	request
	caller
	old, new string // the routes that it reaches; "" for none
}

func (g gain) String() string {
	who := "without a token or signature"
	switch {
	case g.token != nil:
		who = "with the token " + g.token.String()
	case g.principal != "":
		who = "signed by " + g.principal
	case g.own != "":
		who = "as " + g.own + " admits"
	}
	key := ""
	if g.key {
		key = " and the API key"
	}
	if g.certificate != "" {
		key += " and a certificate of " + g.certificate
	}
	if g.agent != "" {
		key += " with the User-Agent " + g.agent
	}
	if g.endpoint != "" {
		key += " through " + g.endpoint + " in " + g.vpc
	}
	return fmt.Sprintf("%s %s on %s from %s %s%s: %q before, %q now",
		g.verb, g.path, g.stage, g.ip, who, key, g.old, g.new)
}

func (t *token) String() string {
	return fmt.Sprintf("of %s for %s by the client %q, ID token %v: scopes %v, groups %v, roles %v, %v, %v",
		t.issuer, t.audience, t.client, t.id, t.scopes, t.groups, t.roles, t.texts, t.lists)
}

// String identifies a clause, so that none is drawn twice.
func (c clause) String() string {
	var parts []string
	for _, n := range c {
		parts = append(parts, fmt.Sprint(n.kind, n.claim, n.param, n.values))
	}
	return strings.Join(parts, " or ")
}

// requests returns the requests to try for two APIs: for each path of a route, with values that callers have, that no
// caller has, and that are another route's literals, and with each verb that makes a difference.
func requests(old, new *api) (out []request) {
	paths := map[string]bool{}
	for _, a := range []*api{old, new} {
		for _, r := range a.routes {
			for _, filled := range fill(split(r.path)) {
				paths["/"+strings.Join(filled, "/")] = true
				if old.policy != nil || new.policy != nil { // a policy can distinguish it from the path with a slash at its end
					paths["/"+strings.Join(filled, "/")+"/"] = true
				}
			}
		}
	}
	tried := map[string]bool{"PUT": true} // only ANY answers it
	for _, a := range []*api{old, new} {
		for _, r := range a.routes {
			if r.verb != "ANY" {
				tried[r.verb] = true
			}
		}
	}
	keys := []bool{false}
	if slices.ContainsFunc(slices.Concat(old.routes, new.routes), func(r route) bool { return r.key }) {
		keys = append(keys, true)
	}
	from := []string{addresses[0]}
	if slices.ContainsFunc(slices.Concat(old.policy, new.policy), func(s statement) bool {
		return s.in != nil || s.notIn != nil || s.inside != nil || s.notInside != nil
	}) {
		from = addresses
	}
	with := []string{""}
	if slices.ContainsFunc(slices.Concat(old.policy, new.policy), func(s statement) bool {
		return s.agents != nil || s.notAgents != nil
	}) {
		with = agents
	}
	through := new.ways(slices.Concat(old.policy, new.policy)...)
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		for _, verb := range slices.Sorted(maps.Keys(tried)) {
			if r, _ := new.find(verb, path); r == nil {
				continue
			}
			for _, ip := range from {
				for _, key := range keys {
					q := request{verb: verb, path: path, ip: netip.MustParseAddr(ip), key: key}
					for _, q.stage = range new.stages {
						for _, q.certificate = range certificates(old, new) {
							for _, q.agent = range with {
								for _, q.via = range through {
									out = append(out, q)
								}
							}
						}
					}
				}
			}
		}
	}
	return out
}

// fill puts values into a pattern.
func fill(pattern []string) [][]string {
	out := [][]string{{}}
	for _, p := range pattern {
		var next [][]string
		for _, before := range out {
			values := [][]string{{p}}
			switch {
			case strings.HasSuffix(p, "+}"):
				values = [][]string{{ids[0]}, {"me"}, {"other", "items"}}
			case p[0] == '{':
				values = [][]string{{ids[0]}, {"other"}, {"me"}}
			}
			for _, v := range values {
				next = append(next, append(before[:len(before):len(before)], v...))
			}
		}
		out = next
	}
	return out
}

// callers returns the callers to try for a request to an API, each with no more rights than needed.
func (a *api) callers(q request) (out []caller) {
	r, values := a.find(q.verb, q.path)
	if r.by == public {
		return []caller{{}}
	}
	if r.by == signed {
		for _, p := range a.principals {
			out = append(out, caller{principal: p.name})
		}
		return out
	}
	g := a.guards[r.by]
	if g.kind == own {
		return []caller{{own: g.identity()}}
	}
	if g.kind == cognito {
		for _, client := range poolClients {
			for _, scope := range scopes {
				out = append(out, caller{token: &token{issuer: pool, audience: client, scopes: []string{scope}}})
			}
			out = append(out, caller{token: &token{issuer: pool, audience: client, id: true}})
		}
		return out
	}
	ways := waysOf(r.needs, values)
	if a.policy != nil && g.kind == included && !g.request { // it may allow callers with rights for other routes
		for _, o := range a.routes {
			if o.by == r.by {
				_, values, _ := match(split(o.path), fill(split(o.path))[0])
				ways = append(ways, waysOf(o.needs, values)...)
			}
		}
	}
	for _, i := range g.issuers {
		for _, audience := range i.audiences {
			for _, client := range append([]string{""}, i.clients...) {
				for _, w := range ways {
					t := w.clone()
					t.issuer, t.audience, t.client = i.url, audience, client
					if i.claim != "" {
						if t.texts["plan"] != "" && t.texts["plan"] != i.claim {
							continue
						}
						t.texts["plan"] = i.claim
					}
					t.finish()
					out = append(out, caller{token: t})
				}
			}
		}
	}
	return out
}

// finish sets the caller's name, which every token has. It is in no path, unless a route requires it.
func (t *token) finish() {
	if t.texts == nil {
		t.texts = map[string]string{}
	}
	if t.texts["sub"] == "" {
		t.texts["sub"] = "someone-else"
	}
}

func (t token) clone() *token {
	for _, list := range []*[]string{&t.scopes, &t.groups, &t.roles} {
		*list = slices.Clone(*list)
	}
	texts, lists := t.texts, t.lists
	t.texts, t.lists = map[string]string{}, map[string][]string{}
	maps.Copy(t.texts, texts)
	for name, list := range lists {
		t.lists[name] = slices.Clone(list)
	}
	return &t
}

// mostWays is how many ways to meet a route's clauses are tried.
const mostWays = 64

// waysOf returns tokens that meet all clauses: one for each combination of what meets them, without anything else.
func waysOf(clauses []clause, values map[string]string) []token {
	out := []token{{}}
	for _, c := range clauses {
		var next []token
		for _, before := range out {
			for _, n := range c {
				for _, v := range append([]string{values[n.param]}, n.values...) {
					if v == "" {
						continue
					}
					if t := before.clone(); t.take(n, v) && len(next) < mostWays {
						next = append(next, *t)
					}
				}
			}
		}
		out = next
	}
	return out
}

// take gives a token what meets a need. It reports false if the token cannot have that besides its other content.
func (t *token) take(n need, value string) bool {
	add := func(to *[]string) {
		if !slices.Contains(*to, value) {
			*to = append(*to, value)
		}
	}
	switch n.kind {
	case "scope":
		add(&t.scopes)
	case "group":
		add(&t.groups)
	case "role":
		add(&t.roles)
	case "claim", "pathIs":
		if n.ofPath() && slices.Contains(literals, value) { // no cached policy allows a value that is another route's literal
			return false
		}
		if have := t.texts[n.claim]; have != "" && have != value {
			return false
		}
		t.texts[n.claim] = value
	default:
		if n.ofPath() && slices.Contains(literals, value) {
			return false
		}
		list := t.lists[n.claim]
		add(&list)
		t.lists[n.claim] = list
	}
	return true
}

// gains returns what is found by trying callers and requests, the first gain of each kind: of a pair of routes, a kind
// of caller, an address and an issuer.
func gains(old, new *api) (out []gain, tried int) {
	type kind struct {
		old, new, caller, ip, issuer, stage, certificate, agent string
		via
	}
	seen := map[kind]bool{}
	for _, q := range requests(old, new) {
		for _, c := range new.callers(q) {
			tried++
			if new.decide(q, c) != allowed || old.before(q, c) != refused {
				continue
			}
			g := gain{request: q, caller: c}
			if r, _ := old.find(q.verb, q.path); r != nil {
				g.old = r.String()
			}
			r, _ := new.find(q.verb, q.path)
			g.new = r.String()
			k := kind{g.old, g.new, c.kind(), q.ip.String(), "", q.stage, q.certificate, q.agent, q.via}
			if c.token != nil {
				k.issuer = c.token.issuer
			}
			if !seen[k] {
				seen[k] = true
				out = append(out, g)
			}
		}
	}
	return out, tried
}
