package plan

// Caller names the variables of $context that hold the caller whom an authorizer let in. The zero value means that a
// mapping template cannot read the caller.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
type Caller struct {
	Principal string // such as "authorizer.principalId"
	Issuer    string // who issued the principal; "" for an authorizer that does not tell
}

// Callers of the kinds of authorizers. An IAM principal is an ARN, so it needs no issuer.
var (
	LambdaCaller   = Caller{Principal: "authorizer.principalId"}
	IncludedCaller = Caller{Principal: "authorizer.principalId", Issuer: "authorizer.issuer"}
	PoolCaller     = Caller{Principal: "authorizer.claims.sub", Issuer: "authorizer.claims.iss"}
	IAMCaller      = Caller{Principal: "identity.userArn"}
)
