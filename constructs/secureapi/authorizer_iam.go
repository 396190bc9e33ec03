package secureapi

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// IAMAuthorizer guards routes with AWS credentials. Callers sign requests with Signature Version 4, and their policies
// have to allow execute-api:Invoke on the route; [API.GrantInvoke] grants that.
//
// Callers from other accounts also need the API's resource policy; see [ResourcePolicy.AllowAccounts].
//
// Source:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
type IAMAuthorizer struct{}

var _ Authorizer = IAMAuthorizer{}

func (i IAMAuthorizer) plan() plan.Authorizer {
	return plan.Authorizer{
		Kind:     "IAMAuthorizer",
		Tenant:   plan.IAMTenant,
		Enforces: i.enforces,
		// The headers that Signature Version 4 adds.
		// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
		Headers: []string{"Authorization", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-Sha256"},
		Signed:  true,
		Caller:  plan.IAMCaller,
	}
}

func (IAMAuthorizer) enforces(requires []access.Requirement) error {
	if len(requires) == 0 {
		return nil
	}
	instead := "a JWTAuthorizer"
	if (JWTAuthorizer{}).enforces(requires) != nil {
		instead = "a TokenAuthorizer with JWT"
	}
	return fmt.Errorf("IAM does not look at %s: leave the requirement out and grant callers the route with "+
		"api.GrantInvoke, or guard it with %s, if they have tokens", requires[0].Subject(), instead)
}

func (IAMAuthorizer) attach(*site, *plan.Guard) attached {
	return attached{
		authorizationType: "AWS_IAM",
		fingerprint:       map[string]any{"type": "AWS_IAM"},
	}
}
