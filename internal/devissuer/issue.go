package devissuer

import (
	"cmp"
	"crypto"
	"encoding/base64"
	"maps"
	"slices"
	"strings"
	"time"
)

// issuerOf returns the settings for a client's tokens: those of the client; else those that accept the requested API,
// or the client's own ID, as with app clients of user pools; else the first ones.
func (p *Provider) issuerOf(s site, c client, resource string) Issuer {
	if c.known && (resource == "" || c.issuer.takes(resource)) {
		return c.issuer
	}
	all := p.issuersOf(s)
	for _, audience := range []string{resource, c.ClientID} {
		n := slices.IndexFunc(all, func(i Issuer) bool { return slices.Contains(i.Audiences, audience) })
		if audience != "" && n >= 0 {
			return all[n]
		}
	}
	return all[0]
}

// accessToken makes an access token, and the answer that contains it. Scopes, groups and roles go into the issuer's
// claims for them.
func (p *Provider) accessToken(
	ring *keyring, i Issuer, c client, resource string, r TokenRequest,
) (answer map[string]any, token string, wrong *fault) {
	r.Use, r.Expires = Access, p.lifeOf(i, c)
	r.thumbprint, r.bearer = c.thumbprint, c.thumbprint == ""
	switch {
	case resource != "":
		r.Audience = resource
	case i.isCognito() && len(i.Clients) == 0:
		r.Audience = c.ClientID // it is the client_id of its access tokens
	}
	token, err := p.mint(ring, i, r)
	if err != nil {
		return nil, "", serverError(err)
	}
	kind := "Bearer"
	if i.DPoPBound && !r.bearer {
		kind = "DPoP" // RFC 9449, section 5
	}
	answer = map[string]any{"access_token": token, "token_type": kind, "expires_in": int(r.Expires.Seconds())}
	if !isUserPool(i.URL) {
		answer["scope"] = strings.Join(r.Scopes, " ")
	}
	return answer, token, nil
}

// lifeOf returns how long a client's access tokens are valid.
func (p *Provider) lifeOf(i Issuer, c client) time.Duration {
	life := cmp.Or(p.tokenLife, c.TokenLife, DefaultExpires)
	if i.MaxLifetime > 0 {
		life = min(life, i.MaxLifetime)
	}
	return life
}

// idToken makes the ID token that accompanies an access token (OpenID Connect Core 1.0, section 3.1.3.6).
func (p *Provider) idToken(
	ring *keyring, i Issuer, s site, c client, g grant, scopes []string, access string,
) (string, error) {
	i.Introspection = nil // an ID token is always a JWT
	r := TokenRequest{
		Use: ID, Audience: c.ClientID, Subject: g.Subject, Groups: g.Groups, Roles: g.Roles, Expires: p.lifeOf(i, c),
		client: c.ClientID, Claims: profile(g.Subject, g.Claims, scopes),
	}
	for name, v := range g.Claims {
		if !isProfile(name) {
			r.Claims[name] = v
		}
	}
	r.Claims["auth_time"] = g.Signed
	r.Claims["at_hash"] = tokenHash(r.algorithmOf(i), access)
	if g.Nonce != "" {
		r.Claims["nonce"] = g.Nonce
	}
	return p.mint(ring, i, p.federated(r, s, g))
}

// tokenHash returns at_hash: the left half of a token's hash, with the hash function of the ID token's algorithm. That
// of EdDSA is SHA-512.
func tokenHash(algorithm, token string) string {
	hash := algorithms[algorithm].hash
	if hash == 0 {
		hash = crypto.SHA512
	}
	h := hash.New()
	h.Write([]byte(token))
	sum := h.Sum(nil)
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
}

// profileClaims are the claims that the scopes profile and email give (OpenID Connect Core 1.0, section 5.4), as far as
// they are known here.
var profileClaims = map[string][]string{"profile": {"name", "preferred_username"}, "email": {"email", "email_verified"}}

func isProfile(claim string) bool {
	for _, names := range profileClaims {
		if slices.Contains(names, claim) {
			return true
		}
	}
	return false
}

// profile returns the part of a person's profile that the scopes give. Values that the claims lack are derived from the
// subject.
func profile(subject string, claims map[string]any, scopes []string) map[string]any {
	email := subject
	if !strings.Contains(email, "@") {
		email = strings.Map(func(c rune) rune {
			if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("-._", c) {
				return c
			}
			return '-'
		}, email) + "@example.com" // RFC 2606, section 3
	}
	all := map[string]any{"name": subject, "preferred_username": subject, "email": email, "email_verified": true}
	maps.Copy(all, claims)
	out := map[string]any{}
	for scope, names := range profileClaims {
		for _, name := range names {
			if v := all[name]; v != nil && slices.Contains(scopes, scope) {
				out[name] = v
			}
		}
	}
	return out
}
