package authz

import (
	"bytes"
	"encoding/json"
	"math"
	"time"
)

// ConfigVariable is the environment variable that holds the authorizer's [Config] as JSON.
const ConfigVariable = "GATEHOUSE_AUTHORIZER"

// Config says whose tokens the authorizer accepts and where it finds them. Who may call what is not in it: that is the
// access table, a file beside the binary.
type Config struct {
	// Issuers are those whose tokens are accepted. At least one.
	Issuers []Issuer `json:"issuers"`

	// TokenSources are the places a REQUEST event's token is looked for; a TOKEN event brings its own.
	// Two places with different tokens are refused. Default: the Authorization header.
	TokenSources []TokenSource `json:"tokenSources,omitempty"`

	// PerRequest says that an answer serves the requested verb and path alone: API Gateway does not cache it (a TTL of
	// 0), or caches it by verb and path too. The policy then covers that method ARN instead of the whole API.
	PerRequest bool `json:"perRequest,omitempty"`

	// PolicyEndsWithToken puts a condition on the time into each policy, so that one that API Gateway has cached allows
	// nothing once the token has expired: the answer is then 403 until the cache's TTL is over, and 401 after that. Default:
	// a cached policy counts for its TTL.
	PolicyEndsWithToken bool `json:"policyEndsWithToken,omitempty"`

	// ContextClaims are the claims handed to the backend in the authorizer's context, besides the ones it always gets
	// (issuer, scopes, groups, roles). Nested claims are named by a path with dots. Strings, numbers and booleans are
	// handed on as they are, lists of those as words between spaces, percent-encoded where a word would look like two.
	// Objects and null are dropped, and so are values of more than 2,048 bytes and what exceeds 8,192 in all; of a list
	// that is too long, the words that there is no room for.
	ContextClaims []string `json:"contextClaims,omitempty"`

	// DenyEscapedPaths denies every request whose path has a percent-escape, on the routes that the authorizer guards. The
	// values of parameters can then hold neither spaces nor slashes nor letters beyond ASCII. Default: escapes are allowed.
	DenyEscapedPaths bool `json:"denyEscapedPaths,omitempty"`

	// NoTokenCache turns off the memory of tokens that were verified already.
	NoTokenCache bool `json:"noTokenCache,omitempty"`

	// NoMetrics leaves the CloudWatch metrics out of the log. Every custom metric has its price.
	NoMetrics bool `json:"noMetrics,omitempty"`
}

// Issuer is an identity provider whose tokens are accepted, and what its tokens must look like.
type Issuer struct {
	// URL is the issuer's identifier, compared with the iss claim byte by byte.
	URL string `json:"url"`

	// Audiences are the values of which the token's audience must contain one. At least one. With TokenUse "access"
	// they are compared with client_id instead of aud, as Amazon Cognito's access tokens have no aud; with aud as well
	// where one has it.
	Audiences []string `json:"audiences"`

	// Algorithms the issuer signs with: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA
	// (or Ed25519, which is the same here), or HS256, HS384, HS512 with SecretARN. Default: RS256, or HS256 with SecretARN.
	Algorithms []string `json:"algorithms,omitempty"`

	// JWKSURL is where the issuer's keys are. Default: the jwks_uri of its discovery document,
	// URL + "/.well-known/openid-configuration".
	JWKSURL string `json:"jwksUrl,omitempty"`

	// SecretARN names the AWS Secrets Manager secret with the HMAC key: the whole secret string, or with SecretField
	// one field of its JSON.
	SecretARN   string `json:"secretArn,omitempty"`
	SecretField string `json:"secretField,omitempty"`

	// Type is the typ header a token must have, without "application/" and in any case: "at+jwt" for RFC 9068 access
	// tokens. Default: none needed; "JWT" and "at+jwt" pass.
	Type string `json:"type,omitempty"`

	// TokenUse is the token_use claim a token must have, for Amazon Cognito: "access" or "id". Default: not looked at.
	TokenUse string `json:"tokenUse,omitempty"`

	// ScopesClaim, GroupsClaim, RolesClaim and PrincipalClaim name the claims that scopes, groups, roles and the
	// principal are read from; a dot descends into an object ("realm_access.roles"), and a claim whose own name has
	// dots is found by its whole name first. Scopes are a string of words or an array, groups and roles a string or
	// an array. Defaults: scope, else scp; groups; roles; sub.
	ScopesClaim    string `json:"scopesClaim,omitempty"`
	GroupsClaim    string `json:"groupsClaim,omitempty"`
	RolesClaim     string `json:"rolesClaim,omitempty"`
	PrincipalClaim string `json:"principalClaim,omitempty"`

	// AcceptBoundTokens takes tokens that are bound to a key or certificate of the client, those with a cnf claim, as if
	// they were bearer tokens. The binding is NOT checked: a stolen token works for the thief. Default: 401.
	AcceptBoundTokens bool `json:"acceptBoundTokens,omitempty"`

	// Clients are the client ids of which a token must have one in azp or client_id, and in both if it has both; or in the
	// claim at the path ClientClaim ("cid" for Okta). Default: any client; with TokenUse "access", those of Audiences.
	Clients     []string `json:"clients,omitempty"`
	ClientClaim string   `json:"clientClaim,omitempty"`

	// MaxLifetimeSeconds is the longest time that a token may be valid for in all, exp - iat; a token without iat is
	// rejected then. Default 0: any.
	MaxLifetimeSeconds int `json:"maxLifetimeSeconds,omitempty"`

	// MaxKeyAgeSeconds is after how long keys are asked for again whatever the issuer's Cache-Control says, from 60 on;
	// StaleCeilingSeconds is for how long they are used while the issuer does not answer, at least as long and up to
	// 604,800 (7 days). Defaults: 3,600 (1 hour) and 43,200 (12 hours). Issuers with one JWKSURL have the shorter ones.
	MaxKeyAgeSeconds    int `json:"maxKeyAgeSeconds,omitempty"`
	StaleCeilingSeconds int `json:"staleCeilingSeconds,omitempty"`

	// Leeway is how far clocks may differ for nbf and iat, in seconds; exp gets none. Default 0, at most 300.
	LeewaySeconds int `json:"leewaySeconds,omitempty"`
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

// Leeway is LeewaySeconds as a duration.
func (i Issuer) Leeway() time.Duration { return seconds(i.LeewaySeconds) }

// seconds is a number of them as a duration. What overflows is the longest one, which [jwt.New] refuses.
func seconds(n int) time.Duration {
	const most = math.MaxInt64 / int64(time.Second)
	return time.Duration(max(-most, min(int64(n), most))) * time.Second
}

// Environment is the configuration as a Lambda function's environment, which [FromEnvironment] reads.
// Strings that hold a CDK token pass through unharmed.
func (c Config) Environment() map[string]string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(c); err != nil {
		panic(err) // strings, numbers and booleans always encode
	}
	return map[string]string{ConfigVariable: string(bytes.TrimSpace(b.Bytes()))}
}
