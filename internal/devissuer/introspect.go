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

	"github.com/gatehouse-cdk/gatehouse/internal/dpop"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

const (
	introspectionPath = "/introspect"
	revocationPath    = "/revoke"

	signedType = "application/token-introspection+jwt" // RFC 9701, section 4
)

// IntrospectionURL returns where an issuer's tokens are introspected (RFC 7662); "" if the provider is not served. The
// clients are those in the issuers' settings, with the credentials of [Provider.secret].
func (p *Provider) IntrospectionURL(issuer string) string {
	return p.endpoint(issuer, introspectionPath)
}

// RevocationURL returns where an issuer's tokens are revoked (RFC 7009); "" if the provider is not served. Revoking an
// access token needs no client authentication, since only this machine reaches the endpoint.
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

// introspect answers about a token. Clients that are configured to introspect learn about access tokens, by their
// issuer's settings. Other clients with a secret learn about every access token of the site, but only clients that the
// assembly declares if some are configured to introspect. The client of a refresh token learns about that.
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
	claims, ok := p.introspected(r.Context(), ring, s, c, form.Get("token"))
	if ok {
		for name, v := range claims.Members() {
			answer[name] = json.RawMessage(v.Raw())
		}
		answer["active"], answer["token_type"] = true, "Bearer"
		if claims.Get("cnf").Get(dpop.ThumbprintMember).Exists() {
			answer["token_type"] = "DPoP" // RFC 9449, section 6.2
		}
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

// introspected returns the claims of an access token that a client may see.
func (p *Provider) introspected(
	ctx context.Context, ring *keyring, s site, c client, token string,
) (claims strictjson.Value, ok bool) {
	if c.introspects {
		return p.active(ctx, ring, token, c.issuer)
	}
	claims, _, ok = p.accessClaims(ctx, ring, s, token)
	return claims, ok
}

// aboutRefresh returns what the client of a refresh token may learn about it; nil for any other client. A client that
// introspects callers' tokens must say that it asks about a refresh token, so that no refresh token passes for an
// access token.
func (p *Provider) aboutRefresh(ring *keyring, s site, c client, form url.Values) map[string]any {
	var in refresh
	if !ring.openJSON(refreshPurpose, form.Get("token"), &in) || in.Site != s.name || in.ClientID != c.ClientID ||
		c.introspects && form.Get("token_type_hint") != "refresh_token" ||
		p.now().Unix() >= in.Expires || p.keys.isSpent(in.ID, in.Generation, p.now(), p.graceOf(s, c)) {
		return nil
	}
	return map[string]any{
		"active": true, "iss": s.url, "client_id": in.ClientID, "sub": in.Subject, "scope": strings.Join(in.Scopes, " "),
		"iat": in.Signed, "exp": in.Expires,
	}
}

// revoke revokes a token, and with a refresh token everything that its sign-in issued (RFC 7009, section 2.1). A
// refresh token can only be revoked by its own client. Revoking a text that is not a token succeeds (section 2.2).
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

// active returns the claims of an issuer's token if it is valid now and not revoked.
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
	// The form that the authorizer requires of the issuer's JWTs.
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

// ownKeys answers requests for keys without a network.
type ownKeys func() any

func (k ownKeys) RoundTrip(*http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	serveObject(w, http.StatusOK, k())
	return w.Result(), nil
}

// clientSecret returns the secret of every client that has one.
func (k *keyring) clientSecret() string {
	return base64.RawURLEncoding.EncodeToString(k.derive("client secret"))
}

// credential returns what a client authenticates with: its secret, or its private key. That key is also the one that
// signs tokens with this algorithm. Neither is worth anything elsewhere.
func (k *keyring) credential(clientID, clientAuth, algorithm string) (string, error) {
	if clientAuth != privateKeyAuth {
		return k.clientSecret(), nil
	}
	der, err := x509.MarshalPKCS8PrivateKey(k.keyOf(algorithms[algorithm].kind).signer)
	if err != nil {
		return "", fmt.Errorf("devissuer: the key of client %q: %w", clientID, err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}
