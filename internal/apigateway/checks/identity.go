package checks

import (
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/regexes"
)

// tokenSource is the identity source of a TOKEN authorizer.
type tokenSource struct {
	header     string
	expression *regexes.Pattern // nil for anything

	lastMatch atomic.Pointer[string] // the last token that matched, since the next request often has the same one
}

// accepts reports whether the expression matches a token. It returns an error if that cannot be decided.
func (s *tokenSource) accepts(token string) (bool, error) {
	if last := s.lastMatch.Load(); s.expression == nil || last != nil && *last == token {
		return true, nil
	}
	ok, err := s.expression.Match(token)
	if ok {
		s.lastMatch.Store(&token)
	}
	return ok, err
}

// matchesNothing matches no token. It replaces an expression that is not supported.
var matchesNothing, _ = regexes.Whole(`[^\s\S]`)

// prepareTokens compiles the validation expressions.
func (g *Guard) prepareTokens() {
	g.tokens = map[*apimodel.Authorizer]*tokenSource{}
	for _, a := range g.options.API.Authorizers {
		if a.Type != apimodel.TokenAuthorizer {
			continue
		}
		s := &tokenSource{header: "Authorization"}
		if len(a.IdentitySources) > 0 {
			s.header = a.IdentitySources[0].Name
		}
		s.expression = g.expression(a)
		g.tokens[a] = s
	}
}

// expression returns an authorizer's compiled validation expression, or nil if it has none. An unsupported expression
// is reported as a problem of the authorizer, and nothing matches it.
func (g *Guard) expression(a *apimodel.Authorizer) *regexes.Pattern {
	e, err := a.Expression()
	if err != nil {
		g.problems[a.ID] = fmt.Sprintf("its validation expression %q is not supported here: %v", a.Validation, err)
		return matchesNothing
	}
	return e
}

// describeSources says how an authorizer identifies the caller, without any of the values.
func describeSources(a *apimodel.Authorizer) string {
	var names []string
	for _, s := range a.IdentitySources {
		names = append(names, s.String())
	}
	sources := strings.Join(names, ", ")
	switch {
	case a.Type == apimodel.TokenAuthorizer && a.Validation != "":
		return fmt.Sprintf("%s has a value, which the validation expression %s matches", sources, a.Validation)
	case len(names) == 0:
		return "the authorizer has none, so the function decides by the request alone"
	case a.Type == apimodel.RequestAuthorizer && a.TTL <= 0:
		return sources + ": with caching off the function runs, with or without it"
	case len(names) == 1:
		return sources + " has a value"
	}
	return sources + ": each has a value"
}

// identity returns the values that form the cache key of an answer, or the failure that keeps the function from
// running.
func (g *Guard) identity(c *Call, a *apimodel.Authorizer) ([]string, *mapping.Failure) {
	if a.Type == apimodel.TokenAuthorizer {
		s := g.tokens[a]
		token := c.Headers.Get(s.header)
		if token == "" {
			d := unauthorized("the header %s is missing or empty, so API Gateway does not invoke the authorizer", s.header)
			return nil, &d
		}
		var d mapping.Failure
		switch ok, err := s.accepts(token); {
		case err != nil:
			d = unauthorized(
				"the header %s cannot be compared with the validation expression %s, so API Gateway does not invoke the "+
					"authorizer: %v",
				s.header,
				a.Validation,
				err,
			)
		case !ok:
			d = unauthorized(
				"the header %s does not match the validation expression %s, so API Gateway does not invoke the authorizer",
				s.header,
				a.Validation,
			)
			if bearer, err := s.accepts("Bearer " + token); bearer && err == nil && !strings.Contains(token, " ") {
				d.Reason = fmt.Sprintf("the header %s has a token without \"Bearer \" before it, so API Gateway does not invoke "+
					"the authorizer", s.header)
			}
		default:
			return []string{token}, nil
		}
		return nil, &d
	}
	var values []string
	for _, s := range a.IdentitySources {
		value := g.sourceValue(c, s)
		if value == "" && a.TTL > 0 {
			d := unauthorized(
				"the identity source %s is missing or empty, and with a cache each is required, so API Gateway does not "+
					"invoke the authorizer%s",
				s,
				hint(s),
			)
			return nil, &d
		}
		values = append(values, value)
	}
	return values, nil
}

// hint says how a request gets an identity source that only browsers set; "" for any other.
// Source: https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
func hint(s apimodel.IdentitySource) string {
	if s.In == "header" && strings.EqualFold(s.Name, "Sec-Fetch-Site") {
		return ": browsers send Sec-Fetch-Site; curl needs -H 'Sec-Fetch-Site: same-origin'"
	}
	return ""
}
