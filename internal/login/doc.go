// Package login is the OpenID Connect client in front of an API: the HTTP handler of the function that logs users in,
// refreshes their sessions and logs them out. The session is a cookie, which package session seals and opens.
//
// It takes the configuration from the environment variable [Variable], which the secureapi construct sets. Browsers
// never see a token: the cookie is encrypted, and no route answers with one.
//
// It does not decide who may call which route; that is for the authorizer that opens the same cookie.
package login
