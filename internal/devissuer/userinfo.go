package devissuer

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

const userinfoPath = "/userinfo"

// userinfo says who an access token identifies (OpenID Connect Core 1.0, section 5.3).
func (p *Provider) userinfo(w http.ResponseWriter, r *http.Request, s site) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, POST")
		(&fault{http.StatusMethodNotAllowed, "invalid_request", "want GET"}).serve(w)
		return
	}
	ring, err := p.keys.current()
	if err != nil {
		serverError(err).serve(w)
		return
	}
	refuse := func(status int, code, why string) { // RFC 6750, section 3
		w.Header().Set("WWW-Authenticate", `Bearer error="`+code+`", error_description="devissuer: `+why+`"`)
		serveObject(w, status, map[string]any{"error": code, "error_description": "devissuer: " + why})
	}
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		refuse(http.StatusUnauthorized, "invalid_token", "want Authorization: Bearer and an access token")
		return
	}
	claims, i, ok := p.accessClaims(r.Context(), ring, s, token)
	if !ok {
		refuse(http.StatusUnauthorized, "invalid_token", "the token is not a valid access token of this issuer")
		return
	}
	scopes := scopesOf(i, claims)
	if !slices.Contains(scopes, "openid") {
		refuse(http.StatusForbidden, "insufficient_scope", "the token does not have the scope openid")
		return
	}
	own := map[string]any{}
	for name, v := range claims.Members() {
		if isProfile(name) {
			own[name] = json.RawMessage(v.Raw())
		}
	}
	subject, _ := claims.Get("sub").Text()
	out := profile(subject, own, scopes)
	out["sub"] = subject
	if s.hosted {
		hostedProfile(out, claims)
	}
	serveObject(w, http.StatusOK, out)
}

// hostedProfile changes a profile to the form of a user pool's answer: with the user's name in the pool, and texts in
// place of booleans.
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/userinfo-endpoint.html
func hostedProfile(profile map[string]any, claims strictjson.Value) {
	profile["username"], _ = claims.Get("username").Text()
	if verified, there := profile["email_verified"]; there {
		profile["email_verified"] = fmt.Sprint(verified)
	}
}

// scopesOf returns the scopes of a token.
func scopesOf(i Issuer, claims strictjson.Value) []string {
	name := i.ScopesClaim
	if name == "" {
		name = "scope"
	}
	v := claims.Find(name)
	if text, ok := v.Text(); ok {
		return strings.Fields(text)
	}
	list, _ := v.Texts()
	return list
}

// accessClaims returns the claims of a site's access token, for any audience, if it is valid now and not revoked.
func (p *Provider) accessClaims(
	ctx context.Context, ring *keyring, s site, token string,
) (claims strictjson.Value, i Issuer, ok bool) {
	if p.keys.revoked(token) {
		return claims, i, false
	}
	for _, i = range p.issuersOf(s) {
		if claims, ok = ring.open(token); ok {
			if !i.opaque() {
				continue
			}
			expires, exact := claims.Get("exp").Int64()
			return claims, i, claims.Get("iss").Is(s.url) && exact && expires > p.now().Unix()
		}
		claims, ok = unverified(token)
		if !ok || claims.Get("nonce").Kind() != strictjson.Missing || claims.Get("at_hash").Kind() != strictjson.Missing ||
			claims.Get("token_use").Is(string(ID)) {
			return claims, i, false // ID tokens are not accepted here
		}
		config := jwt.Issuer{
			URL: i.URL, Algorithms: i.algorithms(), Type: i.Type, Leeway: i.Leeway, AcceptBoundTokens: true,
			Audiences: []string{audienceIn(claims)},
		}
		if i.isCognito() {
			client, _ := claims.Get("client_id").Text()
			config.TokenUse, config.Clients = string(Access), []string{client}
		}
		if verified, err := p.verify(ctx, ring, config, i.SecretARN != "", i.algorithms(), token); err == nil {
			return verified.Claims(), i, true
		}
	}
	return strictjson.Value{}, Issuer{}, false
}

// audienceIn returns an audience of a token. The token is verified with it if others check the audience.
func audienceIn(claims strictjson.Value) string {
	if text, ok := claims.Get("aud").Text(); ok {
		return text
	}
	if list, ok := claims.Get("aud").Texts(); ok && len(list) > 0 {
		return list[0]
	}
	text, _ := claims.Get("client_id").Text()
	return text
}
