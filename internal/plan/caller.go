package plan

import "github.com/gatehouse-cdk/gatehouse/internal/plan/integration"

// Caller names the variables of $context that hold the caller whom an authorizer let in. The zero value means that a
// mapping template cannot read the caller.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
type Caller struct {
	Principal string // such as "authorizer.principalId"
	Issuer    string // who issued the principal; "" for an authorizer that does not tell

	// Own means that a function of the app's own writes the principal: nothing says that it is not empty, or that it can
	// be the value of a header.
	Own bool
}

// told returns the caller as mapping expressions.
func (c Caller) told() *integration.Caller {
	out := &integration.Caller{Principal: "context." + c.Principal, Own: c.Own}
	if c.Issuer != "" {
		out.Issuer = "context." + c.Issuer
	}
	return out
}

// Callers of the kinds of authorizers. An IAM principal is an ARN, so it needs no issuer.
var (
	LambdaCaller   = Caller{Principal: "authorizer.principalId", Own: true}
	IncludedCaller = Caller{Principal: "authorizer.principalId", Issuer: "authorizer.issuer"}
	PoolCaller     = Caller{Principal: "authorizer.claims.sub", Issuer: "authorizer.claims.iss"}
	IAMCaller      = Caller{Principal: "identity.userArn"}
)
