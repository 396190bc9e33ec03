package policycompiler

import (
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// withClaimNames returns a path with the names of claims in place of their values: "/users/<sub>".
func (c *Compiler) withClaimNames(path string) string {
	for n, source := range c.table.Sources() {
		path = strings.ReplaceAll(path, symbol(n), "<"+source.Claim+">")
	}
	return path
}

// feasible returns rights with which rules are permitted in these ways. With these rights, the denied rule is not
// permitted, or only for values of its path's parameters as ways tells.
func (c *Compiler) feasible(denied int, ways *access.Ways, permitted ...shape) (access.Rights, bool) {
	rules := c.table.Rules()
	var met, unmet []access.Requirement
	var sources []int
	split := func(rule int, mask uint16) {
		for j, req := range rules[rule].Requires {
			if mask>>j&1 != 0 {
				unmet = append(unmet, req)
			} else {
				met = append(met, req)
			}
		}
	}
	for i, s := range permitted {
		if slices.ContainsFunc(permitted[:i], func(o shape) bool { return o.rule == s.rule && o.unmet != s.unmet }) {
			return access.Rights{}, false
		}
		if s.rule == denied && (ways == nil || s.unmet != ways.Unmet) {
			return access.Rights{}, false
		}
		split(s.rule, s.unmet)
		for _, b := range s.way {
			sources = append(sources, b.Sources...)
		}
	}
	if ways != nil {
		split(denied, ways.Unmet)
		return access.Meeting(met, unmet)
	}
	for _, req := range rules[denied].Requires {
		if c.comparesSource(req, sources) {
			continue
		}
		if rights, ok := access.Meeting(met, append(slices.Clip(unmet), req)); ok {
			return rights, true
		}
	}
	return access.Rights{}, false
}

// comparesSource reports whether a requirement is met if the sources have values, because it compares a parameter with
// one of them.
func (c *Compiler) comparesSource(req access.Requirement, sources []int) bool {
	for path := range req.Paths {
		n := slices.Index(c.table.Sources(), access.Source{Kind: path.Kind, Claim: path.Claim})
		if slices.Contains(sources, n) {
			return true
		}
	}
	return false
}

// otherRules returns the rules of a set that the authorizer decides, except one.
func (c *Compiler) otherRules(rules route.Set, except int) (out []int) {
	for r := range rules.All {
		if r != except && c.ours.Has(r) {
			out = append(out, r)
		}
	}
	return out
}

// witness returns a shortest path that a pattern matches and that leads to a rule.
func (c *Compiler) witness(k *class, pattern []string, rule int) string {
	type place struct {
		state, done int  // done is how much of the pattern has been read
		running     bool // whether the run at done has begun
	}
	type step struct {
		place
		path []string
	}
	queue := []step{{place: place{state: route.Start}}}
	seen := map[place]bool{}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if at.running { // the run may end here
			queue = append(queue, step{place{at.state, at.done + 1, false}, at.path})
		}
		if seen[at.place] {
			continue
		}
		seen[at.place] = true
		if at.done == len(pattern) {
			if int(k.ends[at.state]) == rule {
				return "/" + strings.Join(at.path, "/")
			}
			continue
		}
		read := func(segment string, next place) {
			if next.state = c.machine.Read(at.state, unmarked(segment)); next.state >= 0 {
				queue = append(queue, step{next, slices.Concat(at.path, []string{segment})})
			}
		}
		if literal := pattern[at.done]; literal != run {
			read(literal, place{done: at.done + 1})
			continue
		}
		read(c.freeSegment(at.state), place{done: at.done, running: true})
		for _, literal := range c.machine.Literals(at.state) {
			read(literal, place{done: at.done, running: true})
		}
	}
	return "" // cannot happen: the caller knows that there is one
}

// freeSegment returns a readable segment that no literal in question matches.
func (c *Compiler) freeSegment(state int) string {
	for _, s := range []string{"x", "y", "z"} {
		if !slices.Contains(c.machine.Literals(state), s) {
			return s
		}
	}
	return "~" // no literal has this character
}
