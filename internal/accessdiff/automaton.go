package accessdiff

import (
	"encoding/binary"
	"iter"
	"math/bits"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// automaton represents patterns as places with the characters that lead on from them.
type automaton struct {
	nodes  []place
	starts []int // the first place of each pattern
	routes int   // how many places belong to routes
}

// place is a place in a pattern. The place after it is the next number.
type place struct {
	kind placeKind
	char string // for literal
	of   int    // the index of its pattern
}

type placeKind uint8

const (
	literal  placeKind = iota // one character
	one                       // any character
	run                       // any characters, or none
	segment                   // a character that is not a slash
	segments                  // more of them, or none
	slash                     // slashes, or none
	end
)

func (a *automaton) begin() { a.starts = append(a.starts, len(a.nodes)) }

func (a *automaton) add(kind placeKind, char string) {
	a.nodes = append(a.nodes, place{kind, char, len(a.starts) - 1})
}

// route adds a route's pattern. With slashes set, it includes the slashes at the end of a path that API Gateway
// ignores.
func (a *automaton) route(p route.Pattern, slashes bool) {
	a.begin()
	for _, s := range p.Segments {
		a.add(literal, "/")
		switch s.Kind {
		case route.Literal:
			for _, c := range s.Text {
				a.add(literal, string(c))
			}
		case route.Param:
			a.add(segment, "")
			a.add(segments, "")
		default:
			a.add(segment, "")
			a.add(run, "")
		}
	}
	switch {
	case len(p.Segments) == 0:
		a.add(literal, "/")
	case slashes:
		a.add(slash, "")
	}
	a.add(end, "")
	a.routes = len(a.nodes)
}

// wildcard adds a pattern of a policy, with the wildcards * and ?.
func (a *automaton) wildcard(pattern string) {
	a.begin()
	for rest := pattern; rest != ""; {
		switch {
		case strings.HasPrefix(rest, "*"):
			a.add(run, "")
		case strings.HasPrefix(rest, "?"):
			a.add(one, "")
		case len(rest) >= 4 && rest[:2] == "${" && rest[3] == '}':
			a.add(literal, rest[2:3])
			rest = rest[3:]
		default:
			c, size := utf8.DecodeRuneInString(rest)
			a.add(literal, string(c))
			rest = rest[size-1:]
		}
		rest = rest[1:]
	}
	a.add(end, "")
}

// places is a set of places.
type places []uint64

func (p places) key() string {
	b := make([]byte, 0, 8*len(p))
	for _, w := range p {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return string(b)
}

// all returns the places of the set, in order.
func (p places) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, w := range p {
			for ; w != 0; w &= w - 1 {
				if !yield(i<<6 + bits.TrailingZeros64(w)) {
					return
				}
			}
		}
	}
}

func (p places) union(q places) places {
	out := make(places, len(p))
	for i := range p {
		out[i] = p[i] | q[i]
	}
	return out
}

// closed returns a set of places together with those that can be reached without a character.
func (a *automaton) closed(list []int) places {
	out := make(places, len(a.nodes)>>6+1)
	for _, i := range list {
		a.reach(out, i)
	}
	return out
}

// reach adds a place to a set, and the places that can be reached from it without a character.
func (a *automaton) reach(p places, i int) {
	for ; ; i++ {
		p[i>>6] |= 1 << (i & 63)
		if k := a.nodes[i].kind; k != run && k != segments && k != slash {
			return
		}
	}
}

// step returns the places that a character leads to from the places of a set.
func (a *automaton) step(p places, c string) places {
	next := a.closed(nil)
	for i := range p.all() {
		switch n := a.nodes[i]; {
		case n.kind == literal && n.char == c, n.kind == one, n.kind == segment && c != "/":
			a.reach(next, i+1)
		case n.kind == run, n.kind == segments && c != "/", n.kind == slash && c == "/":
			a.reach(next, i)
		}
	}
	return next
}
