package introspection

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	peer "github.com/golang-jwt/jwt/v5"
)

var quiet = log.New(io.Discard, "", 0)

func pkcs8(t testing.TB, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

var (
	rsaKey     = must(rsa.GenerateKey(rand.Reader, 2048))
	p256, p384 = must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), must(ecdsa.GenerateKey(elliptic.P384(),
		rand.Reader))
	p521     = must(ecdsa.GenerateKey(elliptic.P521(), rand.Reader))
	_, edKey = func() (ed25519.PublicKey, ed25519.PrivateKey) {
		public, private, err := ed25519.GenerateKey(rand.Reader)
		return public, must(private, err)
	}()
)

func keyFor(algorithm string) crypto.Signer {
	switch algorithm {
	case "ES256":
		return p256
	case "ES384":
		return p384
	case "ES512":
		return p521
	case "EdDSA":
		return edKey
	}
	return rsaKey
}

// What golang-jwt takes as an assertion, an endpoint does.
func TestAssertions(t *testing.T) {
	for _, algorithm := range Algorithms() {
		t.Run(algorithm, func(t *testing.T) {
			key := keyFor(algorithm)
			f := newFixture(t, sayJSON(active), func(o *Options) {
				o.Method, o.Algorithm, o.KeyID, o.Audience = PrivateKey, algorithm, `k"1`, "https://issuer.example.com"
				o.Credential = func(context.Context) ([]byte, error) { return pkcs8(t, key), nil }
				o.Keep = -1
			})
			ids := map[string]bool{}
			for range 2 {
				if _, err := f.ask("opaque-1"); err != nil {
					t.Fatal(err)
				}
				c := f.server.last()
				if c.authenticated || c.form.Get("client_secret") != "" ||
					c.form.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
					t.Errorf("form %v", c.form)
				}
				parser := peer.NewParser(peer.WithValidMethods([]string{algorithm}), peer.WithTimeFunc(f.clock.now),
					peer.WithExpirationRequired(), peer.WithIssuedAt(), peer.WithIssuer("orders api"),
					peer.WithSubject("orders api"), peer.WithAudience("https://issuer.example.com"))
				token, err := parser.Parse(c.form.Get("client_assertion"), func(*peer.Token) (any,
					error) {
					return key.Public(), nil
				})
				if err != nil {
					t.Fatal(err)
				}
				claims := token.Claims.(peer.MapClaims)
				id, _ := claims["jti"].(string)
				if id == "" || ids[id] || claims["exp"].(float64)-claims["iat"].(float64) != 60 || token.Header["kid"] != `k"1` {
					t.Errorf("header %v, claims %v", token.Header, claims)
				}
				ids[id] = true
			}
		})
	}
}

// No error holds any part of a credential.
func TestCredentialErrors(t *testing.T) {
	small := must(rsa.GenerateKey(rand.Reader, 1024))
	for name, c := range map[string]struct {
		method     Method
		algorithm  string
		credential string
		err        error
		want       string
	}{
		"no answer": {method: Basic, err: errors.New("status 400 ResourceNotFoundException"),
			want: "ResourceNotFoundException"},
		"an empty secret":         {method: Basic, want: "empty or has characters"},
		"a line break at its end": {method: Post, credential: "s3cr3t-text\n", want: "line break"},
		"not PEM": {method: PrivateKey, algorithm: "RS256", credential: "s3cr3t-text",
			want: "PKCS #8 in PEM"},
		"not PKCS #8": {method: PrivateKey, algorithm: "RS256",
			credential: string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY",
				Bytes: x509.MarshalPKCS1PrivateKey(rsaKey)})),
			want: "openssl pkcs8"},
		"broken": {method: PrivateKey, algorithm: "RS256",
			credential: "-----BEGIN PRIVATE KEY-----\nczNjcjN0\n-----END PRIVATE KEY-----\n", want: "not a key in PKCS #8"},
		"RSA for ES256": {method: PrivateKey, algorithm: "ES256", credential: string(pkcs8(t, rsaKey)),
			want: "key for RSA with 2048 bits"},
		"P-384 for ES256": {method: PrivateKey, algorithm: "ES256", credential: string(pkcs8(t, p384)),
			want: "curve P-384"},
		"Ed25519 for RS256": {method: PrivateKey, algorithm: "RS256", credential: string(pkcs8(t, edKey)),
			want: "key for Ed25519"},
		"P-256 for EdDSA": {method: PrivateKey, algorithm: "EdDSA", credential: string(pkcs8(t, p256)),
			want: "curve P-256"},
		"RSA with 1024 bits": {method: PrivateKey, algorithm: "RS256", credential: string(pkcs8(t, small)),
			want: "1024 bits"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, sayJSON(active), func(o *Options) {
				o.Method, o.Algorithm = c.method, c.algorithm
				if c.method == PrivateKey {
					o.Audience = "https://issuer.example.com"
				}
				o.Credential = func(context.Context) ([]byte, error) { return []byte(c.credential), c.err }
			})
			_, err := f.ask("opaque-1")
			if !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("%v holds the credential", err)
			}
			if n := f.server.count(); n != 0 {
				t.Errorf("%d calls without a credential", n)
			}
		})
	}
}

// A secret that was rotated is fetched when the endpoint refuses the old one, once in a while.
func TestRotation(t *testing.T) {
	var secret atomic.Value
	var fetched atomic.Int64
	secret.Store("one")
	f := newFixture(t, nil, func(o *Options) {
		o.Keep = -1
		o.Credential = func(context.Context) ([]byte, error) {
			fetched.Add(1)
			return []byte(secret.Load().(string)), nil
		}
	})
	takes := func(want string) {
		f.server.serve(func(w http.ResponseWriter, r *http.Request) {
			if _, got, _ := r.BasicAuth(); got != want {
				says(401, "application/json", `{"error":"invalid_client"}`)(w, r)
				return
			}
			sayJSON(active)(w, r)
		})
	}
	want := func(what string, fetches int64, ok bool) {
		t.Helper()
		_, err := f.ask("opaque-1")
		if (err == nil) != ok || fetched.Swap(0) != fetches {
			t.Errorf("%s: %v", what, err)
		}
	}
	takes("one")
	want("the first call", 1, true)
	want("the second call", 0, true)
	takes("two")
	want("refused, and the secret is still the same", 1, false)
	secret.Store("two")
	f.clock.advance(firstBackoff)
	want("refused again, soon after", 0, false)
	f.clock.advance(rotationWait)
	want("refused later", 1, true)
	f.clock.advance(credentialAge)
	want("the secret is old", 1, true)
}

func TestCredentialOutlivesItsSource(t *testing.T) {
	var failing atomic.Bool
	f := newFixture(t, sayJSON(active), func(o *Options) {
		o.Keep = -1
		o.Credential = func(context.Context) ([]byte, error) {
			if failing.Load() {
				return nil, errors.New("down")
			}
			return []byte("one"), nil
		}
	})
	f.Start(context.Background())
	for range 3 {
		if _, err := f.ask("opaque-1"); err != nil {
			t.Error(err)
		}
		failing.Store(true)
		f.clock.advance(credentialAge)
	}
}

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Options)
		want   string
	}{
		"http":              {func(o *Options) { o.Endpoint = "http://issuer.example.com/i" }, "not an https URL"},
		"no URL":            {func(o *Options) { o.Endpoint = "issuer" }, "not an absolute URL"},
		"a user":            {func(o *Options) { o.Endpoint = "https://a:b@issuer.example.com/i" }, "has a user name"},
		"a query":           {func(o *Options) { o.Endpoint = "https://issuer.example.com/i?client_id=x" }, "has a query"},
		"a fragment":        {func(o *Options) { o.Endpoint = "https://issuer.example.com/i#x" }, "has a fragment"},
		"no client":         {func(o *Options) { o.ClientID = "" }, "ClientID"},
		"a client in UTF-8": {func(o *Options) { o.ClientID = "bücher" }, "printable ASCII"},
		"a method":          {func(o *Options) { o.Method = "none" }, `Method "none"`},
		"an algorithm": {func(o *Options) { o.Method, o.Algorithm, o.Audience = PrivateKey, "HS256", "x" },
			"RS256, RS384"},
		"no audience": {func(o *Options) { o.Method, o.Algorithm = PrivateKey, "ES256" }, "Audience is empty"},
		"a line break": {func(o *Options) { o.Method, o.Algorithm, o.Audience, o.KeyID = PrivateKey, "ES256", "x", "\n" },
			"want printable ASCII"},
		"a key id":      {func(o *Options) { o.KeyID = "k" }, "are for private_key_jwt"},
		"no credential": {func(o *Options) { o.Credential = nil }, "no Credential"},
		"too long":      {func(o *Options) { o.Keep = 2 * time.Hour }, "Keep 2h0m0s"},
		"a fraction":    {func(o *Options) { o.Keep = time.Second + 1 }, "whole seconds"},
	} {
		o := Options{Endpoint: "https://issuer.example.com/i", ClientID: "c",
			Credential: func(context.Context) ([]byte, error) { return nil, nil }}
		if _, err := New(o); err != nil {
			t.Fatal(err)
		}
		c.change(&o)
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

// An assertion's JSON is what encoding/json makes of it.
func TestAppendText(t *testing.T) {
	for _, s := range []string{"", "a", `a"b\c`, "{}"} {
		var got string
		if err := json.Unmarshal(appendText(nil, s), &got); err != nil || got != s {
			t.Errorf("%q: got %q, %v", s, got, err)
		}
	}
}
