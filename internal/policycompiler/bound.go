package policycompiler

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// A path's segment that stands for values of claims begins with a mark. What follows is a value; or "=" and the number
// of a source, for any value of that: see [Compiler.symbols].
const mark = "\x00"

// plainOf is the segment of a request that a pattern's segment stands for. That of a source is one that no literal
// equals, since API Gateway takes no "=" in a resource, and that no value equals: see [access.Usable].
func plainOf(segment string) string { return strings.TrimPrefix(segment, mark) }

func symbol(source int) string { return mark + "=" + strconv.Itoa(source) }

// binding is a way in which a rule is permitted: with these texts, marked, in these segments of its path.
type binding struct {
	segments []int
	texts    []string
}

// permission says what a policy has to allow.
type permission struct {
	all   route.Set   // these rules, whatever their path's parameters are
	bound [][]binding // of each rule: the ways in which it is permitted besides; nil if no rule has any
	some  route.Set   // the rules that have such ways
	open  route.Set   // both
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

// path is what a way allows of a node's requests, as a pattern.
func (c *Compiler) path(i int, way binding) []string {
	var path []string
	for _, s := range c.segments(i) {
		path = append(path, textOf(s))
	}
	for n, segment := range way.segments {
		path[segment] = way.texts[n]
	}
	return path
}

// inside reports whether each request that a pattern lays over a rule's segments has the values of a way. Such a
// pattern has the rule's segments one by one, up to a greedy one: see [common].
func (way binding) inside(laid []string) bool {
	for n, segment := range way.segments {
		if laid[segment] != way.texts[n] && laid[segment] != plainOf(way.texts[n]) {
			return false
		}
	}
	return true
}

// meets reports whether some request that a pattern lays over a rule's segments has the values of a way. Loosely,
// values of two sources may be the same.
func (way binding) meets(laid []string, loosely bool) bool {
	for n, segment := range way.segments {
		text := laid[segment]
		if text == run || plainOf(text) == plainOf(way.texts[n]) || loosely && strings.HasPrefix(text, mark) {
			continue
		}
		return false
	}
	return true
}

// hits reports whether a pattern matches a request to a rule, at a node, that a way permits.
func (c *Compiler) hits(k *class, pattern []string, i int, way binding, loosely bool) bool {
	rule := int(k.rule[i])
	return slices.ContainsFunc(common(pattern, c.segments(i)), func(laid []string) bool {
		return way.meets(laid, loosely) && c.rulesAt(k, c.follow(laid)).Has(rule)
	})
}

// nodeOf is the node of a rule.
func (k *class) nodeOf(rule int) int { return slices.Index(k.rule, int32(rule)) }

// symbols are a grant's ways, with sources instead of their values. All values that are [Compiler.fresh] lead to the
// same plan.
func (c *Compiler) symbols(g *access.Grant) permission {
	p := c.unbound(g)
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

// symbolic is a way with its sources instead of values. A segment that has to be among the values of several sources
// has the first one's symbol.
func symbolic(way access.Way) (b binding) {
	for _, bind := range way {
		b.segments = append(b.segments, bind.Segment)
		b.texts = append(b.texts, symbol(bind.Sources[0]))
	}
	return b
}

// unbound is the part of a grant that depends on no value.
func (c *Compiler) unbound(g *access.Grant) permission {
	p := newPermission(len(c.table.Rules()))
	for i, ok := range g.All {
		if ok && i < len(c.table.Rules()) && c.ours.Has(i) {
			p.permit(i)
		}
	}
	return p
}

// fresh reports whether no value of a grant is a literal of some route, nor the value of two sources, and no segment
// has to be among the values of two.
func (c *Compiler) fresh(g *access.Grant) bool {
	if c.several && g.Ways != nil {
		return false
	}
	for i, values := range g.Values {
		for _, v := range values {
			if c.isLiteral(v) {
				return false
			}
		}
		for _, other := range g.Values[:i] {
			if share(values, other) {
				return false
			}
		}
	}
	return true
}

// share reports whether two sorted lists have an element in common.
func share(a, b []string) bool {
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
