package policycompiler

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// Conflict explains why some rights that claims can give have no correct cacheable policy. The policy has to allow one
// rule. That Allow also matches requests to another rule, which the policy must deny. The Deny matches requests to a
// third rule, or to the first, that it must allow.
type Conflict struct {
	Allowed, Denied, Hit int           // indexes of rules; Allowed and Hit may be the same
	Pattern              string        // what is denied, without the prefix: "GET/orders/*/items"
	Request              string        // a request to Hit that the Deny matches: "GET /orders/x/items/items"
	Rights               access.Rights // the least rights with which Allowed and Hit are permitted and Denied is not

	// Values reports that Denied is permitted for some values of its path's parameters. The policy denies its other
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

// Narrower returns a route that takes the request, and those like it, away from Hit. It is Hit's pattern with the words
// of the Deny in place of parameters. If the table has a rule for that route, such requests cause no conflict.
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
		case i < len(denied) && denied[i].Kind == route.Param: // beside it, a parameter has the same name
			words[i] = denied[i].String()
		default:
			return verb + " /" + strings.Join(append(words[:i], "{rest+}"), "/")
		}
	}
	return verb + " /" + strings.Join(words, "/")
}

// Conflicts finds, at synth, the rights that claims can give and that have no cacheable policy. If there are none,
// [Compiler.Append] never returns [ErrConflict] for such rights, and leaves out only values that are literals of
// routes. For each pair of Denied and Hit it returns one conflict, in the order of the rules.
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

// shape is one way in which a rule can be permitted, and what is then allowed.
type shape struct {
	rule  int
	unmet uint16     // a bit for each requirement that parameters of the path meet
	way   access.Way // nil if the rule is permitted whatever the parameters are
	bind  binding
	path  []string
	rules route.Set // the rules that path leads to
}

// shapes returns the shapes of each node's rule.
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
				s.path = c.wayPath(i, s.bind)
				s.rules = c.rulesAt(k, c.follow(s.path))
				out[i] = append(out[i], s)
			}
		}
	}
	return out
}

// conflictsOf finds the conflicts in which the rule at a node is denied.
func (c *Compiler) conflictsOf(k *class, shapes [][]shape, i int) (found []Conflict) {
	denied := int(k.rule[i])
	bound := c.table.Bound(denied)
	if len(c.otherRules(k.exact[i], denied)) == 0 && bound == nil {
		return nil // its pattern matches only its own requests
	}
	for j := range shapes {
		for _, allowed := range shapes[j] {
			if !allowed.rules.Has(denied) || j == i && allowed.way == nil {
				continue
			}
			for _, m := range c.meetingsOf(k, allowed.path, i) {
				if j != i && len(c.otherRules(k.exact[i], denied)) > 0 {
					found = append(found, c.conflictsBarred(k, shapes, allowed, i, m)...)
				}
				for _, ways := range bound {
					if j != i || allowed.unmet == ways.Unmet {
						found = append(found, c.conflictsForValues(k, shapes, allowed, i, m, ways)...)
					}
				}
			}
		}
	}
	return found
}

// conflictsBarred finds the conflicts of a Deny for requests to a rule that is not permitted at all.
func (c *Compiler) conflictsBarred(k *class, shapes [][]shape, allowed shape, i int, m meeting) (found []Conflict) {
	denied := int(k.rule[i])
	for _, hit := range c.shapesHit(k, shapes, m.path, m.rules, denied) {
		if rights, ok := c.feasible(denied, nil, allowed, hit); ok {
			found = append(found, c.conflict(k, allowed.rule, denied, hit, m, rights))
		}
	}
	return found
}

// conflictsForValues finds the conflicts of a Deny for requests to a rule that is permitted for other values.
func (c *Compiler) conflictsForValues(k *class, shapes [][]shape, allowed shape, i int, m meeting,
	ways access.Ways) []Conflict {
	denied := int(k.rule[i])
	var found []Conflict
	for _, way := range ways.Ways {
		own := shape{rule: denied, unmet: ways.Unmet, way: way, bind: symbolic(way)}
		if own.bind.holdsForAll(m.path) {
			if allowed.rule == denied || sameSources(own.way, allowed.way) {
				return nil // the Allow has the values, so the requests are permitted
			}
			continue
		}
		hits := []shape{own}
		if !own.bind.holdsForSome(m.path, false) {
			hits = c.shapesHit(k, shapes, m.path, m.rules, -1)
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

// sameSources reports whether another way has all sources of a way.
func sameSources(way, other access.Way) bool {
	return !slices.ContainsFunc(way, func(b access.Bind) bool {
		return !slices.ContainsFunc(other, func(o access.Bind) bool { return o.Sources[0] == b.Sources[0] })
	})
}

// shapesHit finds the shapes of permitted rules whose requests a Deny would match. It leaves out the rule except.
// Values of two claims may be the same.
func (c *Compiler) shapesHit(k *class, shapes [][]shape, path []string, rules route.Set, except int) (hits []shape) {
	for _, rule := range c.otherRules(rules, except) {
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
	if hit.way != nil { // choose a request that has the values
		for _, l := range overlaps(m.path, c.segments(k.nodeOf(hit.rule))) {
			if hit.bind.holdsForSome(l, true) && c.rulesAt(k, c.follow(l)).Has(hit.rule) {
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
		Pattern: c.withClaimNames(k.verbs[0] + joinPath(m.path)),
		Request: c.withClaimNames(k.verbs[0] + " " + c.witness(k, laid, hit.rule)),
	}
}
