package devissuer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// rfc9068 is the typ of access tokens that are JWTs according to RFC 9068.
const rfc9068 = "at+jwt"

// claims returns the claims of a token, with its time, ID and cnf, which may be nil.
func (r TokenRequest) claims(i Issuer, now time.Time, id string, binding map[string]string) ([]byte, error) {
	expires, subject := r.life(i), r.Subject
	longest := longestLife(i)
	if subject == "" {
		subject = DefaultSubject
	}
	issued := now
	if expires < 0 { // an expired token was issued before it expired
		issued = now.Add(expires).Add(-longest)
	}
	c := map[string]any{
		"iss": i.URL, "sub": subject, "jti": id,
		"iat": issued.Unix(), "exp": now.Add(expires).Unix(),
	}
	r.audienceClaims(i, c)
	if err := r.clientClaims(i, c); err != nil {
		return nil, err
	}
	if i.PrincipalClaim != "" {
		if err := setClaim(c, i.PrincipalClaim, func(before any) any {
			if before != nil {
				return before
			}
			return subject
		}); err != nil {
			return nil, err
		}
	}
	if err := r.rights(i, c); err != nil {
		return nil, err
	}
	for name, text := range i.Claims {
		c[name] = text
	}
	if binding != nil {
		c["cnf"] = binding
	}
	for name, v := range r.Claims {
		if v == nil {
			delete(c, name)
		} else {
			c[name] = v
		}
	}
	return encodeClaims(c)
}

// life returns how long the token is valid.
func (r TokenRequest) life(i Issuer) time.Duration {
	if r.Expires != 0 {
		return r.Expires
	}
	return longestLife(i)
}

// longestLife returns the default validity of an issuer's tokens.
func longestLife(i Issuer) time.Duration {
	if i.MaxLifetime > 0 {
		return min(DefaultExpires, i.MaxLifetime)
	}
	return DefaultExpires
}

// audienceClaims sets the claims that say who the token is for, and for what.
func (r TokenRequest) audienceClaims(i Issuer, c map[string]any) {
	audience, use := r.audienceOf(i), r.useOf(i)
	switch {
	case i.isCognito() && use == Access:
		// Source:
		// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
		c["token_use"], c["client_id"], c["username"], c["version"] = use, cmp.Or(r.client, audience), c["sub"], 2
		c["auth_time"] = c["iat"]
		if len(i.Clients) > 0 &&
			!slices.Contains(i.Clients, audience) { // the client requested the API as its resource
			c["aud"] = audience
		}
	case i.isCognito():
		// Source:
		// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html
		c["token_use"], c["aud"], c["cognito:username"], c["auth_time"] = use, audience, c["sub"], c["iat"]
	default:
		if audience != "" {
			c["aud"] = audience
		}
		if i.opaque() {
			c["client_id"] = cmp.Or(r.client, StandInClient) // RFC 7662, section 2.2
		}
		if use == Access && strings.EqualFold(strings.TrimPrefix(i.Type, "application/"), rfc9068) {
			c["client_id"] = cmp.Or(r.client, StandInClient) // RFC 9068, section 2.2
		}
	}
}

// clientClaims sets the claims that name the client, if the authorizer compares clients. An unknown client becomes the
// issuer's first one, unless the claims name one already.
func (r TokenRequest) clientClaims(i Issuer, c map[string]any) error {
	if len(i.Clients) == 0 {
		return nil
	}
	claim := i.ClientClaim
	if claim == "" {
		claim = "azp"
		if _, there := c["client_id"]; there {
			claim = "client_id"
		}
	}
	return setClaim(c, claim, func(before any) any {
		if name, ok := before.(string); ok && r.client == "" && slices.Contains(i.Clients, name) {
			return before
		}
		return cmp.Or(r.client, i.Clients[0])
	})
}

// rights writes scopes, groups and roles to the issuer's claims for them.
func (r TokenRequest) rights(i Issuer, c map[string]any) error {
	name := func(configured, otherwise string) string {
		if configured == "" {
			return otherwise
		}
		return configured
	}
	if claim := name(i.ScopesClaim, "scope"); len(r.Scopes) > 0 {
		if err := setClaim(c, claim, func(any) any { return scopesValue(i, claim, r.Scopes) }); err != nil {
			return err
		}
	}
	for _, right := range []struct {
		claim  string
		values []string
	}{{name(i.GroupsClaim, "groups"), r.Groups}, {name(i.RolesClaim, "roles"), r.Roles}} {
		if len(right.values) == 0 {
			continue
		}
		if err := setClaim(c, right.claim, func(before any) any { return join(before, right.values) }); err != nil {
			return err
		}
	}
	return nil
}

// join adds values to those that a claim already has, if one claim is used for two kinds of rights.
func join(before any, values []string) []string {
	var out []string
	switch before := before.(type) {
	case []string:
		out = slices.Clone(before)
	case string:
		out = strings.Fields(before)
	}
	for _, v := range values {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// scopesValue returns scopes in the issuer's form: a string of words in scope (RFC 8693, section 4.2) and in Microsoft
// Entra ID's scp; an array in Okta's scp and in an issuer's own claims.
// Sources: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference and
// https://developer.okta.com/docs/reference/api/oidc/#access-token-payload
func scopesValue(i Issuer, claim string, scopes []string) any {
	if claim == "scope" || claim == "scp" && isEntra(i.URL) {
		return strings.Join(scopes, " ")
	}
	return slices.Clone(scopes)
}

// setClaim sets a claim to the result of becomes. The claim is named as in an issuer's settings: a dot descends into an
// object ("realm_access.roles"), except in a name that is a URL, such as "https://shop.example.com/roles", or that has
// another character that no member of a path has.
func setClaim(claims map[string]any, claim string, becomes func(before any) any) error {
	path := []string{claim}
	if !strings.ContainsAny(claim, ":/") && !strings.HasPrefix(claim, ".") && !strings.HasSuffix(claim, ".") &&
		!strings.Contains(claim, "..") {
		path = strings.Split(claim, ".")
	}
	for _, name := range path[:len(path)-1] {
		if claims[name] == nil {
			claims[name] = map[string]any{}
		}
		inner, ok := claims[name].(map[string]any)
		if !ok {
			return fmt.Errorf(
				"%w: the claim %q: %s is not an object, so it cannot hold a claim: change the issuer's claim names",
				ErrRequest,
				claim,
				name,
			)
		}
		claims = inner
	}
	last := path[len(path)-1]
	if _, object := claims[last].(map[string]any); object {
		return fmt.Errorf(
			"%w: the claim %q: it is an object already, of another claim's path: change the issuer's claim names",
			ErrRequest,
			claim,
		)
	}
	claims[last] = becomes(claims[last])
	return nil
}
