package access

import (
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// Source is a claim that path parameters are compared with.
type Source struct {
	Kind  Kind // PathIs or PathIn
	Claim string
}

// Bind requires a segment of the path to be among the values of sources.
type Bind struct {
	Segment int      // the segment's index in the path
	Sources []int    // indexes in [Table.Sources]; the value must be in all of them
	Taken   []string // literals that other routes have at that place, which the value must not be
}

// Way is one way in which the parameters of a path permit a rule. All of its binds must hold. They are in the order of
// their segments.
type Way []Bind

// Ways are the ways in which parameters meet some requirements of a rule.
type Ways struct {
	Unmet uint16 // a bit for each requirement that no value of the rights meets
	Ways  []Way
}

// maxWays limits the work of [Table.Grant].
const maxWays = 16

// bound holds the ways of a rule with requirements on its path.
type bound struct {
	clauses uint16 // a bit for each requirement that a parameter can meet
	ways    []Ways // for each subset of clauses
}

// countWays returns an upper limit for the number of ways in which parameters can meet the requirements.
func countWays(requires []Requirement) int {
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
		// Each subset of the clauses can be what the values do not meet.
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
				next = append(next, way.withBind(t.bind(rule.Pattern, alternative)))
			}
		}
		out = next
	}
	return out
}

// withBind returns the way with a further bind.
func (w Way) withBind(b Bind) Way {
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
	i := parameterIndex(p, req.Parameter)
	return Bind{Segment: i, Sources: []int{n}, Taken: t.takenLiterals(p.Segments[:i])}
}

// parameterIndex returns the index of a pattern's plain parameter with this name, or -1.
func parameterIndex(p route.Pattern, name string) int {
	return slices.Index(p.Segments, route.Segment{Kind: route.Param, Text: name})
}

// takenLiterals returns the literals that other routes have at the place after these segments.
func (t *Table) takenLiterals(prefix []route.Segment) (out []string) {
	for _, rule := range t.rules {
		s := rule.Pattern.Segments
		if len(s) > len(prefix) && s[len(prefix)].Kind == route.Literal && slices.Equal(s[:len(prefix)], prefix) &&
			!slices.Contains(out, s[len(prefix)].Text) {
			out = append(out, s[len(prefix)].Text)
		}
	}
	return out
}

// Sources returns the claims that path parameters are compared with. The caller must not change the slice.
func (t *Table) Sources() []Source { return t.sources }

// Bound returns the ways in which parameters of its path can meet requirements of a rule, for each subset of the
// requirements that parameters can meet.
func (t *Table) Bound(rule int) []Ways {
	if t.bounds == nil || t.bounds[rule] == nil {
		return nil
	}
	return t.bounds[rule].ways
}
