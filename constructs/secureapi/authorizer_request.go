package secureapi

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// RequestAuthorizer is a Lambda authorizer of type REQUEST: a function sees the whole request but its body, and its
// answer is cached by the values of the identity sources. JWT or Function is required, and not both.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
type RequestAuthorizer struct {
	// JWT uses the included function, which verifies tokens and enforces the routes' requirements. Default: none.
	JWT *JWT

	// Function is your own, which then decides alone: routes that it guards cannot have requirements. Default: none.
	Function awslambda.IFunction

	// InvokeRole is what API Gateway assumes to invoke the function. Default: as of [TokenAuthorizer.InvokeRole].
	InvokeRole awsiam.IRole

	// TokenSources are the places of a request where the included function looks for its token. Where caching is on
	// there can be one only, since API Gateway then wants every identity source in each request.
	// Default: the Authorization header.
	TokenSources []TokenSource

	// IdentitySources are the values that an answer is cached by. With caching on, API Gateway answers 401 by itself
	// when one is missing. Default: with JWT those that hold its TokenSources, with Function none, which needs
	// [NoCache].
	IdentitySources []IdentitySource

	// CacheTTL is how long API Gateway keeps the function's policy for the same identity sources; see
	// [TokenAuthorizer.CacheTTL], whose default it has. [NoCache] turns it off.
	CacheTTL time.Duration

	// CacheTTLSeconds is a CDK token in the place of CacheTTL, such as the ValueAsNumber of a CfnParameter: how many
	// seconds is known when the stack is deployed, and 0 turns the cache off there. Checks take it for an hour. Default:
	// CacheTTL.
	CacheTTLSeconds *float64
}

// IdentitySource is a value of the request that API Gateway caches an authorizer's answer by: an [IdentityHeader],
// an [IdentityQuery], an [IdentityStageVariable] or an [IdentityContext] variable. A path parameter cannot be one.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/configure-api-gateway-lambda-authorization.html
type IdentitySource struct{ source plan.IdentitySource }

// IdentityHeader is the identity source of a request header.
func IdentityHeader(name string) IdentitySource { return IdentitySource{plan.Header(name)} }

// IdentityQuery is the identity source of a query string parameter.
func IdentityQuery(name string) IdentitySource { return IdentitySource{plan.Query(name)} }

// IdentityStageVariable is the identity source of a stage variable.
func IdentityStageVariable(name string) IdentitySource {
	return IdentitySource{plan.StageVariable(name)}
}

// IdentityContext is the identity source of a variable of the request's context, named without "$context.":
// "httpMethod", "path", "identity.sourceIp". One that AWS does not document is refused as a part of the cache's key, as
// without it in a request every caller would get 401, and is taken with [NoCache].
func IdentityContext(name string) IdentitySource { return IdentitySource{plan.Context(name)} }

// String returns the source as API Gateway writes it.
func (s IdentitySource) String() string { return s.source.String() }

// TokenSource is a place of a request where the included function looks for its token: a [TokenHeader], a
// [TokenCookie] or a [TokenQuery].
type TokenSource struct{ source settings.TokenSource }

// TokenHeader is a header that holds "Bearer TOKEN".
func TokenHeader(name string) TokenSource {
	return TokenSource{settings.TokenSource{Kind: settings.Header, Name: name}}
}

// TokenCookie is a cookie whose value is the token. Guard against cross-site request forgery: browsers send a cookie by
// themselves. A [SessionAuthorizer] does, and its cookie is encrypted.
func TokenCookie(name string) TokenSource {
	return TokenSource{settings.TokenSource{Kind: settings.Cookie, Name: name}}
}

// TokenQuery is a query string parameter whose value is the token. It ends up in logs and browser histories, so use
// it only for what cannot send a header.
func TokenQuery(name string) TokenSource {
	return TokenSource{settings.TokenSource{Kind: settings.QueryString, Name: name}}
}

var _ Authorizer = RequestAuthorizer{}

func (r RequestAuthorizer) plan() plan.Authorizer {
	function, cache := r.lambda().plan(), r.cache()
	return plan.Authorizer{
		Kind:      "RequestAuthorizer",
		Problems:  withProblem(r.cacheTTL().check(), function.Check(), cache.Check()),
		Enforces:  function.Enforces,
		Headers:   cache.Headers(),
		Enough:    cache.Enough(),
		Included:  function.Included(!cache.PerRequest()),
		Keeps:     true,
		NamesKeys: function.NamesKeys(),

		UsageKeyClaim: function.UsageKeyClaim(),
		Cookies:       cache.Cookies(),
	}
}

// cache is what the authorizer's answers are cached by.
func (r RequestAuthorizer) cache() plan.Cache {
	c := plan.Cache{
		TTL:      r.lambda().plan().CacheTTL(r.cacheTTL().planned()),
		Included: r.JWT != nil,
		Own:      r.Function != nil,
	}
	for _, s := range r.IdentitySources {
		c.Identity = append(c.Identity, s.source)
	}
	for _, t := range r.TokenSources {
		c.Tokens = append(c.Tokens, t.source)
	}
	return c
}

func (r RequestAuthorizer) lambda() lambdaAuthorizer {
	return lambdaAuthorizer{jwt: r.JWT, function: r.Function, invokeRole: r.InvokeRole}
}

func (r RequestAuthorizer) attach(s *site, g *plan.Guard) attached {
	cache := r.cache()
	ttl, _ := plan.CacheTTL(cache.TTL)
	handler := r.lambda().handler(s, g, settings.Authorizer{PerRequest: cache.PerRequest(), TokenSources: cache.TokenSources()})
	return handler.request(s, g, cache.Sources(), r.cacheTTL().inTemplate(ttl))
}

func (r RequestAuthorizer) cacheTTL() cacheTTL { return cacheTTL{r.CacheTTL, r.CacheTTLSeconds} }
