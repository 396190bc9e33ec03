package policycompiler

import (
	"math/bits"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// plan is the part of a policy for the verbs of one class.
type plan struct {
	class   *class
	allow   []entry
	deny    []entry
	bound   []string // further paths to allow, which contain values
	refined []string // further paths to deny
	bytes   int      // the size of the resources
}

// planner builds a plan for some permitted rules.
type planner struct {
	plan
	permission
	c        *Compiler
	barred   route.Set // the authorizer's rules that are not permitted for all values of their parameters
	needed   route.Set // the barred rules whose requests an Allow matches, so that a Deny is needed
	patterns []pattern // the patterns of bound
	conflict *conflict
}

// pattern is an allowed path with values in it, and the rules that it leads to.
type pattern struct {
	path  []string
	rules route.Set
}

// conflict reports that the Deny for one rule would match a request to a permitted one.
type conflict struct{ denied, hit int }

// tight allows single resources. It allows a whole branch in one if no path of it leads to a barred rule.
func (p *planner) tight() {
	p.allow, p.deny = make([]entry, 0, 16), make([]entry, 0, 16)
	p.allowFrom(0)
	if access.Ownership && p.permission.bound != nil {
		p.allowBoundFrom(0)
	}
	p.denyFrom(0)
}

// wide allows everything and denies all that is barred. It has a conflict wherever tight has one, and for each rule
// that is permitted for some values of its parameters.
func (p *planner) wide() {
	p.addAllow(0, atAndBelow)
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

// need adds the barred rules whose requests an Allow matches to needed.
func (p *planner) need(rules route.Set) {
	for w := range rules {
		p.needed[w] |= rules[w] & p.barred[w]
	}
}

// nodeHas reports whether a node has a rule, and the rule is one of these.
func (p *planner) nodeHas(i int, rules route.Set) bool {
	r := p.class.rule[i]
	return r >= 0 && rules.Has(int(r))
}

func (p *planner) allowFrom(i int) {
	n := &p.c.nodes[i]
	mine := p.nodeHas(i, p.all)
	switch {
	case !p.class.under[i].Meets(p.all):
		if mine {
			p.addAllow(i, exactly)
		}
	case n.child != 0 && p.nodeHas(n.child, p.all), // its pattern also matches everything below
		!p.class.below[i].Meets(p.barred) && haveTwo(p.class.under[i], p.all):
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

// formOf returns the form for a branch, with or without its own resource.
func formOf(own bool) form {
	if own {
		return atAndBelow
	}
	return below
}

// haveTwo reports whether two sets have at least two numbers in common.
func haveTwo(a, b route.Set) bool {
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
	mine := p.nodeHas(i, p.needed)
	if !mine && !p.class.under[i].Meets(p.needed) {
		return
	}
	alone := mine && p.class.exact[i].Meets(p.open) // its own pattern would match permitted requests
	if alone {
		p.refine(i)
		mine = false
	}
	switch {
	case !p.class.below[i].Meets(p.open) &&
		(n.child != 0 && p.nodeHas(n.child, p.needed) || haveTwo(p.class.under[i], p.needed)):
		p.deny = append(p.deny, entry{i, formOf(mine)})
		return
	case mine:
		p.deny = append(p.deny, entry{i, exactly})
	}
	for j := i + 1; j < n.end; j = p.c.nodes[j].end {
		p.denyFrom(j)
	}
}

// refine denies only those requests of a rule that an Allow matches, one pattern at a time.
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

// denyMeeting denies the requests to the rule at a node that an Allow also matches. It denies nothing if all of them
// have the values of one of the rule's ways, and are permitted. If only some have such values, the Deny would match
// permitted requests of the rule itself.
func (p *planner) denyMeeting(m meeting, i int) {
	denied := int(p.class.rule[i])
	if access.Ownership && p.some.Has(denied) {
		ways := p.permission.bound[denied]
		if slices.ContainsFunc(ways, func(way binding) bool { return way.holdsForAll(m.path) }) {
			return
		}
	}
	hit := firstCommon(m.rules, p.all)
	if access.Ownership && hit < 0 {
		hit = p.boundHit(m)
	}
	if hit >= 0 {
		if p.conflict == nil {
			p.conflict = &conflict{denied, hit}
		}
	} else if path := joinPath(m.path); !slices.Contains(p.refined, path) {
		p.refined = append(p.refined, path)
	}
}

// boundHit returns a rule that is permitted for values of some of the requests that a pattern matches, or -1.
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

// firstCommon returns the first number that two sets have in common, or -1.
func firstCommon(a, b route.Set) int {
	for i := range a.All {
		if b.Has(i) {
			return i
		}
	}
	return -1
}
