package policycompiler

import (
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// run stands, in a path of literals, for one segment or more.
const run = ""

// segments are the route's segments that lead to a node.
func (c *Compiler) segments(i int) []route.Segment {
	var out []route.Segment
	for ; i != 0; i = c.nodes[i].parent {
		out = append(out, c.nodes[i].segment)
	}
	slices.Reverse(out)
	return out
}

// patterns are what an entry matches, as paths: one, or two if it is of a node and what is below it.
func (c *Compiler) patterns(e entry) [][]string {
	var path []string
	for _, s := range c.segments(e.node) {
		path = append(path, textOf(s))
	}
	longer := append(path[:len(path):len(path)], run)
	switch e.form {
	case exactly:
		return [][]string{path}
	case below:
		return [][]string{longer}
	}
	return [][]string{path, longer}
}

// joined is a path as it is written in a policy.
func joined(path []string) string {
	var b strings.Builder
	for i, s := range path {
		b.WriteByte('/')
		switch {
		case s != run:
			b.WriteString(s)
		case i < len(path)-1:
			b.WriteByte('*')
		default:
			b.WriteString("?*")
		}
	}
	return b.String()
}

// follow finds the states of the automaton that the paths which a pattern matches lead to.
func (c *Compiler) follow(path []string) route.Set {
	at := c.start()
	for _, s := range path {
		if s == run {
			at = c.machine.Run(at)
		} else {
			at = c.machine.Literal(at, plainOf(s))
		}
	}
	return at
}

// meeting is a pattern that requests to a rule and an Allow have in common, and the rules that it leads to.
type meeting struct {
	path  []string
	rules route.Set
}

// meetings finds what has to be denied of the requests to the rule at a node, given an Allow: together the patterns
// match all requests to the rule that the Allow matches.
func (c *Compiler) meetings(k *class, allow entry, i int) (out []meeting) {
	rule := int(k.rule[i])
	if !(allow.form != below && k.exact[allow.node].Has(rule) || allow.form != exactly && k.below[allow.node].Has(rule)) {
		return nil
	}
	for _, pattern := range c.patterns(allow) {
		out = append(out, c.meetingsOf(k, pattern, i)...)
	}
	return out
}

// meetingsOf finds them given a pattern of an Allow.
func (c *Compiler) meetingsOf(k *class, pattern []string, i int) (out []meeting) {
	for _, path := range common(pattern, c.segments(i)) {
		// Where another resource comes first for all the paths of a pattern, there is nothing to deny.
		if rules := c.rulesAt(k, c.follow(path)); rules.Has(int(k.rule[i])) {
			out = append(out, meeting{path, rules})
		}
	}
	return out
}

// common finds patterns for the paths that fit a route and are matched by a pattern too: one for each way to lay the
// pattern's runs over the route's segments. Between them they match all of those paths, and as few others as they can.
//
// So of the requests to "/admin/{what}", the pattern "/?*/users" only matches "/admin/users".
func common(pattern []string, segments []route.Segment) [][]string {
	var out [][]string
	var lay func(pattern []string, segments []route.Segment, running bool, laid []string)
	lay = func(pattern []string, segments []route.Segment, running bool, laid []string) {
		if running { // the run may be over
			lay(pattern[1:], segments, false, laid)
		}
		switch {
		case len(pattern) == 0 && len(segments) == 0:
			out = append(out, slices.Clone(laid))
		case len(pattern) == 0 || len(segments) == 0:
		case segments[0].Kind == route.Greedy: // takes whatever is left
			out = append(out, slices.Concat(laid, pattern))
		case pattern[0] == run:
			lay(pattern, segments[1:], true, append(laid, textOf(segments[0])))
		case segments[0].Kind == route.Param:
			lay(pattern[1:], segments[1:], false, append(laid, pattern[0]))
		case segments[0].Text == plainOf(pattern[0]):
			lay(pattern[1:], segments[1:], false, append(laid, segments[0].Text))
		}
	}
	lay(pattern, segments, false, nil)
	// In order, each once. They are few: sorting by package slices would take 8 KB of the function.
	sorted := out[:0]
	for _, path := range out {
		if slices.ContainsFunc(sorted, func(s []string) bool { return slices.Equal(s, path) }) {
			continue
		}
		sorted = append(sorted, path)
		for i := len(sorted) - 1; i > 0 && slices.Compare(sorted[i], sorted[i-1]) < 0; i-- {
			sorted[i], sorted[i-1] = sorted[i-1], sorted[i]
		}
	}
	return sorted
}

func textOf(s route.Segment) string {
	if s.Kind == route.Literal {
		return s.Text
	}
	return run
}
