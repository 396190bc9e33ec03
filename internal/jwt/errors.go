package jwt

import "errors"

// The kinds of errors of this package. The callers of an API see only "Unauthorized" for ErrRejected, and an internal
// error for the others.
var (
	// ErrRejected means that the token is not accepted. Trying again does not help.
	ErrRejected = errors.New("jwt: token rejected")
	// ErrUnavailable means that the required keys cannot be fetched at the moment. The token may be good.
	ErrUnavailable = errors.New("jwt: no keys")
	// ErrConfig means that the configuration cannot work, whatever the token.
	ErrConfig = errors.New("jwt: configuration")
)

// The reasons for rejecting a token. Each is also an [ErrRejected]. None contains any part of the token.
var (
	ErrNoToken        = reject("no_token", "no bearer token")
	ErrSeveralTokens  = reject("several_tokens", "more than one token")
	ErrTooLong        = reject("too_long", "longer than 8192 bytes")
	ErrSerialization  = reject("serialization", "not three parts between two dots")
	ErrBase64         = reject("base64", "not canonical base64url without padding")
	ErrHeader         = reject("header", "the header is not strict JSON or not an object")
	ErrClaims         = reject("claims", "the claims are not strict JSON or not an object")
	ErrAlgorithm      = reject("algorithm", "alg is not one of the issuer's algorithms")
	ErrType           = reject("type", "typ is not the type of token the issuer is configured for")
	ErrCritical       = reject("critical", "crit, b64 or zip in the header: no extension is understood")
	ErrKeyID          = reject("key_id", "kid is missing or not a string")
	ErrIssuer         = reject("issuer", "iss names no configured issuer")
	ErrAudience       = reject("audience", "the audience has none of the issuer's audiences, or the wrong form")
	ErrClient         = reject("client", "the client is not one of the issuer's clients")
	ErrTokenUse       = reject("token_use", "token_use is not the one the issuer is configured for")
	ErrExpired        = reject("expired", "exp is not after now")
	ErrTime           = reject("time", "exp is missing, or exp, nbf or iat is not a number of seconds in range")
	ErrLifetime       = reject("lifetime", "exp is too long after iat, or iat is missing")
	ErrNotYet         = reject("not_yet", "nbf or iat is after now")
	ErrBound          = reject("bound", "cnf binds the token to a key, which is not checked here")
	ErrClaimType      = reject("claim_type", "sub or jti is not a string")
	ErrUnknownKey     = reject("unknown_key", "the issuer has no such key")
	ErrAmbiguousKey   = reject("ambiguous_key", "no kid, and several of the issuer's keys fit")
	ErrKeyMismatch    = reject("key_mismatch", "the key is not for this algorithm")
	ErrSignatureShape = reject("signature_shape", "the signature does not have the length of one")
	ErrSignature      = reject("signature", "the signature is not valid")
	ErrForm           = reject("form", "not a b64token of RFC 6750")
	ErrInactive       = reject("inactive", "the introspection endpoint says that the token is not active")
)

// rejection is a reason to reject a token.
type rejection struct{ code, text string }

func reject(code, text string) error { return &rejection{code, text} }

func (r *rejection) Error() string { return ErrRejected.Error() + ": " + r.text }
func (r *rejection) Unwrap() error { return ErrRejected }

// Reason returns the reason for an error of this package as one word, for logs and metrics: the reason of a rejection
// ("expired", "signature", ...), "configuration", "unavailable", or "other" for any other error. It returns "" for nil.
func Reason(err error) string {
	r, rejected := errors.AsType[*rejection](err) // errors.As would add a package for reflection to the binary
	switch {
	case err == nil:
		return ""
	case rejected:
		return r.code
	case errors.Is(err, ErrConfig):
		return "configuration"
	case errors.Is(err, ErrUnavailable):
		return "unavailable"
	}
	return "other"
}
