// Package logintest tests logins with OpenID providers of other projects and a simulated browser.
//
//   - [Start] starts npm's oidc-provider or zitadel/oidc behind TLS. Tests can read, change and cut its connections.
//   - [Federation] lets users of a user pool sign in at one of these providers.
//   - [Browser] keeps cookies, sends Sec-Fetch headers, follows redirects and submits forms.
//   - [Wire] records the secrets that these sent or received, and finds them in logs.
//
// [Browser] does not run scripts.
package logintest
