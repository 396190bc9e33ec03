package secureapi

import (
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// ForwardCaller adds the caller, as the route's guard identified them, to what [SendTo], [StartExecution],
// [StartSyncExecution], [PutEvents], [InvokeAsync], [ForwardTo] or an HTTP integration sends:
//
//	secureapi.Integrate("POST /jobs", secureapi.SendTo(jobs), secureapi.ForwardCaller())
//
// A message of SendTo gets the attributes principalId and issuer, of the type String; its text remains the body. A
// request to a load balancer or another HTTP backend gets the headers CallerPrincipalId and CallerIssuer. The others
// send {"caller": {"principalId": "...", "issuer": "..."}, "body": "..."}, in which body is the request's body as a
// text. A caller can write none of these, so the consumer may rely on them.
//
//   - Included function, including sessions: principalId and issuer as in the authorizer's context.
//   - Your own function: the principalId that it returns, and no issuer. It is refused with HTTP backends: nothing says
//     what API Gateway sends for an empty principalId, and it may be the caller's own header.
//   - [CognitoAuthorizer]: the claims sub and iss.
//   - [IAMAuthorizer]: the ARN of the IAM principal as principalId, and no issuer. Users of an identity pool with the
//     same role have the same ARN, which ends in /CognitoIdentityCredentials. A principal that may assume a role
//     chooses the name of its session, which is the end of the ARN.
//   - [JWTAuthorizer]: refused, because API Gateway gives templates the claims with quotes.
//
// If a route names its caller by headers, each route of the API with an HTTP integration sets both: without
// ForwardCaller, as on a public route, and for the issuer of an IAM principal, they are "not given". So no caller of
// the API can write them. Routes of functions and other APIs do not set them, and anyone who reaches the backend past
// the API may write them.
//
// It is refused with a queue that has content-based deduplication, which does not look at attributes: the message of
// one caller would be dropped after the same body of another.
//
// It is refused on public routes, on routes with a key alone, on routes with a function, whose events have the caller,
// and with other integrations: map $context.authorizer.principalId in their templates or RequestParameters.
func ForwardCaller() Access { return restriction{plan.ForwardCaller{}} }

// forwardCaller tells the call of a service which caller to add for a route. Headers are added once it is known whether
// the integration is one of HTTP: see [builder.derive].
func (b *builder) forwardCaller(r plan.PlannedRoute, given Route) {
	late, ok := given.Integration.(*lateIntegration)
	if !ok || late.noCaller {
		return
	}
	if r.Caller() != nil && late.checkCaller != nil {
		if err := late.checkCaller(); err != nil {
			b.fail("route %q: it has ForwardCaller, and %w", r.Pattern, err)
		}
	}
	late.caller = r.Caller()
}
