package accessdiff

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// automaton is patterns as places with the characters that lead on.
type automaton struct {
	nodes  []place
	starts []int // of each pattern
	routes int   // how many places are of routes
}

// place is a place in a pattern. The place after it is the next number.
type place struct {
	kind placeKind
	char string // of literal
	of   int    // its pattern
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

// route adds a route's pattern. With slashes, those at the ends of a path that API Gateway ignores are part of it.
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

// wildcard adds a pattern of a policy, in which * and ? are wildcards.
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
			c := []rune(rest)[0]
			a.add(literal, string(c))
			rest = rest[len(string(c))-1:]
		}
		rest = rest[1:]
	}
	a.add(end, "")
}

// places is a set of places.
type places []uint64

func (p places) key() string {
	var b strings.Builder
	for _, w := range p {
		for range 8 {
			b.WriteByte(byte(w))
			w >>= 8
		}
	}
	return b.String()
}

func (p places) list() (out []int) {
	for i, w := range p {
		for n := i << 6; w != 0; n, w = n+1, w>>1 {
			if w&1 != 0 {
				out = append(out, n)
			}
		}
	}
	return out
}

func (p places) union(q places) places {
	out := make(places, len(p))
	for i := range p {
		out[i] = p[i] | q[i]
	}
	return out
}

// closed is a set of places with those that are reached without a character.
func (a *automaton) closed(list []int) places {
	out := make(places, len(a.nodes)>>6+1)
	for _, i := range list {
		for {
			out[i>>6] |= 1 << (i & 63)
			k := a.nodes[i].kind
			if k != run && k != segments && k != slash {
				break
			}
			i++
		}
	}
	return out
}

func (a *automaton) step(p places, c string) places {
	var next []int
	for _, i := range p.list() {
		n := a.nodes[i]
		switch n.kind {
		case literal:
			if n.char == c {
				next = append(next, i+1)
			}
		case one:
			next = append(next, i+1)
		case run:
			next = append(next, i)
		case segment:
			if c != "/" {
				next = append(next, i+1)
			}
		case segments:
			if c != "/" {
				next = append(next, i)
			}
		case slash:
			if c == "/" {
				next = append(next, i)
			}
		}
	}
	return a.closed(next)
}
