// Package route parses the patterns of an API's routes, which are written as in net/http ("GET /orders/{id}"). It
// matches requests against them in the order that API Gateway REST APIs do, and determines which of them a set of paths
// leads to.
//
// It does not decode, redirect or clean paths, because API Gateway does not. It does not know who may call a route.
package route

import (
	"fmt"
	"slices"
	"strings"
)

// Any is the verb that stands for all verbs that a resource does not declare.
const Any = "ANY"

// Verbs are the HTTP verbs that an API Gateway method can have besides [Any].
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-method-settings-method-request.html
var Verbs = []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}

// Kind is what a segment of a pattern matches.
type Kind uint8

const (
	Literal Kind = iota // its own text
	Param               // one segment: {name}
	Greedy              // one segment or more, to the end: {name+}
)

// Segment is the part of a path between two slashes.
type Segment struct {
	Kind Kind
	Text string // the literal, or the parameter's name
}

func (s Segment) String() string {
	switch s.Kind {
	case Param:
		return "{" + s.Text + "}"
	case Greedy:
		return "{" + s.Text + "+}"
	}
	return s.Text
}

// Pattern is a verb, and a path with parameters.
type Pattern struct {
	Verb     string    // one of [Verbs], or [Any]
	Segments []Segment // empty for the root path
}

// Path returns the pattern's path as API Gateway writes it: "/orders/{id}".
func (p Pattern) Path() string {
	if len(p.Segments) == 0 {
		return "/"
	}
	var b strings.Builder
	for _, s := range p.Segments {
		b.WriteByte('/')
		b.WriteString(s.String())
	}
	return b.String()
}

func (p Pattern) String() string { return p.Verb + " " + p.Path() }

// isGreedy reports whether the pattern ends in a greedy parameter.
func (p Pattern) isGreedy() bool {
	return len(p.Segments) > 0 && p.Segments[len(p.Segments)-1].Kind == Greedy
}

// Variable reports whether the pattern has a plain or greedy parameter.
func (p Pattern) Variable() bool {
	return slices.ContainsFunc(p.Segments, func(s Segment) bool { return s.Kind != Literal })
}

// takes reports whether a request with this verb can reach the pattern. No request has the verb [Any].
func (p Pattern) takes(verb string) bool {
	return verbIndex(verb) >= 0 && (p.Verb == verb || p.Verb == Any)
}

// Parse parses a pattern of the form "VERB /path/{param}/{rest+}".
//
// An error names the pattern, what is wrong with it and what to write instead. Parse refuses a verb that API Gateway
// does not have, a path that does not start with a slash or that ends in one, empty segments, characters that API
// Gateway does not accept in a resource, braces inside a segment, a parameter named twice, and a greedy parameter that
// is not last.
func Parse(s string) (Pattern, error) {
	fail := func(format string, a ...any) (Pattern, error) {
		return Pattern{}, fmt.Errorf("route: pattern %q: %s", s, fmt.Sprintf(format, a...))
	}
	verb, path, found := strings.Cut(s, " ")
	switch {
	case !found && strings.HasPrefix(s, "/"):
		return fail("no verb: write %q for every verb, or one of %s", "ANY "+s, strings.Join(Verbs, ", "))
	case !found:
		return fail("want a verb, one space and a path, like %q", "GET /orders/{id}")
	case !knownVerb(verb):
		if up := strings.ToUpper(verb); knownVerb(up) {
			return fail("verb %q: verbs are written in upper case: %q", verb, up)
		}
		return fail("unknown verb %q: API Gateway has %s and ANY", verb, strings.Join(Verbs, ", "))
	case !strings.HasPrefix(path, "/"):
		return fail("path %q does not start with a slash", path)
	}
	p := Pattern{Verb: verb}
	if path == "/" {
		return p, nil
	}
	if strings.HasSuffix(path, "/") {
		without := strings.TrimRight(path, "/")
		if without == "" {
			return fail("an empty segment (two slashes in a row): the root path is %q", verb+" /")
		}
		return fail("the path ends in a slash, which API Gateway ignores: write %q, and %q for what lies below it",
			verb+" "+without, verb+" "+without+"/{proxy+}")
	}
	p.Segments = make([]Segment, 0, strings.Count(path, "/"))
	for rest, more := path[1:], true; more; {
		var part string
		part, rest, more = strings.Cut(rest, "/")
		seg, err := parseSegment(part)
		if err != nil {
			return fail("%v", err)
		}
		if seg.Kind == Greedy && more {
			return fail("the greedy parameter %s is not last: API Gateway takes it only at the end of a path", seg)
		}
		if p.hasName(seg) {
			return fail("the parameter %q is named twice: give each its own name", seg.Text)
		}
		p.Segments = append(p.Segments, seg)
	}
	return p, nil
}

// hasName reports whether the pattern has a parameter with this parameter's name.
func (p Pattern) hasName(parameter Segment) bool {
	return parameter.Kind != Literal && slices.ContainsFunc(p.Segments, func(s Segment) bool {
		return s.Kind != Literal && s.Text == parameter.Text
	})
}

// MustParse is like [Parse] but panics on an error. It is for patterns that are known to be correct, such as those of
// tests.
func MustParse(s string) Pattern {
	p, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return p
}

func knownVerb(verb string) bool { return verb == Any || verbIndex(verb) >= 0 }

// verbIndex returns the index of a verb in [Verbs], or -1. Every match begins with it.
func verbIndex(verb string) int {
	switch verb {
	case "DELETE":
		return 0
	case "GET":
		return 1
	case "HEAD":
		return 2
	case "OPTIONS":
		return 3
	case "PATCH":
		return 4
	case "POST":
		return 5
	case "PUT":
		return 6
	}
	return -1
}

func parseSegment(part string) (Segment, error) {
	if part == "" {
		return Segment{}, fmt.Errorf("an empty segment (two slashes in a row)")
	}
	inner, open := strings.CutPrefix(part, "{")
	name, closed := strings.CutSuffix(inner, "}")
	if !open || !closed {
		c, ok := invalidRune(part, ":._-$")
		switch {
		case ok:
		case strings.ContainsAny(part, "{}"):
			return Segment{}, fmt.Errorf("segment %q: a parameter takes the whole segment, as in {id}", part)
		default:
			wayOut := ""
			if strings.ContainsRune("<[*", c) { // other routers write a parameter as <id>, [id] or *
				wayOut = ": a parameter is {id}, and all that lies below is {proxy+}"
			}
			return Segment{}, fmt.Errorf("segment %q: API Gateway takes letters, digits and : . _ - $ in a path, not %q%s",
				part, c, wayOut)
		}
		return Segment{Literal, part}, nil
	}
	kind := Param
	if n, ok := strings.CutSuffix(name, "+"); ok {
		kind, name = Greedy, n
	}
	switch {
	case strings.HasSuffix(name, "..."):
		return Segment{}, fmt.Errorf("segment %q: API Gateway writes a greedy parameter {%s+}",
			part, strings.TrimSuffix(name, "..."))
	case name == "$":
		return Segment{}, fmt.Errorf("segment %q: API Gateway's paths match exactly already; leave it out", part)
	case name == "":
		return Segment{}, fmt.Errorf("segment %q: the parameter has no name", part)
	}
	if c, ok := invalidRune(name, ":._-$"); !ok {
		return Segment{}, fmt.Errorf("segment %q: a parameter's name takes letters, digits and : . _ - $, not %q", part, c)
	}
	return Segment{kind, name}, nil
}

// invalidRune returns the first character that is not a letter, a digit or in extra. CDK checks resources against the
// same alphabet before API Gateway sees them.
func invalidRune(s, extra string) (rune, bool) {
	for _, c := range s {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && !strings.ContainsRune(extra, c) {
			return c, false
		}
	}
	return 0, true
}
