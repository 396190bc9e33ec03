// Package introspection asks an authorization server about tokens, by OAuth 2.0 Token Introspection (RFC 7662) and with
// signed answers (RFC 9701).
//
// It is made for a function that a flood of invented tokens can reach. A token that cannot be one (RFC 6750, section
// 2.1) costs no call. Answers are kept by the token's digest, bounded in number, in bytes and in time. Requests with
// one token share one call. Calls are limited in number at a time, tokens that turn out to be inactive in number a
// second, and an endpoint that fails is left alone for longer and longer.
//
// Every error of [Client.Ask] is one of two, for [errors.Is]: jwt.ErrRejected, the token is not active or cannot be a
// token; or [ErrUnavailable], there is no answer that counts. No error holds any part of a token, a secret or a key.
//
// It does not find tokens in requests, it does not decide what the claims of an answer are worth (that is
// jwt.Issuer.CheckAnswer), and it does not know where secrets are kept.
package introspection
