package access

import (
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// Source is a claim that parameters of paths are compared with.
type Source struct {
	Kind  Kind // PathIs or PathIn
	Claim string
}

// Bind asks for a segment of the path that is among the values of sources.
type Bind struct {
	Segment int      // its place in the path, from 0
	Sources []int    // by their place in [Table.Sources]; the value is in all of them
	Taken   []string // literals that other routes have at that place, which the value is not
}

// Way is one way in which a path's parameters permit a rule: all of its binds hold, in the order of their segments.
type Way []Bind

// Ways are those in which parameters meet some requirements of a rule.
type Ways struct {
	Unmet uint16 // the requirements, a bit for each: those that no value of the rights meets
	Ways  []Way
}

// maxWays bounds [Table.Grant].
const maxWays = 16

// bound is what the table knows of a rule with requirements on its path.
type bound struct {
	clauses uint16 // the requirements that a parameter can meet, a bit for each
	ways    []Ways // for each subset of those
}

// ways is in how many ways parameters of the path can meet requirements, at most.
func ways(requires []Requirement) int {
	n := 1
	for _, r := range requires {
		alternatives := 0
		for range r.Paths {
			alternatives++
		}
		n *= max(1, alternatives)
	}
	return n
}

// bindAll prepares the rules with requirements on their paths.
func (t *Table) bindAll() {
	for i, rule := range t.rules {
		var b bound
		for j, req := range rule.Requires {
			for range req.Paths {
				b.clauses |= 1 << j
			}
		}
		if b.clauses == 0 {
			continue
		}
		if t.bounds == nil {
			t.bounds = make([]*bound, len(t.rules))
		}
		t.bounds[i] = &b
		// Each subset of the clauses: those that values do not meet.
		for unmet := b.clauses; unmet != 0; unmet = (unmet - 1) & b.clauses {
			b.ways = append(b.ways, Ways{unmet, t.waysOf(rule, unmet)})
		}
	}
}

func (t *Table) waysOf(rule Rule, unmet uint16) []Way {
	out := []Way{nil}
	for j, req := range rule.Requires {
		if unmet>>j&1 == 0 {
			continue
		}
		var next []Way
		for _, way := range out {
			for alternative := range req.Paths {
				next = append(next, way.with(t.bind(rule.Pattern, alternative)))
			}
		}
		out = next
	}
	return out
}

// with joins a bind to a way.
func (w Way) with(b Bind) Way {
	out := append(slices.Clip(w), b)
	for i := len(w) - 1; i >= 0 && out[i].Segment >= b.Segment; i-- {
		if out[i].Segment > b.Segment {
			out[i], out[i+1] = out[i+1], out[i]
			continue
		}
		copy(out[i+1:], out[i+2:])
		if source := b.Sources[0]; !slices.Contains(out[i].Sources, source) {
			out[i].Sources = append(slices.Clip(out[i].Sources), source)
		}
		return out[:len(w)]
	}
	return out
}

func (t *Table) bind(p route.Pattern, req Requirement) Bind {
	source := Source{req.Kind, req.Claim}
	n := slices.Index(t.sources, source)
	if n < 0 {
		n = len(t.sources)
		t.sources = append(t.sources, source)
	}
	i := parameter(p, req.Parameter)
	return Bind{Segment: i, Sources: []int{n}, Taken: t.taken(p.Segments[:i])}
}

// parameter finds a plain parameter of a pattern by its name, or -1.
func parameter(p route.Pattern, name string) int {
	return slices.Index(p.Segments, route.Segment{Kind: route.Param, Text: name})
}

// taken are the literals that other routes have at the place after these segments.
func (t *Table) taken(prefix []route.Segment) (out []string) {
	for _, rule := range t.rules {
		s := rule.Pattern.Segments
		if len(s) > len(prefix) && s[len(prefix)].Kind == route.Literal && slices.Equal(s[:len(prefix)], prefix) &&
			!slices.Contains(out, s[len(prefix)].Text) {
			out = append(out, s[len(prefix)].Text)
		}
	}
	return out
}

// Sources returns the claims that parameters of paths are compared with. The slice is the table's own: it is not to be
// changed.
func (t *Table) Sources() []Source { return t.sources }

// Bound returns the ways in which parameters of its path can meet requirements of a rule, for each subset of those.
func (t *Table) Bound(rule int) []Ways {
	if t.bounds == nil || t.bounds[rule] == nil {
		return nil
	}
	return t.bounds[rule].ways
}
