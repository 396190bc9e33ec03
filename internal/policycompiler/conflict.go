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

	rules []access.Rule
}

// String explains the conflict to the author of the table.
func (c Conflict) String() string {
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
		case slices.Contains(named, word) || i < len(hit) && hit[i].Kind == route.Literal:
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
// none, [Compiler.Append] never returns [ErrConflict] for such rights. Of each pair of Denied and Hit one is reported,
// in the order of the rules.
func (c *Compiler) Conflicts() []Conflict {
	var found []Conflict
	for k := range c.classes {
		for i, denied := range c.classes[k].rule {
			if denied >= 0 && c.ours.Has(int(denied)) {
				found = append(found, c.conflictsOf(&c.classes[k], i)...)
			}
		}
	}
	key := func(f Conflict) [2]int { return [2]int{f.Denied, f.Hit} }
	slices.SortStableFunc(found, func(a, b Conflict) int {
		return cmp.Or(cmp.Compare(a.Denied, b.Denied), cmp.Compare(a.Hit, b.Hit))
	})
	return slices.CompactFunc(found, func(a, b Conflict) bool { return key(a) == key(b) })
}

// conflictsOf finds those in which the rule at a node is the one denied.
func (c *Compiler) conflictsOf(k *class, i int) (found []Conflict) {
	denied := int(k.rule[i])
	if len(c.others(k.exact[i], denied)) == 0 {
		return nil // its pattern hits nothing but its own requests
	}
	rules := c.table.Rules()
	for j, allowed := range k.rule {
		if allowed < 0 || int(allowed) == denied || !c.ours.Has(int(allowed)) {
			continue
		}
		for _, m := range c.meetings(k, entry{j, exactly}, i) {
			for _, hit := range c.others(m.rules, denied) {
				if rights, feasible := access.Lacking(rules[denied], rules[allowed], rules[hit]); feasible {
					found = append(found, Conflict{
						Allowed: int(allowed),
						Denied:  denied,
						Hit:     hit,
						Rights:  rights,
						rules:   rules,
						Pattern: k.verbs[0] + joined(m.path),
						Request: k.verbs[0] + " " + c.witness(k, m.path, hit),
					})
				}
			}
		}
	}
	return found
}

// others are the rules of a set that the authorizer decides, but for one.
func (c *Compiler) others(rules route.Set, but int) (out []int) {
	for r := range rules.All {
		if r != but && c.ours.Has(r) {
			out = append(out, r)
		}
	}
	return out
}

// witness finds a path that a pattern matches and that leads to a rule: a shortest one.
func (c *Compiler) witness(k *class, pattern []string, rule int) string {
	type place struct {
		state, done int  // done: how much of the pattern is behind it
		running     bool // the run after that has begun
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
		if at.running { // the run may be over
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
			if next.state = c.machine.Read(at.state, segment); next.state >= 0 {
				queue = append(queue, step{next, slices.Concat(at.path, []string{segment})})
			}
		}
		if literal := pattern[at.done]; literal != run {
			read(literal, place{done: at.done + 1})
			continue
		}
		read(c.free(at.state), place{done: at.done, running: true})
		for _, literal := range c.machine.Literals(at.state) {
			read(literal, place{done: at.done, running: true})
		}
	}
	return "" // the caller knows that there is one
}

// free is a segment that no literal in question matches, for people to read.
func (c *Compiler) free(state int) string {
	for _, s := range []string{"x", "y", "z"} {
		if !slices.Contains(c.machine.Literals(state), s) {
			return s
		}
	}
	return "~" // no literal has this character
}
