package policycompiler

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// Conflict says why no cacheable policy is right for some rights that claims can give: it has to allow one rule, and to
// deny another whose requests that Allow matches as well, and the Deny matches requests to a third one, or to the
// first, that it has to allow.
type Conflict struct {
	Allowed, Denied, Hit int           // rules, by their index; Allowed and Hit may be the same
	Pattern              string        // what is denied, without the prefix: "GET/orders/*/items"
	Request              string        // a request to Hit that the iampolicy.Deny matches: "GET /orders/x/items/items"
	Rights               access.Rights // the least with which Allowed and Hit are permitted and Denied is not

	// Values says that Denied is permitted too, for some values of its path's parameters: what is denied are its other
	// requests.
	Values bool

	rules []access.Rule
}

// String explains the conflict to the author of the table.
func (c Conflict) String() string {
	if c.Values {
		return fmt.Sprintf("a caller who may call %q for some values of its path's parameters gets a policy that denies %s, "+
			"since the * of what allows %q matches it for other values; that denies %s too, a request to %q, which this "+
			"caller may make", c.rules[c.Denied].Pattern, c.Pattern, c.rules[c.Allowed].Pattern, c.Request,
			c.rules[c.Hit].Pattern)
	}
	return fmt.Sprintf("a caller who may call %q and not %q gets a policy that denies %s, since the * of the first "+
		"matches the second; that denies %s too, a request to %q, which this caller may make",
		c.rules[c.Allowed].Pattern, c.rules[c.Denied].Pattern, c.Pattern, c.Request, c.rules[c.Hit].Pattern)
}

// Narrower is a route that takes the request, and those like it, away from Hit: Hit's pattern, with the words that the
// Deny names in place of parameters. With a rule of its own for that route, there is no conflict about them.
func (c Conflict) Narrower() string {
	verb, path, _ := strings.Cut(c.Request, " ")
	named := strings.Split(c.Pattern, "/")
	hit, denied := c.rules[c.Hit].Pattern.Segments, c.rules[c.Denied].Pattern.Segments
	words := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, word := range words {
		switch {
		case slices.Contains(named, word) && !strings.HasPrefix(word, "<") || i < len(hit) && hit[i].Kind == route.Literal:
		case i < len(hit) && hit[i].Kind == route.Param:
			words[i] = hit[i].String()
		case i < len(denied) && denied[i].Kind == route.Param: // beside it, a parameter has its name
			words[i] = denied[i].String()
		default:
			return verb + " /" + strings.Join(append(words[:i], "{rest+}"), "/")
		}
	}
	return verb + " /" + strings.Join(words, "/")
}

// Conflicts finds, for use at synth, whether some rights that claims can give have no cacheable policy. If there are
// none, [Compiler.Append] never returns [ErrConflict] for such rights, and leaves out no values but those that are
// literals of routes. Of each pair of Denied and Hit one is reported, in the order of the rules.
func (c *Compiler) Conflicts() []Conflict {
	var found []Conflict
	for k := range c.classes {
		class := &c.classes[k]
		shapes := c.shapes(class)
		for i, denied := range class.rule {
			if denied >= 0 && c.ours.Has(int(denied)) {
				found = append(found, c.conflictsOf(class, shapes, i)...)
			}
		}
	}
	key := func(f Conflict) [2]int { return [2]int{f.Denied, f.Hit} }
	slices.SortStableFunc(found, func(a, b Conflict) int {
		return cmp.Or(cmp.Compare(a.Denied, b.Denied), cmp.Compare(a.Hit, b.Hit))
	})
	return slices.CompactFunc(found, func(a, b Conflict) bool { return key(a) == key(b) })
}

// shape is one of the ways in which a rule can be permitted, and what is allowed then.
type shape struct {
	rule  int
	unmet uint16     // the requirements that parameters of the path meet
	way   access.Way // nil if the rule is permitted whatever they are
	bind  binding
	path  []string
	rules route.Set // those that the path leads to
}

// shapes are those of each node's rule.
func (c *Compiler) shapes(k *class) [][]shape {
	out := make([][]shape, len(k.rule))
	for i, rule := range k.rule {
		if rule < 0 || !c.ours.Has(int(rule)) {
			continue
		}
		out[i] = []shape{{rule: int(rule), path: c.patterns(entry{i, exactly})[0], rules: k.exact[i]}}
		for _, ways := range c.table.Bound(int(rule)) {
			for _, way := range ways.Ways {
				s := shape{rule: int(rule), unmet: ways.Unmet, way: way, bind: symbolic(way)}
				s.path = c.path(i, s.bind)
				s.rules = c.rulesAt(k, c.follow(s.path))
				out[i] = append(out[i], s)
			}
		}
	}
	return out
}

// conflictsOf finds those in which the rule at a node is the one denied.
func (c *Compiler) conflictsOf(k *class, shapes [][]shape, i int) (found []Conflict) {
	denied := int(k.rule[i])
	bound := c.table.Bound(denied)
	if len(c.others(k.exact[i], denied)) == 0 && bound == nil {
		return nil // its pattern hits nothing but its own requests
	}
	for j := range shapes {
		for _, allowed := range shapes[j] {
			if !allowed.rules.Has(denied) || j == i && allowed.way == nil {
				continue
			}
			for _, m := range c.meetingsOf(k, allowed.path, i) {
				if j != i && len(c.others(k.exact[i], denied)) > 0 {
					found = append(found, c.without(k, shapes, allowed, i, m)...)
				}
				for _, ways := range bound {
					if j != i || allowed.unmet == ways.Unmet {
						found = append(found, c.withOthers(k, shapes, allowed, i, m, ways)...)
					}
				}
			}
		}
	}
	return found
}

// without finds the conflicts of a Deny for requests to a rule that is not permitted at all.
func (c *Compiler) without(k *class, shapes [][]shape, allowed shape, i int, m meeting) (found []Conflict) {
	denied := int(k.rule[i])
	for _, hit := range c.hitBy(k, shapes, m.path, m.rules, denied) {
		if rights, ok := c.feasible(denied, nil, allowed, hit); ok {
			found = append(found, c.conflict(k, allowed.rule, denied, hit, m, rights))
		}
	}
	return found
}

// withOthers finds those where it is permitted for some values, which are not those that are denied.
func (c *Compiler) withOthers(k *class, shapes [][]shape, allowed shape, i int, m meeting,
	ways access.Ways) []Conflict {
	denied := int(k.rule[i])
	var found []Conflict
	for _, way := range ways.Ways {
		own := shape{rule: denied, unmet: ways.Unmet, way: way, bind: symbolic(way)}
		if own.bind.inside(m.path) {
			if allowed.rule == denied || sameSources(own.way, allowed.way) {
				return nil // whose values are there, as the Allow has them
			}
			continue
		}
		hits := []shape{own}
		if !own.bind.meets(m.path, false) {
			hits = c.hitBy(k, shapes, m.path, m.rules, -1)
		}
		for _, hit := range hits {
			if rights, ok := c.feasible(denied, &ways, allowed, hit, own); ok {
				f := c.conflict(k, allowed.rule, denied, hit, m, rights)
				f.Values = true
				found = append(found, f)
			}
		}
	}
	return found
}

// sameSources reports whether the sources of a way are among those of another one.
func sameSources(way, other access.Way) bool {
	return !slices.ContainsFunc(way, func(b access.Bind) bool {
		return !slices.ContainsFunc(other, func(o access.Bind) bool { return o.Sources[0] == b.Sources[0] })
	})
}

// hitBy finds the ways in which rules are permitted, but for one rule, of which a Deny would match requests. Values of
// two claims may be the same.
func (c *Compiler) hitBy(k *class, shapes [][]shape, path []string, rules route.Set, but int) (hits []shape) {
	for _, rule := range c.others(rules, but) {
		at := k.nodeOf(rule)
		for _, s := range shapes[at] {
			if s.way == nil || c.hits(k, path, at, s.bind, true) {
				hits = append(hits, s)
			}
		}
	}
	return hits
}

func (c *Compiler) conflict(k *class, allowed, denied int, hit shape, m meeting, rights access.Rights) Conflict {
	laid := m.path
	if hit.way != nil { // a request that has the values
		for _, l := range common(m.path, c.segments(k.nodeOf(hit.rule))) {
			if hit.bind.meets(l, true) && c.rulesAt(k, c.follow(l)).Has(hit.rule) {
				laid = slices.Clone(l)
				for n, segment := range hit.bind.segments {
					laid[segment] = hit.bind.texts[n]
				}
				break
			}
		}
	}
	return Conflict{
		Allowed: allowed,
		Denied:  denied,
		Hit:     hit.rule,
		Rights:  rights,
		rules:   c.table.Rules(),
		Pattern: c.legible(k.verbs[0] + joined(m.path)),
		Request: c.legible(k.verbs[0] + " " + c.witness(k, laid, hit.rule)),
	}
}
