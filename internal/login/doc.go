// Package login is the OpenID Connect client in front of an API: the HTTP handler of the function that logs users in,
// refreshes their sessions and logs them out. A session is in a cookie, which package session seals and opens, or in a
// table, to which package tablesession gives the browser a handle. Where there is a table, the provider can end
// sessions (OpenID Connect Back-Channel Logout 1.0), users can list and end their own, and administrators those of
// others.
//
// It takes the configuration from the environment variable [Variable], which the secureapi construct sets. Browsers
// never see a token: the cookie is encrypted, and no route answers with one.
//
// It does not decide who may call which route; that is for the authorizer that opens the same session.
package login
