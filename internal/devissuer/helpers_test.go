package devissuer

import (
	"context"
	"crypto"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/rsatest"
	"github.com/gatehouse-cdk/gatehouse/internal/testclock"
)

// t0 is when the tests' clocks begin.
var t0 = time.Unix(1_800_000_000, 0)

// testRing is made once, because making an RSA key takes long.
func testRing(t testing.TB) *keyring {
	t.Helper()
	ring, err := sharedKeys()
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

var ringsMade atomic.Int64

// makeRing makes keys that no other one of fifteen rings in a row has. Its RSA key is one that need not be made.
func makeRing() (*keyring, error) {
	return keyringOf(func(kind string) (crypto.Signer, error) {
		if kind == rsaKind {
			return rsatest.Keys()[ringsMade.Add(1)%int64(len(rsatest.Keys()))], nil
		}
		return newSigner(kind)
	})
}

// testKeys is a store in a folder of the test's own, with the shared keys, which [makeRing]'s replace.
func testKeys(t testing.TB) *KeyStore {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "keys")
	first, err := openWith(dir, testRing(t))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := OpenKeys(KeyOptions{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := keys.ring.keyOf(rsaKind).id, first.keyOf(rsaKind).id; got != want {
		t.Fatalf("the store has the key %s, want %s", got, want)
	}
	keys.make = makeRing
	return keys
}

// openWith writes keys to an empty folder.
func openWith(dir string, ring *keyring) (*keyring, error) {
	s, err := emptyStore(dir)
	if err != nil {
		return nil, err
	}
	return ring, s.write(ring)
}

// emptyStore returns a store with an empty folder.
func emptyStore(dir string) (*KeyStore, error) {
	s := &KeyStore{options: KeyOptions{Dir: dir}, link: os.Link}
	return s, s.openFolder()
}

// served is a provider behind a server on loopback.
type served struct {
	*Provider
	keys  *KeyStore
	clock *testclock.Clock
}

func serve(t testing.TB, issuers ...Issuer) *served {
	t.Helper()
	s := &served{clock: testclock.New(t0)}
	s.keys = testKeys(t)
	server := httptest.NewUnstartedServer(nil)
	base := "http://" + server.Listener.Addr().String()
	var err error
	s.Provider, err = New(s.keys, issuers, Options{BaseURL: base, Now: s.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = s.Provider
	server.Start()
	t.Cleanup(server.Close)
	return s
}

// verifier returns a verifier that accepts an issuer's tokens as the included authorizer does, with the keys of this
// issuer.
func (s *served) verifier(t testing.TB, i authz.Issuer) *jwt.Verifier {
	t.Helper()
	config := jwt.Issuer{
		URL: i.URL, Audiences: i.Audiences, Algorithms: i.Algorithms, Type: i.Type, TokenUse: i.TokenUse, Leeway: i.Leeway,
	}
	if i.SecretARN != "" {
		config.Secret = func(context.Context) ([]byte, error) {
			text, _, err := s.secret(i.SecretARN)
			return []byte(text), err
		}
	} else {
		config.JWKSURL, config.AllowLoopbackHTTP = s.JWKSURL(i.URL), true
	}
	v, err := jwt.New(jwt.Options{Issuers: []jwt.Issuer{config}, Now: s.clock.Now, TokenCache: 10})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TokenURL returns the token endpoint of an issuer (RFC 6749, section 3.2); "" if it is not served.
func (p *Provider) TokenURL(issuer string) string { return p.endpoint(issuer, tokenPath) }

// LogoutURL returns the address at which a session of an issuer ends; "" if it is not served.
func (p *Provider) LogoutURL(issuer string) string { return p.endpoint(issuer, logoutPath) }

// UserinfoURL returns the address for the claims of an access token's user; "" if the issuer does not serve it.
func (p *Provider) UserinfoURL(issuer string) string { return p.endpoint(issuer, userinfoPath) }
