package devissuer

import (
	"cmp"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// refreshLife is how long refresh tokens are valid after the sign-in.
const refreshLife = 30 * 24 * time.Hour

// grant is what a person has granted to a client. Codes and refresh tokens contain it, sealed.
type grant struct {
	ID             string
	Site, ClientID string
	Subject        string
	Scopes         []string       `json:",omitempty"`
	Groups, Roles  []string       `json:",omitempty"`
	Claims         map[string]any `json:",omitempty"`
	Resource       string         `json:",omitempty"`
	Nonce          string         `json:",omitempty"`
	Signed         int64          // when the person signed in
	Refresh        bool           `json:",omitempty"`
	Provider       string         `json:",omitempty"` // how the person signed in, at a user pool
}

// refresh is the content of a refresh token. Tokens of the same generation were issued for the same previous token.
type refresh struct {
	grant
	Generation int
	Expires    int64
}

var grantTypes = []string{"authorization_code", "refresh_token", "client_credentials"}

// token is the token endpoint (RFC 6749, section 3.2).
func (p *Provider) token(w http.ResponseWriter, r *http.Request, ring *keyring, form url.Values, s site) {
	kind := form.Get("grant_type")
	if !slices.Contains(grantTypes, kind) { // no password grant: RFC 9700, section 2.4
		badRequest("unsupported_grant_type", "the grant_type %q: want one of %s", kind,
			strings.Join(grantTypes, ", ")).serve(w)
		return
	}
	c, wrong := p.authenticate(ring, r, form, s)
	var answer map[string]any
	if wrong == nil {
		c.thumbprint, wrong = p.keyOfClient(r)
	}
	if wrong == nil {
		switch kind {
		case "authorization_code":
			answer, wrong = p.redeemCode(ring, form, s, c)
		case "refresh_token":
			answer, wrong = p.refreshTokens(ring, form, s, c)
		default:
			answer, wrong = p.machineToken(ring, form, s, c)
		}
	}
	if wrong != nil {
		wrong.serve(w)
		return
	}
	w.Header().Set("Pragma", "no-cache") // RFC 6749, section 5.1
	serveObject(w, http.StatusOK, answer)
}

// redeemCode exchanges an authorization code for tokens (RFC 6749, section 4.1.3).
func (p *Provider) redeemCode(ring *keyring, form url.Values, s site, c client) (map[string]any, *fault) {
	var in code
	verifier := form.Get("code_verifier")
	sum := sha256.Sum256([]byte(verifier))
	challenge := base64.RawURLEncoding.EncodeToString(sum[:])
	switch {
	case form.Get("code") == "":
		return nil, badRequest("invalid_request", "the request has no code")
	case verifier == "":
		return nil, badRequest("invalid_request", "the request has no code_verifier")
	case !isVerifier(verifier):
		return nil, badRequest("invalid_request", "the code_verifier does not have 43 to 128 unreserved characters")
	case !ring.openJSON(codePurpose, form.Get("code"), &in) || in.Site != s.name:
		return nil, badRequest("invalid_grant", "the code is not one that this issuer gave")
	case in.ClientID != c.ClientID:
		return nil, badRequest("invalid_grant", "the code was given to another client")
	case in.RedirectURI != form.Get("redirect_uri"):
		return nil, badRequest("invalid_grant", "the redirect_uri %q is not that of the authorization request",
			form.Get("redirect_uri"))
	case subtle.ConstantTimeCompare([]byte(challenge), []byte(in.Challenge)) != 1:
		return nil, badRequest("invalid_grant", "the code_verifier is not that of the code_challenge")
	case !p.keys.redeem(in.ID):
		return nil, badRequest("invalid_grant", "the code was used before: what was got with it is revoked")
	case p.now().Unix() >= in.Expires:
		return nil, badRequest("invalid_grant", "the code has expired: it counts for %d seconds", int(codeLife.Seconds()))
	}
	return p.tokens(ring, s, c, in.grant, in.Scopes, 0, hostedSource)
}

// isVerifier reports whether a text is a code verifier (RFC 7636, section 4.1).
func isVerifier(text string) bool {
	return len(text) >= 43 && len(text) <= 128 && isBasePath("/"+text)
}

// refreshTokens exchanges a refresh token for new tokens (RFC 6749, section 6), including the next refresh token.
func (p *Provider) refreshTokens(ring *keyring, form url.Values, s site, c client) (map[string]any, *fault) {
	var in refresh
	switch {
	case form.Get("refresh_token") == "":
		return nil, badRequest("invalid_request", "the request has no refresh_token")
	case !ring.openJSON(refreshPurpose, form.Get("refresh_token"), &in) || in.Site != s.name:
		return nil, badRequest("invalid_grant", "the refresh token is not one that this issuer gave")
	case in.ClientID != c.ClientID:
		return nil, badRequest("invalid_grant", "the refresh token was given to another client")
	case p.now().Unix() >= in.Expires:
		return nil, badRequest("invalid_grant", "the refresh token has expired")
	}
	scopes, ok := words(form.Get("scope"))
	if scopes = p.tokenScopes(s, scopes); !ok || len(union(in.Scopes, scopes)) > len(in.Scopes) {
		return nil, badRequest("invalid_scope", "the scope %q: the person granted %q", form.Get("scope"),
			strings.Join(in.Scopes, " "))
	}
	if len(scopes) == 0 {
		scopes = in.Scopes
	}
	if !rotates(s, c) {
		if p.keys.hasEnded(in.ID) {
			return nil, badRequest("invalid_grant", "the refresh token was revoked")
		}
		in.Refresh = false // the refresh token stays valid, and the answer has no other
		return p.tokens(ring, s, c, in.grant, scopes, 0, refreshSource)
	}
	if !p.keys.rotate(in.ID, in.Generation, p.now(), p.graceOf(s, c)) {
		return nil, badRequest("invalid_grant", "the refresh token was used before or revoked: nothing of its sign-in counts")
	}
	return p.tokens(ring, s, c, in.grant, scopes, in.Generation+1, refreshSource)
}

// rotates reports whether each of a client's refresh tokens can be used only once. A user pool's client decides that
// itself.
// Source:
// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-refresh-token.html
func rotates(s site, c client) bool { return !s.hosted || c.Rotates }

// graceOf returns how long a client's refresh token remains valid after its first use.
func (p *Provider) graceOf(s site, c client) time.Duration {
	if s.hosted {
		return c.RotationGrace
	}
	return rotationGrace
}

// tokens makes the tokens for a person's grant.
func (p *Provider) tokens(
	ring *keyring, s site, c client, g grant, scopes []string, generation int, source string,
) (map[string]any, *fault) {
	i := p.issuerOf(s, c, g.Resource)
	left, err := i.scopesAfterTrigger(source, c, scopes, g.Groups)
	if err != nil {
		return nil, serverError(err)
	}
	access := TokenRequest{
		Subject: g.Subject, Scopes: left, Groups: g.Groups, Roles: g.Roles, Claims: g.Claims, client: c.ClientID,
	}
	answer, text, wrong := p.accessToken(ring, i, c, g.Resource, p.federated(access, s, g))
	if wrong != nil {
		return nil, wrong
	}
	if slices.Contains(scopes, "openid") {
		id, err := p.idToken(ring, i, s, c, g, scopes, text)
		if err != nil {
			return nil, serverError(err)
		}
		answer["id_token"] = id
	}
	if g.Refresh {
		next, err := p.sealJSON(ring, refreshPurpose,
			refresh{g, generation, g.Signed + int64(cmp.Or(c.RefreshLife, refreshLife).Seconds())})
		if err != nil {
			return nil, serverError(err)
		}
		answer["refresh_token"] = next
	}
	if !p.keys.rememberToken(g.ID, text) {
		return nil, badRequest("invalid_grant", "the code was used twice at the same time: what was got with it is revoked")
	}
	return answer, nil
}

// machineToken makes a client's token for itself (RFC 6749, section 4.4), whose subject is the client.
func (p *Provider) machineToken(ring *keyring, form url.Values, s site, c client) (map[string]any, *fault) {
	switch {
	case c.public:
		return nil, invalidClient("client %q does not authenticate, and only clients with a secret get tokens for themselves",
			c.ClientID)
	case !c.mayUse("client_credentials"):
		return nil, badRequest("unauthorized_client", "the client may not use client_credentials: it may use %s",
			strings.Join(c.Flows, " "))
	}
	scopes, ok := words(form.Get("scope"))
	if !ok {
		return nil, badRequest("invalid_scope", "the scope has characters that no scope has")
	}
	r := TokenRequest{Subject: c.ClientID, client: c.ClientID}
	var wrong *fault
	if isEntra(s.url) {
		r.Roles, wrong = p.entraMachine(s, scopes)
	} else {
		r.Scopes, wrong = p.machineScopes(s, c, scopes)
	}
	if wrong != nil {
		return nil, wrong
	}
	resource := form.Get("resource")
	if resource == "" {
		resource = form.Get("audience")
	}
	i := p.issuerOf(s, c, resource)
	if i.isCognito() { // its tokens name a user only if there is one
		r.Claims = map[string]any{"username": nil}
	}
	answer, _, wrong := p.accessToken(ring, i, c, resource, r)
	return answer, wrong
}

// machineScopes returns the scopes of a client's token for itself: those that it requests, or else all that it may
// have.
func (p *Provider) machineScopes(s site, c client, scopes []string) ([]string, *fault) {
	known := p.knownScopes(s)
	if c.Scopes != nil {
		known = slices.DeleteFunc(slices.Clone(c.Scopes), isStandard)
	}
	for _, one := range scopes {
		if isStandard(one) || len(known) > 0 && !slices.Contains(known, one) {
			return nil, badRequest("invalid_scope", "the scope %q: a client for itself may have %q", one,
				strings.Join(known, " "))
		}
	}
	if len(scopes) == 0 {
		return known, nil
	}
	return scopes, nil
}
