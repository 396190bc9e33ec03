// Package jwt verifies the JSON Web Tokens of configured issuers and keeps their keys, over the standard library's
// crypto and with its own strict reading of base64url and JSON.
//
// A token passes when it is a JWS in compact serialization (RFC 7515, section 7.1) whose iss claim names a configured
// issuer, whose other claims are what that issuer's configuration asks for, and whose signature is made with a key that
// the issuer publishes now, by an algorithm that both the issuer and the key are bound to. Cheap checks come first: a
// token that would fail on its claims never causes a request for keys.
//
// Every error of [Verifier.Verify] is one of two, for [errors.Is]: [ErrRejected], the token is bad and its holder is
// not let in; or [ErrUnavailable], no answer can be given as the issuer's keys cannot be fetched. Both are joined by
// what exactly was wrong, which [Reason] names in a word. What is wrong with the configuration is an [ErrConfig], from
// [New] where it can be seen there, else from [Verifier.Ready]. No error and no log line holds any part of a token that
// was not verified.
//
// It does not decide who may call what, it does not look for tokens in requests, it does not decrypt (JWE), it does
// not make tokens, and it uses no key that a token brings or points to.
package jwt
