// Package authztest tests and benchmarks authorizers. It has an issuer that signs tokens and publishes its keys, the
// events that API Gateway sends, and Lambda's Runtime API for a function that is already built.
//
//	key := authztest.RSA("2026-01", 2048)
//	issuer := authztest.NewIssuer("https://idp.example.com", key) // an http.Handler and an http.RoundTripper
//	token := key.Token("RS256", authztest.Object{"iss": issuer.URL, "sub": "user-1"})
//	event := authztest.TokenEvent(authztest.ARN("GET", "/orders"), "Bearer "+token)
//
// Use it in tests only: its private keys are derived from their names, so anyone can generate them.
package authztest
