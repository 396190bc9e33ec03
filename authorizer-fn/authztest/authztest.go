// Package authztest surrounds an authorizer in tests and benchmarks: an issuer that signs tokens and publishes its
// keys, the events that API Gateway sends, and Lambda's Runtime API for a built function.
//
//	key := authztest.RSA("2026-01", 2048)
//	issuer := authztest.NewIssuer("https://idp.example.com", key) // an http.Handler and an http.RoundTripper
//	token := key.Token("RS256", authztest.Object{"iss": issuer.URL, "sub": "user-1"})
//	event := authztest.TokenEvent(authztest.ARN("GET", "/orders"), "Bearer "+token)
//
// It does not decide anything, and nothing of it is for use outside of tests: its private keys are made from their
// names, so that everyone can make them.
package authztest
