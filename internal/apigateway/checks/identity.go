package checks

import (
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/regexes"
)

// tokenSource is what a TOKEN authorizer reads.
type tokenSource struct {
	header     string
	expression *regexes.Pattern // nil: anything

	matched atomic.Pointer[string] // the last token that the expression matched: the next request often has the same one
}

// accepts reports whether the expression matches a token. The error says why that is not known.
func (s *tokenSource) accepts(token string) (bool, error) {
	if last := s.matched.Load(); s.expression == nil || last != nil && *last == token {
		return true, nil
	}
	ok, err := s.expression.Match(token)
	if ok {
		s.matched.Store(&token)
	}
	return ok, err
}

// nothing matches no token: it stands for an expression that is not understood.
var nothing, _ = regexes.Whole(`[^\s\S]`)

// prepareTokens compiles the validation expressions.
func (g *Guard) prepareTokens() {
	g.tokens = map[*apimodel.Authorizer]*tokenSource{}
	for _, a := range g.o.API.Authorizers {
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

// expression is an authorizer's validation expression, or nil if it has none. One that is not understood is a problem
// of the authorizer, and matches nothing.
func (g *Guard) expression(a *apimodel.Authorizer) *regexes.Pattern {
	e, err := a.Expression()
	if err != nil {
		g.problems[a.ID] = fmt.Sprintf("its validation expression %q is not understood here: %v", a.Validation, err)
		return nothing
	}
	return e
}

// describe says what an authorizer knows the caller by, of which nothing is shown.
func describe(a *apimodel.Authorizer) string {
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
		return sources + ": with caching off the function is asked, be it there or not"
	case len(names) == 1:
		return sources + " has a value"
	}
	return sources + ": each has a value"
}

// identity finds the values that an answer is cached by, or says why the function is not to be asked.
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

// hint says how a request gets an identity source that only browsers set; "" for another one.
// Source: https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
func hint(s apimodel.IdentitySource) string {
	if s.In == "header" && strings.EqualFold(s.Name, "Sec-Fetch-Site") {
		return ": browsers send Sec-Fetch-Site; curl needs -H 'Sec-Fetch-Site: same-origin'"
	}
	return ""
}
