package route

import (
	"fmt"
	"strings"
)

// Sibling is a request that API Gateway sends to one pattern, and that a router with the same patterns serves as
// another one where it decodes the path, or takes HEAD for GET.
type Sibling struct {
	Chosen, Served int    // patterns, by their index
	Verb, Path     string // of the request: "GET" and "/%61dmin"
}

// other is a value of a parameter that is not a literal: API Gateway takes no "~" in a resource.
const other = "~"

// Siblings finds a request for each two patterns of which a router that matches again can serve the second where API
// Gateway has chosen the first. Only pairs for which matters(chosen, served) holds are looked at.
//
// An escaped letter keeps a segment from being the literal that it decodes to. So a request for the more specific
// pattern, with such literals respelled as the other pattern has a parameter there, is one for that other pattern, if
// API Gateway chooses it. Routers also answer HEAD with what is registered for GET, which API Gateway does not.
func (t *Table) Siblings(matters func(chosen, served int) bool) (found []Sibling) {
	for c, chosen := range t.patterns {
		for s, served := range t.patterns {
			if c == s || !matters(c, s) {
				continue
			}
			if sibling, ok := t.respelled(c, s); ok {
				found = append(found, sibling)
			} else if sibling, ok := t.head(chosen, served, c, s); ok {
				found = append(found, sibling)
			}
		}
	}
	return found
}

// respelled finds a request for the chosen pattern that decodes to one for the served pattern.
func (t *Table) respelled(c, s int) (Sibling, bool) {
	chosen, served := t.patterns[c], t.patterns[s]
	if !chosen.Variable() {
		return Sibling{}, false
	}
	n := max(len(chosen.Segments), len(served.Segments))
	var sent, decoded strings.Builder
	differ := false
	for i := range n {
		a, inChosen := segmentAt(chosen, i)
		b, inServed := segmentAt(served, i)
		if !inChosen || !inServed {
			return Sibling{}, false
		}
		plain, escaped := other, other
		switch {
		case b.Kind == Literal:
			plain, escaped = b.Text, b.Text
			if a.Kind != Literal {
				escaped = fmt.Sprintf("%%%02x", b.Text[0]) + b.Text[1:]
				differ = true
			} else if a.Text != b.Text {
				return Sibling{}, false
			}
		case a.Kind == Literal:
			plain, escaped = a.Text, a.Text
		}
		sent.WriteString("/" + escaped)
		decoded.WriteString("/" + plain)
	}
	if !differ {
		return Sibling{}, false
	}
	for _, verb := range Verbs {
		if chosen.takes(verb) && served.takes(verb) && t.Index(verb, sent.String()) == c && t.Index(verb,
			decoded.String()) == s {
			return Sibling{Chosen: c, Served: s, Verb: verb, Path: sent.String()}, true
		}
	}
	return Sibling{}, false
}

// head finds a HEAD request that API Gateway sends to a pattern of ANY, and that a router gives to a pattern of GET.
func (t *Table) head(chosen, served Pattern, c, s int) (Sibling, bool) {
	if chosen.Verb != Any || served.Verb != "GET" {
		return Sibling{}, false
	}
	var path strings.Builder
	for i := range max(len(chosen.Segments), len(served.Segments)) {
		a, inChosen := segmentAt(chosen, i)
		b, inServed := segmentAt(served, i)
		switch {
		case !inChosen || !inServed || a.Kind == Literal && b.Kind == Literal && a.Text != b.Text:
			return Sibling{}, false
		case b.Kind == Literal:
			path.WriteString("/" + b.Text)
		case a.Kind == Literal:
			path.WriteString("/" + a.Text)
		default:
			path.WriteString("/" + other)
		}
	}
	at := "/" + strings.TrimPrefix(path.String(), "/")
	if t.Index("HEAD", at) != c || t.Index("GET", at) != s {
		return Sibling{}, false
	}
	return Sibling{Chosen: c, Served: s, Verb: "HEAD", Path: at}, true
}

// segmentAt is the segment that takes the i-th of a path, where a greedy one takes all from its place on.
func segmentAt(p Pattern, i int) (Segment, bool) {
	switch last := len(p.Segments) - 1; {
	case i <= last:
		return p.Segments[i], true
	case p.greedy():
		return p.Segments[last], true
	}
	return Segment{}, false
}
