package secureapi

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// Authorizer guards routes. It is a [TokenAuthorizer], [RequestAuthorizer], [SessionAuthorizer], [CognitoAuthorizer],
// [JWTAuthorizer] or [IAMAuthorizer].
type Authorizer interface {
	// plan describes the authorizer in plain values: what is wrong with it, which requirements it can enforce, what it
	// reads and what its answers are cached by.
	plan() plan.Authorizer

	// attach makes what the API's methods refer to.
	attach(s *site, g *plan.Guard) attached
}

// attached is an authorizer as methods refer to it.
type attached struct {
	authorizationType string                    // AuthorizationType of the methods
	authorizer        awsapigateway.IAuthorizer // nil for IAM, and for a kind that CDK's L2 does not know
	resource          awscdk.CfnResource        // of a kind that CDK's L2 does not know; nil for others
	id                *string                   // AuthorizerId of the methods; nil for IAM
	fingerprint       map[string]any            // what the deployment depends on; may hold CDK tokens
	included          included                  // of an authorizer with JWT
	own               awslambda.IFunction       // of one with Function; nil for others, and if it is of another account
}

// included is the included function with its settings.
type included struct {
	function    awslambda.Function // nil without one
	environment map[string]string
	alias       awslambda.Alias // that API Gateway invokes; nil for the function itself
	metrics     bool            // whether it writes metrics
	hooked      bool            // whether its main is the user's, which may have a hook
	opaque      bool            // whether it verifies no JWTs, but asks about each token
	clients     bool            // whether it compares the claims that name a client
}

// invoked is what API Gateway invokes.
func (i included) invoked() awslambda.IFunction {
	if i.alias != nil {
		return i.alias
	}
	return i.function
}

// NoCache turns off an authorizer's cache. The authorizer then runs on every request.
const NoCache time.Duration = plan.NoCache
