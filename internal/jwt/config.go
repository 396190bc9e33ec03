package jwt

import (
	"context"
	"net/http"
	"time"
)

// MaxTokenSize is the length in bytes of the longest token that is looked at. API Gateway takes 10,240 bytes of headers
// in all.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
const MaxTokenSize = 8192

// The limits of an [Issuer]'s fields.
const (
	maxLeeway       = 5 * time.Minute
	minKeyAge       = time.Minute        // of MaxKeyAge: a shorter time would ask the issuer again and again
	maxStaleCeiling = 7 * 24 * time.Hour // a key that the issuer withdraws may be accepted for so long
)

// The defaults of [Options].
const (
	defaultFetchTimeout  = 5 * time.Second
	defaultStaleWait     = 300 * time.Millisecond
	DefaultCooldown      = 30 * time.Second
	defaultMinAge        = time.Minute
	defaultAge           = 10 * time.Minute
	defaultMaxAge        = time.Hour
	defaultStaleCeiling  = 12 * time.Hour
	defaultMaxBody       = 1 << 20
	defaultMaxKeys       = 100
	defaultTokenCacheAge = 5 * time.Minute

	defaultTokenCacheBytes = 2 << 20
)

// Secret gives the current HMAC key of an issuer, for instance from AWS Secrets Manager. It is called as a key set is
// fetched: once during [Verifier.Start], again when it is old, and at most once in a cooldown when a signature does not
// verify, as the key may have been rotated. It must observe the context. Its errors are logged, so they must not
// hold the key.
type Secret func(context.Context) ([]byte, error)

// Issuer is an identity provider whose tokens are accepted, and what its tokens must look like.
type Issuer struct {
	// URL is the issuer's identifier, compared with the iss claim byte by byte. Required. It is an https URL
	// unless JWKSURL or Secret is given: Google, for one, also issues tokens with "accounts.google.com".
	URL string

	// Audiences are the values of which the token's audience must have one: that of aud, or with TokenUse "access"
	// that of client_id, as Amazon Cognito's access tokens have no aud unless the application asks for a resource (RFC
	// 8707). One that has an aud is compared by that, and by its client_id with Clients or else with these. At least one.
	Audiences []string

	// Algorithms are those the issuer signs with: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA
	// (also called Ed25519, by RFC 9864; either name accepts tokens and keys of both); or HS256, HS384, HS512, with a
	// Secret and never without. Default: RS256, or HS256 with a Secret.
	Algorithms []string

	// JWKSURL is where the issuer's keys are, over https. Default: the jwks_uri of the discovery document at URL +
	// "/.well-known/openid-configuration" (a slash that ends URL is left out). Issuers with the same one share its
	// keys.
	JWKSURL string

	// Secret gives the HMAC key, at least as long as the longest hash of Algorithms.
	Secret Secret

	// Type is the typ header that a token must have, in any case of letters: "at+jwt" for RFC 9068 access tokens. An
	// "application/" before either is left out. Default: typ may be missing, "JWT" or "at+jwt", and nothing else, so
	// that a logout token or a DPoP proof does not pass for an access token.
	Type string

	// TokenUse is the token_use claim that a token must have: "access" or "id", for Amazon Cognito. Default: not
	// looked at.
	TokenUse string

	// Clients are the client ids of the applications whose tokens are accepted: the token must have one of them in azp or
	// client_id, and in both if it has both; or in ClientClaim. Default: any client of the issuer; with TokenUse "access",
	// those of Audiences.
	Clients []string

	// ClientClaim is the path of the claim that has the client id instead, see [Token.Claim]: "cid" for Okta. It needs
	// Clients.
	ClientClaim string

	// MaxLifetime is the longest time that a token may be valid for in all, exp - iat, in whole seconds; a token without
	// iat is rejected then. Default: any.
	MaxLifetime time.Duration

	// MaxKeyAge is [Options.MaxAge] for this issuer, from [minKeyAge] on in whole seconds, and StaleCeiling is
	// [Options.StaleCeiling], which is at least as long, up to [maxStaleCeiling]. Of issuers that share a JWKSURL, the
	// shorter ones count. Default: those of the Options.
	MaxKeyAge, StaleCeiling time.Duration

	// Leeway is how far nbf and iat may lie ahead, in whole seconds up to [maxLeeway]. exp gets none. Default: 0.
	Leeway time.Duration

	// AcceptBoundTokens takes tokens that are bound to a key or a certificate of the client, those with a cnf claim (RFC
	// 7800), as if they were bearer tokens: that the client has the key, as DPoP (RFC 9449) and mutual TLS (RFC 8705)
	// prove, is NOT checked, so a stolen token works for the thief. Default: they are rejected.
	AcceptBoundTokens bool

	// ByAPIGateway verifies as API Gateway's own JWT authorizers do where that differs: a token needs a kid, typ and cnf
	// may be anything, and client_id stands in for a missing aud. For the local gateway.
	// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-jwt-authorizer.html, which names
	// neither typ nor cnf, and, for kid and client_id, what JWT authorizers of HTTP APIs do:
	// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
	ByAPIGateway bool

	// AllowLoopbackHTTP permits http instead of https for hosts of the loopback interface, for development and tests.
	AllowLoopbackHTTP bool
}

// Options say how a [Verifier] works. Only Issuers is required; a zero elsewhere means the default.
type Options struct {
	// Issuers are those whose tokens are accepted, each with another URL. At least one.
	Issuers []Issuer

	// Now is the clock. Default: [time.Now].
	Now func() time.Time

	// Transport makes the requests for keys. Redirects are not followed whatever it does about them. Default: one over
	// TCP and TLS that honours HTTPS_PROXY and its like as net/http does.
	Transport http.RoundTripper

	// Log is called when keys change, for each that is ignored then, and when they cannot be had, which is a warning. Its
	// attributes are names and values in turn, as those of slog.Log; that package itself would add a hundredth to the
	// binary of a function that has no use for it.
	// Default: none.
	Log func(warning bool, message string, attributes ...any)

	// Observe is called after each fetch of keys, on the fetch's own goroutine, so it must be safe for concurrent use.
	Observe func(Fetch)

	// FetchTimeout bounds a fetch as a whole, discovery included, and so how long [Verifier.Verify] waits. Default: 5
	// s.
	FetchTimeout time.Duration

	// StaleWait is how long a token waits for keys in the place of older ones that are still usable and have its key,
	// counted from the start of the fetch. After that the older ones serve, and the fetch goes on. Default: 300 ms.
	StaleWait time.Duration

	// Cooldown is the time after the start of a fetch in which neither an unknown kid nor a bad signature causes
	// another one: both together cause one at most, so that forged tokens cannot make an issuer's server busy. Default:
	// 30 s.
	Cooldown time.Duration

	// MinAge, Age and MaxAge are how long keys are used before they are fetched again: as long as the answer's
	// Cache-Control says but between MinAge and MaxAge, or Age where it says nothing, and for a Secret. The fetch is
	// made, and waited for, when a key is next needed. A key that the issuer withdraws is accepted at most that long,
	// where the issuer can be reached. Defaults: 1 minute, 10 minutes, 1 hour.
	MinAge, Age, MaxAge time.Duration

	// StaleCeiling is the age up to which keys are used while newer ones cannot be had, or not within StaleWait. Default:
	// 12 hours.
	StaleCeiling time.Duration

	// MaxBody is the size of the largest answer that is read, in bytes, and MaxKeys the number of keys in it.
	// Defaults: 1 MiB and 100.
	MaxBody int64
	MaxKeys int

	// TokenCache is how many verified tokens are remembered, so that the same one again costs a hash instead of a
	// signature. Default: 0, none. TokenCacheAge is how long one is remembered at most; it is forgotten earlier when it
	// expires and when its key is no longer among the issuer's. Default: 5 minutes. TokenCacheBytes is how much memory
	// they take together, about: the parsed claims of one token of 8 KB can take 100 KB. Default: 2 MiB.
	TokenCache      int
	TokenCacheAge   time.Duration
	TokenCacheBytes int
}

// Fetch is what became of one attempt to get an issuer's keys.
type Fetch struct {
	Issuer   string // its URL; of issuers that share their keys, the first one's
	Duration time.Duration
	Keys     int   // that can be used
	Ignored  int   // that cannot: weak, broken, or for something else than signatures
	Changed  bool  // whether they differ from those before
	Err      error // why there are no keys; see [ErrConfig]
}

// withDefaults fills in what is not set, in a copy.
func (o Options) withDefaults() Options {
	now := o.Now
	if now == nil {
		now = time.Now
	}
	// Without the monotonic reading, which need not go on while a Lambda function is frozen between two invocations.
	o.Now = func() time.Time { return now().Round(0) }
	if o.Log == nil {
		o.Log = func(bool, string, ...any) {}
	}
	if o.Observe == nil {
		o.Observe = func(Fetch) {}
	}
	if o.Transport == nil {
		o.Transport = newTransport()
	}
	for _, f := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&o.FetchTimeout, defaultFetchTimeout},
		{&o.StaleWait, defaultStaleWait},
		{&o.Cooldown, DefaultCooldown},
		{&o.MinAge, defaultMinAge},
		{&o.Age, defaultAge},
		{&o.MaxAge, defaultMaxAge},
		{&o.StaleCeiling, defaultStaleCeiling},
		{&o.TokenCacheAge, defaultTokenCacheAge},
	} {
		if *f.field == 0 {
			*f.field = f.value
		}
	}
	if o.MaxBody == 0 {
		o.MaxBody = defaultMaxBody
	}
	if o.MaxKeys == 0 {
		o.MaxKeys = defaultMaxKeys
	}
	if o.TokenCacheBytes == 0 {
		o.TokenCacheBytes = defaultTokenCacheBytes
	}
	return o
}
