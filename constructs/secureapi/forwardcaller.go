package secureapi

import (
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// ForwardCaller adds the caller, as the route's guard identified them, to what [SendTo], [StartExecution],
// [StartSyncExecution], [PutEvents] or [InvokeAsync] sends:
//
//	secureapi.Integrate("POST /jobs", secureapi.SendTo(jobs), secureapi.ForwardCaller())
//
// A message of SendTo gets the attributes principalId and issuer, of the type String; its text remains the body. The
// others send {"caller": {"principalId": "...", "issuer": "..."}, "body": "..."}, in which body is the request's body
// as a text. A caller can write neither attributes nor members, so the consumer may rely on them.
//
//   - Included function, including sessions: principalId and issuer as in the authorizer's context.
//   - Your own function: the principalId that it returns, and no issuer.
//   - [CognitoAuthorizer]: the claims sub and iss.
//   - [IAMAuthorizer]: the ARN of the IAM principal as principalId, and no issuer. Users of an identity pool with the same
//     role have the same ARN, which ends in /CognitoIdentityCredentials. A principal that may assume a role chooses the
//     name of its session, which is the end of the ARN.
//   - [JWTAuthorizer]: refused, because API Gateway gives templates the claims with quotes.
//
// It is refused with a queue that has content-based deduplication, which does not look at attributes: the message of one
// caller would be dropped after the same body of another.
//
// It is refused on public routes, on routes with a key alone, on routes with a function, whose events have the caller,
// and with other integrations such as [ForwardTo]: map $context.authorizer.principalId in their templates or
// RequestParameters.
func ForwardCaller() Access { return restriction{plan.ForwardCaller{}} }

// forwardCaller tells an integration which caller to add for a route.
func (b *builder) forwardCaller(r plan.PlannedRoute, given Route) {
	late, ok := given.Integration.(*lateIntegration)
	switch {
	case ok && !late.noCaller:
		if r.Caller() != nil && late.checkCaller != nil {
			if err := late.checkCaller(); err != nil {
				b.fail("route %q: it has ForwardCaller, and %w", r.Pattern, err)
			}
		}
		late.caller = r.Caller()
	case r.Caller() != nil:
		b.fail("route %q: it has ForwardCaller, which adds the caller to what SendTo, StartExecution, StartSyncExecution, "+
			"PutEvents and InvokeAsync send: map $context.%s in the templates or RequestParameters of its own integration "+
			"instead", r.Pattern, r.Caller().Principal)
	}
}
