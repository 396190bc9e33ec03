package secureapi

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// IAMAuthorizer guards routes with AWS credentials: requests are signed with Signature Version 4, and the caller's
// policies must allow execute-api:Invoke on the route. [API.GrantInvoke] allows it.
//
// Callers of other accounts need the API's resource policy too: see [ResourcePolicy.AllowAccounts].
type IAMAuthorizer struct{}

func (IAMAuthorizer) kind() string   { return "IAMAuthorizer" }
func (IAMAuthorizer) check() []error { return nil }

func (IAMAuthorizer) enforces(requires []access.Requirement) error {
	if len(requires) == 0 {
		return nil
	}
	return fmt.Errorf("IAM knows no %ss: leave the requirement out and grant callers the route with api.GrantInvoke, or guard it with a TokenAuthorizer and JWT", requires[0].Kind)
}

// headers are those that Signature Version 4 adds.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
func (IAMAuthorizer) headers() []string {
	return []string{"Authorization", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-Sha256"}
}

func (IAMAuthorizer) attach(*builder, *guard) attached {
	return attached{
		authorizationType: awsapigateway.AuthorizationType_IAM,
		fingerprint:       map[string]any{"type": "AWS_IAM"},
	}
}
