package secureapi

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/identity"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// RequestAuthorizer is a Lambda authorizer of type REQUEST. Its function sees the whole request except the body. API
// Gateway caches the answer by the values of the identity sources. Set exactly one of JWT and Function.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
type RequestAuthorizer struct {
	// JWT uses the included function, which verifies tokens and enforces the routes' requirements. Default: none.
	JWT *JWT

	// Function is your own function. It decides alone, so routes that it guards cannot have requirements. Default: none.
	Function awslambda.IFunction

	// InvokeRole is the role that API Gateway assumes to invoke the function. Default: as in [TokenAuthorizer.InvokeRole].
	InvokeRole awsiam.IRole

	// TokenSources are the places where the included function looks for the token. With a cache there can be only one,
	// because API Gateway then requires every identity source in each request. Default: the Authorization header.
	TokenSources []TokenSource

	// IdentitySources are the values by which API Gateway caches answers. With a cache, API Gateway itself answers 401 if
	// one of them is missing. Default: with JWT, the places in TokenSources; with Function none, which requires [NoCache].
	IdentitySources []IdentitySource

	// CacheTTL is how long API Gateway caches the function's policy for the same identity sources; see
	// [TokenAuthorizer.CacheTTL], which has the same default. [NoCache] turns the cache off.
	CacheTTL time.Duration

	// CacheTTLSeconds replaces CacheTTL with a CDK token, such as the ValueAsNumber of a CfnParameter. The deployment
	// resolves it to seconds; 0 turns the cache off. Checks assume an hour. Default: CacheTTL.
	CacheTTLSeconds *float64
}

// IdentitySource is a value of the request that is part of the key under which API Gateway caches an authorizer's
// answer. Make one with [IdentityHeader], [IdentityQuery], [IdentityStageVariable] or [IdentityContext]. A path
// parameter cannot be an identity source.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/configure-api-gateway-lambda-authorization.html
type IdentitySource struct{ source identity.Source }

// IdentityHeader returns the identity source for a request header.
func IdentityHeader(name string) IdentitySource { return IdentitySource{identity.Header(name)} }

// IdentityQuery returns the identity source for a query string parameter.
func IdentityQuery(name string) IdentitySource { return IdentitySource{identity.Query(name)} }

// IdentityStageVariable returns the identity source for a stage variable.
func IdentityStageVariable(name string) IdentitySource {
	return IdentitySource{identity.StageVariable(name)}
}

// IdentityContext returns the identity source for a context variable, named without "$context.": "httpMethod", "path",
// "identity.sourceIp". With a cache, variables that AWS does not document are refused: if a request lacked the
// variable, API Gateway would answer 401 to every caller. With [NoCache] they are accepted.
func IdentityContext(name string) IdentitySource { return IdentitySource{identity.Context(name)} }

// String returns the source in API Gateway's notation.
func (s IdentitySource) String() string { return s.source.String() }

// TokenSource is a place in a request where the included function looks for the token: a [TokenHeader], a [TokenCookie]
// or a [TokenQuery].
type TokenSource struct{ source settings.TokenSource }

// TokenHeader returns the source for a header that holds "Bearer TOKEN".
func TokenHeader(name string) TokenSource {
	return TokenSource{settings.TokenSource{Kind: settings.Header, Name: name}}
}

// TokenCookie returns the source for a cookie whose value is the token. Browsers send cookies with requests of other
// sites, so protect the API against cross-site request forgery. A [SessionAuthorizer] does that, and encrypts its
// cookie.
func TokenCookie(name string) TokenSource {
	return TokenSource{settings.TokenSource{Kind: settings.Cookie, Name: name}}
}

// TokenQuery returns the source for a query string parameter whose value is the token. Query strings end up in logs and
// browser histories, so use it only for clients that cannot send a header.
func TokenQuery(name string) TokenSource {
	return TokenSource{settings.TokenSource{Kind: settings.QueryString, Name: name}}
}

var _ Authorizer = RequestAuthorizer{}

func (r RequestAuthorizer) plan() plan.Authorizer {
	function, cache := r.lambda().plan(), r.cache()
	return plan.Authorizer{
		Kind:   "RequestAuthorizer",
		Tenant: function.Tenant,
		Problems: withProblem(r.cacheTTL().check(), function.Check(), cache.Check(), function.CheckCertificate(cache),
			function.CheckDPoP(cache)),
		Enforces:  function.Enforces,
		Headers:   append(cache.Headers(), function.ProofHeaders()...),
		Enough:    function.EnoughWithProofs(cache.Enough()),
		Included:  function.Included(!cache.PerRequest()),
		Keeps:     true,
		Caller:    function.Caller(),
		NamesKeys: function.NamesKeys(),

		UsageKeyClaim:    function.UsageKeyClaim(),
		CertificateBound: function.CertificateBound(),
		Cookies:          cache.Cookies(),
	}
}

// cache describes what the authorizer's answers are cached by.
func (r RequestAuthorizer) cache() identity.Cache {
	c := identity.Cache{
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
	ttl, _ := identity.CacheTTL(cache.TTL)
	config := settings.Authorizer{PerRequest: cache.PerRequest(), TokenSources: cache.TokenSources()}
	handler := r.lambda().handler(s, g, config)
	return handler.request(s, g, cache.Sources(), r.cacheTTL().inTemplate(ttl))
}

func (r RequestAuthorizer) cacheTTL() cacheTTL { return cacheTTL{r.CacheTTL, r.CacheTTLSeconds} }
