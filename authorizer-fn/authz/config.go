package authz

import "time"

// ConfigVariable is the environment variable that holds the authorizer's [Config] as JSON.
const ConfigVariable = "GATEHOUSE_AUTHORIZER"

// Config says whose tokens the authorizer accepts and where it finds them. Who may call what is not in it: that is the
// access table, a file beside the binary. [Config.Environment] writes it as JSON, and [FromEnvironment] reads that.
type Config struct {
	// Issuers are those whose tokens are accepted. At least one.
	Issuers []Issuer

	// TokenSources are the places a REQUEST event's token is looked for; a TOKEN event brings its own.
	// Two places with different tokens are refused. Default: the Authorization header.
	TokenSources []TokenSource

	// Session takes the token out of a session's cookie instead, which the included login sets; TokenSources is empty
	// then.
	// Default: no session.
	Session *Session

	// PerRequest says that an answer serves the requested verb and path alone: API Gateway does not cache it (a TTL of
	// 0), or caches it by verb and path too. The policy then covers that method ARN instead of the whole API.
	PerRequest bool

	// PolicyEndsWithToken puts a condition on the time into each policy, so that one that API Gateway has cached allows
	// nothing once the token has expired: the answer is then 403 until the cache's TTL is over, and 401 after that.
	// Default: a cached policy counts for its TTL.
	PolicyEndsWithToken bool

	// ContextClaims are the claims handed to the backend in the authorizer's context, besides the ones it always gets
	// (issuer, scopes, groups, roles). Nested claims are named by a path with dots. Strings, numbers and booleans are
	// handed on as they are, lists of those as words between spaces, percent-encoded where a word would look like two.
	// Objects and null are dropped, and so are values of more than 2,048 bytes and what exceeds 8,192 in all; of a list
	// that is too long, the words that there is no room for. Default: none.
	ContextClaims []string

	// UsageKeyClaim is the path of a claim whose text is the API key that a request counts to, where the API takes keys
	// from its authorizer (ApiKeySourceType AUTHORIZER). It is the answer's usageIdentifierKey if it has 20 to 128
	// printable ASCII characters other than spaces, commas, percent signs, quotes and backslashes; otherwise the answer
	// names no key, and API Gateway answers 403 for methods that require one. A hook does not change it. Default: no key.
	// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
	UsageKeyClaim string

	// DenyEscapedPaths denies every request whose path has a percent-escape, on the routes that the authorizer guards.
	// The values of parameters can then hold neither spaces nor slashes nor letters beyond ASCII. Default: escapes are
	// allowed.
	DenyEscapedPaths bool

	// NoTokenCache turns off the memory of tokens that were verified already. Default: up to 512 tokens are remembered, in
	// 2 MiB, each for 5 minutes at most.
	NoTokenCache bool

	// NoMetrics leaves the CloudWatch metrics out of the log. Every custom metric has its price. Default: they are there.
	NoMetrics bool
}

// Issuer is an identity provider whose tokens are accepted, and what its tokens must look like.
type Issuer struct {
	// URL is the issuer's identifier, compared with the iss claim byte by byte.
	URL string

	// Audiences are the values of which the token's audience must contain one. At least one. With TokenUse "access"
	// they are compared with client_id instead of aud, as Amazon Cognito's access tokens have no aud; with aud as well
	// where one has it.
	Audiences []string

	// Algorithms the issuer signs with: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA (or
	// Ed25519, which is the same here), or HS256, HS384, HS512 with SecretARN. Default: RS256, or HS256 with SecretARN.
	Algorithms []string

	// JWKSURL is where the issuer's keys are. Default: the jwks_uri of its discovery document,
	// URL + "/.well-known/openid-configuration".
	JWKSURL string

	// SecretARN names the AWS Secrets Manager secret with the HMAC key: the whole secret string, or with SecretField
	// one field of its JSON.
	SecretARN   string
	SecretField string

	// Type is the typ header a token must have, without "application/" and in any case: "at+jwt" for RFC 9068 access
	// tokens. Default: none needed; "JWT" and "at+jwt" pass.
	Type string

	// TokenUse is the token_use claim a token must have, for Amazon Cognito: "access" or "id". Default: not looked at.
	TokenUse string

	// ScopesClaim, GroupsClaim, RolesClaim and PrincipalClaim name the claims that scopes, groups, roles and the
	// principal are read from; a dot descends into an object ("realm_access.roles"), and a claim whose own name has
	// dots is found by its whole name first. Scopes are a string of words or an array, groups and roles a string or
	// an array. Defaults: scope, else scp; groups; roles; sub.
	ScopesClaim    string
	GroupsClaim    string
	RolesClaim     string
	PrincipalClaim string

	// AcceptBoundTokens takes tokens that are bound to a key or certificate of the client, those with a cnf claim, as
	// if they were bearer tokens. The binding is NOT checked: a stolen token works for the thief. Default: 401.
	AcceptBoundTokens bool

	// Clients are the client ids of which a token must have one in azp or client_id, and in both if it has both; or in
	// the claim at the path ClientClaim ("cid" for Okta). Default: any client; with TokenUse "access", those of
	// Audiences.
	Clients     []string
	ClientClaim string

	// MaxLifetime is the longest time that a token may be valid for in all, exp - iat, in whole seconds; a token
	// without iat is rejected then. Default: any.
	MaxLifetime time.Duration

	// MaxKeyAge is after how long keys are asked for again whatever the issuer's Cache-Control says, from 1 minute on.
	// StaleCeiling is for how long they are used while the issuer does not answer, at least as long and up to 7 days.
	// Both are in whole seconds. Defaults: 1 hour and 12 hours. Issuers with one JWKSURL have the shorter ones.
	MaxKeyAge, StaleCeiling time.Duration

	// Leeway is how far clocks may differ for nbf and iat, in whole seconds up to 5 minutes; exp gets none. Default:
	// none; with a [Session], a minute at least, since its token is used as soon as it is issued.
	Leeway time.Duration

	// Introspection is how the issuer is asked about its tokens, which are opaque or, with [Introspection.VerifyJWTs],
	// JWTs that may have been revoked. At most one issuer's tokens are opaque: they do not say whose they are. Default:
	// the issuer's tokens are JWTs, and it is not asked.
	Introspection *Introspection
}

// SourceKind is the part of a request that a token is looked for in.
type SourceKind string

// The parts of a request that can hold a token.
const (
	Header      SourceKind = "header"
	Cookie      SourceKind = "cookie"
	QueryString SourceKind = "querystring"
)

// TokenSource is one place of a request. A header holds "Bearer TOKEN"; a cookie and a query string the token itself.
type TokenSource struct {
	Kind SourceKind `json:"kind"`
	Name string     `json:"name"`
}
