package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// literals are few, so that routes overlap. Some are also subjects of callers.
var literals = []string{"a", "b", "me", "users", "a:b", "v1.0"}

// subjects are values that a path may contain.
var subjects = []string{
	"u-17", "u-18", "u-1", "u-17x", "U-17", "auth0|7", "auth0|77", "jo@example.com", "a+b", "me", "users", "a",
	"a:b", "x:y",
	"~1", "~", "=0", "7", "-", "_", "...", "v1.0", strings.Repeat("n", 64), strings.Repeat("n", 128),
	strings.Repeat("|", 128),
}

// hostile are values that no path may contain.
var hostile = []string{
	"*", "?", "?*", "u-1*", "u-1?", "$", "${aws:username}", "${*}", "/", "u-17/x", "%", "%2F", "u%2D17", "u-17%",
	"%7C", "..", ".", "", " ", "u-17 ", "é", "ＵＳＥＲ", "\u2028", "\x00", "u-17\n", `"`, `\`, `u-17","arn:*`,
	"u-17#", "u-17;a", "(", "!", "'",
	strings.Repeat("n", 129), strings.Repeat("n", 600), "<sub>", "{p0}",
}

func pick[T any](r *rand.Rand, elements []T) T { return elements[r.IntN(len(elements))] }

// drawTable draws the rules of an API.
func drawTable(r *rand.Rand) (*access.Table, error) {
	verbs := [][]string{{"GET"}, {"GET", "GET", "POST"}, {"GET", route.Any}}[r.IntN(3)]
	words := literals[:2+r.IntN(len(literals)-1)]
	variable := 2 + r.IntN(6) // of 12
	var rules []access.Rule
	for range 1 + r.IntN(8) {
		p := route.Pattern{Verb: pick(r, verbs)}
		for depth := range 1 + r.IntN(4) {
			s := route.Segment{Kind: route.Literal, Text: pick(r, words)}
			switch x := r.IntN(12); {
			case x < variable:
				s = route.Segment{Kind: route.Param, Text: fmt.Sprintf("p%d", depth)}
			case x == 11:
				s = route.Segment{Kind: route.Greedy, Text: fmt.Sprintf("p%d", depth)}
			}
			p.Segments = append(p.Segments, s)
			if s.Kind == route.Greedy {
				break
			}
		}
		rule := access.Rule{Pattern: p, Elsewhere: r.IntN(8) == 0}
		if !rule.Elsewhere {
			rule.Requires = drawRequirements(r, p)
		}
		if _, err := access.NewTable(append(rules[:len(rules):len(rules)], rule)); err == nil {
			rules = append(rules, rule)
		}
	}
	return access.NewTable(rules)
}

func drawRequirements(r *rand.Rand, p route.Pattern) (out []access.Requirement) {
	for range []int{0, 1, 1, 1, 1, 2, 2, 3}[r.IntN(8)] {
		req := drawRequirement(r, p)
		if r.IntN(4) == 0 {
			if other := drawRequirement(r, p); !other.Equal(req) {
				req = access.Requirement{Kind: access.Either, Either: []access.Requirement{req, other}}
			}
		}
		if len(access.CheckAll(p, append(out[:len(out):len(out)], req))) == 0 {
			out = append(out, req)
		}
	}
	return out
}

func drawRequirement(r *rand.Rand, p route.Pattern) access.Requirement {
	var parameters []string
	for _, s := range p.Segments {
		if s.Kind == route.Param {
			parameters = append(parameters, s.Text)
		}
	}
	if parameters != nil && r.IntN(4) > 0 {
		if r.IntN(3) > 0 {
			return access.Requirement{Kind: access.PathIs, Parameter: pick(r, parameters),
				Claim: pick(r, []string{"sub", "sub", "sub", "oid"})}
		}
		return access.Requirement{Kind: access.PathIn, Parameter: pick(r, parameters),
			Claim: pick(r, []string{"tenants", "tenants", "orgs"})}
	}
	switch r.IntN(5) {
	case 0:
		return access.Requirement{Kind: access.Claim, Claim: "plan",
			AnyOf: []string{pick(r, []string{"free", "pro", "true", "7", "7e0"})}}
	case 1:
		return access.Requirement{Kind: access.ClaimHas, Claim: "amr", AnyOf: []string{pick(r, []string{"mfa", "7", "*"})}}
	case 2:
		return access.Requirement{Kind: access.Group, AnyOf: []string{pick(r, []string{"g", "h"})}}
	}
	return access.Requirement{Kind: access.Scope, AnyOf: []string{pick(r, []string{"s", "t"})}}
}

// drawClaims draws the claims of a token, as decoded from JSON.
func drawClaims(r *rand.Rand) map[string]any {
	value := func() string {
		if r.IntN(5) == 0 {
			return pick(r, hostile)
		}
		return pick(r, subjects)
	}
	values := func() []any {
		n := r.IntN(4)
		if r.IntN(200) == 0 {
			n = []int{10, 100, 300, 600}[r.IntN(4)]
		}
		out := []any{}
		for i := range n {
			out = append(out, value())
			if n > 4 {
				out[i] = fmt.Sprintf("t-%d", i)
			}
		}
		if n > 4 {
			out[n/2] = value()
		}
		return out
	}
	claims := map[string]any{"principal": "p", "sub": value(), "tenants": values(), "groups": []any{}}
	var scopes []string
	for _, s := range []string{"s", "t"} {
		if r.IntN(2) == 0 {
			scopes = append(scopes, s)
		}
	}
	claims["scope"] = strings.Join(scopes, " ")
	for _, g := range []string{"g", "h"} {
		if r.IntN(3) == 0 {
			claims["groups"] = append(claims["groups"].([]any), g)
		}
	}
	if r.IntN(2) == 0 {
		claims["oid"] = pick(r, []any{value(), claims["sub"], json.Number("7"), true, json.Number("7.0"), []any{"u-17"}})
	}
	if r.IntN(2) == 0 {
		claims["orgs"] = pick(r, []any{values(), claims["tenants"], value(), []any{json.Number("7"), "u-17"},
			[]any{"u-17", nil}, []any{map[string]any{}, "u-17"}})
	}
	claims["plan"] = pick(r, []any{"free", "pro", true, json.Number("7"), []any{"pro"}, "", nil,
		json.Number("7e0"), value()})
	claims["amr"] = pick(r, []any{[]any{"mfa"}, "mfa", []any{"pwd"}, []any{json.Number("7"), "mfa"},
		[]any{"mfa", nil}, values()})
	return claims
}

// drawRequest draws a request that is close to a route and to the claims of a caller.
func drawRequest(r *rand.Rand, rules []access.Rule, claims map[string]any) (verb, path string) {
	rule := pick(r, rules)
	p := rule.Pattern
	verb = p.Verb
	if verb == route.Any || r.IntN(8) == 0 {
		verb = pick(r, route.Verbs)
	}
	segment := func() string {
		var s string
		switch r.IntN(8) {
		case 0:
			s = pick(r, literals)
		case 1:
			s = pick(r, subjects)
		case 2:
			s = pick(r, hostile)
		case 3, 4:
			if members := list(claims[pick(r, []string{"tenants", "orgs"})]); len(members) > 0 {
				s = pick(r, members)
				break
			}
			fallthrough
		default:
			s, _ = word(claims[pick(r, []string{"sub", "sub", "sub", "oid"})])
		}
		return respell(r, s)
	}
	var parts []string
	for _, s := range p.Segments {
		compared := ofCaller(r, rule, s, claims)
		switch {
		case s.Kind == route.Literal && r.IntN(16) > 0:
			parts = append(parts, s.Text)
		case compared != "" && r.IntN(3) > 0:
			parts = append(parts, respell(r, compared))
		default:
			parts = append(parts, segment())
		}
		for s.Kind == route.Greedy && r.IntN(2) == 0 {
			// Repeat segments of the path, which a * in a policy could match by mistake.
			parts = append(parts, pick(r, append(parts, segment())))
		}
	}
	for r.IntN(8) == 0 {
		parts = append(parts, segment())
	}
	if r.IntN(24) == 0 && len(parts) > 0 {
		at := r.IntN(len(parts))
		parts = append(parts[:at:at], append([]string{segment()}, parts[at:]...)...)
	}
	path = "/" + strings.Join(parts, "/")
	if r.IntN(8) == 0 {
		path += pick(r, []string{"/", "/", "/", "//"})
	}
	if r.IntN(80) == 0 {
		path = "/" + path
	}
	return verb, path
}

// ofCaller returns a value of the claims with which the rule compares a parameter; "" for none.
func ofCaller(r *rand.Rand, rule access.Rule, s route.Segment, claims map[string]any) string {
	var values []string
	for _, req := range rule.Requires {
		for _, a := range append(req.Either, req) {
			if s.Kind != route.Param || a.Parameter != s.Text {
				continue
			}
			if w, ok := word(claims[a.Claim]); ok {
				values = append(values, w)
			}
			values = append(values, list(claims[a.Claim])...)
		}
	}
	if values == nil {
		return ""
	}
	return pick(r, values)
}

// respell leaves a segment as it is, escapes its reserved characters, or escapes any characters, in upper- or
// lower-case hex.
func respell(r *rand.Rand, s string) string {
	often := []int{0, 0, 0, 0, 1, 1, 4}[r.IntN(7)]
	if often == 0 {
		return s
	}
	form := pick(r, []string{"%%%02X", "%%%02X", "%%%02x"})
	var b strings.Builder
	for i := range len(s) {
		reserved := strings.IndexByte("@|:+%/ ", s[i]) >= 0
		if reserved && (often == 1 || r.IntN(2) == 0) || often > 1 && r.IntN(often) == 0 {
			fmt.Fprintf(&b, form, s[i])
		} else {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
