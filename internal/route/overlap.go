package route

import "strings"

// FallThrough is a request that is meant for a protected route's resource and reaches an open route.
type FallThrough struct {
	Protected, Open int    // patterns, by their index
	Verb            string // a verb that the protected resource lacks
}

// FallThroughs finds every open route with a parameter that a request for a protected route's resource can fall through
// to: some path leads to the protected resource, which lacks the verb, and API Gateway goes on to the one with the
// parameter. That it does so for a greedy one is recorded; a plain one is treated alike, as nothing says that it
// differs. Where the verb matters to the caller ("GET /{proxy+}" beside "POST /orders": GET /orders reaches it), each
// is reported.
//
// An open greedy route of its own place, such as "/public/{proxy+}" beside a protected "/{proxy+}", is not such a
// route: there the open one comes first. Nor are two verbs of one resource.
func (t *Table) FallThroughs(open func(pattern int) bool) []FallThrough {
	var found []FallThrough
	for o, pattern := range t.patterns {
		if !pattern.Variable() || !open(o) {
			continue
		}
		for p, protected := range t.patterns {
			if open(p) || !before(protected, pattern) {
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

// before reports whether API Gateway tries pattern a's resource before b's for a path that fits both: where they part,
// a has a literal and b has none.
func before(a, b Pattern) bool {
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

// fallsThrough reports whether a path of the protected pattern with this verb reaches the open one.
func (t *Table) fallsThrough(protected Pattern, open int, verb string) bool {
	for _, path := range t.shared(protected, t.patterns[open]) {
		if t.Index(verb, path) == open {
			return true
		}
	}
	return false
}

// shared are paths of the first pattern, those of the second where it has some. Where the path is free it has values
// that no literal matches: any other value fits no further pattern than they do, so if another resource takes this path
// it takes all of them. A greedy parameter's value has every length that makes a difference.
func (t *Table) shared(x, y Pattern) (paths []string) {
	longest := 0
	if x.greedy() {
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

// Wildcard is the path as the Resource of an IAM policy matches it: "*" for each parameter, which crosses slashes, and
// "?*" where it is the last, since "/orders/*" also matches "/orders/", which is the path of another resource.
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

// WildcardCovers reports whether a policy that names one pattern's verbs and [Pattern.Wildcard] also matches a request
// that API Gateway sends to the other pattern, of the same API. So "GET /orders/{id}" covers "GET /orders/{id}/items".
func WildcardCovers(named, other Pattern) bool { return !apart(named, other) && covers(named, other) }

// apart reports whether two patterns have different literals where both have one, before anything else. Most patterns
// of an API are, and its routes are compared pair by pair.
func apart(x, y Pattern) bool {
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
		return true // not two routes of one API, so nothing can be promised
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
