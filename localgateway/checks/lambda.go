package checks

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/localgateway/assembly"
	"github.com/gatehouse-cdk/gatehouse/localgateway/events"
	"github.com/gatehouse-cdk/gatehouse/localgateway/mapping"
)

// tokenSource is what a TOKEN authorizer reads.
type tokenSource struct {
	header     string
	expression *regexp.Regexp // nil: anything
}

// nothing matches no token: it stands for an expression that is not understood.
var nothing = regexp.MustCompile(`[^\s\S]`)

// prepareTokens compiles the validation expressions. Whether API Gateway anchors them is not documented; here they
// match the whole token, so that nothing passes that an anchored one would stop.
func (g *Guard) prepareTokens() {
	g.tokens = map[*assembly.Authorizer]*tokenSource{}
	for _, a := range g.o.API.Authorizers {
		if a.Type != assembly.TokenAuthorizer {
			continue
		}
		s := &tokenSource{header: "Authorization"}
		if len(a.IdentitySources) > 0 {
			s.header = a.IdentitySources[0].Name
		}
		if a.Validation != "" {
			// First by itself, as "a)|(b" is only an expression between the parentheses that are put around it.
			expression, err := regexp.Compile(a.Validation)
			if err == nil {
				expression, err = regexp.Compile(`\A(?:` + a.Validation + `)\z`)
			}
			if err != nil {
				g.problems[a.ID] = fmt.Sprintf("its validation expression %q is not understood here: %v", a.Validation, err)
				expression = nothing
			}
			s.expression = expression
		}
		g.tokens[a] = s
	}
}

// lambda checks a method with a Lambda authorizer. An explicit Deny of the resource policy comes first; then the
// function, or its cached answer; then both policies together: any Deny denies, an Allow of either allows.
func (g *Guard) lambda(ctx context.Context, c *Call, arn string, v *Verdict) {
	a := c.Method.Authorizer
	resource := iampolicy.Decision{Statement: -1}
	if g.resource != nil {
		if resource = g.evaluate(c, arn, iampolicy.Caller{}); resource.Outcome == iampolicy.ExplicitDeny {
			v.fail("resource policy", g.policyDenial(resource, arn, iampolicy.Caller{}))
			return
		}
		v.pass("resource policy", "it does not deny the request")
	}
	identity, denial := g.identity(c, a)
	if denial != nil {
		v.fail("identity source", *denial)
		return
	}
	v.pass("identity source", "%s", describe(a))
	if len(arn) > maxARN {
		v.fail("method ARN", mapping.Failure{Type: "REQUEST_TOO_LARGE", Status: 414, ErrorType: "RequestTooLongException", Message: "Request URI too long",
			Reason: fmt.Sprintf("the method's ARN has %d bytes, and API Gateway takes %d", len(arn), maxARN)})
		return
	}
	granted := g.cached(a, identity, v)
	if granted == nil {
		if granted = g.ask(ctx, c, arn, identity, v); granted == nil {
			return
		}
	}
	g.judge(arn, granted, resource, v)
}

// describe says what an authorizer is identified by.
func describe(a *assembly.Authorizer) string {
	var names []string
	for _, s := range a.IdentitySources {
		names = append(names, s.String())
	}
	if len(names) == 0 {
		return "none is needed"
	}
	return strings.Join(names, ", ") + " is there"
}

// identity finds the values that an answer is cached by, or says why the function is not to be asked.
func (g *Guard) identity(c *Call, a *assembly.Authorizer) ([]string, *mapping.Failure) {
	if a.Type == assembly.TokenAuthorizer {
		s := g.tokens[a]
		token := c.Headers.Get(s.header)
		var d mapping.Failure
		switch {
		case token == "":
			d = unauthorized("the header %s is missing or empty, so the authorizer is not asked", s.header)
		case s.expression != nil && !s.expression.MatchString(token):
			d = unauthorized("the header %s does not match the validation expression %s, so the authorizer is not asked", s.header, a.Validation)
		default:
			return []string{token}, nil
		}
		return nil, &d
	}
	var values []string
	for _, s := range a.IdentitySources {
		value := g.sourceValue(c, s)
		if value == "" && a.TTL > 0 {
			d := unauthorized("the identity source %s is missing or empty, and with caching on each has to be there, so the authorizer is not asked", s)
			return nil, &d
		}
		values = append(values, value)
	}
	return values, nil
}

// cached looks for an earlier answer.
func (g *Guard) cached(a *assembly.Authorizer, identity []string, v *Verdict) *grant {
	if a.TTL <= 0 {
		return nil
	}
	granted := g.cache.get(cacheKey(a, identity))
	if v.Cache = "MISS"; granted != nil {
		v.Cache = "HIT"
		v.pass("cache", "an answer for this identity is kept for up to %s", a.TTL)
	}
	return granted
}

// cacheKey cannot be made by another list of values: each is preceded by its length.
func cacheKey(a *assembly.Authorizer, identity []string) string {
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
	var payload []byte
	if a.Type == assembly.TokenAuthorizer {
		payload = events.Token(identity[0], arn)
	} else {
		payload = c.Route.Request(c.Request, c.Params, arn, c.Headers.Get("X-API-Key"))
	}
	start := g.o.Now()
	answer, err := g.o.Invoke(ctx, a.Function, payload, c.Request)
	v.AuthorizerTime = g.o.Now().Sub(start)
	var failed *FunctionError
	switch {
	case errors.As(err, &failed) && failed.Message == "Unauthorized":
		v.fail("authorizer", unauthorized("the function answered Unauthorized"))
		return nil
	case err != nil:
		v.fail("authorizer", authorizerFailure("the function failed: %v", err))
		return nil
	}
	read, err := events.ReadAuthorizer(answer)
	if err != nil {
		v.fail("authorizer", authorizerFailure("the function's answer cannot be read: %v", err))
		return nil
	}
	policy, err := iampolicy.Parse(string(read.Policy))
	if err != nil {
		v.fail("authorizer", authorizerFailure("the policy in the function's answer cannot be read: %v", err))
		return nil
	}
	v.pass("authorizer", "the function let %q in, in %s", read.PrincipalID, v.AuthorizerTime.Round(10_000))
	granted := &grant{principal: read.PrincipalID, policy: policy, context: read.Context, apiKey: read.UsageIdentifierKey}
	if a.TTL > 0 {
		g.cache.put(cacheKey(a, identity), granted, a.TTL)
	}
	return granted
}

// authorizerFailure is API Gateway's answer when an authorizer does not work: the body's message is null.
func authorizerFailure(format string, a ...any) mapping.Failure {
	return mapping.Failure{Type: "AUTHORIZER_CONFIGURATION_ERROR", Status: 500, ErrorType: "AuthorizerConfigurationException", Reason: fmt.Sprintf(format, a...)}
}

// judge evaluates the authorizer's policy on this request, together with what the resource policy said.
func (g *Guard) judge(arn string, granted *grant, resource iampolicy.Decision, v *Verdict) {
	d := granted.policy.Evaluate(iampolicy.Request{Action: iampolicy.InvokeAction, Resource: arn})
	denied := mapping.Failure{Type: "ACCESS_DENIED", Status: 403, ErrorType: "AccessDeniedException", Capital: true, Message: "User is not authorized to access this resource"}
	switch {
	case d.Outcome == iampolicy.ExplicitDeny:
		denied.Message += " with an explicit deny in an identity-based policy"
		denied.Reason = fmt.Sprintf("statement %d of the authorizer's policy for %q denies %s", d.Statement+1, granted.principal, arn)
		v.fail("policy", denied)
		return
	case d.Outcome == iampolicy.Allowed:
		v.pass("policy", "statement %d of the authorizer's policy allows it", d.Statement+1)
	case resource.Outcome == iampolicy.Allowed:
		v.pass("policy", "the authorizer's policy does not speak of it, and statement %d of the resource policy allows it", resource.Statement+1)
	default:
		denied.Reason = fmt.Sprintf("no statement of the authorizer's policy for %q allows %s", granted.principal, arn)
		v.fail("policy", denied)
		return
	}
	v.Caller.Lambda = &events.LambdaCaller{PrincipalID: granted.principal, Context: granted.context, LatencyMS: v.AuthorizerTime.Milliseconds()}
	v.Principal, v.usageKey = granted.principal, granted.apiKey
}
