package checks

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/events"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// tokenSource is what a TOKEN authorizer reads.
type tokenSource struct {
	header     string
	expression *regexp.Regexp // nil: anything

	matched atomic.Pointer[string] // the last token that the expression matched: the next request often has the same one
}

// accepts reports whether the expression matches a token.
func (s *tokenSource) accepts(token string) bool {
	if last := s.matched.Load(); s.expression == nil || last != nil && *last == token {
		return true
	}
	if !s.expression.MatchString(token) {
		return false
	}
	s.matched.Store(&token)
	return true
}

// nothing matches no token: it stands for an expression that is not understood.
var nothing = regexp.MustCompile(`[^\s\S]`)

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
func (g *Guard) expression(a *apimodel.Authorizer) *regexp.Regexp {
	e, err := a.Expression()
	if err != nil {
		g.problems[a.ID] = fmt.Sprintf("its validation expression %q is not understood here: %v", a.Validation, err)
		return nothing
	}
	return e
}

// lambda checks a method with a Lambda authorizer. An explicit Deny of the resource policy comes first; then the
// function, or its cached answer; then both policies together: any Deny denies, an Allow of either allows.
func (g *Guard) lambda(ctx context.Context, c *Call, arn string, v *Verdict) {
	a := c.Method.Authorizer
	resource, ok := g.mustNotDeny(c, arn, iampolicy.Caller{}, v)
	if !ok {
		return
	}
	identity, denial := g.identity(c, a)
	if denial != nil {
		v.fail("identity source", *denial)
		return
	}
	v.pass("identity source", "%s", describe(a))
	granted := g.cached(a, identity, v)
	if granted == nil {
		if granted = g.ask(ctx, c, arn, identity, v); granted == nil {
			return
		}
	}
	v.Known.Lambda = &events.LambdaCaller{
		PrincipalID: granted.principal,
		Context:     granted.context,
		LatencyMS:   v.AuthorizerTime.Milliseconds(),
	}
	v.Principal = granted.principal
	g.judge(c, arn, granted, resource, v)
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
		var d mapping.Failure
		switch {
		case token == "":
			d = unauthorized("the header %s is missing or empty, so the authorizer is not asked", s.header)
		case !s.accepts(token):
			d = unauthorized(
				"the header %s does not match the validation expression %s, so the authorizer is not asked",
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
				"the identity source %s is missing or empty, and with caching on each has to be there, so the authorizer is not asked%s",
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

// cached looks for an earlier answer.
func (g *Guard) cached(a *apimodel.Authorizer, identity []string, v *Verdict) *grant {
	if a.TTL <= 0 {
		v.pass("cache", "caching is off, so the function is asked for every request")
		return nil
	}
	granted, age := g.cache.get(cacheKey(a, identity))
	switch v.Cache = "MISS"; {
	case granted != nil:
		v.Cache = "HIT"
		v.pass(
			"cache",
			"HIT: the function's answer for this identity is %s old, and answers are kept for %s",
			short(age),
			short(a.TTL),
		)
	case age > 0:
		v.pass(
			"cache",
			"MISS: the answer for this identity was %s old, and answers are kept for %s",
			short(age),
			short(a.TTL),
		)
	default:
		v.pass("cache", "MISS: there is no answer for this identity yet; the next one is kept for %s", short(a.TTL))
	}
	return granted
}

// cacheKey cannot be made by another list of values: each is preceded by its length.
func cacheKey(a *apimodel.Authorizer, identity []string) string {
	var b strings.Builder
	b.WriteString(a.AuthorizerID)
	for _, value := range identity {
		fmt.Fprintf(&b, " %d %s", len(value), value)
	}
	return b.String()
}

// ask invokes the function and reads its answer. It is kept if it can be read: errors never are.
func (g *Guard) ask(ctx context.Context, c *Call, arn string, identity []string, v *Verdict) *grant {
	a := c.Method.Authorizer
	if why := g.refused[a]; why != "" {
		v.fail("authorizer", authorizerFailure("%s", why))
		return nil
	}
	f, _ := a.FunctionOn(g.o.Stage)
	var payload []byte
	if a.Type == apimodel.TokenAuthorizer {
		payload = events.Token(identity[0], arn)
	} else {
		payload = c.Route.Request(c.Request, c.Params, arn, c.Headers.Get("X-API-Key"))
	}
	start := g.o.Now()
	answer, err := g.o.Invoke(ctx, f, payload, c.Request)
	v.AuthorizerTime, v.AuthorizerReason = g.o.Now().Sub(start), answer.Reason
	var failed *FunctionError
	switch {
	case errors.As(err, &failed) && failed.Message == "Unauthorized":
		v.fail("authorizer", unauthorized("the function answered Unauthorized"))
		return nil
	case failed != nil && strings.EqualFold(strings.TrimSpace(failed.Message), "Unauthorized"):
		v.fail(
			"authorizer",
			authorizerFailure(
				"the function failed with %q: API Gateway answers 401 only to an error that is exactly %q, "+
					"and 500 to every other",
				failed.Message,
				"Unauthorized",
			),
		)
		return nil
	case err != nil:
		v.fail(
			"authorizer",
			authorizerFailure("the function failed: %s", strings.TrimPrefix(err.Error(), "lambdaruntime: ")),
		)
		return nil
	}
	read, err := events.ReadAuthorizer(answer.Payload)
	if err != nil {
		v.fail("authorizer", authorizerFailure("%s", strings.TrimPrefix(err.Error(), "events: ")))
		return nil
	}
	policy, err := iampolicy.Parse(string(read.Policy))
	if err != nil {
		v.fail(
			"authorizer",
			authorizerFailure(
				"the policy in the function's answer: %s",
				strings.TrimPrefix(err.Error(), "iampolicy: "),
			),
		)
		return nil
	}
	v.pass(
		"authorizer",
		"the function answered in %s: the principal is %q, and its policy has %s",
		short(v.AuthorizerTime),
		read.PrincipalID,
		count(len(policy.Statements), "statement"),
	)
	granted := &grant{
		principal: read.PrincipalID, policy: policy, context: read.Context, apiKey: read.UsageIdentifierKey,
		conditional: slices.ContainsFunc(
			policy.Statements,
			func(s iampolicy.Statement) bool { return len(s.Conditions) > 0 },
		),
	}
	if a.TTL > 0 {
		g.cache.put(cacheKey(a, identity), granted, a.TTL)
	}
	return granted
}

// authorizerFailure is API Gateway's answer when an authorizer does not work: the body's message is null.
func authorizerFailure(format string, a ...any) mapping.Failure {
	return mapping.Failure{
		Type:      "AUTHORIZER_CONFIGURATION_ERROR",
		Status:    500,
		ErrorType: "AuthorizerConfigurationException",
		Reason:    fmt.Sprintf(format, a...),
	}
}

// judge puts together what the authorizer's policy and the resource policy say of a request. The authorizer's may have
// conditions as well, as those that AWS's own blueprints make with allowMethodWithConditions and
// denyMethodWithConditions: https://github.com/awslabs/aws-apigateway-lambda-authorizer-blueprints
func (g *Guard) judge(c *Call, arn string, granted *grant, resource iampolicy.Decision, v *Verdict) {
	r := iampolicy.Request{Action: iampolicy.InvokeAction, Resource: arn}
	if granted.conditional {
		r.Context = g.conditions(c, iampolicy.Caller{})
	}
	j := granted.judge(r)
	denied := mapping.Failure{
		Type:      "ACCESS_DENIED",
		Status:    403,
		ErrorType: "AccessDeniedException",
		Capital:   true,
		Message:   "User is not authorized to access this resource",
		Reason:    j.why,
	}
	switch {
	case j.decision.Outcome == iampolicy.ExplicitDeny:
		denied.Message += " with an explicit deny in an identity-based policy"
		v.fail("policy", denied)
		return
	case j.decision.Outcome == iampolicy.Allowed:
		v.pass("policy", "%s", j.why)
	case resource.Outcome == iampolicy.Allowed:
		v.pass("policy", "%s, but statement %d of the resource policy allows it", j.why, resource.Statement+1)
	default:
		v.fail("policy", denied)
		return
	}
	v.Caller, v.usageKey = v.Known, granted.apiKey
}
