package jwt

import (
	"context"
	"net/http"
	"time"
)

// MaxTokenSize is the length in bytes of the longest token that is accepted. API Gateway accepts 10,240 bytes of
// headers in all.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
const MaxTokenSize = 8192

// The limits of an [Issuer]'s fields.
const (
	maxLeeway       = 5 * time.Minute
	minKeyAge       = time.Minute        // of MaxKeyAge: a shorter time would cause too many requests to the issuer
	maxStaleCeiling = 7 * 24 * time.Hour // how long a withdrawn key may still be accepted
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

// Secret returns an issuer's current HMAC key, for instance from AWS Secrets Manager. It is called when a key set would
// be fetched: once during [Verifier.Start] and again when the key is old. It is also called when a signature does not
// verify, because the key may have been rotated, but at most once in a cooldown. It must observe the context. Its
// errors are logged, so they must not contain the key.
type Secret func(context.Context) ([]byte, error)

// Issuer is an identity provider whose tokens are accepted, with requirements for its tokens.
type Issuer struct {
	// URL is the issuer's identifier. It is compared with the iss claim byte by byte. Required. It must be an https URL
	// unless JWKSURL or Secret is given: Google, for example, also issues tokens with "accounts.google.com".
	URL string

	// Audiences are the accepted audiences. The token's aud must have one of them. At least one is required.
	//
	// With TokenUse "access", client_id is compared instead if the token has no aud: Amazon Cognito's access tokens have
	// an aud only if the application asks for a resource (RFC 8707). A token that has an aud is then compared by its aud,
	// and its client_id is compared with Clients, or with Audiences if there are no Clients.
	Audiences []string

	// Algorithms are the algorithms that the issuer signs with: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384,
	// ES512, EdDSA (also called Ed25519 by RFC 9864; either name accepts tokens and keys of both). With a Secret, and only
	// then, they are HS256, HS384 or HS512. Default: RS256, or HS256 with a Secret.
	Algorithms []string

	// JWKSURL is the https URL of the issuer's keys. Default: the jwks_uri of the discovery document at URL +
	// "/.well-known/openid-configuration", without a slash at the end of URL. Issuers with the same JWKSURL share its
	// keys.
	JWKSURL string

	// Secret returns the HMAC key. The key must be at least as long as the longest hash of Algorithms.
	Secret Secret

	// Type is the required typ header, compared without case: "at+jwt" for RFC 9068 access tokens. An "application/"
	// before either is ignored. By default, typ may be missing, "JWT" or "at+jwt", and nothing else, so that a logout
	// token or a DPoP proof is not accepted as an access token.
	Type string

	// TokenUse is the required token_use claim: "access" or "id", for Amazon Cognito. Default: any.
	TokenUse string

	// Clients are the client IDs of the applications whose tokens are accepted. The token must have one of them in azp or
	// client_id, and in both if it has both. With ClientClaim, it must have one of them there instead. Default: any client
	// of the issuer; with TokenUse "access", those of Audiences.
	Clients []string

	// ClientClaim is the path of the claim that has the client ID instead, see [Token.Claim]: "cid" for Okta. It requires
	// Clients.
	ClientClaim string

	// MaxLifetime is the longest total validity of a token, exp - iat, in whole seconds. With it, a token without iat is
	// rejected. Default: no limit.
	MaxLifetime time.Duration

	// MaxKeyAge is [Options.MaxAge] for this issuer: whole seconds, at least [minKeyAge]. StaleCeiling is
	// [Options.StaleCeiling] for this issuer: at least MaxKeyAge, and up to [maxStaleCeiling]. If issuers share a JWKSURL,
	// the shortest values apply. Default: those of the Options.
	MaxKeyAge, StaleCeiling time.Duration

	// Leeway is how far nbf and iat may be in the future, in whole seconds up to [maxLeeway]. It does not apply to exp.
	// Default: 0.
	Leeway time.Duration

	// AcceptBoundTokens accepts tokens that are bound to a key or certificate of the client by a cnf claim (RFC 7800), as
	// if they were bearer tokens. It is NOT checked that the client has the key, as DPoP (RFC 9449) and mutual TLS (RFC
	// 8705) would prove, so a thief can use a stolen token. By default they are rejected.
	AcceptBoundTokens bool

	// ByAPIGateway verifies tokens as API Gateway's own JWT authorizers do, for the local gateway. The differences: a
	// token needs a kid, typ and cnf may be anything, and client_id replaces a missing aud.
	// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-jwt-authorizer.html, which names
	// neither typ nor cnf, and, for kid and client_id, what JWT authorizers of HTTP APIs do:
	// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
	ByAPIGateway bool

	// AllowLoopbackHTTP permits http instead of https for loopback hosts, for development and tests.
	AllowLoopbackHTTP bool
}

// Options configure a [Verifier]. Only Issuers is required; a zero field means the default.
type Options struct {
	// Issuers are the issuers whose tokens are accepted, each with a different URL. At least one.
	Issuers []Issuer

	// Now is the clock. Default: [time.Now].
	Now func() time.Time

	// Transport sends the requests for keys. Redirects are never followed. Default: a transport over TCP and TLS that
	// honors HTTPS_PROXY and similar variables as net/http does.
	Transport http.RoundTripper

	// Log is called when keys change, for each key that is then ignored, and, as a warning, when keys cannot be fetched.
	// Its attributes are alternating names and values, as in slog.Log. Package slog itself would make the binary of a
	// function that does not use it a hundredth larger. Default: no logging.
	Log func(warning bool, message string, attributes ...any)

	// Observe is called after each fetch of keys, on the fetch's own goroutine, so it must be safe for concurrent use.
	Observe func(Fetch)

	// FetchTimeout limits a fetch as a whole, including discovery, and so how long [Verifier.Verify] waits. Default: 5 s.
	FetchTimeout time.Duration

	// StaleWait is how long a token waits for new keys if older ones are still usable and have its key. It is counted from
	// the start of the fetch. After that the older keys are used while the fetch continues. Default: 300 ms.
	StaleWait time.Duration

	// Cooldown is the time after the start of a fetch in which an unknown kid or a bad signature does not cause another
	// one. Together they cause at most one fetch in it, so that forged tokens cannot overload an issuer's server. Default:
	// 30 s.
	Cooldown time.Duration

	// MinAge, Age and MaxAge determine how long keys are used before they are fetched again. That is the time of the
	// answer's Cache-Control, limited to MinAge and MaxAge. It is Age if there is no such time, and for a Secret. Keys
	// that are too old are fetched, and waited for, when a key is next needed. If the issuer can be reached, a key that it
	// withdraws is accepted for at most that long. Defaults: 1 minute, 10 minutes, 1 hour.
	MinAge, Age, MaxAge time.Duration

	// StaleCeiling is the age up to which keys are used if newer ones cannot be fetched, or not within StaleWait. Default:
	// 12 hours.
	StaleCeiling time.Duration

	// MaxBody is the maximum size of an answer in bytes, and MaxKeys the maximum number of keys in it. Defaults: 1 MiB and
	// 100.
	MaxBody int64
	MaxKeys int

	// TokenCache is the number of verified tokens that are cached, so that the same token again costs a hash instead of a
	// signature. Default: 0, no cache. TokenCacheAge is how long a token is cached at most. It is removed earlier when it
	// expires, or when its key is no longer among the issuer's. Default: 5 minutes. TokenCacheBytes is roughly how much
	// memory the tokens use together: the parsed claims of one token of 8 KB can take 100 KB. Default: 2 MiB.
	TokenCache      int
	TokenCacheAge   time.Duration
	TokenCacheBytes int
}

// Fetch describes one attempt to fetch an issuer's keys.
type Fetch struct {
	Issuer   string // its URL; for issuers that share their keys, the URL of the first
	Duration time.Duration
	Keys     int   // the number of usable keys
	Ignored  int   // the number of keys that are weak, broken, or not for signatures
	Changed  bool  // whether the keys differ from the previous ones
	Err      error // why there are no keys; see [ErrConfig]
}

// withDefaults returns a copy with the defaults filled in.
func (o Options) withDefaults() Options {
	now := o.Now
	if now == nil {
		now = time.Now
	}
	// Round removes the monotonic reading, which may stop while a Lambda function is frozen between two invocations.
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
