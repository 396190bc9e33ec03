// Package logintest runs what tests of a login need around it: OpenID providers that are not ours, and as much of a
// browser as cookies and redirects need.
//
//   - [Start] starts npm's oidc-provider or zitadel/oidc behind TLS. What goes over its wire can be read, changed and
//     cut.
//   - [Federation] has a user pool's users sign in at one of them.
//   - [Browser] keeps cookies, sends Sec-Fetch headers, follows redirects and submits forms.
//   - [Wire] remembers every secret that any of them saw, and looks for it in the logs.
//
// It is for tests alone. It runs no script; that is for a real browser.
package logintest
