// Package clientauth authenticates an OAuth 2.0 client to the endpoints of its authorization server. It uses a secret,
// in the header Authorization or in the body (RFC 6749, section 2.3.1), or a JWT that it signs (RFC 7523).
//
// The client's credential is fetched when it is first needed, and again when it is old or refused, so that it can be
// rotated. No error contains any part of it.
//
// It does not send requests, and does not know where credentials are stored.
package clientauth
