// Package jwt verifies the JSON Web Tokens of configured issuers and caches the issuers' keys. It uses the standard
// library's crypto, and its own strict parsers for base64url and JSON.
//
// A valid token is a JWS in compact serialization (RFC 7515, section 7.1). Its iss claim names a configured issuer, and
// its other claims are what that issuer's configuration requires. Its signature is made with a key that the issuer
// currently publishes, by an algorithm that both the issuer and the key are bound to. Cheap checks come first: a token
// that would fail on its claims never causes a request for keys.
//
// Every error of [Verifier.Verify] is one of two, for [errors.Is]: [ErrRejected] if the token is bad, and
// [ErrUnavailable] if there is no answer because the issuer's keys cannot be fetched. Both are joined with the exact
// reason, which [Reason] returns as one word. An error in the configuration is an [ErrConfig], returned by [New] if it
// is visible there, and otherwise by [Verifier.Ready]. No error and no log line contains any part of a token that was
// not verified.
//
// It does not decide who may call what, find tokens in requests, decrypt (JWE), or create tokens. It uses no key that a
// token contains or points to; [VerifySelfSigned] does, for proofs that the sender has that key.
package jwt
