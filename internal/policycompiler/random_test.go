package policycompiler

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

const prefix = "arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/"

// words are the literals of random tables. They are few, so that routes overlap. One is a part of another, which would
// reveal a pattern that ignores segments.
var words = []string{"a", "b", "c", "ab", "b-c"}

// randomTable returns a random table of up to n rules that one API can have.
func randomTable(r *rand.Rand, n int) *access.Table {
	verbs := [][]string{{"GET"}, {"GET"}, {"GET", "GET", "GET", "POST", route.Any, "PUT"},
		append([]string{route.Any}, route.Verbs...)}[r.IntN(4)]
	depth := 1 + r.IntN(5)
	literals := 1 + r.IntN(1+r.IntN(len(words)))
	elsewhere := r.IntN(4) == 0
	var rules []access.Rule
	for range 1 + r.IntN(n) {
		rule := access.Rule{Pattern: route.Pattern{Verb: verbs[r.IntN(len(verbs))]}}
		for d := range r.IntN(depth + 1) {
			s := route.Segment{Kind: route.Literal, Text: words[r.IntN(literals)]}
			switch x := r.IntN(12); {
			case x < 4:
				s = route.Segment{Kind: route.Param, Text: fmt.Sprintf("p%d", d)}
			case x == 4:
				s = route.Segment{Kind: route.Greedy, Text: fmt.Sprintf("p%d", d)}
			}
			rule.Pattern.Segments = append(rule.Pattern.Segments, s)
			if s.Kind == route.Greedy {
				break
			}
		}
		rule.Elsewhere = elsewhere && r.IntN(4) == 0
		for range r.IntN(3) {
			req := access.Requirement{Kind: []access.Kind{access.Scope, access.Group}[r.IntN(2)]}
			for range 1 + r.IntN(2) {
				req.AnyOf = append(req.AnyOf, string(rune('s'+r.IntN(4))))
			}
			rule.Requires = append(rule.Requires, req)
		}
		if _, err := access.NewTable(append(rules[:len(rules):len(rules)], rule)); err == nil {
			rules = append(rules, rule)
		}
	}
	t, err := access.NewTable(rules)
	if err != nil {
		panic(err)
	}
	return t
}

// randomRights returns random rights with values that random tables require.
func randomRights(r *rand.Rand) (rights access.Rights) {
	for _, values := range []*[]string{&rights.Scopes, &rights.Groups} {
		for i := range 4 {
			if r.IntN(2) == 0 {
				*values = append(*values, string(rune('s'+i)))
			}
		}
	}
	return rights
}

// odd are values of parameters with a meaning in URLs, ARNs or policies.
var odd = []string{"x", "1", "a%2Fb", "%2F", "a:b", ":", "..", ".", "%2A", "a%20b", "GET", "aa", "ab", "bc", "a.b", "-",
	"~", "prod", "%61"}

// randomRequest returns a random request that is similar to a table's routes: one of their patterns with values that
// are literals of others, sometimes longer, shorter or with additional slashes.
func randomRequest(r *rand.Rand, t *access.Table) (verb, path string) {
	rules := t.Rules()
	rule := rules[r.IntN(len(rules))]
	verb = rule.Pattern.Verb
	if verb == route.Any || r.IntN(8) == 0 {
		verb = route.Verbs[r.IntN(len(route.Verbs))]
	}
	value := func() string {
		switch r.IntN(4) {
		case 0:
			return odd[r.IntN(len(odd))]
		case 1:
			if s := rules[r.IntN(len(rules))].Pattern.Segments; len(s) > 0 && s[len(s)-1].Kind == route.Literal {
				return s[len(s)-1].Text
			}
		}
		return words[r.IntN(len(words))]
	}
	var parts []string
	for _, s := range rule.Pattern.Segments {
		switch {
		case s.Kind == route.Literal && r.IntN(12) > 0:
			parts = append(parts, s.Text)
		default:
			parts = append(parts, value())
		}
		if s.Kind == route.Greedy {
			for range r.IntN(4) {
				parts = append(parts, value())
			}
		}
	}
	for r.IntN(5) == 0 {
		parts = append(parts, value())
	}
	if len(parts) > 0 && r.IntN(12) == 0 {
		parts = parts[:len(parts)-1]
	}
	if r.IntN(10) == 0 {
		i := r.IntN(len(parts) + 1)
		parts = append(parts[:i:i], append([]string{""}, parts[i:]...)...)
	}
	path = "/" + strings.Join(parts, "/")
	if r.IntN(4) == 0 {
		path += "/"
	}
	return verb, path
}

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, seed)) }

// allOf returns a grant that permits rules whatever the parameters of their paths are.
func allOf(permitted []bool) *access.Grant { return &access.Grant{All: permitted} }
