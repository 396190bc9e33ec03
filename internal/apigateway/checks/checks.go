// Package checks decides whether a request may reach its integration, in API Gateway's order: the resource policy and
// the method's authorizer, which depend on each other, and then the API key.
//
//	guard := checks.New(checks.Options{Model: model, API: api, Stage: stage, Invoke: invoke, Now: time.Now})
//	verdict := guard.Check(ctx, &checks.Call{Request: r, Method: method, Route: route})
//	if verdict.Denial != nil {
//		fmt.Println(verdict.Denial.Status, verdict.Denial.Reason)
//	}
//
// Every check adds a step to the verdict's trace, which tells developers the reason. The package does not route,
// throttle, validate bodies or call integrations.
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

// Call is a request with the result of its routing.
type Call struct {
	*exchange.Request
	Method *apimodel.Method
	Route  *events.Route     // writes the events of the method
	Params map[string]string // path parameters, undecoded
}

// Verdict is the result of the checks.
type Verdict struct {
	Denial    *mapping.Failure // nil if the request may go on
	Caller    events.Caller    // zero if the request is denied
	Principal string           // the caller's name for a log: the principal, the subject or the ARN; "" for anonymous

	// Known is the caller as far as the checks have identified it, even if the request is denied. A gateway response can
	// show it.
	Known events.Caller

	Trace []Step

	Authorizer     string        // the guard: "none", "TOKEN", "REQUEST", "COGNITO_USER_POOLS", "JWT" or "AWS_IAM"
	Cache          string        // "HIT" or "MISS" for a Lambda authorizer with a cache, else ""
	AuthorizerTime time.Duration // how long the function ran; 0 if it did not

	// AuthorizerReason is the Reason of the function's [AuthorizerReply]; "" for a cached answer.
	AuthorizerReason string

	usageKey string // the authorizer's usageIdentifierKey
}

// AuthorizerReply is the answer of an authorizer's function.
type AuthorizerReply struct {
	Payload []byte

	// Reason says why the function denied the request; "" if that is not known. The answer itself does not say it.
	Reason string
}

// Step is the result of one check, for the log and the console.
type Step struct {
	// Check is "method ARN", "resource policy", "identity source", "cache", "authorizer", "policy", "token", "audience",
	// "claims", "scopes", "signature", "API key", "usage plan", "throttle", "request parameters", "request body" or
	// "kept answer".
	Check  string
	Passed bool

	// Detail says in a sentence what was found and what decided: the identity source but never its value, the age of a
	// cached answer, the authorizer's time, the statement and its pattern that matched, the scopes required and present.
	Detail string
}

// Guard checks the requests to one stage of an API. It is safe for concurrent use.
type Guard struct {
	options   Options
	resource  *iampolicy.Document // the expanded resource policy; nil for an API without one
	cache     *cache
	expanded  string // the API's ARN, without a slash at its end
	problems  map[apimodel.ID]string
	cognito   map[*apimodel.Authorizer]*cognito
	tokens    map[*apimodel.Authorizer]*tokenSource
	identify  *signatures
	refused   map[*apimodel.Authorizer]string
	usageKeys []planKey
}

// Options configures a Guard.
type Options struct {
	Model *apimodel.Model
	API   *apimodel.API
	Stage *apimodel.Stage

	// Invoke runs the function of an authorizer; qualifier is an alias or a version, or "". An error of the function
	// itself is a *FunctionError, which may come with a Reason.
	Invoke func(
		ctx context.Context, f *apimodel.Function, qualifier string, payload []byte, r *exchange.Request,
	) (AuthorizerReply, error)

	// Refused says why Lambda does not allow API Gateway to invoke the function of an authorizer; "" if it does. Default:
	// Lambda allows it.
	Refused func(*apimodel.Authorizer) string

	// Tokens verifies the tokens of user pools.
	Tokens TokenVerifier

	// JWTs verifies the tokens of JWT authorizers.
	JWTs JWTVerifier

	// Keys are the access keys that requests may be signed with.
	Keys []AccessKey

	Now func() time.Time
}

// FunctionError is an error that a function answered with, or that Lambda reports about the function.
type FunctionError struct {
	Type, Message string
	Where         string // where the function's code panicked; "" if it did not or that is not known
}

func (e *FunctionError) Error() string {
	text := e.Type + ": " + e.Message
	if e.Where != "" {
		text += " at " + e.Where
	}
	return text
}

// New prepares the checks of a stage. Settings that it cannot honour are not errors: [Guard.Problems] lists them, and
// requests that depend on them must not be served.
func New(o Options) *Guard {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Refused == nil {
		o.Refused = func(*apimodel.Authorizer) string { return "" }
	}
	g := &Guard{options: o, cache: newCache(o.Now), problems: map[apimodel.ID]string{}}
	g.expanded = fmt.Sprintf("arn:%s:execute-api:%s:%s:%s", o.API.Partition, o.API.Region, o.API.Account, o.API.APIID)
	if o.API.Policy != nil {
		doc, err := iampolicy.Parse(string(o.API.Policy))
		if err != nil {
			g.problems[o.API.ID] = fmt.Sprintf("its resource policy cannot be read: %v", err)
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

// Problems describes what New could not prepare, by the ID of the API or the authorizer. Requests that depend on one of
// them must be answered with 501.
func (g *Guard) Problems() map[apimodel.ID]string { return g.problems }

// arn returns the ARN of the method that a request calls, with the request's own path.
func (g *Guard) arn(c *Call) string {
	return g.expanded + "/" + g.options.Stage.Name + "/" + c.Verb + c.Path
}

// maxARN is the longest method ARN that API Gateway authorizes. A longer one is answered with 414, on methods with
// authorization, and on all methods of an API with a resource policy.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
const maxARN = 1600

// Check runs all checks that apply to the request's method.
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
	if v.Denial == nil {
		v.Caller = v.Known
	}
	return v
}

func (v *Verdict) pass(check, format string, a ...any) {
	v.Trace = append(v.Trace, Step{Check: check, Passed: true, Detail: fmt.Sprintf(format, a...)})
}

// fail adds the check that denied the request to the trace, and denies the request.
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
