package localgateway

import (
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/credentials"
)

// Record describes a request and its answer. It does not change after Options.Record has received it. Reason and Checks
// contain neither credentials of the request nor cookies that the answer sets.
type Record struct {
	Time       time.Time     // when the request arrived
	Duration   time.Duration // from the arrival to the answer
	RequestID  string        // the answer's x-amzn-RequestId, and requestContext.requestId in the function's event
	SourceIP   string        // "127.0.0.1"
	Method     string        // "GET"
	Path       string        // with the stage, undecoded: "/prod/orders/7"
	Route      string        // "GET /orders/{id}"; "" if no route matched
	Status     int           // the answer's status
	Principal  string        // the caller: the principal ID, the subject or the ARN; "" if anonymous
	Authorizer Authorizer    // the guard of the route; "" if no route matched
	Cache      CacheResult   // for a Lambda authorizer with a cache, else ""

	// Reason says why the gateway itself answered with an error, such as a 401, 403 or 5xx: which check failed, what it
	// found and what it expected. It is "" if the function answered. The caller never sees it.
	Reason string

	// Checks are the checks in order, up to the one that failed.
	Checks []Check

	AuthorizerTime  time.Duration // how long the authorizer function ran; 0 if it was not invoked
	IntegrationTime time.Duration // how long the route's function ran; 0 if it was not invoked
}

// Authorizer is a type of authorizer, as API Gateway names it.
type Authorizer string

// Types of authorizers.
const (
	NoAuthorizer      Authorizer = "none"
	TokenAuthorizer   Authorizer = "TOKEN"
	RequestAuthorizer Authorizer = "REQUEST"
	CognitoAuthorizer Authorizer = "COGNITO_USER_POOLS"
	JWTAuthorizer     Authorizer = "JWT"
	IAMAuthorizer     Authorizer = "AWS_IAM"
)

// CacheResult reports whether an answer came from a Lambda authorizer's cache.
type CacheResult string

// Cache results. For a request without a cached authorizer the result is "".
const (
	CacheHit  CacheResult = "HIT"
	CacheMiss CacheResult = "MISS"
)

// Check is one check of a request.
type Check struct {
	// Name identifies the check: "method ARN", "resource policy", "identity source", "cache", "authorizer", "policy",
	// "token", "audience", "claims", "scopes", "signature", "API key", "usage plan", "throttle", "request parameters",
	// "request body" or "kept answer".
	Name   string
	Passed bool

	// Detail is a sentence that says what was found and what decided. It contains no credentials.
	Detail string
}

func newRecord(r *apigateway.Record) *Record {
	mask := credentials.MaskAll(r.Request, r.Answer.Headers)
	out := &Record{
		Time:            r.Time,
		Duration:        r.Took,
		RequestID:       r.Request.RequestID,
		SourceIP:        r.Request.SourceIP,
		Method:          r.Request.Verb,
		Path:            r.Request.RawPath,
		Route:           r.Route,
		Status:          r.Answer.Status,
		Principal:       r.Verdict.Principal,
		Authorizer:      Authorizer(r.Verdict.Authorizer),
		Cache:           CacheResult(r.Verdict.Cache),
		Reason:          mask(r.Reason),
		AuthorizerTime:  r.Verdict.AuthorizerTime,
		IntegrationTime: r.IntegrationTime,
	}
	for _, step := range r.Verdict.Trace {
		out.Checks = append(out.Checks, Check{Name: step.Check, Passed: step.Passed, Detail: mask(step.Detail)})
	}
	return out
}
