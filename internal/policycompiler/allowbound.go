package policycompiler

import (
	"slices"
)

// allowBoundFrom allows the rules of a branch that are permitted for some values of their paths' parameters. It allows
// one path for each way, or one path for all below a node if the rules there share their ways.
func (p *planner) allowBoundFrom(i int) {
	if p.nodeHas(i, p.some) {
		for _, way := range p.permission.bound[p.class.rule[i]] {
			p.allowPath(p.c.wayPath(i, way))
		}
	}
	if !p.class.under[i].Meets(p.some) {
		return
	}
	if ways := p.sharedWays(i); ways != nil {
		for _, way := range ways {
			p.allowPath(append(p.c.wayPath(i, way), run))
		}
		return
	}
	for j := i + 1; j < p.c.nodes[i].end; j = p.c.nodes[j].end {
		p.allowBoundFrom(j)
	}
}

func (p *planner) allowPath(path []string) {
	rules := p.c.rulesAt(p.class, p.c.follow(path))
	p.need(rules)
	p.patterns = append(p.patterns, pattern{path, rules})
	p.plan.bound = append(p.plan.bound, joinPath(path))
}

// sharedWays returns the ways that all rules below a node have in common, if one path for each way is correct for all
// of them. Such a path leads to no other barred rule. It has the values in the same segments as the requests of the
// rules, because no * comes before them. It returns nil if there are no such ways, or if fewer than two rules would
// benefit.
func (p *planner) sharedWays(i int) []binding {
	var ways []binding
	rules := 0
	for rule := range p.class.under[i].All {
		switch {
		case !p.some.Has(rule):
			continue
		case ways == nil:
			ways = p.permission.bound[rule]
		case !slices.EqualFunc(ways, p.permission.bound[rule], binding.equal):
			return nil
		}
		rules++
	}
	if rules < 2 {
		return nil
	}
	depth := len(p.c.segments(i))
	for _, way := range ways {
		last := way.segments[len(way.segments)-1]
		if last >= depth {
			return nil
		}
		path := p.c.wayPath(i, way)
		if slices.Contains(path[:last], run) || !p.leadsOnlyTo(append(path, run), ways) {
			return nil
		}
	}
	return ways
}

// leadsOnlyTo reports whether all barred rules that a path leads to have these ways.
func (p *planner) leadsOnlyTo(path []string, ways []binding) bool {
	rules := p.c.rulesAt(p.class, p.c.follow(path))
	for rule := range rules.All {
		if p.barred.Has(rule) &&
			!(p.some.Has(rule) && slices.EqualFunc(ways, p.permission.bound[rule], binding.equal)) {
			return false
		}
	}
	return true
}

func (way binding) equal(to binding) bool {
	return slices.Equal(way.segments, to.segments) && slices.Equal(way.texts, to.texts)
}
