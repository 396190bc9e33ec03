package introspection

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/clientauth"
	peer "github.com/golang-jwt/jwt/v5"
)

var quiet = log.New(io.Discard, "", 0)

// A call needs the client's credential, and no error holds any part of it.
func TestCredentialErrors(t *testing.T) {
	for name, c := range map[string]struct {
		credential string
		err        error
		want       string
	}{
		"no answer": {err: errors.New("status 400 ResourceNotFoundException"),
			want: "ResourceNotFoundException"},
		"a line break at its end": {credential: "s3cr3t-text\n", want: "line break"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, sayJSON(active), func(o *Options) {
				o.Credential = func(context.Context) ([]byte, error) { return []byte(c.credential), c.err }
			})
			_, err := f.ask("opaque-1")
			if !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("%v contains the credential", err)
			}
			if n := f.server.count(); n != 0 {
				t.Errorf("%d calls without a credential", n)
			}
		})
	}
}

// A client with a private key sends an assertion.
func TestPrivateKey(t *testing.T) {
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	f := newFixture(t, sayJSON(active), func(o *Options) {
		o.Method, o.Algorithm, o.KeyID, o.Audience = clientauth.PrivateKey, "EdDSA", "key-1", "https://issuer.example.com"
		o.Credential = func(context.Context) ([]byte, error) {
			return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
		}
	})
	if _, err := f.ask("opaque-1"); err != nil {
		t.Fatal(err)
	}
	parser := peer.NewParser(peer.WithTimeFunc(f.clock.Now), peer.WithAudience("https://issuer.example.com"),
		peer.WithIssuer("orders api"), peer.WithSubject("orders api"), peer.WithExpirationRequired())
	assertion, err := parser.Parse(f.server.last().form.Get("client_assertion"), func(*peer.Token) (any, error) {
		return public, nil
	})
	if err != nil || assertion.Header["kid"] != "key-1" {
		t.Errorf("got %v, %v", assertion, err)
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
	want := func(name string, fetches int64, ok bool) {
		t.Helper()
		_, err := f.ask("opaque-1")
		if (err == nil) != ok || fetched.Swap(0) != fetches {
			t.Errorf("%s: %v", name, err)
		}
	}
	takes("one")
	want("the first call", 1, true)
	want("the second call", 0, true)
	takes("two")
	want("refused, and the secret is still the same", 1, false)
	secret.Store("two")
	f.clock.Advance(firstBackoff)
	want("refused again, soon after", 0, false)
	f.clock.Advance(time.Minute)
	want("refused later", 1, true)
	f.clock.Advance(10 * time.Minute)
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
		f.clock.Advance(10 * time.Minute)
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
		"an empty query":    {func(o *Options) { o.Endpoint = "https://issuer.example.com/i?" }, "has a query"},
		"a fragment":        {func(o *Options) { o.Endpoint = "https://issuer.example.com/i#x" }, "has a fragment"},
		"no client":         {func(o *Options) { o.ClientID = "" }, "ClientID"},
		"a client in UTF-8": {func(o *Options) { o.ClientID = "bücher" }, "printable ASCII"},
		"a method":          {func(o *Options) { o.Method = "none" }, `Method "none"`},
		"an algorithm": {func(o *Options) { o.Method, o.Algorithm, o.Audience = clientauth.PrivateKey, "HS256", "x" },
			"RS256, RS384"},
		"no audience": {func(o *Options) { o.Method, o.Algorithm = clientauth.PrivateKey, "ES256" }, "Audience is empty"},
		"a line break": {func(o *Options) {
			o.Method, o.Algorithm, o.Audience, o.KeyID = clientauth.PrivateKey, "ES256", "x", "\n"
		},
			"want printable ASCII"},
		"a key id":          {func(o *Options) { o.KeyID = "k" }, "are for private_key_jwt"},
		"no credential":     {func(o *Options) { o.Credential = nil }, "no Credential"},
		"a second too long": {func(o *Options) { o.Keep = MaxKeep + time.Second }, "is not a number of whole seconds up to"},
		"too long":          {func(o *Options) { o.Keep = 2 * time.Hour }, "Keep 2h0m0s"},
		"a fraction":        {func(o *Options) { o.Keep = time.Second + 1 }, "whole seconds"},
	} {
		o := Options{Endpoint: "https://issuer.example.com/i", ClientID: "c",
			Credential: func(context.Context) ([]byte, error) { return nil, nil }}
		if _, err := New(o); err != nil {
			t.Fatal(err)
		}
		longest := o
		longest.Keep = MaxKeep
		if _, err := New(longest); err != nil {
			t.Fatal(err)
		}
		c.change(&o)
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}
