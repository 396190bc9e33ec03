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
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// BearerJWT is the validation expression that only a Bearer token of three base64url parts passes, as a JWT has.
// API Gateway answers 401 to anything else by itself, without invoking the function.
const BearerJWT = `^[Bb]earer [A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$`

// BearerToken is the validation expression that every Bearer token passes, opaque ones included: a b64token of RFC
// 6750, section 2.1. API Gateway answers 401 to anything else by itself.
const BearerToken = `^[Bb]earer [A-Za-z0-9._~+/-]+=*$`

// TokenAuthorizer is a Lambda authorizer of type TOKEN: a function sees one header, and API Gateway caches its answer
// by that header for all routes. JWT or Function is required, and not both.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
type TokenAuthorizer struct {
	// JWT uses the included function, which verifies tokens and enforces the routes' requirements. Default: none.
	JWT *JWT

	// Function is your own, which then decides alone: routes that it guards cannot have requirements. Default: none.
	Function awslambda.IFunction

	// InvokeRole is what API Gateway assumes to invoke the function, instead of a permission on the function. A
	// function of another account needs one, unless it is imported and has a permission for API Gateway. Default: none;
	// for a function of another stack, one is made, since a permission would make each stack depend on the other.
	InvokeRole awsiam.IRole

	// Header that holds the token. Default: Authorization.
	Header string

	// ValidationExpression is what the header must match for the function to be invoked. Default: with JWT
	// [BearerJWT], or [BearerToken] if an issuer's tokens are opaque; with Function none.
	ValidationExpression string

	// CacheTTL is how long API Gateway keeps the function's policy for a token, in whole seconds up to an hour.
	// A token that is revoked or expires, or a right that is taken, counts until then. Default: 5 minutes, or 1 minute if
	// an issuer has [Introspection]. [NoCache] turns it off.
	CacheTTL time.Duration

	// CacheTTLSeconds is a CDK token in the place of CacheTTL, such as the ValueAsNumber of a CfnParameter: how many
	// seconds is known when the stack is deployed, and 0 turns the cache off there. Checks take it for an hour. Default:
	// CacheTTL.
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
		plan.CheckHeader(t.header()),
		plan.CheckExpression(t.ValidationExpression),
	)
	return plan.Authorizer{
		Kind:      "TokenAuthorizer",
		Problems:  slices.DeleteFunc(problems, func(err error) bool { return err == nil }),
		Enforces:  function.Enforces,
		Headers:   []string{t.header()},
		Included:  function.Included(ttl > 0),
		Keeps:     true,
		NamesKeys: function.NamesKeys(),

		UsageKeyClaim: function.UsageKeyClaim(),
	}
}

func (t TokenAuthorizer) ttl() (time.Duration, error) {
	return plan.CacheTTL(t.lambda().plan().CacheTTL(t.cacheTTL().planned()))
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
