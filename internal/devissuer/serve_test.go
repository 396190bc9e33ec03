package devissuer

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

// get is an answer to a request for a path, with a host of this machine.
func get(h http.Handler, change func(r *http.Request)) *http.Response {
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:4000/", nil)
	change(r)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t testing.TB, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestDiscovery(t *testing.T) {
	for _, tt := range []struct {
		name, base, issuer, path string
	}{
		{"by its host", "http://127.0.0.1:4000", "https://idp.example.com/", "/issuers/idp.example.com-d36c3be4"},
		{
			"below a path, with a slash",
			"http://127.0.0.1:4000/dev/",
			"https://shop.okta.com/oauth2/default",
			"/dev/issuers/shop.okta.com-ecf4da00",
		},
		{"a name that is not a URL", "http://localhost:4000", "accounts.google.com", "/issuers/issuer-97692e14"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			settings := authz.Issuer{URL: tt.issuer, Audiences: []string{"orders"}, Algorithms: []string{"ES256"}}
			p, err := New(testKeys(t), []Issuer{{Issuer: settings, Scopes: []string{"orders:read"}}}, Options{
				BaseURL:  tt.base,
				Personas: func(string) []Persona { return []Persona{{Name: "writes", Scopes: []string{"orders:write"}}} },
			})
			if err != nil {
				t.Fatal(err)
			}
			origin := strings.TrimSuffix(strings.TrimSuffix(tt.base, "/"), "/dev")
			if got, want := p.JWKSURL(tt.issuer), origin+tt.path+"/jwks"; got != want {
				t.Errorf("keys at %s, want %s", got, want)
			}
			if got, want := p.DiscoveryURL(tt.issuer), origin+tt.path+"/.well-known/openid-configuration"; got != want {
				t.Errorf("discovery at %s, want %s", got, want)
			}
			answer := get(p, func(r *http.Request) { r.URL.Path = tt.path + "/.well-known/openid-configuration" })
			if got := answer.Header.Get("Content-Type") + "; " + answer.Header.Get("Cache-Control"); answer.StatusCode != 200 ||
				got != "application/json; public, max-age=60" {
				t.Errorf("status %d, %s", answer.StatusCode, got)
			}
			var got map[string]any
			if err := json.Unmarshal([]byte(body(t, answer)), &got); err != nil {
				t.Fatal(err)
			}
			at := strings.TrimSuffix(p.JWKSURL(tt.issuer), "/jwks")
			auth := []any{"client_secret_basic", "client_secret_post", "private_key_jwt"}
			standard := []any{"openid", "profile", "email", "address", "phone", "offline_access"}
			want := map[string]any{
				"issuer": tt.issuer, "jwks_uri": at + "/jwks", "id_token_signing_alg_values_supported": []any{"ES256"},
				"subject_types_supported": []any{"public"},

				"authorization_endpoint": at + "/authorize", "pushed_authorization_request_endpoint": at + "/par",
				"token_endpoint": at + "/token", "userinfo_endpoint": at + "/userinfo",
				"introspection_endpoint": at + "/introspect", "revocation_endpoint": at + "/revoke",
				"end_session_endpoint": at + "/logout",

				"response_types_supported": []any{"code"}, "response_modes_supported": []any{"query"},
				"grant_types_supported":            []any{"authorization_code", "refresh_token", "client_credentials"},
				"code_challenge_methods_supported": []any{"S256"},
				"prompt_values_supported":          []any{"none", "login", "consent", "select_account", "create"},
				"claims_supported": []any{
					"sub", "name", "preferred_username", "email", "email_verified", "auth_time",
				},
				"scopes_supported":                              append(standard, "orders:read", "orders:write"),
				"token_endpoint_auth_methods_supported":         append(slices.Clone(auth), "none"),
				"revocation_endpoint_auth_methods_supported":    append(slices.Clone(auth), "none"),
				"introspection_endpoint_auth_methods_supported": auth,
				"token_endpoint_auth_signing_alg_values_supported": []any{
					"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
				},
				"authorization_response_iss_parameter_supported": true, "request_parameter_supported": false,
				"request_uri_parameter_supported": false, "claims_parameter_supported": false,
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestVerifierDiscovers checks that a verifier that knows only the address finds the keys.
func TestVerifierDiscovers(t *testing.T) {
	// Such a verifier wants the issuer to be where it looks, so this issuer's URL is the provider's own.
	server := httptest.NewUnstartedServer(nil)
	base := "http://" + server.Listener.Addr().String()
	url := base + "/issuers/" + siteName("x")
	p, err := New(
		testKeys(t),
		[]Issuer{{Issuer: authz.Issuer{URL: url, Audiences: []string{"orders"}}}},
		Options{BaseURL: base},
	)
	if err != nil {
		t.Fatal(err)
	}
	p.sites[0].name = siteName("x")
	server.Config.Handler = p
	server.Start()
	defer server.Close()
	v, err := jwt.New(
		jwt.Options{Issuers: []jwt.Issuer{{URL: url, Audiences: []string{"orders"}, AllowLoopbackHTTP: true}}},
	)
	if err != nil {
		t.Fatal(err)
	}
	token, err := p.Mint(TokenRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Error(err)
	}
}

// TestKeySet checks that an issuer publishes keys for its algorithms, and only keys with which it signs.
func TestKeySet(t *testing.T) {
	for _, tt := range []struct {
		name   string
		issuer authz.Issuer
		want   []string
	}{
		{"one algorithm, which the key is bound to", authz.Issuer{Algorithms: []string{"ES256"}}, []string{"EC P-256 ES256"}},
		{"the default", authz.Issuer{}, []string{"RSA  RS256"}},
		{
			"two algorithms of one key, which says neither",
			authz.Issuer{Algorithms: []string{"PS256", "RS256", "EdDSA"}},
			[]string{"RSA  ", "OKP Ed25519 EdDSA"},
		},
		{
			"the other curves",
			authz.Issuer{Algorithms: []string{"ES384", "ES512"}},
			[]string{"EC P-384 ES384", "EC P-521 ES512"},
		},
		{"a secret is never published", authz.Issuer{SecretARN: secret}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.issuer.URL = "https://idp.example.com"
			p, err := New(testKeys(t), []Issuer{{Issuer: tt.issuer}},
				Options{BaseURL: "http://127.0.0.1:4000"})
			if err != nil {
				t.Fatal(err)
			}
			answer := get(p, func(r *http.Request) {
				r.URL.Path = strings.TrimPrefix(p.JWKSURL(tt.issuer.URL), "http://127.0.0.1:4000")
			})
			text := body(t, answer)
			var set struct{ Keys []map[string]string }
			if err := json.Unmarshal([]byte(text), &set); err != nil || set.Keys == nil {
				t.Fatalf("%v: %s", err, text)
			}
			var got []string
			for _, k := range set.Keys {
				got = append(got, k["kty"]+" "+k["crv"]+" "+k["alg"])
				if k["d"] != "" || k["use"] != "sig" || !strings.HasPrefix(k["kid"], "dev-") {
					t.Errorf("key %v", k)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if strings.Contains(text, testRing(t).secret) {
				t.Error("it contains the secret")
			}
		})
	}
}

func TestWhatIsNotServed(t *testing.T) {
	keys := testKeys(t)
	issuers := []Issuer{{Issuer: authz.Issuer{URL: "https://idp.example.com", Audiences: []string{"orders"}}}}
	p, err := New(keys, issuers, Options{BaseURL: "http://127.0.0.1:4000"})
	if err != nil {
		t.Fatal(err)
	}
	jwks := strings.TrimPrefix(p.JWKSURL("https://idp.example.com"), "http://127.0.0.1:4000")
	silent, err := New(keys, issuers, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		p      *Provider
		change func(r *http.Request)
		want   int
	}{
		{"as it should be", p, func(r *http.Request) {}, 200},
		{"HEAD", p, func(r *http.Request) { r.Method = http.MethodHead }, 200},
		{"by the name localhost", p, func(r *http.Request) { r.Host = "localhost:4000" }, 200},
		{"over IPv6, without a port", p, func(r *http.Request) { r.Host = "[::1]" }, 200},
		{"POST", p, func(r *http.Request) { r.Method = http.MethodPost }, 405},
		{
			"another host's name, as of a web page that points it here",
			p,
			func(r *http.Request) { r.Host = "evil.example.com:4000" },
			421,
		},
		{"no host", p, func(r *http.Request) { r.Host = "" }, 421},
		{"an issuer that is not configured", p, func(r *http.Request) { r.URL.Path = "/issuers/other/jwks" }, 404},
		{"a part of a name", p, func(r *http.Request) { r.URL.Path = "/issuers/" }, 404},
		{"another document", p, func(r *http.Request) { r.URL.Path += "/private" }, 404},
		{"the root", p, func(r *http.Request) { r.URL.Path = "/" }, 404},
		{"secrets without their path", p, func(r *http.Request) { r.URL.Path = "/secrets/" }, 404},
		{"a provider without a base URL", silent, func(r *http.Request) {}, 404},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer := get(tt.p, func(r *http.Request) {
				r.URL.Path = jwks
				tt.change(r)
			})
			if answer.StatusCode != tt.want {
				t.Errorf("status %d, want %d", answer.StatusCode, tt.want)
			}
		})
	}
	for _, url := range []string{
		silent.JWKSURL("https://idp.example.com"),
		silent.DiscoveryURL("https://idp.example.com"),
		silent.SecretsURL(),
		p.JWKSURL("https://other.example.com"),
	} {
		if url != "" {
			t.Errorf("served at %s, want nowhere", url)
		}
	}
}

// TestUnreadableKeysAreAnError checks that unreadable keys do not become an empty key set, which verifiers would treat
// as a withdrawal of all keys.
func TestUnreadableKeysAreAnError(t *testing.T) {
	s := serve(t, Issuer{Issuer: authz.Issuer{URL: "https://idp.example.com", Audiences: []string{"orders"}}})
	s.keys.options.Dir = "/dev/null"
	answer := get(
		s,
		func(r *http.Request) { r.URL.Path = strings.TrimPrefix(s.JWKSURL("https://idp.example.com"), s.base) },
	)
	if answer.StatusCode != 500 {
		t.Errorf("status %d, want 500: %s", answer.StatusCode, body(t, answer))
	}
	if _, err := s.Mint(TokenRequest{}); err == nil {
		t.Error("a token was made without keys")
	}
}

func TestNewErrors(t *testing.T) {
	keys := testKeys(t)
	idp := authz.Issuer{URL: "https://idp.example.com"}
	for _, tt := range []struct {
		name   string
		issuer Issuer
		base   string
		want   string
	}{
		{"no URL", Issuer{}, "", "an issuer has no URL"},
		{
			"an unknown algorithm",
			Issuer{Issuer: authz.Issuer{URL: "https://a.example.com", Algorithms: []string{"none"}}},
			"",
			`the algorithm "none": want some of ES256`,
		},
		{
			"HMAC with a published key",
			Issuer{Issuer: authz.Issuer{URL: "https://a.example.com", Algorithms: []string{"HS256"}}},
			"",
			"HS256, HS384 and HS512 go with secretArn",
		},
		{
			"a secret for a published key",
			Issuer{Issuer: authz.Issuer{URL: "https://a.example.com", Algorithms: []string{"RS256"}, SecretARN: secret}},
			"",
			"HS256, HS384 and HS512 go with secretArn",
		},
		{
			"a claim's name that no token has",
			Issuer{Issuer: authz.Issuer{URL: "https://a.example.com", RolesClaim: "\x93"}},
			"",
			`"\x93" is not valid UTF-8`,
		},
		{"an unknown use", Issuer{Issuer: idp, Use: "refresh"}, "", `Use "refresh": want "access" or "id"`},
		{"a base that others reach", Issuer{Issuer: idp}, "http://0.0.0.0:4000", "its host is not this machine"},
		{"a base of another machine", Issuer{Issuer: idp}, "http://idp.example.com", "its host is not this machine"},
		{"a base over TLS", Issuer{Issuer: idp}, "https://127.0.0.1:4000", `want one like "http://127.0.0.1:4000"`},
		{"a base that is a path", Issuer{Issuer: idp}, "/issuers", `want one like "http://127.0.0.1:4000"`},
		{"a base with a query", Issuer{Issuer: idp}, "http://127.0.0.1/?a", `want one like "http://127.0.0.1:4000"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := New(keys, []Issuer{tt.issuer}, Options{BaseURL: tt.base})
			if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("want an ErrConfig with %s\n got %v", tt.want, err)
			}
		})
	}
	if _, err := New(keys, nil, Options{Random: strings.NewReader("")}); err == nil {
		t.Error("a provider without randomness")
	}
}

// TestVerifierFollowsNewKeys checks that a running verifier accepts tokens of new keys as soon as it fetches these, and
// no older tokens.
func TestVerifierFollowsNewKeys(t *testing.T) {
	settings := authz.Issuer{URL: "https://idp.example.com", Audiences: []string{"orders"}, Algorithms: []string{"ES256"}}
	s := serve(t, Issuer{Issuer: settings})
	v := s.verifier(t, settings)
	mint := func() string {
		t.Helper()
		token, err := s.Mint(TokenRequest{Expires: 48 * time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	before := mint()
	if _, err := v.Verify(context.Background(), before); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(s.keys.file()); err != nil {
		t.Fatal(err)
	}
	after := mint()
	s.clock.Advance(jwt.DefaultCooldown)
	if _, err := v.Verify(context.Background(), after); err != nil {
		t.Errorf("with the new key: %v", err)
	}
	if _, err := v.Verify(context.Background(), before); !errors.Is(err, jwt.ErrUnknownKey) {
		t.Errorf("with the old key: want %v, got %v", jwt.ErrUnknownKey, err)
	}
}
