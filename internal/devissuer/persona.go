package devissuer

import (
	"maps"
	"slices"
)

// Persona is a person to sign in as, chosen on the sign-in page, with some rights, such as "orders:read only".
type Persona struct {
	// Name is the persona's name on the page, unique among an issuer's personas. Required.
	Name string

	// Subject is the user that tokens identify. Default: [DefaultSubject].
	Subject string

	// Scopes are the scopes that the persona holds. A client gets those of them that it requests, and also openid,
	// profile, email, address, phone and offline_access, which every persona holds. Groups and Roles are all in its
	// tokens.
	Scopes, Groups, Roles []string

	// Claims are further claims of its tokens, by full name. "name" and "email" are part of its profile.
	Claims map[string]any

	holdsAll bool // holds every scope, since no scopes are known
}

// standardScopes are the scopes that every persona holds: those of OpenID Connect Core 1.0, sections 5.4 and 11, and
// the one with which users of Amazon Cognito change their own data.
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html
var standardScopes = []string{
	"openid", "profile", "email", "address", "phone", "offline_access", "aws.cognito.signin.user.admin",
}

func isStandard(scope string) bool { return slices.Contains(standardScopes, scope) }

// holds returns the scopes that the persona holds.
func (a Persona) holds(scopes []string) (out []string) {
	for _, s := range scopes {
		if (a.holdsAll || isStandard(s) || slices.Contains(a.Scopes, s)) && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// personas returns the personas to choose from. If there would be none, it returns one with all known rights.
func (p *Provider) personas(s site) []Persona {
	var out []Persona
	if p.ofIssuer != nil {
		out = p.ofIssuer(s.url)
	}
	if len(out) > 0 {
		return groupPersonas(out, p.issuersOf(s))
	}
	all := Persona{Name: "may do everything"}
	for _, i := range p.issuersOf(s) {
		all.Scopes = union(all.Scopes, i.Scopes)
		all.Groups = union(all.Groups, i.Groups)
	}
	all.holdsAll = len(all.Scopes) == 0
	return groupPersonas([]Persona{all}, p.issuersOf(s))
}

// knownScopes returns the scopes of a site without the standard ones, sorted.
func (p *Provider) knownScopes(s site) (out []string) {
	for _, a := range p.personas(s) {
		out = union(out, a.Scopes)
	}
	for _, i := range p.issuersOf(s) {
		out = union(out, i.Scopes)
	}
	out = slices.DeleteFunc(out, isStandard)
	slices.Sort(out)
	return out
}

// issuersOf returns the settings that a site's tokens may have.
func (p *Provider) issuersOf(s site) (out []Issuer) {
	for _, i := range p.issuers {
		if i.URL == s.url {
			out = append(out, i)
		}
	}
	return out
}

func union(a, b []string) []string {
	for _, text := range b {
		if !slices.Contains(a, text) {
			a = append(a[:len(a):len(a)], text)
		}
	}
	return a
}

// protocolClaims are claims whose meaning the protocol defines, and that no persona changes.
var protocolClaims = []string{
	"iss", "sub", "aud", "exp", "iat", "nbf", "jti", "nonce", "at_hash", "auth_time", "azp", "client_id", "token_use",
}

// ownClaims returns the claims of a persona that its tokens have.
func ownClaims(claims map[string]any) map[string]any {
	out := maps.Clone(claims)
	for _, name := range protocolClaims {
		delete(out, name)
	}
	return out
}
