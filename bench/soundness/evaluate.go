package main

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// verdict is the decision of the requirements about a request.
type verdict struct {
	permitted bool
	byPath    bool    // whether a path parameter is the only reason
	values    []value // the values that met a requirement
}

// value is the value of a path parameter: the segment of the path, and the equal value of the claim.
type value struct{ segment, value string }

// evaluate decides about a request to a route. It follows the definition of the requirements.
func evaluate(rules []access.Rule, rule int, claims map[string]any, path string) verdict {
	v := verdict{permitted: true}
	for _, req := range rules[rule].Requires {
		alternatives := []access.Requirement{req}
		if req.Kind == access.Either {
			alternatives = req.Either
		}
		met, byPath := false, false
		for _, a := range alternatives {
			if a.Kind != access.PathIs && a.Kind != access.PathIn {
				met = met || byClaims(a, claims)
			} else if made, ok := byParameter(rules, rule, a, claims, path); ok {
				byPath = true
				v.values = append(v.values, made)
			}
		}
		v.permitted = v.permitted && (met || byPath)
		v.byPath = v.byPath || byPath && !met
	}
	return v
}

func byClaims(req access.Requirement, claims map[string]any) bool {
	switch req.Kind {
	case access.Scope:
		scopes, _ := claims["scope"].(string)
		return slices.ContainsFunc(strings.Split(scopes, " "), func(s string) bool { return slices.Contains(req.AnyOf, s) })
	case access.Group:
		groups, _ := claims["groups"].([]any)
		return slices.ContainsFunc(groups, func(g any) bool {
			s, ok := g.(string)
			return ok && slices.Contains(req.AnyOf, s)
		})
	case access.Claim:
		s, ok := word(claims[req.Claim])
		return ok && slices.Contains(req.AnyOf, s)
	case access.ClaimHas:
		return slices.ContainsFunc(list(claims[req.Claim]), func(s string) bool { return slices.Contains(req.AnyOf, s) })
	}
	panic("the tables have no requirement of this kind")
}

// word returns the text of a string, a boolean or an integer.
func word(claim any) (string, bool) {
	switch c := claim.(type) {
	case string:
		return c, true
	case bool:
		return strconv.FormatBool(c), true
	case json.Number:
		if strings.Trim(c.String(), "-0123456789") == "" {
			return c.String(), true
		}
	}
	return "", false
}

// list returns the words of a list that contains only words.
func list(claim any) (out []string) {
	elements, _ := claim.([]any)
	for _, e := range elements {
		s, ok := word(e)
		if !ok {
			return nil
		}
		out = append(out, s)
	}
	return out
}

// named matches values that can be part of a policy.
var named = regexp.MustCompile(`^[A-Za-z0-9._~@|:+-]{1,128}$`)

// byParameter compares a parameter of the path with a claim.
func byParameter(
	rules []access.Rule,
	rule int,
	req access.Requirement,
	claims map[string]any,
	path string,
) (value, bool) {
	pattern := rules[rule].Pattern
	place := slices.Index(pattern.Segments, route.Segment{Kind: route.Param, Text: req.Parameter})
	segments := strings.Split(strings.Trim(path, "/"), "/")
	if place >= len(segments) {
		return value{}, false
	}
	decoded, err := url.PathUnescape(segments[place])
	if err != nil {
		return value{}, false
	}
	values := list(claims[req.Claim])
	if req.Kind == access.PathIs {
		s, _ := word(claims[req.Claim])
		values = []string{s}
	}
	if !slices.Contains(values, decoded) || !named.MatchString(decoded) || decoded == "." || decoded == ".." {
		return value{}, false
	}
	for _, otherRule := range rules { // does another route have the value as a literal?
		s := otherRule.Pattern.Segments
		if len(s) > place && s[place] == (route.Segment{Kind: route.Literal, Text: decoded}) &&
			slices.Equal(s[:place], pattern.Segments[:place]) {
			return value{}, false
		}
	}
	return value{segments[place], decoded}, true
}
