package jwt

import (
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"
)

func TestRotation(t *testing.T) {
	f := newFixture(t, func(o *Options) { o.TokenCache = 10 })
	before, after := keySetOf(jwk(keys()["rsa"])), keySetOf(jwk(keys()["rsa2"]))
	both := keySetOf(jwk(keys()["rsa"]), jwk(keys()["rsa2"]))
	f.server.serve(before)
	f.want(t, lasting("rsa"), nil)
	f.want(t, lasting("rsa2"), ErrUnknownKey) // within the cooldown

	f.server.serve(both)
	f.clock.Advance(DefaultCooldown)
	f.want(t, lasting("rsa2"), nil)
	f.want(t, lasting("rsa"), nil)
	f.wantRequests(t, 2)

	f.server.serve(after)
	f.clock.Advance(defaultAge - time.Second)
	f.want(t, lasting("rsa"), nil)
	f.clock.Advance(time.Second)
	f.want(t, lasting("rsa"), ErrUnknownKey)
	f.want(t, lasting("rsa2"), nil)
	f.wantRequests(t, 3)
	if n := f.changes.Load(); n != 3 {
		t.Errorf("%d changes of the keys after three sets", n)
	}
	f.clock.Advance(defaultAge)
	f.want(t, lasting("rsa2"), nil)
	f.wantRequests(t, 4)
	if n := f.changes.Load(); n != 3 {
		t.Errorf("%d changes of the keys after the same set again", n)
	}
}

func TestRotationInMidFlight(t *testing.T) {
	f := newFixture(t)
	f.server.serve(keySetOf(jwk(keys()["rsa"])))
	f.want(t, lasting("rsa"), nil)
	f.clock.Advance(DefaultCooldown)
	// The issuer rotates its key while the fetch for an unknown kid is in progress. The answer still has the old key.
	release, asked := make(chan struct{}), make(chan struct{})
	f.server.serveWith(func(*http.Request) (*http.Response, error) {
		close(asked)
		<-release
		return response(200, "application/json", keySetOf(jwk(keys()["rsa"]))), nil
	})
	result := make(chan error)
	go func() {
		_, err := f.verify(lasting("rsa2"))
		result <- err
	}()
	<-asked
	f.want(t, lasting("rsa"), nil) // known keys do not wait for the fetch
	f.server.serve(keySetOf(jwk(keys()["rsa2"])))
	close(release)
	if err := <-result; !errors.Is(err, ErrUnknownKey) {
		t.Errorf("got %v, want %v", err, ErrUnknownKey)
	}
	f.want(t, lasting("rsa2"), ErrUnknownKey) // within the cooldown
	f.clock.Advance(DefaultCooldown)
	f.want(t, lasting("rsa2"), nil)
	f.want(t, lasting("rsa"), ErrUnknownKey)
	f.wantRequests(t, 3)
}

func TestLine51NewMaterialUnderAnOldKid(t *testing.T) {
	f := newFixture(t, func(o *Options) { o.TokenCache = 10 })
	f.server.serve(keySetOf(jwk(keys()["rsa"])))
	f.want(t, lasting("rsa"), nil)
	replaced := sign("RS256", keys()["rsa2"], goodHeader("RS256").String(),
		goodClaims().with(object{"exp": t0.AddDate(1, 0, 0).Unix()}).String())
	f.server.serve(keySetOf(jwk(testKey{kid: "rsa", signer: keys()["rsa2"].signer})))
	f.clock.Advance(DefaultCooldown - 1)
	f.want(t, replaced, ErrSignature)
	f.wantRequests(t, 1)
	f.clock.Advance(1)
	f.want(t, replaced, nil)
	f.want(t, lasting("rsa"), ErrSignature) // although it was remembered
	f.want(t, replaced, nil)
	f.wantRequests(t, 2)
}

// The new key may have another size, so that its signatures have another length than the old key's.
func TestLine51NewMaterialOfAnotherSizeUnderAnOldKid(t *testing.T) {
	f := newFixture(t)
	f.server.serve(keySetOf(jwk(keys()["rsa"])))
	f.want(t, lasting("rsa"), nil)
	larger := smallFactorKey(65539) // of 2,220 bits
	f.server.serve(keySetOf(jwk(testKey{kid: "rsa", signer: larger})))
	f.clock.Advance(DefaultCooldown)
	f.want(t, larger.token(goodHeader("RS256").String(), goodClaims().String()), nil)
	f.wantRequests(t, 2)
}

func TestAKeyWithoutNameIsAskedForAgainAfterABadSignature(t *testing.T) {
	f := newFixture(t)
	nameless := func(key string) string {
		return sign("RS256", keys()[key], goodHeader("RS256").with(object{"kid": nil}).String(),
			goodClaims().with(object{"exp": t0.AddDate(1, 0, 0).Unix()}).String())
	}
	f.server.serve(keySetOf(jwk(keys()["rsa"]).with(object{"kid": nil})))
	f.want(t, nameless("rsa"), nil)
	f.server.serve(keySetOf(jwk(keys()["rsa2"]).with(object{"kid": nil})))
	f.want(t, nameless("rsa2"), ErrSignature) // within the cooldown
	f.clock.Advance(DefaultCooldown)
	f.want(t, nameless("rsa2"), nil)
	f.clock.Advance(DefaultCooldown - time.Second)
	withdrawn := nameless("rsa")
	for range 1000 {
		f.want(t, withdrawn, ErrSignature)
	}
	f.wantRequests(t, 2)
}

func TestLine19ASetThatIsRefusedLeavesTheOneBefore(t *testing.T) {
	f := newFixture(t)
	f.want(t, lasting("rsa"), nil)
	f.server.serve(keySetOf(jwk(keys()["rsa2"]), jwk(keys()["rsa2"])))
	f.clock.Advance(defaultAge)
	f.want(t, lasting("rsa"), nil)
	f.want(t, lasting("rsa2"), ErrUnknownKey)

	fresh := newFixture(t)
	fresh.server.serve(keySetOf(jwk(keys()["rsa"]), jwk(keys()["rsa"])))
	fresh.want(t, lasting("rsa"), ErrUnavailable)
}

func TestIssuersShareTheKeysOfOneURL(t *testing.T) {
	f := newFixture(t, func(o *Options) {
		o.Issuers = []Issuer{
			{URL: "https://accounts.google.com", Audiences: []string{testAudience}, JWKSURL: testJWKSURL},
			{URL: "accounts.google.com", Audiences: []string{testAudience}, JWKSURL: testJWKSURL},
			{URL: "https://other.example.com", Audiences: []string{testAudience}, JWKSURL: testJWKSURL + "/other"},
		}
	})
	f.want(t, rs256(nil, object{"iss": "https://accounts.google.com"}), nil)
	f.want(t, rs256(nil, object{"iss": "accounts.google.com"}), nil)
	f.wantRequests(t, 1)
	f.want(t, rs256(nil, object{"iss": "https://other.example.com"}), nil)
	f.wantRequests(t, 2)
	f.want(t, rs256(nil, nil), ErrIssuer)
}

// A token that is signed with one issuer's key must not name another issuer.
func TestIssuersKeysAreTheirOwn(t *testing.T) {
	const other = "https://other.example.com"
	f := newFixture(t, func(o *Options) {
		o.Issuers = append(o.Issuers, Issuer{URL: other, Audiences: []string{testAudience}, JWKSURL: other + "/keys"})
	})
	f.server.serveWith(func(r *http.Request) (*http.Response, error) {
		key := keys()["rsa"]
		if r.URL.Host == "other.example.com" {
			key = keys()["rsa2"]
		}
		return response(200, "application/json", keySetOf(jwk(testKey{kid: "same", signer: key.signer}))), nil
	})
	header := goodHeader("RS256").with(object{"kid": "same"}).String()
	for _, c := range []struct {
		key, issuer string
		want        error
	}{{"rsa", testIssuer, nil}, {"rsa2", other, nil}, {"rsa", other, ErrSignature}, {"rsa2", testIssuer, ErrSignature}} {
		f.want(t, sign("RS256", keys()[c.key], header, goodClaims().with(object{"iss": c.issuer}).String()), c.want)
	}
}

func TestConcurrentUseThroughRotations(t *testing.T) {
	f := newFixture(t, func(o *Options) { o.TokenCache = 5 })
	sets := []string{keySetOf(jwk(keys()["rsa"])), keySetOf(jwk(keys()["rsa"]), jwk(keys()["rsa2"])),
		keySetOf(jwk(keys()["rsa2"]))}
	tokens := []string{lasting("rsa"), lasting("rsa2"), unknown(0)}
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 150 {
				if worker == 0 {
					f.clock.Advance(20 * time.Second)
					if f.server.serve(sets[i/50]); i%10 == 9 {
						f.server.serveWith(failing)
					}
				}
				if _, err := f.verify(tokens[(worker+i)%3]); err != nil && !errors.Is(err, ErrUnknownKey) {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
