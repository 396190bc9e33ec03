package policycompiler

import (
	"math/bits"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// plan is what a policy says for the verbs of one class.
type plan struct {
	class   *class
	allow   []entry
	deny    []entry
	bound   []string // paths to allow besides, with values in them
	refined []string // paths to deny besides
	bytes   int      // how many the resources take
}

// planner finds a plan for some permitted rules.
type planner struct {
	plan
	permission
	c        *Compiler
	barred   route.Set // the rules that the authorizer decides and does not permit whatever their parameters are
	needed   route.Set // of those, the ones whose requests an Allow matches, so that there has to be a Deny
	patterns []pattern // of bound
	conflict *conflict
}

// pattern is a path with values in it that is allowed, and the rules that it leads to.
type pattern struct {
	path  []string
	rules route.Set
}

// conflict says that the Deny for one rule would match a request to a permitted one.
type conflict struct{ denied, hit int }

// tight allows resource by resource. A whole branch is allowed in one if none of its paths leads to a barred rule.
func (p *planner) tight() {
	p.allow, p.deny = make([]entry, 0, 16), make([]entry, 0, 16)
	p.allowFrom(0)
	if access.Ownership && p.permission.bound != nil {
		p.allowBoundFrom(0)
	}
	p.denyFrom(0)
}

// wide allows everything and denies all that is barred. It has a conflict wherever tight has one.
func (p *planner) wide() {
	p.addAllow(0, atAndBelow)
	if access.Ownership && p.permission.bound != nil {
		p.allowBoundFrom(0)
	}
	p.denyFrom(0)
}

func (p *planner) addAllow(i int, f form) {
	p.allow = append(p.allow, entry{i, f})
	if f != below {
		p.need(p.class.exact[i])
	}
	if f != exactly {
		p.need(p.class.below[i])
	}
}

// need notes the rules whose requests an Allow matches.
func (p *planner) need(rules route.Set) {
	for w := range rules {
		p.needed[w] |= rules[w] & p.barred[w]
	}
}

// has reports whether a node has a rule, and one of these.
func (p *planner) has(i int, rules route.Set) bool {
	r := p.class.rule[i]
	return r >= 0 && rules.Has(int(r))
}

func (p *planner) allowFrom(i int) {
	n := &p.c.nodes[i]
	mine := p.has(i, p.all)
	switch {
	case !p.class.under[i].Meets(p.all):
		if mine {
			p.addAllow(i, exactly)
		}
	case n.child != 0 && p.has(n.child, p.all), // whose pattern matches all that is below, too
		!p.class.below[i].Meets(p.barred) && several(p.class.under[i], p.all):
		p.addAllow(i, formOf(mine))
	default:
		if mine {
			p.addAllow(i, exactly)
		}
		for j := i + 1; j < n.end; j = p.c.nodes[j].end {
			p.allowFrom(j)
		}
	}
}

// formOf is the form that covers a branch, with its own resource or without.
func formOf(own bool) form {
	if own {
		return atAndBelow
	}
	return below
}

// several reports whether two sets have at least two numbers in common.
func several(a, b route.Set) bool {
	n := 0
	for i, w := range a {
		if n += bits.OnesCount64(w & b[i]); n > 1 {
			return true
		}
	}
	return false
}

func (p *planner) denyFrom(i int) {
	n := &p.c.nodes[i]
	mine := p.has(i, p.needed)
	if !mine && !p.class.under[i].Meets(p.needed) {
		return
	}
	alone := mine && p.class.exact[i].Meets(p.open) // its own pattern would hit too much
	if alone {
		p.refine(i)
		mine = false
	}
	switch {
	case !p.class.below[i].Meets(p.open) &&
		(n.child != 0 && p.has(n.child, p.needed) || several(p.class.under[i], p.needed)):
		p.deny = append(p.deny, entry{i, formOf(mine)})
		return
	case mine:
		p.deny = append(p.deny, entry{i, exactly})
	}
	for j := i + 1; j < n.end; j = p.c.nodes[j].end {
		p.denyFrom(j)
	}
}

// refine denies of a rule's requests only those that an Allow matches, one by one of the ways in which it does.
func (p *planner) refine(i int) {
	for _, a := range p.allow {
		for _, m := range p.c.meetings(p.class, a, i) {
			p.denyMeeting(m, i)
		}
	}
	if !access.Ownership {
		return
	}
	for _, bound := range p.patterns {
		if !bound.rules.Has(int(p.class.rule[i])) {
			continue
		}
		for _, m := range p.c.meetingsOf(p.class, bound.path, i) {
			p.denyMeeting(m, i)
		}
	}
}

// denyMeeting denies what requests to the rule at a node and an Allow have in common, unless it is permitted: all of it
// has the values of one of the rule's own ways. Where some of it has, the Deny would hit the rule itself.
func (p *planner) denyMeeting(m meeting, i int) {
	denied := int(p.class.rule[i])
	if access.Ownership && p.some.Has(denied) {
		ways := p.permission.bound[denied]
		if slices.ContainsFunc(ways, func(way binding) bool { return way.inside(m.path) }) {
			return
		}
	}
	hit := firstOf(m.rules, p.all)
	if access.Ownership && hit < 0 {
		hit = p.boundHit(m)
	}
	if hit >= 0 {
		if p.conflict == nil {
			p.conflict = &conflict{denied, hit}
		}
	} else if path := joined(m.path); !slices.Contains(p.refined, path) {
		p.refined = append(p.refined, path)
	}
}

// boundHit is a rule of which what a pattern matches has values that permit it, or -1.
func (p *planner) boundHit(m meeting) int {
	for rule := range m.rules.All {
		if !p.some.Has(rule) {
			continue
		}
		at := p.class.nodeOf(rule)
		if slices.ContainsFunc(p.permission.bound[rule], func(way binding) bool {
			return p.c.hits(p.class, m.path, at, way, false)
		}) {
			return rule
		}
	}
	return -1
}

// firstOf is the first number that two sets have in common, or -1.
func firstOf(a, b route.Set) int {
	for i := range a.All {
		if b.Has(i) {
			return i
		}
	}
	return -1
}
