package policycompiler

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// The reasons for leaving something out of a grant, for [access.Left].
const (
	whyLong    = "the resource would have more than 512 characters"
	whyMany    = "there are more values than a policy holds"
	whyLiteral = "the value is a literal of another route, so that no policy allows just its requests"
)

// exact plans a policy with the caller's own values.
type exact struct {
	c      *Compiler
	grant  *access.Grant
	prefix string
	ways   [][]binding // for each rule
}

// appendExactly is [Compiler.Append] for values for which callers cannot share a plan. It plans with these values, and
// leaves out what a policy cannot express. Once all ways are left out, the policy depends on the rights alone.
func (c *Compiler) appendExactly(to []byte, prefix string, g *access.Grant) ([]byte, error) {
	if !isPrefix(prefix) {
		return to, fmt.Errorf("%w: the prefix %q is not what comes before the verb in one", ErrARN, prefix)
	}
	e := exact{c: c, grant: g, prefix: prefix, ways: make([][]binding, len(c.table.Rules()))}
	e.leaveLists()
	for rule := range g.Ways {
		e.bindValues(rule)
	}
	for _, leave := range []func(){func() {}, e.leaveLiterals, e.leaveAll} {
		leave()
		out, err := e.write(to)
		for errors.Is(err, errTotal) && e.hasWays() {
			e.leaveMost()
			out, err = e.write(to)
		}
		if err == nil || !e.hasWays() {
			return out, err
		}
	}
	return to, ErrConflict // not reached: without ways, the loop returns
}

// errTotal reports that the whole policy is too large, and not a single resource.
var errTotal = fmt.Errorf("%w: all of it", ErrTooLarge)

func (e *exact) write(to []byte) ([]byte, error) {
	p := e.c.unboundPermission(e.grant)
	for rule, ways := range e.ways {
		p.bind(len(e.ways), rule, ways)
	}
	w, err := e.c.compose(nil, e.prefix, p)
	if err = cmp.Or(err, w.err); err != nil {
		return to, err
	}
	f := newFiller(slices.Clip(to), nil, !e.c.DenyEscapes)
	newTemplate(string(append(w.to, closing...))).fill(f, !e.c.DenyEscapes)
	switch {
	case f.longest > maxResource:
		return to, fmt.Errorf("%w: %s", ErrTooLarge, whyLong)
	case len(f.to)-len(to) > e.c.Limit:
		return to, errTotal
	}
	return f.to, nil
}

// hasWays reports whether there are ways left.
func (e *exact) hasWays() bool {
	return slices.ContainsFunc(e.ways, func(ways []binding) bool { return len(ways) > 0 })
}

// planFactor limits the ways that are planned with their values. They may take this multiple of the limit, in the bytes
// that they need one by one. Rules that share a branch need less.
const planFactor = 16

// leaveLists leaves out the rules with the most ways for their values if planning would take too long.
func (e *exact) leaveLists() {
	counts := make([]int, len(e.ways))
	for rule, ways := range e.grant.Ways {
		for _, way := range ways {
			n := 1
			for _, b := range way {
				n = min(n*len(e.grant.Values[b.Sources[0]]), 1<<20)
			}
			counts[rule] += n
		}
	}
	for {
		bytes, highest := 0, 0
		for rule, n := range counts {
			bytes, highest = bytes+n*e.length(rule, binding{}), max(highest, n)
		}
		if bytes <= planFactor*e.c.Limit {
			return
		}
		for rule, n := range counts {
			if n == highest {
				counts[rule] = 0
				e.leaveRule(rule, whyMany)
			}
		}
	}
}

// bindValues sets the ways of a rule with their values.
func (e *exact) bindValues(rule int) {
	if slices.ContainsFunc(e.grant.Left, func(l access.Left) bool { return l.Rule == rule && l.Segments == nil }) {
		return
	}
	for _, way := range e.grant.Ways[rule] {
		made := []binding{{}}
		for _, b := range way {
			values := e.grant.ValuesOf(b)
			var next []binding
			for _, m := range made {
				for _, v := range values {
					next = append(next, binding{
						append(slices.Clip(m.segments), b.Segment), append(slices.Clip(m.texts), mark+v),
					})
				}
			}
			made = next
		}
		e.ways[rule] = append(e.ways[rule], made...)
	}
	e.leave(rule, whyLong, func(way binding) bool { return e.length(rule, way) > maxResource })
	// The percent-encoded spelling is not the literal, so one plan would not be correct for both spellings.
	e.leave(rule, whyLiteral, func(way binding) bool {
		return slices.ContainsFunc(way.texts, func(text string) bool {
			v := unmarked(text)
			return e.c.isLiteral(v) && access.Escaped(v) != v
		})
	})
}

// length returns the length of the longest resource that allows a way.
func (e *exact) length(rule int, way binding) int {
	p := e.c.table.Rules()[rule].Pattern
	n := len(e.prefix) + len(p.Verb)
	if p.Verb == route.Any {
		n = len(e.prefix) + len("OPTIONS")
	}
	for _, s := range p.Segments {
		if n += len("/"); s.Kind == route.Literal {
			n += len(s.Text)
		} else {
			n += len("?*")
		}
	}
	for _, text := range way.texts {
		n += len(access.Escaped(unmarked(text))) - len("?*")
	}
	return n + len("/")
}

// leave leaves out some ways of a rule.
func (e *exact) leave(rule int, why string, which func(binding) bool) {
	e.ways[rule] = slices.DeleteFunc(e.ways[rule], func(way binding) bool {
		if !which(way) {
			return false
		}
		left := access.Left{Rule: rule, Segments: way.segments, Why: why}
		for _, text := range way.texts {
			left.Values = append(left.Values, unmarked(text))
		}
		e.grant.Left = append(e.grant.Left, left)
		return true
	})
}

func (e *exact) leaveRule(rule int, why string) {
	e.ways[rule] = nil
	e.grant.Left = append(e.grant.Left, access.Left{Rule: rule, Why: why})
}

// leaveMost leaves out the rules that have the most ways.
func (e *exact) leaveMost() {
	highest := 0
	for _, ways := range e.ways {
		highest = max(highest, len(ways))
	}
	for rule, ways := range e.ways {
		if len(ways) == highest {
			e.leaveRule(rule, whyMany)
		}
	}
}

func (e *exact) leaveLiterals() {
	for rule := range e.ways {
		e.leave(rule, whyLiteral, func(way binding) bool {
			return slices.ContainsFunc(way.texts, func(text string) bool { return e.c.isLiteral(unmarked(text)) })
		})
	}
}

func (e *exact) leaveAll() {
	for rule, ways := range e.ways {
		if len(ways) > 0 {
			e.leaveRule(rule, whyLiteral)
		}
	}
}
