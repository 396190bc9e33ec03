package devissuer

import (
	"maps"
	"slices"
)

// Persona is someone to sign in as, chosen on the sign-in page: a person with some rights, such as "orders:read only".
type Persona struct {
	// Name is what it is called on the page. Names of an issuer's personas differ. Required.
	Name string

	// Subject is the user whom tokens are about. Default: [DefaultSubject].
	Subject string

	// Scopes are those that it holds. A client gets those of them that it asks for, and openid, profile, email,
	// address, phone and offline_access, which every persona holds. Groups and Roles are all in its tokens.
	Scopes, Groups, Roles []string

	// Claims are further claims of its tokens by their whole names. "name" and "email" are those of its profile.
	Claims map[string]any

	every bool // it holds every scope, since none is known
}

// standardScopes are those that every persona holds: of OpenID Connect Core 1.0, sections 5.4 and 11, and the one that
// lets users change themselves at Amazon Cognito.
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html
var standardScopes = []string{
	"openid", "profile", "email", "address", "phone", "offline_access", "aws.cognito.signin.user.admin",
}

func isStandard(scope string) bool { return slices.Contains(standardScopes, scope) }

// holds is those of some scopes that the persona holds.
func (a Persona) holds(scopes []string) (out []string) {
	for _, s := range scopes {
		if (a.every || isStandard(s) || slices.Contains(a.Scopes, s)) && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// personas are those to choose from. Without any, there is one with all rights that are known.
func (p *Provider) personas(s site) []Persona {
	var out []Persona
	if p.ofIssuer != nil {
		out = p.ofIssuer(s.url)
	}
	if len(out) > 0 {
		return byGroups(out, p.issuersOf(s))
	}
	all := Persona{Name: "may do everything"}
	for _, i := range p.issuersOf(s) {
		all.Scopes = union(all.Scopes, i.Scopes)
		all.Groups = union(all.Groups, i.Groups)
	}
	all.every = len(all.Scopes) == 0
	return byGroups([]Persona{all}, p.issuersOf(s))
}

// knownScopes are those of a site that are not standard ones, sorted.
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

// issuersOf are the settings that a site's tokens may have.
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

// protocolClaims are claims that the protocol gives a meaning to, and that no persona changes.
var protocolClaims = []string{
	"iss", "sub", "aud", "exp", "iat", "nbf", "jti", "nonce", "at_hash", "auth_time", "azp", "client_id", "token_use",
}

// ownClaims are those of a persona's claims that its tokens have.
func ownClaims(claims map[string]any) map[string]any {
	out := maps.Clone(claims)
	for _, name := range protocolClaims {
		delete(out, name)
	}
	return out
}
