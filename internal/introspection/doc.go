// Package introspection asks an authorization server about tokens by OAuth 2.0 Token Introspection (RFC 7662), and
// supports signed answers (RFC 9701).
//
// It is made for a function that a flood of invented tokens can reach:
//   - A malformed token (RFC 6750, section 2.1) costs no call.
//   - Answers are cached by the token's digest, with limits for their number, size and age.
//   - Requests with one token share one call.
//   - The number of simultaneous calls is limited, and so is the number of inactive tokens a second.
//   - A failing endpoint is left alone for longer and longer.
//
// Every error of [Client.Ask] is one of two, for [errors.Is]: jwt.ErrRejected if the token is not active or malformed,
// and [ErrUnavailable] if there is no usable answer. No error contains any part of a token, a secret or a key.
//
// It does not find tokens in requests, and does not know where secrets are stored. It does not judge the claims of an
// answer; jwt.Issuer.CheckAnswer does.
package introspection
