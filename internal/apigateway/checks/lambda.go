package checks

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/events"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// lambda checks a method with a Lambda authorizer. An explicit Deny of the resource policy comes first. Then the
// function runs, or its cached answer is used. Finally both policies decide together: any Deny denies, an Allow of
// either allows.
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
	v.pass("identity source", "%s", describeSources(a))
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

// cached returns the answer in the cache; nil if none exists.
func (g *Guard) cached(a *apimodel.Authorizer, identity []string, v *Verdict) *grant {
	if a.TTL <= 0 {
		v.pass("cache", "caching is off, so the function runs for every request")
		return nil
	}
	granted, age := g.cache.get(cacheKey(a, identity))
	switch v.Cache = "MISS"; {
	case granted != nil:
		v.Cache = "HIT"
		v.pass(
			"cache",
			"HIT: the function's answer for this identity is %s old, and answers are cached for %s",
			shortDuration(age),
			shortDuration(a.TTL),
		)
	case age > 0:
		v.pass(
			"cache",
			"MISS: the answer for this identity was %s old, and answers are cached for %s",
			shortDuration(age),
			shortDuration(a.TTL),
		)
	default:
		v.pass("cache", "MISS: there is no answer for this identity yet; the next one is cached for %s", shortDuration(a.TTL))
	}
	return granted
}

// cacheKey returns a key that no other list of values can have: each value is preceded by its length.
func cacheKey(a *apimodel.Authorizer, identity []string) string {
	var b strings.Builder
	b.WriteString(a.AuthorizerID)
	for _, value := range identity {
		fmt.Fprintf(&b, " %d %s", len(value), value)
	}
	return b.String()
}

// ask invokes the function and reads its answer. It caches an answer that it can read, and never an error.
func (g *Guard) ask(ctx context.Context, c *Call, arn string, identity []string, v *Verdict) *grant {
	a := c.Method.Authorizer
	if why := g.refused[a]; why != "" {
		v.fail("authorizer", authorizerFailure("%s", why))
		return nil
	}
	f, qualifier := a.FunctionOn(g.options.Stage)
	var payload []byte
	if a.Type == apimodel.TokenAuthorizer {
		payload = events.Token(identity[0], arn)
	} else {
		key := c.Headers.Get("X-API-Key")
		known, _ := g.usageKey(key)
		payload = c.Route.Request(c.Request, c.Params, arn, key, known.id)
	}
	start := g.options.Now()
	answer, err := g.options.Invoke(ctx, f, qualifier, payload, c.Request)
	v.AuthorizerTime, v.AuthorizerReason = g.options.Now().Sub(start), answer.Reason
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
		shortDuration(v.AuthorizerTime),
		read.PrincipalID,
		plural(len(policy.Statements), "statement"),
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

// authorizerFailure returns API Gateway's answer for an authorizer that does not work. The message in its body is null.
func authorizerFailure(format string, a ...any) mapping.Failure {
	return mapping.Failure{
		Type:      mapping.AuthorizerConfigurationError,
		Status:    500,
		ErrorType: "AuthorizerConfigurationException",
		Reason:    fmt.Sprintf(format, a...),
	}
}

// judge combines the decisions of the authorizer's policy and of the resource policy. The authorizer's policy may have
// conditions, such as those that AWS's own blueprints make with allowMethodWithConditions and denyMethodWithConditions:
// https://github.com/awslabs/aws-apigateway-lambda-authorizer-blueprints
func (g *Guard) judge(c *Call, arn string, granted *grant, resource iampolicy.Decision, v *Verdict) {
	r := iampolicy.Request{Action: iampolicy.InvokeAction, Resource: arn}
	if granted.conditional {
		r.Context = g.conditions(c, iampolicy.Caller{})
	}
	j := granted.judge(r)
	denied := accessDenied("User is not authorized to access this resource", j.why)
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
	v.usageKey = granted.apiKey
}
