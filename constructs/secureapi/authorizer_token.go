package secureapi

import (
	"cmp"
	"slices"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/identity"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// BearerJWT is the validation expression for a bearer token of three base64url parts, the form of every JWT. API
// Gateway answers 401 to anything else without invoking the function.
const BearerJWT = `^[Bb]earer [A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$`

// BearerToken is the validation expression for any bearer token, including opaque ones: a b64token of RFC 6750, section
// 2.1. API Gateway answers 401 to anything else without invoking the function.
const BearerToken = `^[Bb]earer [A-Za-z0-9._~+/-]+=*$`

// TokenAuthorizer is a Lambda authorizer of type TOKEN. Its function sees one header, and API Gateway caches its answer
// by that header for all routes. Set exactly one of JWT and Function.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
type TokenAuthorizer struct {
	// JWT uses the included function, which verifies tokens and enforces the routes' requirements. Default: none.
	JWT *JWT

	// Function is your own function. It decides alone, so routes that it guards cannot have requirements. Default: none.
	Function awslambda.IFunction

	// InvokeRole is the role that API Gateway assumes to invoke the function, instead of having a permission on it. A
	// function of another account needs a role, unless it is imported and has a permission for API Gateway. Default: none.
	// For a function in another stack, a role is created, because a permission would make each stack depend on the other.
	InvokeRole awsiam.IRole

	// Header is the request header that holds the token. Default: Authorization.
	Header string

	// ValidationExpression is a regular expression that the header must match; otherwise API Gateway does not invoke the
	// function. Default: with JWT, [BearerJWT], or [BearerToken] if an issuer's tokens are opaque; with Function, none.
	ValidationExpression string

	// CacheTTL is how long API Gateway caches the function's policy for a token, in whole seconds up to an hour. Until
	// then, a token stays valid even if it expires or is revoked, and so does a right that is withdrawn. [NoCache] turns
	// the cache off. Default: 5 minutes, or 1 minute if an issuer has [Introspection].
	CacheTTL time.Duration

	// CacheTTLSeconds replaces CacheTTL with a CDK token, such as the ValueAsNumber of a CfnParameter. The deployment
	// resolves it to seconds; 0 turns the cache off. Checks assume an hour. Default: CacheTTL.
	CacheTTLSeconds *float64
}

var _ Authorizer = TokenAuthorizer{}

func (t TokenAuthorizer) plan() plan.Authorizer {
	function := t.lambda().plan()
	problems := function.Check()
	ttl, err := t.ttl()
	problems = append(
		problems,
		err,
		t.cacheTTL().check(),
		identity.CheckHeader(t.header()),
		identity.CheckExpression(t.ValidationExpression),
		function.CheckTokenEvent(),
	)
	return plan.Authorizer{
		Kind:      "TokenAuthorizer",
		Tenant:    function.Tenant,
		Problems:  slices.DeleteFunc(problems, func(err error) bool { return err == nil }),
		Enforces:  function.Enforces,
		Headers:   []string{t.header()},
		Included:  function.Included(ttl > 0),
		Keeps:     true,
		Caller:    function.Caller(),
		NamesKeys: function.NamesKeys(),

		UsageKeyClaim: function.UsageKeyClaim(),
	}
}

func (t TokenAuthorizer) ttl() (time.Duration, error) {
	return identity.CacheTTL(t.lambda().plan().CacheTTL(t.cacheTTL().planned()))
}

func (t TokenAuthorizer) cacheTTL() cacheTTL { return cacheTTL{t.CacheTTL, t.CacheTTLSeconds} }

func (t TokenAuthorizer) header() string { return cmp.Or(t.Header, "Authorization") }

func (t TokenAuthorizer) lambda() lambdaAuthorizer {
	return lambdaAuthorizer{jwt: t.JWT, function: t.Function, invokeRole: t.InvokeRole}
}

func (t TokenAuthorizer) attach(s *site, g *plan.Guard) attached {
	ttl, _ := t.ttl()
	expression := t.ValidationExpression
	if expression == "" && t.JWT != nil {
		expression = BearerJWT
		if t.JWT.plan().TakesOpaque() {
			expression = BearerToken
		}
	}
	handler := t.lambda().handler(s, g, settings.Authorizer{PerRequest: ttl == 0})
	source := awsapigateway.IdentitySource_Header(jsii.String(t.header()))
	props := &awsapigateway.TokenAuthorizerProps{
		Handler:         handler.function,
		AssumeRole:      handler.role,
		IdentitySource:  source,
		ResultsCacheTtl: resultsTTL(t.cacheTTL().inTemplate(ttl)),
	}
	if expression != "" {
		props.ValidationRegex = &expression
	}
	return attached{
		authorizationType: "CUSTOM",
		authorizer:        awsapigateway.NewTokenAuthorizer(s.scope, jsii.String(g.ID()), props),
		fingerprint: map[string]any{
			"type":       "TOKEN",
			"function":   handler.function.FunctionArn(),
			"role":       handler.roleARN(),
			"source":     source,
			"expression": expression,
			"ttl":        t.cacheTTL().inTemplate(ttl),
		},
		included: handler.included,
		own:      handler.own,
	}
}
