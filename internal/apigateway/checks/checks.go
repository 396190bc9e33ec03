// Package checks decides whether a request may reach its integration, in API Gateway's own order: the resource policy
// and the method's authorizer, as the two depend on each other, and then the API key.
//
//	guard := checks.New(checks.Options{Model: model, API: api, Stage: stage, Invoke: invoke, Now: time.Now})
//	verdict := guard.Check(ctx, &checks.Call{Request: r, Method: method, Route: route})
//	if verdict.Denial != nil {
//		fmt.Println(verdict.Denial.Status, verdict.Denial.Reason)
//	}
//
// Every check leaves a line in the verdict's trace, so that a developer is told why. It does not route, throttle,
// validate bodies or call integrations.
//
// Source of the order: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
package checks

import (
	"context"
	"fmt"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/events"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// Call is a request on its way, with what routing found out about it.
type Call struct {
	*exchange.Request
	Method *apimodel.Method
	Route  *events.Route     // the method's events
	Params map[string]string // of the path, undecoded
}

// Verdict is what the checks came to.
type Verdict struct {
	Denial    *mapping.Failure // nil: the request may go on
	Caller    events.Caller    // zero if it may not
	Principal string           // the caller's name for a log: the principal, the subject or the ARN; "" for anonymous

	// Known is the caller, as far as a check has found out who it is, also of a request that is denied all the same:
	// what a gateway response can name of it.
	Known events.Caller

	Trace []Step

	Authorizer     string        // what guarded the method, in a word: "none", "TOKEN", "REQUEST", "COGNITO_USER_POOLS", "JWT", "AWS_IAM"
	Cache          string        // "HIT" or "MISS" of a Lambda authorizer with a cache, else ""
	AuthorizerTime time.Duration // of the function's invocation; 0 if there was none

	// AuthorizerReason is the Reason of the function's [AuthorizerReply]; "" for an answer from the cache.
	AuthorizerReason string

	usageKey string // what the authorizer counts the request to
}

// AuthorizerReply is what the function of an authorizer answers.
type AuthorizerReply struct {
	Payload []byte

	// Reason says in words why the function denied the request, which its answer does not; "" if that is not known.
	Reason string
}

// Step is one check, for the log and the console.
type Step struct {
	// Check is "method ARN", "resource policy", "identity source", "cache", "authorizer", "policy", "token", "audience",
	// "claims", "scopes", "signature", "API key", "usage plan", "throttle", "request parameters", "request body" or
	// "kept answer".
	Check  string
	Passed bool

	// Detail says in a sentence what was found and what decided: the identity source and never its value, the cache's
	// answer with its age, the authorizer's time, the statement and the pattern in it, the scopes wanted and had.
	Detail string
}

// Guard checks the requests to one stage of an API. It is safe for concurrent use.
type Guard struct {
	o         Options
	resource  *iampolicy.Document // the expanded resource policy, or nil
	cache     *cache
	expanded  string // the API's ARN, without a slash at its end
	problems  map[apimodel.ID]string
	cognito   map[*apimodel.Authorizer]*cognito
	tokens    map[*apimodel.Authorizer]*tokenSource
	identify  *signatures
	refused   map[*apimodel.Authorizer]string
	usageKeys []planKey
}

// Options are what a Guard works with.
type Options struct {
	Model *apimodel.Model
	API   *apimodel.API
	Stage *apimodel.Stage

	// Invoke runs the function of an authorizer, by an alias or a version if there is a qualifier. A function's own error
	// is a *FunctionError, with which a Reason can come.
	Invoke func(
		ctx context.Context, f *apimodel.Function, qualifier string, payload []byte, r *exchange.Request,
	) (AuthorizerReply, error)

	// Refused says why Lambda does not let API Gateway invoke the function of an authorizer; "" where it does. Default:
	// it does.
	Refused func(*apimodel.Authorizer) string

	// Tokens verify the tokens of user pools.
	Tokens TokenVerifier

	// JWTs verifies the tokens of JWT authorizers.
	JWTs JWTVerifier

	// Keys are the access keys that requests may be signed with.
	Keys []AccessKey

	Now func() time.Time
}

// FunctionError is an error that a function answered with, or that Lambda puts in its place.
type FunctionError struct {
	Type, Message string
	Where         string // the place in its code, if it panicked there; "" if that is not known
}

func (e *FunctionError) Error() string {
	text := e.Type + ": " + e.Message
	if e.Where != "" {
		text += " at " + e.Where
	}
	return text
}

// New prepares the checks of a stage. What cannot be honoured is not an error: [Guard.Problems] lists it, and requests
// that need it must not be served.
func New(o Options) *Guard {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Refused == nil {
		o.Refused = func(*apimodel.Authorizer) string { return "" }
	}
	g := &Guard{o: o, cache: newCache(o.Now), problems: map[apimodel.ID]string{}}
	g.expanded = fmt.Sprintf("arn:%s:execute-api:%s:%s:%s", o.API.Partition, o.API.Region, o.API.Account, o.API.APIID)
	if o.API.Policy != nil {
		doc, err := iampolicy.Parse(string(o.API.Policy))
		if err != nil {
			g.problems[o.API.ID] = fmt.Sprintf("its resource policy is not understood: %v", err)
		}
		doc = doc.Expand(g.expanded)
		g.resource = &doc
	}
	g.refused = map[*apimodel.Authorizer]string{}
	for _, a := range o.API.Authorizers {
		g.refused[a] = o.Refused(a)
	}
	g.prepareTokens()
	g.prepareCognito()
	g.identify = newSignatures(g)
	g.usageKeys = usageKeys(o.Model, o.API, o.Stage)
	return g
}

// Problems say what could not be prepared, by the object it concerns: the API or an authorizer. Requests that need one
// are to be answered by 501.
func (g *Guard) Problems() map[apimodel.ID]string { return g.problems }

// arn is the ARN of the method that a request calls, with its own path.
func (g *Guard) arn(c *Call) string {
	return g.expanded + "/" + g.o.Stage.Name + "/" + c.Verb + c.Path
}

// maxARN: a longer ARN is answered with 414, on methods with authorization, and on others where there is a resource
// policy.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
const maxARN = 1600

// Check runs all checks that the request's method asks for.
func (g *Guard) Check(ctx context.Context, c *Call) Verdict {
	v := Verdict{Authorizer: c.Method.Authorization}
	if v.Authorizer == apimodel.AuthorizationNone {
		v.Authorizer = "none"
	} else if c.Method.Authorizer != nil {
		v.Authorizer = c.Method.Authorizer.Type
	}
	arn := g.arn(c)
	if len(arn) > maxARN && (c.Method.Authorization != apimodel.AuthorizationNone || g.resource != nil) {
		v.fail(
			"method ARN",
			mapping.Failure{
				Type:      mapping.RequestTooLarge,
				Status:    414,
				ErrorType: "RequestTooLongException",
				Message:   "Request URI too long",
				Reason: fmt.Sprintf(
					"the method's ARN has %d bytes, and API Gateway takes %d where there is something to authorize",
					len(arn),
					maxARN,
				),
			},
		)
		return v
	}
	switch c.Method.Authorization {
	case apimodel.AuthorizationNone:
		g.anonymous(c, arn, &v)
	case apimodel.AuthorizationCustom:
		g.lambda(ctx, c, arn, &v)
	case apimodel.AuthorizationCognito:
		g.userPool(ctx, c, arn, &v)
	case apimodel.AuthorizationJWT:
		g.jwt(ctx, c, arn, &v)
	case apimodel.AuthorizationIAM:
		g.iam(c, arn, &v)
	default:
		v.deny(
			mapping.Failure{
				Type:      mapping.AuthorizerConfigurationError,
				Status:    500,
				ErrorType: "AuthorizerConfigurationException",
				Reason:    fmt.Sprintf("authorization %q is not known", c.Method.Authorization),
			},
		)
	}
	if v.Denial == nil {
		g.apiKey(c, &v)
	}
	if v.Denial != nil {
		v.Caller = events.Caller{}
	}
	return v
}

func (v *Verdict) pass(check, format string, a ...any) {
	v.Trace = append(v.Trace, Step{Check: check, Passed: true, Detail: fmt.Sprintf(format, a...)})
}

// fail notes the check that ended it, and denies.
func (v *Verdict) fail(check string, d mapping.Failure) {
	v.Trace = append(v.Trace, Step{Check: check, Detail: d.Reason})
	v.deny(d)
}

func (v *Verdict) deny(d mapping.Failure) { v.Denial = &d }

func unauthorized(format string, a ...any) mapping.Failure {
	return mapping.Failure{
		Type:      mapping.Unauthorized,
		Status:    401,
		ErrorType: "UnauthorizedException",
		Message:   "Unauthorized",
		Reason:    fmt.Sprintf(format, a...),
	}
}
