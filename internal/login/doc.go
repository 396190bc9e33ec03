// Package login is the OpenID Connect client in front of an API. It has the HTTP handler of the function that logs
// users in, refreshes their sessions and logs them out. A session is in a cookie, which package session seals and
// opens, or in a table. For a table, package tablesession gives the browser a handle. With a table, the provider can
// end sessions (OpenID Connect Back-Channel Logout 1.0), users can list and end their own, and administrators can list
// and end those of others.
//
// The configuration is in the environment variable [Variable], which the secureapi construct sets. Browsers never see a
// token: the cookie is encrypted, and no route answers with a token.
//
// It does not decide who may call which route. The authorizer that opens the same session does.
package login
