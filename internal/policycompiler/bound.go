package policycompiler

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// mark begins a path's segment that stands for values of claims. A value follows, or "=" and the number of a source,
// which stands for any of the source's values: see [Compiler.symbolicPermission].
const mark = "\x00"

// unmarked returns the segment of a request that a pattern's segment stands for. For a source, it is a segment that no
// literal equals, because API Gateway accepts no "=" in a resource, and that no value equals: see [access.Usable].
func unmarked(segment string) string { return strings.TrimPrefix(segment, mark) }

func symbol(source int) string { return mark + "=" + strconv.Itoa(source) }

// binding is a way in which a rule is permitted: with these marked texts in these segments of its path.
type binding struct {
	segments []int
	texts    []string
}

// permission is what a policy has to allow.
type permission struct {
	all   route.Set   // rules that are permitted whatever the parameters of their paths are
	bound [][]binding // for each rule: the further ways in which it is permitted; nil if no rule has any
	some  route.Set   // the rules that have ways
	open  route.Set   // all and some together
}

func newPermission(rules int) permission {
	return permission{all: route.NewSet(rules), some: route.NewSet(rules), open: route.NewSet(rules)}
}

func (p *permission) permit(rule int) {
	p.all.Add(rule)
	p.open.Add(rule)
}

func (p *permission) bind(rules, rule int, ways []binding) {
	if len(ways) == 0 {
		return
	}
	if p.bound == nil {
		p.bound = make([][]binding, rules)
	}
	p.bound[rule] = append(p.bound[rule], ways...)
	p.some.Add(rule)
	p.open.Add(rule)
}

// wayPath returns the pattern of the requests to a node that a way allows.
func (c *Compiler) wayPath(i int, way binding) []string {
	var path []string
	for _, s := range c.segments(i) {
		path = append(path, textOf(s))
	}
	for n, segment := range way.segments {
		path[segment] = way.texts[n]
	}
	return path
}

// holdsForAll reports whether every request that a pattern matches has the values of a way. The pattern is laid over a
// rule's segments: it has them one by one, up to a greedy one, see [overlaps].
func (way binding) holdsForAll(laid []string) bool {
	for n, segment := range way.segments {
		if laid[segment] != way.texts[n] && laid[segment] != unmarked(way.texts[n]) {
			return false
		}
	}
	return true
}

// holdsForSome reports whether some request that a pattern matches has the values of a way. The pattern is laid over a
// rule's segments. If loosely is set, values of two sources may be the same.
func (way binding) holdsForSome(laid []string, loosely bool) bool {
	for n, segment := range way.segments {
		text := laid[segment]
		if text == run || unmarked(text) == unmarked(way.texts[n]) || loosely && strings.HasPrefix(text, mark) {
			continue
		}
		return false
	}
	return true
}

// hits reports whether a pattern matches some request to the rule at a node that a way permits.
func (c *Compiler) hits(k *class, pattern []string, i int, way binding, loosely bool) bool {
	rule := int(k.rule[i])
	return slices.ContainsFunc(overlaps(pattern, c.segments(i)), func(laid []string) bool {
		return way.holdsForSome(laid, loosely) && c.rulesAt(k, c.follow(laid)).Has(rule)
	})
}

// nodeOf returns the node of a rule.
func (k *class) nodeOf(rule int) int { return slices.Index(k.rule, int32(rule)) }

// symbolicPermission returns a grant's ways with sources in place of values. All grants whose values are
// [Compiler.isFresh] lead to the same plan.
func (c *Compiler) symbolicPermission(g *access.Grant) permission {
	p := c.unboundPermission(g)
	if !access.Ownership {
		return p
	}
	for rule, ways := range g.Ways {
		for _, way := range ways {
			p.bind(len(c.table.Rules()), rule, []binding{symbolic(way)})
		}
	}
	return p
}

// symbolic returns a way with its sources in place of values. A segment that must be among the values of several
// sources has the symbol of the first.
func symbolic(way access.Way) (b binding) {
	for _, bind := range way {
		b.segments = append(b.segments, bind.Segment)
		b.texts = append(b.texts, symbol(bind.Sources[0]))
	}
	return b
}

// unboundPermission returns the part of a grant that depends on no value.
func (c *Compiler) unboundPermission(g *access.Grant) permission {
	p := newPermission(len(c.table.Rules()))
	for i, ok := range g.All {
		if ok && i < len(c.table.Rules()) && c.ours.Has(i) {
			p.permit(i)
		}
	}
	return p
}

// isFresh reports whether the values of a grant need no plan of their own: no value is a literal of a route or occurs
// in two sources, and no segment must be among the values of two sources.
func (c *Compiler) isFresh(g *access.Grant) bool {
	if c.severalSources && g.Ways != nil {
		return false
	}
	for i, values := range g.Values {
		for _, v := range values {
			if c.isLiteral(v) {
				return false
			}
		}
		for _, other := range g.Values[:i] {
			if intersect(values, other) {
				return false
			}
		}
	}
	return true
}

// intersect reports whether two sorted lists have an element in common.
func intersect(a, b []string) bool {
	for len(a) > 0 && len(b) > 0 {
		switch n := strings.Compare(a[0], b[0]); {
		case n == 0:
			return true
		case n < 0:
			a = a[1:]
		default:
			b = b[1:]
		}
	}
	return false
}

func (c *Compiler) isLiteral(value string) bool {
	_, found := c.literals[value]
	return found
}
