package route

import (
	"fmt"
	"strings"
)

// Sibling is a request that API Gateway sends to one pattern, and that a router with the same patterns serves as
// another, because it decodes the path or treats HEAD as GET.
type Sibling struct {
	Chosen, Served int    // indexes of patterns
	Verb, Path     string // of the request: "GET" and "/%61dmin"
}

// anyValue is a value of a parameter that is not a literal: API Gateway does not accept "~" in a resource.
const anyValue = "~"

// Siblings finds pairs of patterns for which a router that matches again can serve the second although API Gateway
// chose the first. It returns one request for each pair for which matters(chosen, served) is true.
//
// API Gateway does not decode a segment with an escaped letter, so such a segment is not the literal that it decodes
// to. A request for the more specific pattern, with its literals respelled where the other pattern has a parameter, is
// therefore sent to that other pattern. Routers also answer HEAD with what is registered for GET, which API Gateway
// does not.
func (t *Table) Siblings(matters func(chosen, served int) bool) (found []Sibling) {
	for c, chosen := range t.patterns {
		for s, served := range t.patterns {
			if c == s || !matters(c, s) {
				continue
			}
			if sibling, ok := t.respell(c, s); ok {
				found = append(found, sibling)
			} else if sibling, ok := t.headForGet(chosen, served, c, s); ok {
				found = append(found, sibling)
			}
		}
	}
	return found
}

// respell finds a request for the chosen pattern that decodes to one for the served pattern.
func (t *Table) respell(c, s int) (Sibling, bool) {
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
		plain, escaped := anyValue, anyValue
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

// headForGet finds a HEAD request that API Gateway sends to a pattern of ANY, and that a router serves as a pattern of
// GET.
func (t *Table) headForGet(chosen, served Pattern, c, s int) (Sibling, bool) {
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
			path.WriteString("/" + anyValue)
		}
	}
	at := "/" + strings.TrimPrefix(path.String(), "/")
	if t.Index("HEAD", at) != c || t.Index("GET", at) != s {
		return Sibling{}, false
	}
	return Sibling{Chosen: c, Served: s, Verb: "HEAD", Path: at}, true
}

// segmentAt returns the segment of a pattern that matches the i-th segment of a path. A greedy parameter at the end
// matches all further segments.
func segmentAt(p Pattern, i int) (Segment, bool) {
	switch last := len(p.Segments) - 1; {
	case i <= last:
		return p.Segments[i], true
	case p.isGreedy():
		return p.Segments[last], true
	}
	return Segment{}, false
}
