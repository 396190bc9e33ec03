package authz

import "time"

// ConfigVariable is the environment variable that holds the authorizer's [Config] as JSON.
const ConfigVariable = "GATEHOUSE_AUTHORIZER"

// Config is the authorizer's configuration: whose tokens it accepts and where it finds them. It does not contain who
// may call what; that is in the access table, a file next to the binary. [Config.Environment] writes the configuration
// as JSON, and [FromEnvironment] reads it.
type Config struct {
	// Issuers are the issuers whose tokens are accepted. At least one is required.
	Issuers []Issuer

	// TokenSources are the places where a REQUEST event may have its token; a TOKEN event contains its own. A request with
	// different tokens in two places is refused. Default: the Authorization header.
	TokenSources []TokenSource

	// Session takes the token from a session cookie of the included login instead; TokenSources must then be empty.
	// Default: no session.
	Session *Session

	// ProofTable is the name of the DynamoDB table that remembers used DPoP proofs for all instances of the function, if
	// an issuer is [Issuer.DPoPBound]. Its partition key is "pk" of type String, its TTL attribute "ttl". If it cannot be
	// reached, requests are denied with a 500. Default: each instance remembers the proofs that it has checked itself.
	ProofTable string

	// ProofURLs are the https URLs that clients call the API's routes under, such as "https://shop.example.com/api" for
	// "https://shop.example.com/api/orders" and the route "GET /orders", if an issuer is [Issuer.DPoPBound]. A DPoP proof
	// must then be for one of them and the path of the request below the stage. Hosts are in lower case, paths are literal
	// and do not end in a slash, and no URL is under another one. Default: the URL of the request as API Gateway reports
	// it in requestContext (domainName and path).
	ProofURLs []string

	// PerRequest says that an answer serves only the requested verb and path, because API Gateway does not cache it (a TTL
	// of 0) or caches it by verb and path too. The policy then covers that method ARN instead of the whole API. Default:
	// false.
	PerRequest bool

	// PolicyEndsWithToken adds a condition on the time to each policy, so that a cached policy allows nothing after the
	// token expires. The answer is then 403 until the cache's TTL ends, and 401 after that. Default: a cached policy stays
	// valid for its TTL.
	PolicyEndsWithToken bool

	// ContextClaims are claims that the backend receives in the authorizer's context, in addition to the issuer, scopes,
	// groups and roles. A path with dots names a nested claim. Strings, numbers and booleans are passed on as is. A list
	// of those becomes words separated by spaces; a space inside an element is percent-encoded. Objects, null, values of
	// more than 2,048 bytes, and whatever exceeds 8,192 bytes in total are dropped; of a list that is too long, the words
	// that do not fit. Default: none.
	ContextClaims []string

	// UsageKeyClaim is the path of a claim that holds the API key that a request counts against, if the API takes keys
	// from its authorizer (ApiKeySourceType AUTHORIZER). The authorizer returns it as usageIdentifierKey if it has 20 to
	// 128 printable ASCII characters other than spaces, commas, percent signs, quotes and backslashes. Otherwise the
	// answer has no key, and API Gateway answers 403 on methods that require one. A hook cannot change it. Default: no
	// key.
	// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
	UsageKeyClaim string

	// DenyEscapedPaths denies every request with a percent-escape in its path, on the routes that the authorizer guards.
	// Values of path parameters then cannot contain spaces, slashes or non-ASCII letters. Default: escapes are allowed.
	DenyEscapedPaths bool

	// NoTokenCache turns off the cache of verified tokens. Default: the cache holds up to 512 tokens in 2 MiB, each for 5
	// minutes at most.
	NoTokenCache bool

	// NoMetrics omits the CloudWatch metrics from the log. AWS bills every custom metric. Default: false.
	NoMetrics bool
}

// Issuer is an identity provider whose tokens are accepted, with the rules for its tokens.
type Issuer struct {
	// URL is the issuer's identifier, which is compared with the iss claim byte by byte.
	URL string

	// Audiences are the accepted audiences; a token's aud must contain one of them. At least one is required, unless the
	// tokens are opaque and Clients is set. With TokenUse "access", they are compared with client_id, because access
	// tokens of Amazon Cognito have no aud; if one has an aud, with that too.
	Audiences []string

	// Algorithms are the issuer's signing algorithms: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA
	// (or Ed25519, which means the same here), or, with SecretARN, HS256, HS384, HS512. Default: RS256; with SecretARN,
	// HS256.
	Algorithms []string

	// JWKSURL is the URL of the issuer's keys. Default: the jwks_uri of its discovery document at URL +
	// "/.well-known/openid-configuration".
	JWKSURL string

	// SecretARN is the ARN of the AWS Secrets Manager secret that holds the HMAC key: the whole secret string, or, with
	// SecretField, one field of its JSON.
	SecretARN   string
	SecretField string

	// Type is the typ header that tokens must have, in any case and without "application/": "at+jwt" for access tokens of
	// RFC 9068. Default: none is required; "JWT" and "at+jwt" are accepted.
	Type string

	// TokenUse is the token_use claim that tokens of Amazon Cognito must have: "access" or "id". Default: not checked.
	TokenUse string

	// ScopesClaim, GroupsClaim, RolesClaim and PrincipalClaim name the claims that hold scopes, groups, roles and the
	// principal. A dot descends into an object ("realm_access.roles"); a claim whose name is the whole path takes
	// precedence. Scopes are an array or a string of words; groups and roles are a string or an array. Defaults: scope,
	// else scp; groups; roles; sub.
	ScopesClaim    string
	GroupsClaim    string
	RolesClaim     string
	PrincipalClaim string

	// AcceptBoundTokens accepts tokens that are bound to a key or a certificate of the client (the claim cnf) as bearer
	// tokens. The binding is NOT checked, so a stolen token works. Default: such tokens get a 401.
	AcceptBoundTokens bool

	// CertificateBound requires tokens that are bound to a certificate of the client, and requests that present it by
	// mutual TLS: cnf must have x5t#S256 alone, the certificate's thumbprint (RFC 8705, section 3.1). Others get a 401.
	// Only a REQUEST event has the certificate. An answer that API Gateway caches needs the identity source
	// context.identity.clientCert.clientCertPem. Default: tokens with cnf get a 401.
	CertificateBound bool

	// DPoPBound requires tokens that are bound to a key of the client, and a proof of that key in each request (DPoP, RFC
	// 9449): the scheme DPoP in the Authorization header, exactly one DPoP header, and cnf with jkt alone, the thumbprint
	// of the key that has signed the proof. A proof counts once, for a minute; see [Config.ProofTable]. It requires
	// [Config.PerRequest] and REQUEST events whose answers API Gateway does not cache. Tokens of issuers without
	// it must come as bearer tokens. Default: tokens with cnf get a 401.
	DPoPBound bool

	// Clients are the accepted client IDs. A token must have one of them in azp or client_id, and in both if it has both;
	// with ClientClaim ("cid" for Okta), in the claim at that path. Default: any client; with TokenUse "access", those in
	// Audiences.
	Clients     []string
	ClientClaim string

	// MaxLifetime is the longest lifetime that a token may have (exp - iat), in whole seconds. If it is set, tokens
	// without iat are rejected. Default: any.
	MaxLifetime time.Duration

	// MaxKeyAge is how long keys are used before they are fetched again, whatever the issuer's Cache-Control says: at
	// least 1 minute. StaleCeiling is how long they are used while the issuer does not answer: at least MaxKeyAge, up to 7
	// days. Both are in whole seconds. Issuers that share a JWKSURL use the shorter ones. Defaults: 1 hour and 12 hours.
	MaxKeyAge, StaleCeiling time.Duration

	// Leeway is the clock difference allowed for nbf and iat, in whole seconds up to 5 minutes. It does not apply to exp.
	// Default: none; with a [Session], at least a minute, because its token is used as soon as it is issued.
	Leeway time.Duration

	// Introspection asks the issuer about its tokens, which are opaque or, with [Introspection.VerifyJWTs], JWTs that may
	// have been revoked. At most one issuer can have opaque tokens, because such tokens do not name their issuer. Default:
	// tokens are JWTs, and the issuer is not asked.
	Introspection *Introspection
}

// SourceKind is a part of a request that may contain a token.
type SourceKind string

// Parts of a request that may contain a token.
const (
	Header      SourceKind = "header"
	Cookie      SourceKind = "cookie"
	QueryString SourceKind = "querystring"
)

// TokenSource is a place in a request. A header contains "Bearer TOKEN"; a cookie or a query string parameter contains
// the token itself.
type TokenSource struct {
	Kind SourceKind `json:"kind"`
	Name string     `json:"name"`
}
