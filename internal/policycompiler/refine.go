package policycompiler

import (
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// run stands for one or more segments in a path of literals.
const run = ""

// segments returns the route's segments that lead to a node.
func (c *Compiler) segments(i int) []route.Segment {
	var out []route.Segment
	for ; i != 0; i = c.nodes[i].parent {
		out = append(out, c.nodes[i].segment)
	}
	slices.Reverse(out)
	return out
}

// patterns returns the paths that an entry matches. There are two if the entry is for a node and everything below it.
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

// joinPath returns a path as it is written in a policy.
func joinPath(path []string) string {
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

// follow returns the states of the automaton that the paths which a pattern matches lead to.
func (c *Compiler) follow(path []string) route.Set {
	at := c.startStates()
	for _, s := range path {
		if s == run {
			at = c.machine.Run(at)
		} else {
			at = c.machine.Literal(at, unmarked(s))
		}
	}
	return at
}

// meeting is a pattern of requests that a rule and an Allow have in common, and the rules that the pattern leads to.
type meeting struct {
	path  []string
	rules route.Set
}

// meetings returns what must be denied for the rule at a node, given an Allow. Together the patterns match all requests
// to the rule that the Allow matches.
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

// meetingsOf is like meetings for one pattern of an Allow.
func (c *Compiler) meetingsOf(k *class, pattern []string, i int) (out []meeting) {
	for _, path := range overlaps(pattern, c.segments(i)) {
		// If another resource takes precedence for all paths of a pattern, there is nothing to deny.
		if rules := c.rulesAt(k, c.follow(path)); rules.Has(int(k.rule[i])) {
			out = append(out, meeting{path, rules})
		}
	}
	return out
}

// overlaps returns patterns for the paths that belong to a route and also match a pattern. There is one for each way to
// lay the pattern's runs over the route's segments. Together they match all of those paths, and as few others as
// possible.
//
// For example, of the requests to "/admin/{what}" the pattern "/?*/users" matches only "/admin/users".
func overlaps(pattern []string, segments []route.Segment) [][]string {
	var out [][]string
	var lay func(pattern []string, segments []route.Segment, running bool, laid []string)
	lay = func(pattern []string, segments []route.Segment, running bool, laid []string) {
		if running { // the run may end here
			lay(pattern[1:], segments, false, laid)
		}
		switch {
		case len(pattern) == 0 && len(segments) == 0:
			out = append(out, slices.Clone(laid))
		case len(pattern) == 0 || len(segments) == 0:
		case segments[0].Kind == route.Greedy: // a greedy parameter takes the rest
			out = append(out, slices.Concat(laid, pattern))
		case pattern[0] == run:
			lay(pattern, segments[1:], true, append(laid, textOf(segments[0])))
		case segments[0].Kind == route.Param:
			lay(pattern[1:], segments[1:], false, append(laid, pattern[0]))
		case segments[0].Text == unmarked(pattern[0]):
			lay(pattern[1:], segments[1:], false, append(laid, segments[0].Text))
		}
	}
	lay(pattern, segments, false, nil)
	// Sort and remove duplicates. The list is short, and package slices would add 8 KB to the function.
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
