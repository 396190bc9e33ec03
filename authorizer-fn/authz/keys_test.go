package authz

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
)

// signedBy returns an event with a token of this key that is valid at the fixture's time.
func signedBy(f *fixture, k *authztest.Key) []byte {
	now := f.clock.Now().Unix()
	return get(k.Token("RS256", goodClaims().With(object{"iat": now, "nbf": now, "exp": now + 300})))
}

func TestKeyRotation(t *testing.T) {
	old, next := goodKey(), authztest.RSA("rsa-2", 2048)
	f := newFixture(t)
	cached := signedBy(f, old)
	if got := f.outcome(t, cached); got != allow {
		t.Fatalf("old key: got %s, want %s", got, allow)
	}
	f.clock.Advance(45 * time.Second)
	f.issuer.Publish(old, next)
	if got := f.outcome(t, signedBy(f, next)); got != allow {
		t.Errorf("new key: got %s, want %s", got, allow)
	}
	if got := f.outcome(t, cached); got != allow {
		t.Errorf("old key beside the new one: got %s, want %s", got, allow)
	}
	f.issuer.Publish(next) // withdraws the old key
	f.clock.Advance(61 * time.Second)
	unknown := authztest.RSA("attacker", 2048)
	f.outcome(t, signedBy(f, unknown)) // fetches the keys
	if got := f.outcome(t, cached); got != reject {
		t.Errorf("cached token of a withdrawn key: got %s, want %s", got, reject)
	}
	if got := f.outcome(t, signedBy(f, next)); got != allow {
		t.Errorf("new key after the withdrawal: got %s, want %s", got, allow)
	}
}

func TestChangedKeyInvalidatesCachedTokens(t *testing.T) {
	f := newFixture(t)
	cached := signedBy(f, goodKey())
	f.outcome(t, cached)
	changed := authztest.RSA("rsa-2", 2048).JWK().With(object{"kid": "rsa-1"})
	f.issuer.PublishText(object{"keys": []object{changed}}.String())
	f.clock.Advance(4 * time.Minute)
	if got := f.outcome(t, cached); got != allow {
		t.Fatalf("before the keys are fetched again: got %s, want %s", got, allow)
	}
	f.outcome(t, signedBy(f, authztest.RSA("attacker", 2048))) // fetches the keys
	if got := f.outcome(t, cached); got != reject {
		t.Errorf("after another key has the same kid: got %s, want %s", got, reject)
	}
}

func TestRepeatedTokens(t *testing.T) {
	for _, off := range []bool{false, true} {
		f := newFixture(t, func(s *setup) { s.config.NoTokenCache = off })
		event := signedBy(f, goodKey())
		first, err := f.invoke(event)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if again, err := f.invoke(event); err != nil || again != first {
				t.Errorf("repeated: got %s, %v, want the first answer", again, err)
			}
		}
		f.clock.Advance(300*time.Second - 1)
		if got := f.outcome(t, event); got != allow {
			t.Errorf("before exp: got %s, want %s", got, allow)
		}
		f.clock.Advance(1)
		if got := f.outcome(t, event); got != reject || f.reason() != "expired" {
			t.Errorf("at exp: got %s for the reason %q, want %s for expired", got, f.reason(), reject)
		}
		changed := strings.Replace(string(event), "Bearer e", "Bearer f", 1)
		if got := f.outcome(t, []byte(changed)); got != reject {
			t.Errorf("changed token: got %s, want %s", got, reject)
		}
	}
}

func TestConcurrentFirstRequestsFetchKeysOnce(t *testing.T) {
	release := make(chan struct{})
	f := newFixture(t, func(s *setup) {
		s.issuer.AnswerWith(func(w http.ResponseWriter, _ *http.Request) {
			<-release
			w.Header().Set("Content-Type", "application/json")
			w.Write([]byte(object{"keys": []object{goodKey().JWK()}}.String()))
		})
	})
	event := get(token(nil))
	var all sync.WaitGroup
	var good atomic.Int64
	for range 1000 {
		all.Go(func() {
			if _, err := f.invoke(event); err == nil {
				good.Add(1)
			}
		})
	}
	time.Sleep(20 * time.Millisecond)
	close(release)
	all.Wait()
	if n := f.issuer.Requests(); n != 1 || good.Load() != 1000 {
		t.Errorf("got %d fetches and %d answers, want 1 and 1000", n, good.Load())
	}
}

func TestProvisionedConcurrencyWaitsForKeys(t *testing.T) {
	f := newFixture(t, provisioned)
	if n := f.issuer.Requests(); n != 1 ||
		!strings.Contains(f.log.String(), `"message":"keys","issuer":"`+testIssuer+`","keys":1`) {
		t.Errorf("at init: got %d requests, want 1 with a log line; log: %s", n, f.log)
	}
	if got := f.outcome(t, get(token(nil))); got != allow || f.issuer.Requests() != 1 {
		t.Errorf("first event: got %s after %d requests, want %s after 1", got, f.issuer.Requests(), allow)
	}
}

func TestUnstableIssuer(t *testing.T) {
	f := newFixture(t)
	f.outcome(t, signedBy(f, goodKey()))
	down := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }
	for i := range 200 {
		if i%2 == 0 {
			f.issuer.AnswerWith(down)
		} else {
			f.issuer.AnswerWith(nil)
		}
		f.clock.Advance(7 * time.Minute)
		if got := f.outcome(t, signedBy(f, goodKey())); got != allow {
			t.Fatalf("round %d: got %s, want %s", i, got, allow)
		}
	}
}

func TestInvalidKeySetKeepsEarlierKeys(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"truncated": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Write([]byte(`{"keys":[{"kty":"RSA"`))
		},
		"huge": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Write([]byte(strings.Repeat(" ", 30<<20)))
		},
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://attacker.example.com/keys", http.StatusFound)
		},
		"two keys with one kid": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Write([]byte(object{"keys": []object{goodKey().JWK(), goodKey().JWK()}}.String()))
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.outcome(t, signedBy(f, goodKey()))
			f.issuer.AnswerWith(h)
			f.clock.Advance(2 * time.Hour)
			if got := f.outcome(t, signedBy(f, goodKey())); got != allow {
				t.Errorf("got %s, want %s; log: %s", got, allow, f.log)
			}
		})
	}
}

func TestSeveralIssuers(t *testing.T) {
	other := authztest.NewIssuer("https://other.example.com", authztest.RSA("rsa-2", 2048))
	f := newFixture(t, func(s *setup) {
		s.config.Issuers = append(s.config.Issuers, Issuer{
			URL:         other.URL,
			Audiences:   []string{"client-9"},
			JWKSURL:     other.JWKSURL(),
			GroupsClaim: "teams",
		})
		first := s.issuer
		s.options.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Host == "other.example.com" {
				return other.RoundTrip(r)
			}
			return first.RoundTrip(r)
		})
	})
	theirs := object{"iss": other.URL, "aud": "client-9", "teams": "admins", "groups": "guests", "scope": "orders:write"}
	for _, c := range []struct {
		name  string
		key   *authztest.Key
		claim object
		want  string
	}{
		{"its own key and audience", authztest.RSA("rsa-2", 2048), theirs, allow},
		{"the first issuer's key", goodKey(), theirs, reject},
		{"the first issuer's audience", authztest.RSA("rsa-2", 2048), theirs.With(object{"aud": testAudience}), reject},
		{
			"the first issuer's name",
			authztest.RSA("rsa-2", 2048),
			theirs.With(object{"iss": testIssuer, "aud": testAudience}),
			reject,
		},
		{
			"the first issuer's claim for groups",
			authztest.RSA("rsa-2", 2048),
			theirs.With(object{"teams": nil, "groups": "admins"}),
			deny,
		},
	} {
		if got := f.outcome(t, on("DELETE", "/orders/7", c.key.Token("RS256", goodClaims().With(c.claim)))); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestFailingIssuerDoesNotAffectAnother(t *testing.T) {
	f := newFixture(t, func(s *setup) {
		s.config.Issuers = append(s.config.Issuers, Issuer{
			URL:       "https://other.example.com",
			Audiences: []string{"x"},
			JWKSURL:   "https://other.example.com/keys",
		})
		first := s.issuer
		s.options.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Host == "other.example.com" {
				return nil, http.ErrServerClosed
			}
			return first.RoundTrip(r)
		})
	})
	if got := f.outcome(t, get(token(nil))); got != allow {
		t.Errorf("token of the first issuer: got %s, want %s", got, allow)
	}
	if got := f.outcome(t, get(token(object{"iss": "https://other.example.com", "aud": "x"}))); got != fault {
		t.Errorf("token of the failing issuer: got %s, want %s", got, fault)
	}
}
