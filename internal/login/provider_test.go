package login

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	peer "github.com/golang-jwt/jwt/v5"
)

// These cases are metadata that the login does not accept (OpenID Connect Discovery 1.0, section 4.3).
func TestMetadataThatIsRefused(t *testing.T) {
	member := func(name string, value any) func(*fakeProvider) {
		return func(p *fakeProvider) {
			p.metadata = func(doc map[string]any) {
				if doc[name] = value; value == nil {
					delete(doc, name)
				}
			}
		}
	}
	says := func(status int, kind, body string) func(*fakeProvider) {
		return func(p *fakeProvider) {
			p.instead["/.well-known/openid-configuration"] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", kind)
				w.Header().Set("Location", idpOrigin+"/elsewhere")
				w.WriteHeader(status)
				_, _ = io.WriteString(w, body)
			}
		}
	}
	for _, c := range []struct {
		name   string
		change func(*fakeProvider)
		want   string
	}{
		{"another issuer", member("issuer", "https://evil.test"), `issuer is not "https://idp.test"`},
		{"an issuer with a slash more", member("issuer", idpOrigin+"/"), "issuer is not"},
		{"no issuer", member("issuer", nil), "issuer is not"},
		{"no authorization endpoint", member("authorization_endpoint", nil), "authorization_endpoint is nothing"},
		{"authorization over http", member("authorization_endpoint", "http://idp.test/a"),
			"authorization_endpoint is not an https"},
		{"a script for an endpoint", member("authorization_endpoint", "javascript:alert(1)"),
			"authorization_endpoint is not"},
		{"no token endpoint", member("token_endpoint", nil), "token_endpoint is nothing"},
		{"tokens over http", member("token_endpoint", "http://idp.test/t"), "token_endpoint is not an https URL"},
		{"tokens on the loopback interface", member("token_endpoint", "http://127.0.0.1/t"),
			"token_endpoint is not an https URL"},
		{"no keys", member("jwks_uri", nil), "jwks_uri is nothing"},
		{"revocation over http", member("revocation_endpoint", "http://idp.test/r"), "revocation_endpoint"},
		{"the end of sessions over http", member("end_session_endpoint", "http://idp.test/e"), "end_session_endpoint"},
		{"a number", member("pushed_authorization_request_endpoint", 1), "a number instead of a URL"},
		{"PKCE without S256", member("code_challenge_methods_supported", []string{"plain"}), "lack S256"},
		{"500", says(500, "application/json", `{}`), "status 500"},
		{"a redirect", says(302, "application/json", `{}`), "redirects are not followed"},
		{"HTML", says(200, "text/html", `secret words of the provider`), "content type"},
		{"not JSON", says(200, "application/json", `secret words of the provider`), "not strict JSON"},
		{"a list", says(200, "application/json", `[]`), "an array instead of an object"},
		{"too large", says(200, "application/json", strings.Repeat(" ", 256<<10+1)), "larger than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			c.change(f.idp)
			p := f.browser.Open(t, auth+"login")
			f.want(p, http.StatusServiceUnavailable, "provider")
			if got := f.log.last(t).Error; !strings.Contains(got, c.want) {
				t.Errorf("error %q, want %q", got, c.want)
			}
			if f.idp.count("/elsewhere") != 0 {
				t.Error("a redirect was followed")
			}
		})
	}
}

// The metadata may be at another URL than the issuer's own.
func TestDiscoveryURL(t *testing.T) {
	f := newFixture(t, func(c *Config) { c.DiscoveryURL = idpOrigin + "/tenant/metadata" })
	f.idp.instead["/tenant/metadata"] = func(w http.ResponseWriter, _ *http.Request) {
		f.idp.say(w, 200, f.idp.document())
	}
	f.logIn()
	if n := f.idp.count("/.well-known/openid-configuration"); n != 0 {
		t.Errorf("the issuer's own URL was asked %d times", n)
	}
}

// Metadata is fetched once an hour. It is still used while the provider is down, and is not fetched in a loop.
func TestMetadataIsKept(t *testing.T) {
	f := newFixture(t)
	const path = "/.well-known/openid-configuration"
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() { _, _ = f.provider.Metadata(context.Background()) })
	}
	wg.Wait()
	if n := f.idp.count(path); n != 1 {
		t.Errorf("%d requests at the start", n)
	}
	f.clock.Advance(time.Hour)
	f.idp.set(func() {
		f.idp.instead[path] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }
	})
	for range 5 {
		if _, err := f.provider.Metadata(context.Background()); err != nil {
			t.Errorf("while the provider is down: %v", err)
		}
	}
	if n := f.idp.count(path); n != 2 {
		t.Errorf("%d requests in an hour", n)
	}
	f.clock.Advance(2 * time.Second)
	f.idp.set(func() { clear(f.idp.instead) })
	f.logIn()
	if n := f.idp.count(path); n != 3 {
		t.Errorf("%d requests once it is up", n)
	}
}

// The login follows a provider that rotates its keys. If the token's key is not among the cached ones, they are fetched
// again.
func TestKeyRotation(t *testing.T) {
	f := newFixture(t)
	f.logIn()
	f.idp.set(func() { f.idp.key = 1 })
	f.clock.Advance(time.Minute)
	f.logIn()
}

// The login follows a provider that moves its keys to another URL.
func TestKeysThatMove(t *testing.T) {
	f := newFixture(t)
	f.logIn()
	f.idp.set(func() {
		f.idp.key = 1
		f.idp.metadata = func(doc map[string]any) { doc["jwks_uri"] = idpOrigin + "/moved" }
		f.idp.instead["/keys"] = http.NotFound
		f.idp.instead["/moved"] = func(w http.ResponseWriter, _ *http.Request) { f.idp.say(w, 200, f.idp.keySet()) }
	})
	f.clock.Advance(time.Hour)
	f.logIn()
	if n := f.idp.count("/moved"); n == 0 {
		t.Error("the keys are not fetched from where they are now")
	}
}

// A client's secret is fetched again when the provider refuses the cached one, with the status or with the error code
// of RFC 6749, section 5.2.
func TestSecretRotation(t *testing.T) {
	for name, refusal := range map[string]http.HandlerFunc{
		"401 and invalid_client": nil,
		"401 without a code":     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) },
		"400 and invalid_client": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(400)
			_, _ = io.WriteString(w, `{"error":"invalid_client"}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.idp.refuseClient = refusal
			f.logIn()
			const next = "the-next-secret-of-the-client"
			f.wire.Note("client_secret", next)
			f.idp.set(func() { f.idp.secret = next })
			f.aws.set(func() { f.aws.secrets[secretARN] = next })
			f.logIn()
		})
	}
}

// Rotating the keys of the cookies does not log the user out.
func TestCookieKeyRotation(t *testing.T) {
	f := newFixture(t)
	f.logIn()
	f.aws.set(func() {
		f.aws.secrets[keysARN+"AWSPREVIOUS"] = f.aws.secrets[keysARN+"AWSCURRENT"]
		f.aws.secrets[keysARN+"AWSCURRENT"] = strings.Repeat("n", 40)
	})
	f.clock.Advance(5 * time.Minute)
	if p := f.post("refresh"); p.Status != 200 {
		t.Errorf("refresh: %d %+v", p.Status, f.log.last(t))
	}
	*f.Handler = *f.newHandler(testConfig())
	f.aws.set(func() { delete(f.aws.secrets, keysARN+"AWSPREVIOUS") })
	if p := f.browser.Fetch(t, shop, "GET", auth+"session"); p.Status != 200 {
		t.Errorf("with only the new key: %d %+v", p.Status, f.log.last(t))
	}
}

// Each method of client authentication.
func TestClientAuthentication(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]func(*Config){
		"client_secret_basic": func(c *Config) {},
		"client_secret_post":  func(c *Config) { c.ClientAuth = "client_secret_post" },
		"private_key_jwt":     func(c *Config) { c.ClientAuth, c.Algorithm = "private_key_jwt", "ES256" },
		"private_key_jwt with a key ID for another audience": func(c *Config) {
			c.ClientAuth, c.Algorithm = "private_key_jwt", "ES256"
			c.KeyID, c.Audience = "key-1", idpOrigin+"/token"
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, c)
			f.idp.set(func() {
				f.idp.metadata = func(doc map[string]any) { doc["pushed_authorization_request_endpoint"] = idpOrigin + "/par" }
			})
			audience, keyID := cmp.Or(f.config.Audience, idpOrigin), any(nil)
			if f.config.KeyID != "" {
				keyID = f.config.KeyID
			}
			if f.config.ClientAuth == "private_key_jwt" {
				f.aws.set(func() {
					f.aws.secrets[secretARN] = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
				})
				f.idp.set(func() { f.idp.byKey = true })
			}
			f.logIn()
			f.post("logout")
			for _, path := range []string{"/par", "/token", "/revoke"} {
				form := f.idp.form(path)
				switch f.config.ClientAuth {
				case "client_secret_post":
					if form.Get("client_secret") != clientSecret || form.Get("client_id") != clientID {
						t.Errorf("%s: %v", path, form)
					}
				case "private_key_jwt":
					token, err := peer.NewParser(peer.WithTimeFunc(f.clock.Now), peer.WithAudience(audience),
						peer.WithSubject(clientID), peer.WithIssuer(clientID)).Parse(form.Get("client_assertion"),
						func(*peer.Token) (any, error) { return key.Public(), nil })
					if err != nil || token.Header["kid"] != keyID || form.Get("client_secret") != "" {
						t.Errorf("%s: %v, %v", path, form, err)
					}
				default:
					if form.Get("client_secret") != "" || form.Get("client_assertion") != "" {
						t.Errorf("%s: %v", path, form)
					}
				}
			}
		})
	}
}

// Other failures of the provider while a user logs in.
func TestLoginWhileTheProviderFails(t *testing.T) {
	says := func(path string, status int, kind, body string) func(*fixture) {
		return func(f *fixture) {
			f.idp.instead[path] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", kind)
				w.WriteHeader(status)
				_, _ = io.WriteString(w, body)
			}
		}
	}
	const json = "application/json"
	for _, c := range []struct {
		name   string
		change func(*fixture)
		status int
		reason string
	}{
		{"pushed request refused", says("/par", 400, json, `{"error":"invalid_scope"}`), 500, "client"},
		{"pushed request without a name", says("/par", 201, json, `{}`), 503, "provider"},
		{"pushed request with a name of more than 2,048 bytes", says("/par", 201, json,
			`{"request_uri":"urn:`+strings.Repeat("x", 2045)+`"}`), 503, "provider"},
		{"pushed request that is HTML", says("/par", 201, "text/html", `secret words of the provider`), 503, "provider"},
		{"invalid_client", says("/token", 401, json, `{"error":"invalid_client"}`), 500, "client"},
		{"invalid_grant", says("/token", 400, json, `{"error":"invalid_grant"}`), 400, "invalid_grant"},
		{"500", says("/token", 500, json, `{}`), 503, "provider"},
		{"429", says("/token", 429, json, `{}`), 503, "provider"},
		{"a redirect", says("/token", 302, json, `{}`), 503, "provider"},
		{"not JSON", says("/token", 200, json, `secret words of the provider`), 503, "provider"},
		{"no keys", says("/keys", 500, json, `{}`), 503, "provider"},
		{"the secret is away", func(f *fixture) {
			_, _ = f.provider.Metadata(context.Background())
			f.aws.set(func() { delete(f.aws.secrets, secretARN) })
		}, 503, "provider"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			f.idp.metadata = func(doc map[string]any) { doc["pushed_authorization_request_endpoint"] = idpOrigin + "/par" }
			c.change(f)
			p := f.browser.Open(t, auth+"login")
			f.want(p, c.status, c.reason)
			if names := f.browser.Jar.Names("__Host-"); len(names) != 0 {
				t.Errorf("cookies %q", names)
			}
		})
	}
}
