package route

import "strings"

// FallThrough is a request that is meant for a protected route's resource but reaches an open route.
type FallThrough struct {
	Protected, Open int    // indexes of patterns
	Verb            string // a verb that the protected resource lacks
}

// FallThroughs finds the open routes with a parameter that requests for a protected route's resource can fall through
// to. If the protected resource lacks the request's verb, API Gateway goes on to the resource with the parameter. This
// is recorded for greedy parameters. Plain ones are treated alike, because no source says that they differ. Each verb
// is reported by itself: with "GET /{proxy+}" beside "POST /orders", GET /orders falls through.
//
// There is no fall-through to an open greedy route that API Gateway tries first, such as "/public/{proxy+}" beside a
// protected "/{proxy+}", nor between two verbs of one resource.
func (t *Table) FallThroughs(open func(pattern int) bool) []FallThrough {
	var found []FallThrough
	for o, pattern := range t.patterns {
		if !pattern.Variable() || !open(o) {
			continue
		}
		for p, protected := range t.patterns {
			if open(p) || !triedBefore(protected, pattern) {
				continue
			}
			for _, verb := range Verbs {
				if pattern.takes(verb) && t.fallsThrough(protected, o, verb) {
					found = append(found, FallThrough{Protected: p, Open: o, Verb: verb})
				}
			}
		}
	}
	return found
}

// triedBefore reports whether API Gateway tries the resource of pattern a before that of b for a path that matches
// both. This is so if a has a literal, and b a parameter, where the two first differ.
func triedBefore(a, b Pattern) bool {
	for i, s := range b.Segments {
		if i >= len(a.Segments) {
			return false
		}
		if a.Segments[i] != s {
			return a.Segments[i].Kind == Literal && s.Kind != Literal
		}
	}
	return false
}

// fallsThrough reports whether a request for a path of the protected pattern reaches the open one.
func (t *Table) fallsThrough(protected Pattern, open int, verb string) bool {
	for _, path := range t.sharedPaths(protected, t.patterns[open]) {
		if t.Index(verb, path) == open {
			return true
		}
	}
	return false
}

// sharedPaths returns paths of the first pattern, which are also paths of the second if the two have some in common.
// Free segments have a value that no literal matches. Such a value matches as few patterns as possible: if another
// resource takes this path, it takes every path. The value of a greedy parameter is tried with every length that makes
// a difference.
func (t *Table) sharedPaths(x, y Pattern) (paths []string) {
	longest := 0
	if x.isGreedy() {
		for _, p := range t.patterns {
			longest = max(longest, len(p.Segments)+1)
		}
	}
	for length := len(x.Segments); length <= max(longest, len(x.Segments)); length++ {
		var path strings.Builder
		for i := range length {
			path.WriteByte('/')
			switch {
			case i < len(x.Segments) && x.Segments[i].Kind == Literal:
				path.WriteString(x.Segments[i].Text)
			case i < len(y.Segments) && y.Segments[i].Kind == Literal:
				path.WriteString(y.Segments[i].Text)
			default:
				path.WriteByte('*') // no literal has this character
			}
		}
		if length == 0 {
			path.WriteByte('/')
		}
		paths = append(paths, path.String())
	}
	return paths
}

// Wildcard returns the path in the form that the Resource of an IAM policy has. Each parameter becomes "*", which
// crosses slashes. A parameter at the end becomes "?*", because "/orders/*" would also match "/orders/", the path of
// another resource.
func (p Pattern) Wildcard() string {
	if len(p.Segments) == 0 {
		return "/"
	}
	var b strings.Builder
	for i, s := range p.Segments {
		b.WriteByte('/')
		switch {
		case s.Kind == Literal:
			b.WriteString(s.Text)
		case i < len(p.Segments)-1:
			b.WriteByte('*')
		default:
			b.WriteString("?*")
		}
	}
	return b.String()
}

// WildcardCovers reports whether a policy that names one pattern's verbs and [Pattern.Wildcard] also matches requests
// that API Gateway sends to the other pattern of the API. For example, "GET /orders/{id}" covers "GET
// /orders/{id}/items".
func WildcardCovers(named, other Pattern) bool {
	return !partEarly(named, other) && covers(named, other)
}

// partEarly reports whether two patterns differ in a literal before either has a parameter. It is a fast check for most
// pairs of routes, because each pair of an API is compared.
func partEarly(x, y Pattern) bool {
	for i := range min(len(x.Segments), len(y.Segments)) {
		a, b := x.Segments[i], y.Segments[i]
		if a.Kind != Literal || b.Kind != Literal {
			return false
		}
		if a.Text != b.Text {
			return true
		}
	}
	return false
}

func covers(named, other Pattern) bool {
	t, err := NewTable([]Pattern{named, other})
	if err != nil {
		return true // not two routes of one API, so nothing is certain
	}
	m, err := t.Machine()
	if err != nil {
		return true
	}
	at := NewSet(m.Len())
	at.Add(Start)
	for _, s := range named.Segments {
		if s.Kind == Literal {
			at = m.Literal(at, s.Text)
		} else {
			at = m.Run(at)
		}
	}
	for verb, name := range Verbs {
		if !named.takes(name) {
			continue
		}
		for state := range at.All {
			if m.Pattern(state, verb) == 1 {
				return true
			}
		}
	}
	return false
}
