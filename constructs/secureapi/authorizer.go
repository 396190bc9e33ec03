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
	// plan describes the authorizer in plain values: its problems, the requirements that it can enforce, what it reads,
	// and what its answers are cached by.
	plan() plan.Authorizer

	// attach creates what the API's methods refer to.
	attach(s *site, g *plan.Guard) attached
}

// attached is an authorizer in the form that methods refer to.
type attached struct {
	authorizationType string                    // the methods' AuthorizationType
	authorizer        awsapigateway.IAuthorizer // nil for IAM, and for a kind that CDK's L2 does not support
	resource          awscdk.CfnResource        // only for a kind that CDK's L2 does not support
	id                *string                   // the methods' AuthorizerId; nil for IAM
	fingerprint       map[string]any            // what the deployment depends on; may contain CDK tokens
	included          included                  // only for an authorizer with JWT
	own               awslambda.IFunction       // of an authorizer with Function; nil for that of another account
}

// included is the included function with its settings.
type included struct {
	function    awslambda.Function // may be nil
	environment map[string]string
	alias       awslambda.Alias // the alias that API Gateway invokes; nil if it invokes the function itself
	metrics     bool            // whether it writes metrics
	hooked      bool            // whether its main package is the user's, which may have a hook
	opaque      bool            // whether it verifies no JWTs but asks about each token
	clients     bool            // whether it compares the claims that name a client
}

// invoked returns what API Gateway invokes: the alias, or the function.
func (i included) invoked() awslambda.IFunction {
	if i.alias != nil {
		return i.alias
	}
	return i.function
}

// NoCache turns off an authorizer's cache. The authorizer then runs on every request.
const NoCache time.Duration = plan.NoCache
