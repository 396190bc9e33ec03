package main

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// literals are few, so that routes overlap. They contain the special characters that API Gateway accepts in a path
// part.
var literals = []string{"a", "b", "me", "admin", "a-b", "$x", "a:b", "v1.0", "A"}

// rights are the values that routes require and callers have.
var rights = []string{"r", "s", "t"}

// drawTable draws the rules of an API. It omits rules with which API Gateway would reject the table.
func drawTable(r *rand.Rand) *access.Table {
	verbs := [][]string{
		{"GET"},
		{"GET", "GET", "POST"},
		{"GET", route.Any},
		{"GET", "HEAD", "POST", "OPTIONS", route.Any},
	}[r.IntN(4)]
	words := literals[:2+r.IntN(len(literals)-1)]
	var rules []access.Rule
	for range 2 + r.IntN(9) {
		p := route.Pattern{Verb: verbs[r.IntN(len(verbs))]}
		for depth := range r.IntN(4) {
			s := route.Segment{Kind: route.Literal, Text: words[r.IntN(len(words))]}
			switch x := r.IntN(12); {
			case x < 3:
				s = route.Segment{Kind: route.Param, Text: fmt.Sprintf("p%d", depth)}
			case x < 5:
				s = route.Segment{Kind: route.Greedy, Text: fmt.Sprintf("p%d", depth)}
			}
			p.Segments = append(p.Segments, s)
			if s.Kind == route.Greedy {
				break
			}
		}
		rule := access.Rule{Pattern: p}
		switch r.IntN(5) {
		case 0:
			rule.Elsewhere = true // public: API Gateway runs no authorizer
		case 1, 2, 3:
			rule.Requires = []access.Requirement{{Kind: access.Scope, AnyOf: []string{rights[r.IntN(len(rights))]}}}
		}
		if _, err := access.NewTable(append(rules[:len(rules):len(rules)], rule)); err == nil {
			rules = append(rules, rule)
		}
	}
	t, err := access.NewTable(rules)
	if err != nil {
		panic(err) // unreachable: the table was valid with each rule
	}
	return t
}

// drawRequest draws a request that is close to a route, often with an unusual spelling of the path.
func drawRequest(r *rand.Rand, t *access.Table) (verb, path string) {
	rules := t.Rules()
	p := rules[r.IntN(len(rules))].Pattern
	verb = p.Verb
	if verb == route.Any || r.IntN(4) == 0 {
		verb = route.Verbs[r.IntN(len(route.Verbs))]
	}
	var parts []string
	for _, s := range p.Segments {
		switch {
		case s.Kind == route.Literal && r.IntN(10) > 0:
			parts = append(parts, s.Text)
		default:
			parts = append(parts, drawValue(r))
		}
		if s.Kind == route.Greedy {
			for range r.IntN(3) {
				parts = append(parts, drawValue(r))
			}
		}
	}
	if r.IntN(6) == 0 {
		parts = append(parts, drawValue(r))
	}
	joined := strings.Join(parts, "/")
	if r.IntN(3) > 0 {
		joined = respell(r, joined)
	}
	return verb, "/" + joined + strings.Repeat("/", max(0, r.IntN(6)-3))
}

// values are values of parameters that are special for routers.
var values = []string{
	"x", "7", "..", ".", "", "%2F", "%2f", "a%2Fb", "..%2Fadmin", "%2e%2e", "%2E", "a%20b", "Andr%C3%A9", "%00",
	"%25", "%2561dmin",
	"%61dmin", "%6De", "%24x", "a%3Ab", "a%3ab", "50%", "%zz", "%", "a;b", "a+b", "a=b", "{p0}", "~", "%7E", "|",
	"\\", "*",
}

func drawValue(r *rand.Rand) string {
	if r.IntN(2) == 0 {
		return literals[r.IntN(len(literals))]
	}
	return values[r.IntN(len(values))]
}

// respell changes the spelling of some characters of a path. It escapes them once or twice, or adds dots and slashes
// that cleaning removes.
func respell(r *rand.Rand, path string) string {
	var b strings.Builder
	often := 1 + r.IntN(8)
	for i := range len(path) {
		c := path[i]
		if r.IntN(often) > 0 || c == '%' {
			b.WriteByte(c)
			continue
		}
		escape := fmt.Sprintf([]string{"%%%02X", "%%%02x"}[r.IntN(2)], c)
		switch x := r.IntN(12); {
		case x == 0:
			escape = "%25" + escape[1:]
		case c == '/' && x < 3:
			escape = "//"
		case c == '/' && x < 5:
			escape = "/./"
		case c == '/' && x < 7:
			escape = "/x/../"
		case c == '/' && x < 8:
			escape = "/x%2F..%2F"
		}
		b.WriteString(escape)
	}
	return b.String()
}
