package clientauth

import (
	"context"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/rsatest"
	"github.com/gatehouse-cdk/gatehouse/internal/testclock"
	peer "github.com/golang-jwt/jwt/v5"
)

// t0 is the start of the tests' clocks.
var t0 = time.Unix(1_700_000_000, 0)

func options() Options {
	return Options{
		ClientID:   "orders api",
		Credential: func(context.Context) ([]byte, error) { return []byte("s3cret & more~"), nil },
		Now:        testclock.New(t0).Now,
	}
}

// request authenticates a request and returns its form and header.
func request(c *Client) (url.Values, http.Header, error) {
	form, header := url.Values{}, http.Header{}
	credential, err := c.Current(context.Background())
	if err == nil {
		err = c.Authenticate(credential, form, header)
	}
	return form, header, err
}

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
	rsaKey     = rsatest.Keys()[0]
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

// A secret is in the header Authorization or in the body, but not in both.
func TestSecrets(t *testing.T) {
	o := options()
	for _, method := range []Method{"", Basic, Post} {
		o.Method = method
		form, header, err := request(must(New(o)))
		if err != nil {
			t.Fatal(err)
		}
		user, secret, ok := (&http.Request{Header: header}).BasicAuth()
		if method == Post {
			if ok || form.Encode() != "client_id=orders+api&client_secret=s3cret+%26+more~" {
				t.Errorf("%s: form %v, header %v", method, form, header)
			}
		} else if len(form) != 0 || user != "orders+api" || secret != "s3cret+%26+more~" {
			t.Errorf("%q: form %v, header %v", method, form, header)
		}
	}
}

// If golang-jwt accepts an assertion, an endpoint does.
func TestAssertions(t *testing.T) {
	// An endpoint may refuse a salt of another size than the hash: RFC 7518, section 3.5.
	for _, m := range []*peer.SigningMethodRSAPSS{
		peer.SigningMethodPS256, peer.SigningMethodPS384, peer.SigningMethodPS512,
	} {
		m.VerifyOptions = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}
	}
	for _, algorithm := range Algorithms() {
		t.Run(algorithm, func(t *testing.T) {
			key := keyFor(algorithm)
			o, clock := options(), testclock.New(t0)
			o.Method, o.Algorithm, o.Audience = PrivateKey, algorithm, "https://issuer.example.com"
			o.Credential = func(context.Context) ([]byte, error) { return pkcs8(t, key), nil }
			o.Now = clock.Now
			ids := map[string]bool{}
			for _, o.KeyID = range []string{`k"1`, ""} {
				form, header, err := request(must(New(o)))
				if err != nil {
					t.Fatal(err)
				}
				if len(header) != 0 || form.Get("client_secret") != "" ||
					form.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
					t.Errorf("form %v, header %v", form, header)
				}
				parser := peer.NewParser(peer.WithValidMethods([]string{algorithm}), peer.WithTimeFunc(clock.Now),
					peer.WithExpirationRequired(), peer.WithIssuedAt(), peer.WithIssuer("orders api"),
					peer.WithSubject("orders api"), peer.WithAudience("https://issuer.example.com"))
				token, err := parser.Parse(form.Get("client_assertion"), func(*peer.Token) (any,
					error) {
					return key.Public(), nil
				})
				if err != nil {
					t.Fatal(err)
				}
				claims := token.Claims.(peer.MapClaims)
				id, _ := claims["jti"].(string)
				if len(id) != 32 || ids[id] || claims["exp"].(float64)-claims["iat"].(float64) != 60 {
					t.Errorf("claims %v", claims)
				}
				if kid, ok := token.Header["kid"]; ok != (o.KeyID != "") || ok && kid != o.KeyID {
					t.Errorf("key ID %q: header %v", o.KeyID, token.Header)
				}
				ids[id] = true
			}
		})
	}
}

// No error contains any part of a credential.
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
		"a control character":     {method: Post, credential: "s3cr3t\x1Ftext", want: "empty or has characters"},
		"a DEL":                   {method: Post, credential: "s3cr3t\x7Ftext", want: "empty or has characters"},
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
		"P-224 for ES256": {method: PrivateKey, algorithm: "ES256",
			credential: string(pkcs8(t, must(ecdsa.GenerateKey(elliptic.P224(), rand.Reader)))), want: "curve P-224"},
		"P-224 for RS256": {method: PrivateKey, algorithm: "RS256",
			credential: string(pkcs8(t, must(ecdsa.GenerateKey(elliptic.P224(), rand.Reader)))), want: "curve P-224"},
		"X25519 for EdDSA": {method: PrivateKey, algorithm: "EdDSA",
			credential: string(pkcs8(t, must(ecdh.X25519().GenerateKey(rand.Reader)))), want: "key of another kind"},
		"P-384 for ES256": {method: PrivateKey, algorithm: "ES256", credential: string(pkcs8(t, p384)),
			want: "curve P-384"},
		"Ed25519 for RS256": {method: PrivateKey, algorithm: "RS256", credential: string(pkcs8(t, edKey)),
			want: "key for Ed25519"},
		"Ed25519 for ES256": {method: PrivateKey, algorithm: "ES256", credential: string(pkcs8(t, edKey)),
			want: "key for Ed25519"},
		"RSA for EdDSA": {method: PrivateKey, algorithm: "EdDSA", credential: string(pkcs8(t, rsaKey)),
			want: "key for RSA with 2048 bits"},
		"P-256 for EdDSA": {method: PrivateKey, algorithm: "EdDSA", credential: string(pkcs8(t, p256)),
			want: "curve P-256"},
		"RSA with 1024 bits": {method: PrivateKey, algorithm: "RS256", credential: string(pkcs8(t, small)),
			want: "1024 bits"},
	} {
		t.Run(name, func(t *testing.T) {
			o := options()
			o.Method, o.Algorithm = c.method, c.algorithm
			if c.method == PrivateKey {
				o.Audience = "https://issuer.example.com"
			}
			o.Credential = func(context.Context) ([]byte, error) { return []byte(c.credential), c.err }
			_, _, err := request(must(New(o)))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("%v contains the credential", err)
			}
		})
	}
}

// Without randomness, there is no assertion, and so no request.
func TestAssertionWithoutRandomness(t *testing.T) {
	o := options()
	o.Method, o.Algorithm, o.Audience = PrivateKey, "EdDSA", "https://issuer.example.com"
	o.Credential = func(context.Context) ([]byte, error) { return pkcs8(t, edKey), nil }
	o.Random = strings.NewReader("too short")
	form, header, err := request(must(New(o)))
	if err == nil || len(form) != 0 || len(header) != 0 {
		t.Errorf("got %v, form %v, header %v", err, form, header)
	}
}

// A secret that was rotated is fetched when the endpoint refuses the old one, but not too often.
func TestRotation(t *testing.T) {
	ctx, clock, secret, fetched := context.Background(), testclock.New(t0), "one", 0
	o := options()
	o.Now = clock.Now
	o.Credential = func(context.Context) ([]byte, error) {
		fetched++
		return []byte(secret), nil
	}
	c := must(New(o))
	first := must(c.Current(ctx))
	if c.Newer(ctx, first) != nil || fetched != 2 {
		t.Errorf("refused, and the secret is still the same: %d fetches", fetched)
	}
	secret, first = "two", must(c.Current(ctx))
	if c.Newer(ctx, first) != nil || fetched != 2 {
		t.Errorf("refused again, soon after: %d fetches", fetched)
	}
	clock.Advance(rotationWait)
	if second := c.Newer(ctx, first); second == nil || string(second.text) != "two" || fetched != 3 {
		t.Errorf("refused later: %d fetches", fetched)
	}
	clock.Advance(rotationWait)
	if second := c.Newer(ctx, first); second == nil || fetched != 3 {
		t.Errorf("another request with the old one: %d fetches", fetched)
	}
	clock.Advance(credentialAge)
	if must(c.Current(ctx)); fetched != 4 {
		t.Errorf("the secret is old: %d fetches", fetched)
	}
}

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Options)
		want   string
	}{
		"no client":         {func(o *Options) { o.ClientID = "" }, "ClientID"},
		"a client in UTF-8": {func(o *Options) { o.ClientID = "bücher" }, "printable ASCII"},
		"a method":          {func(o *Options) { o.Method = "none" }, `Method "none"`},
		"an algorithm": {func(o *Options) { o.Method, o.Algorithm, o.Audience = PrivateKey, "HS256", "x" },
			"RS256, RS384"},
		"no audience": {func(o *Options) { o.Method, o.Algorithm = PrivateKey, "ES256" }, "Audience is empty"},
		"a line break": {func(o *Options) { o.Method, o.Algorithm, o.Audience, o.KeyID = PrivateKey, "ES256", "x", "\n" },
			"want printable ASCII"},
		"an algorithm without a key": {func(o *Options) { o.Algorithm = "ES256" }, "are for private_key_jwt"},
		"an audience without a key":  {func(o *Options) { o.Method, o.Audience = Basic, "x" }, "are for private_key_jwt"},
		"a key id":                   {func(o *Options) { o.KeyID = "k" }, "are for private_key_jwt"},
		"no credential":              {func(o *Options) { o.Credential = nil }, "no Credential"},
	} {
		o := options()
		c.change(&o)
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

// An assertion's JSON is the same as that of encoding/json.
func TestAppendText(t *testing.T) {
	for _, s := range []string{"", "a", `a"b\c`, "{}"} {
		var got string
		if err := json.Unmarshal(appendText(nil, s), &got); err != nil || got != s {
			t.Errorf("%q: got %q, %v", s, got, err)
		}
	}
}

// The monotonic reading may stop while a Lambda function is frozen, so that a credential would seem younger than it is.
func TestClockWithoutMonotonicReading(t *testing.T) {
	for name, now := range map[string]func() time.Time{"by default": nil, "of the caller": time.Now} {
		o := options()
		o.Now = now
		if got := must(New(o)).options.Now(); got != got.Round(0) {
			t.Errorf("%s: %v", name, got)
		}
	}
}
