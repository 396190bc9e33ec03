package devissuer

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

const (
	introspectionPath = "/introspect"
	revocationPath    = "/revoke"

	signedType = "application/token-introspection+jwt" // RFC 9701, section 4
)

// IntrospectionURL is where an issuer is asked about its tokens (RFC 7662); "" if it is not served. The clients are
// those of the issuers' settings, with the credentials of [Provider.secret].
func (p *Provider) IntrospectionURL(issuer string) string {
	return p.endpoint(issuer, introspectionPath)
}

// RevocationURL is where a token of an issuer is revoked (RFC 7009); "" if it is not served. To revoke an access token,
// no client has to authenticate there, as only this machine reaches it.
func (p *Provider) RevocationURL(issuer string) string { return p.endpoint(issuer, revocationPath) }

func (p *Provider) endpoint(issuer, path string) string {
	s, ok := p.site(issuer)
	if path = s.path(path); !ok || path == "" {
		return ""
	}
	return p.base + issuersPath + s.name + path
}

func serveObject(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// introspect answers about a token: to the clients that are configured to ask, about access tokens by their issuer's
// settings; to other clients with a secret, about every access token of the site, but only known ones where some are
// configured to ask; and to the client of a refresh token about that.
func (p *Provider) introspect(w http.ResponseWriter, r *http.Request, ring *keyring, form url.Values, s site) {
	c, wrong := p.authenticate(ring, r, form, s)
	switch {
	case wrong != nil:
		wrong.serve(w) // RFC 7662, section 2.3
		return
	case c.public:
		invalidClient("client %q does not authenticate, and only clients with a secret ask about tokens", c.ClientID).serve(w)
		return
	case !c.known && slices.ContainsFunc(p.issuersOf(s), func(i Issuer) bool { return i.Introspection != nil }):
		invalidClient("client %q is not one that asks about the issuer's tokens", c.ClientID).serve(w)
		return
	case form.Get("token") == "":
		badRequest("invalid_request", "want a form with a token").serve(w)
		return
	}
	answer := map[string]any{"active": false}
	claims, ok := p.about(r.Context(), ring, s, c, form.Get("token"))
	if ok {
		for name, v := range claims.Members() {
			answer[name] = json.RawMessage(v.Raw())
		}
		answer["active"], answer["token_type"] = true, "Bearer"
	} else if known := p.aboutRefresh(ring, s, c, form); known != nil {
		answer = known
	}
	if !strings.Contains(r.Header.Get("Accept"), signedType) {
		serveObject(w, http.StatusOK, answer)
		return
	}
	text, err := json.Marshal(map[string]any{ // RFC 9701, section 5
		"iss": s.url, "aud": c.ClientID, "iat": p.now().Unix(), "token_introspection": answer,
	})
	if err == nil {
		var signed string
		if signed, err = ring.sign(p.issuerOf(s, c, "").algorithms()[0], "token-introspection+jwt", text); err == nil {
			w.Header().Set("Content-Type", signedType)
			_, _ = io.WriteString(w, signed)
			return
		}
	}
	serverError(err).serve(w)
}

// about are the claims of an access token that a client may know.
func (p *Provider) about(
	ctx context.Context, ring *keyring, s site, c client, token string,
) (claims strictjson.Value, ok bool) {
	if c.asks {
		return p.active(ctx, ring, token, c.issuer)
	}
	claims, _, ok = p.accessClaims(ctx, ring, s, token)
	return claims, ok
}

// aboutRefresh says of a refresh token what its own client may know; nil of any other. A client that asks about the
// tokens that callers bring is told of it only if it says that it asks for that: no refresh token passes for an access
// token.
func (p *Provider) aboutRefresh(ring *keyring, s site, c client, form url.Values) map[string]any {
	var in refresh
	if !ring.openJSON(refreshPurpose, form.Get("token"), &in) || in.Site != s.name || in.ClientID != c.ClientID ||
		c.asks && form.Get("token_type_hint") != "refresh_token" ||
		p.now().Unix() >= in.Expires || p.keys.spent(in.ID, in.Generation, p.now(), p.graceOf(s, c)) {
		return nil
	}
	return map[string]any{
		"active": true, "iss": s.url, "client_id": in.ClientID, "sub": in.Subject, "scope": strings.Join(in.Scopes, " "),
		"iat": in.Signed, "exp": in.Expires,
	}
}

// revoke takes a token out of use, and with a refresh token all that its sign-in gave (RFC 7009, section 2.1). A
// refresh token's client has to be the one that it was given to. A text that is not a token is revoked as well (section
// 2.2).
func (p *Provider) revoke(w http.ResponseWriter, r *http.Request, ring *keyring, form url.Values, s site) {
	token := form.Get("token")
	if token == "" {
		badRequest("invalid_request", "want a form with a token").serve(w)
		return
	}
	var in refresh
	isRefresh := ring.openJSON(refreshPurpose, token, &in)
	if s.hosted && !isRefresh {
		// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/revocation-endpoint.html
		badRequest("unsupported_token_type", "a user pool revokes refresh tokens alone").serve(w)
		return
	}
	if isRefresh || form.Has("client_id") || r.Header.Get("Authorization") != "" || form.Has("client_assertion") {
		c, wrong := p.authenticate(ring, r, form, s)
		if wrong == nil && isRefresh && (in.ClientID != c.ClientID || in.Site != s.name) {
			wrong = badRequest("unauthorized_client", "the token was given to another client")
		}
		if wrong != nil {
			wrong.serve(w)
			return
		}
	}
	if isRefresh {
		p.keys.endGrant(in.ID)
	} else {
		p.keys.revoke(token)
	}
	w.WriteHeader(http.StatusOK)
}

// active is the claims of a token of the issuer that is valid now and not revoked.
func (p *Provider) active(ctx context.Context, ring *keyring, token string, i Issuer) (claims strictjson.Value,
	ok bool) {
	if p.keys.revoked(token) {
		return claims, false
	}
	if claims, ok = ring.open(token); ok {
		expires, exact := claims.Get("exp").Int64()
		return claims, i.opaque() && claims.Get("iss").Is(i.URL) && exact && expires > p.now().Unix()
	}
	if i.opaque() {
		return claims, false
	}
	// What the issuer's JWTs have to look like, as the authorizer sees it.
	config := jwt.Issuer{
		URL: i.URL, Audiences: i.Audiences, Algorithms: i.Algorithms, Type: i.Type, TokenUse: i.TokenUse, Leeway: i.Leeway,
		AcceptBoundTokens: true,
	}
	verified, err := p.verify(ctx, ring, config, i.SecretARN != "", i.algorithms(), token)
	if err != nil {
		return claims, false
	}
	return verified.Claims(), true
}

// verify verifies a JWT with the ring's own keys.
func (p *Provider) verify(
	ctx context.Context, ring *keyring, i jwt.Issuer, secret bool, names []string, token string,
) (*jwt.Token, error) {
	if secret {
		i.Secret = func(context.Context) ([]byte, error) { return []byte(ring.secret), nil }
	} else {
		i.JWKSURL = "https://keys.invalid/jwks"
	}
	v, err := jwt.New(jwt.Options{Issuers: []jwt.Issuer{i}, Now: p.now, Transport: ownKeys(func() any {
		return p.jwksOf(ring, names)
	})})
	if err != nil {
		return nil, err
	}
	return v.Verify(ctx, token)
}

// ownKeys answers a request for keys without a network.
type ownKeys func() any

func (k ownKeys) RoundTrip(*http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	serveObject(w, http.StatusOK, k())
	return w.Result(), nil
}

// clientSecret is the secret of every client that has one.
func (k *keyring) clientSecret() string {
	return base64.RawURLEncoding.EncodeToString(k.derived("client secret"))
}

// credential is what a client authenticates with: its secret, or its private key. The key is that which signs tokens
// with this algorithm: neither is worth anything elsewhere.
func (k *keyring) credential(clientID, clientAuth, algorithm string) (string, error) {
	if clientAuth != privateKeyAuth {
		return k.clientSecret(), nil
	}
	der, err := x509.MarshalPKCS8PrivateKey(k.of(algorithms[algorithm].kind).signer)
	if err != nil {
		return "", fmt.Errorf("devissuer: the key of client %q: %w", clientID, err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}
