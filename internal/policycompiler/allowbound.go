package policycompiler

import (
	"slices"
)

// allowBoundFrom allows the rules of a branch that values of their paths' parameters permit: one path for each way, or
// one for all that is below a node where they share their ways.
func (p *planner) allowBoundFrom(i int) {
	if p.has(i, p.some) {
		for _, way := range p.permission.bound[p.class.rule[i]] {
			p.allowPath(p.c.path(i, way))
		}
	}
	if !p.class.under[i].Meets(p.some) {
		return
	}
	if ways := p.shared(i); ways != nil {
		for _, way := range ways {
			p.allowPath(append(p.c.path(i, way), run))
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
	p.plan.bound = append(p.plan.bound, joined(path))
}

// shared are the ways that all rules below a node have in common, if one path for each way is right for all of them: it
// leads to no other rule that is barred, and has the values in the segments where requests to the rules have them,
// since no * comes before. It returns nil if there are none, or if fewer than two rules would gain.
func (p *planner) shared(i int) []binding {
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
		path := p.c.path(i, way)
		if slices.Contains(path[:last], run) || !p.sharedBy(append(path, run), ways) {
			return nil
		}
	}
	return ways
}

// sharedBy reports whether a path leads to no barred rule but those that have these ways.
func (p *planner) sharedBy(path []string, ways []binding) bool {
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
