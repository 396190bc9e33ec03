package devissuer

import (
	"context"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/clientauth"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

const (
	introspectionPath = "/introspect"
	revocationPath    = "/revoke"

	signedType = "application/token-introspection+jwt" // RFC 9701, section 4
)

// IntrospectionURL is where an issuer is asked about its tokens (RFC 7662); "" if it is not served. The clients are
// those of the issuers' settings, with the credentials of [Provider.Secret].
func (p *Provider) IntrospectionURL(issuer string) string {
	return p.endpoint(issuer, introspectionPath)
}

// RevocationURL is where a token of an issuer is revoked (RFC 7009); "" if it is not served. No client has to
// authenticate there, as only this machine reaches it.
func (p *Provider) RevocationURL(issuer string) string { return p.endpoint(issuer, revocationPath) }

func (p *Provider) endpoint(issuer, path string) string {
	s, ok := p.site(issuer)
	if !ok {
		return ""
	}
	return p.base + issuersPath + s.name + path
}

// readForm reads the parameters of a request, each of which is there once (RFC 6749, section 3.2).
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, bool) {
	refuse := func(status int, why string) (url.Values, bool) {
		serveObject(w, status, map[string]any{"error": "invalid_request", "error_description": why})
		return nil, false
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return refuse(http.StatusMethodNotAllowed, "devissuer: want POST")
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 64<<10))
	if err != nil {
		return refuse(http.StatusBadRequest, "devissuer: the body broke off")
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || form.Get("token") == "" {
		return refuse(http.StatusBadRequest, "devissuer: want a form with a token")
	}
	for name, values := range form {
		if len(values) > 1 {
			return refuse(http.StatusBadRequest, fmt.Sprintf("devissuer: %q is there twice", name))
		}
	}
	return form, true
}

func serveObject(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// introspect answers about a token.
func (p *Provider) introspect(w http.ResponseWriter, r *http.Request, s site) {
	form, ok := readForm(w, r)
	if !ok {
		return
	}
	ring, err := p.keys.current()
	if err != nil {
		serveObject(w, http.StatusInternalServerError, map[string]any{"error": err.Error()})
		return
	}
	client, ok := p.authenticated(ring, r, form, s)
	if !ok {
		w.Header().Set("WWW-Authenticate", `Basic realm="devissuer"`)
		serveObject(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"}) // RFC 7662, section 2.3
		return
	}
	answer := map[string]any{"active": false}
	if claims, ok := p.active(r.Context(), ring, form.Get("token"), client); ok {
		for name, v := range claims.Members() {
			answer[name] = json.RawMessage(v.Raw())
		}
		answer["active"], answer["token_type"] = true, "Bearer"
	}
	if !strings.Contains(r.Header.Get("Accept"), signedType) {
		serveObject(w, http.StatusOK, answer)
		return
	}
	text, err := json.Marshal(map[string]any{ // RFC 9701, section 5
		"iss": s.url, "aud": client.Introspection.ClientID, "iat": p.now().Unix(), "token_introspection": answer,
	})
	if err == nil {
		var signed string
		if signed, err = ring.sign(client.algorithms()[0], "token-introspection+jwt", text); err == nil {
			w.Header().Set("Content-Type", signedType)
			_, _ = io.WriteString(w, signed)
			return
		}
	}
	serveObject(w, http.StatusInternalServerError, map[string]any{"error": err.Error()})
}

// revoke takes a token out of use. A text that is not a token is revoked as well (RFC 7009, section 2.2).
func (p *Provider) revoke(w http.ResponseWriter, r *http.Request) {
	if form, ok := readForm(w, r); ok {
		p.keys.revoke(form.Get("token"))
		w.WriteHeader(http.StatusOK)
	}
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

// authenticated is the settings of the issuer whose client asks, if it is who it says.
func (p *Provider) authenticated(ring *keyring, r *http.Request, form url.Values, s site) (Issuer, bool) {
	user, password, basic := r.BasicAuth()
	for _, i := range p.issuers {
		n := i.Introspection
		if n == nil || i.URL != s.url {
			continue
		}
		id, secret := form.Get("client_id"), form.Get("client_secret")
		if basic { // RFC 6749, section 2.3.1: both are encoded as in a form
			id, _ = url.QueryUnescape(user)
			secret, _ = url.QueryUnescape(password)
		}
		if clientauth.Method(n.ClientAuth) == clientauth.PrivateKey {
			if assertion := form.Get("client_assertion"); assertion != "" && p.asserts(r.Context(), ring, i, assertion) {
				return i, true
			}
			continue
		}
		if id == n.ClientID && subtle.ConstantTimeCompare([]byte(secret), []byte(ring.clientSecret())) == 1 {
			return i, true
		}
	}
	return Issuer{}, false
}

// asserts verifies a client's assertion (RFC 7523, section 3).
func (p *Provider) asserts(ctx context.Context, ring *keyring, i Issuer, assertion string) bool {
	n := i.Introspection
	audience := n.Audience
	if audience == "" {
		audience = i.URL
	}
	config := jwt.Issuer{
		URL: n.ClientID, Audiences: []string{audience}, Algorithms: []string{n.Algorithm}, MaxLifetime: time.Hour,
	}
	token, err := p.verify(ctx, ring, config, false, []string{n.Algorithm}, assertion)
	return err == nil && token.Subject() == n.ClientID
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
	der, err := x509.MarshalPKCS8PrivateKey(k.current(algorithms[algorithm].kind).signer)
	if err != nil {
		return "", fmt.Errorf("devissuer: the key of client %q: %w", clientID, err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}
