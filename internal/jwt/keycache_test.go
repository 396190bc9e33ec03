package jwt

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// want fails unless verifying says just this; nil is for a token that is accepted.
func (f *fixture) want(t *testing.T, token string, want error) {
	t.Helper()
	if _, err := f.verify(token); !errors.Is(err, want) || want == nil && err != nil {
		t.Errorf("got %v, want %v", err, want)
	}
}

// wantRequests fails unless the server got so many requests in all.
func (f *fixture) wantRequests(t *testing.T, want int64) {
	t.Helper()
	if got := f.server.requests.Load(); got != want {
		t.Errorf("%d requests, want %d", got, want)
	}
}

// unknown are tokens with a kid each that the issuer does not have.
func unknown(i int) string {
	return sign("ES256", keys()["p256b"], goodHeader("ES256").with(object{"kid": fmt.Sprint("forged-", i)}).String(), goodClaims().with(object{"exp": t0.AddDate(1, 0, 0).Unix()}).String())
}

// lasting is a good token that does not expire while a test moves its clock.
func lasting(key string) string {
	return sign("RS256", keys()[key], goodHeader("RS256").with(object{"kid": key}).String(), goodClaims().with(object{"exp": t0.AddDate(1, 0, 0).Unix()}).String())
}

func failing(*http.Request) (*http.Response, error) { return nil, errors.New("connection refused") }

func withMaxAge(text, cacheControl string) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) {
		r := response(200, "application/json", text)
		r.Header.Set("Cache-Control", cacheControl)
		return r, nil
	}
}

func TestLine17ForgedTokensCauseOneFetchInACooldown(t *testing.T) {
	f := newFixture(t)
	forged := make([]string, 50)
	for i := range forged {
		forged[i] = unknown(i)
	}
	f.want(t, lasting("rsa"), nil)
	f.wantRequests(t, 1)
	for i := range 1000 {
		f.want(t, forged[i%len(forged)], ErrUnknownKey)
	}
	f.wantRequests(t, 1) // the keys are younger than the cooldown
	for cooldown := int64(1); cooldown <= 3; cooldown++ {
		f.clock.advance(DefaultCooldown)
		for i := range 1000 {
			f.want(t, forged[i%len(forged)], ErrUnknownKey)
		}
		f.wantRequests(t, 1+cooldown)
	}
	f.want(t, lasting("rsa"), nil)
}

func TestLine17ForgedTokensWhileTheServerFails(t *testing.T) {
	f := newFixture(t)
	f.want(t, lasting("rsa"), nil)
	f.server.serveWith(failing)
	f.clock.advance(DefaultCooldown)
	token := unknown(0)
	for range 1000 {
		f.want(t, token, ErrUnknownKey)
	}
	f.wantRequests(t, 2)
	f.want(t, lasting("rsa"), nil)
}

func TestLine17ForgedTokensAtOnceCauseOneFetch(t *testing.T) {
	f := newFixture(t)
	f.want(t, lasting("rsa"), nil)
	f.clock.advance(DefaultCooldown)
	token := unknown(0)
	var wg sync.WaitGroup
	for range 1000 {
		wg.Go(func() {
			if _, err := f.verify(token); !errors.Is(err, ErrUnknownKey) {
				t.Errorf("got %v, want %v", err, ErrUnknownKey)
			}
		})
	}
	wg.Wait()
	f.wantRequests(t, 2)
}

func TestLine18BadSignaturesCauseNoFetch(t *testing.T) {
	f := newFixture(t)
	f.want(t, lasting("rsa"), nil)
	var bad []string
	for _, alg := range allAlgorithms {
		bad = append(bad, swapClaims(alg))
	}
	f.clock.advance(2 * DefaultCooldown)
	for i := range 1000 {
		f.want(t, bad[i%len(bad)], ErrSignature)
	}
	f.wantRequests(t, 1)
}

func TestBadClaimsCauseNoFetch(t *testing.T) {
	f := newFixture(t)
	for _, token := range []string{
		rs256(nil, object{"exp": 1}), rs256(nil, object{"iss": "https://other.example.com"}), rs256(nil, object{"aud": "x"}), rs256(object{"typ": "dpop+jwt"}, nil), rs256(nil, object{"nbf": t0.Unix() + 9}),
	} {
		f.want(t, token, ErrRejected)
	}
	f.wantRequests(t, 0)
}

func TestFirstRequestsShareOneFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		f.server.serveWith(func(*http.Request) (*http.Response, error) {
			time.Sleep(time.Second) // until all of them wait
			return response(200, "application/json", fullKeySet()), nil
		})
		token := lasting("rsa")
		var wg sync.WaitGroup
		for i := range 1000 {
			wg.Go(func() {
				if i%10 == 0 {
					f.Start(t.Context())
				}
				if _, err := f.verify(token); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		f.wantRequests(t, 1)
	})
}

func TestStartDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		f.server.serveWith(func(*http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			return response(200, "application/json", fullKeySet()), nil
		})
		begun := time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		f.Start(ctx)
		cancel() // the fetch goes on
		if waited := time.Since(begun); waited != 0 {
			t.Errorf("Start took %v", waited)
		}
		time.Sleep(600 * time.Millisecond)
		f.want(t, lasting("rsa"), nil)
		if waited := time.Since(begun); waited != time.Second {
			t.Errorf("the first answer came after %v, want 1s: the fetch began with Start", waited)
		}
		f.wantRequests(t, 1)
	})
}

func TestLine32ATransportThatHangs(t *testing.T) {
	for name, hang := range map[string]func(*http.Request){
		"until its context is done": func(r *http.Request) { <-r.Context().Done() },
		"whatever its context says": func(r *http.Request) { time.Sleep(time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t)
				f.server.serveWith(func(r *http.Request) (*http.Response, error) {
					hang(r)
					return nil, r.Context().Err()
				})
				begun := time.Now()
				f.want(t, lasting("rsa"), ErrUnavailable)
				if waited := time.Since(begun); waited != DefaultFetchTimeout {
					t.Errorf("waited %v, want %v", waited, DefaultFetchTimeout)
				}
				f.want(t, lasting("rsa"), ErrUnavailable)
				if waited := time.Since(begun); waited != DefaultFetchTimeout {
					t.Errorf("the next one waited as well: %v", waited)
				}
				f.wantRequests(t, 1)
				time.Sleep(time.Hour) // until the transport returns
			})
		})
	}
}

func TestTheCallersContextEndsTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		f.server.serveWith(func(r *http.Request) (*http.Response, error) {
			time.Sleep(2 * time.Second)
			return response(200, "application/json", fullKeySet()), r.Context().Err()
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := f.Verify(ctx, lasting("rsa")); !errors.Is(err, ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		f.want(t, lasting("rsa"), nil) // by the same fetch
		f.wantRequests(t, 1)
	})
}

func TestATokenThatExpiresWhileItWaits(t *testing.T) {
	f := newFixture(t)
	f.server.serveWith(func(*http.Request) (*http.Response, error) {
		f.clock.advance(4 * time.Second)
		return response(200, "application/json", fullKeySet()), nil
	})
	f.want(t, rs256(nil, object{"exp": t0.Unix() + 3}), ErrExpired)
}

func TestLine31KeysServeUpToTheStaleCeiling(t *testing.T) {
	f := newFixture(t)
	f.want(t, lasting("rsa"), nil)
	f.server.serveWith(failing)
	end := t0.Add(DefaultStaleCeiling)
	tried := int64(1)
	for f.clock.now().Before(end.Add(-31 * time.Minute)) {
		f.clock.advance(30 * time.Minute)
		f.want(t, lasting("rsa"), nil)
		f.want(t, lasting("rsa"), nil) // within the back-off
		f.want(t, unknown(0), ErrUnknownKey)
		tried++
	}
	f.wantRequests(t, tried)
	f.clock.advance(end.Add(-time.Second).Sub(f.clock.now()))
	f.want(t, lasting("rsa"), nil)
	f.clock.advance(time.Second)
	f.want(t, lasting("rsa"), ErrUnavailable)
	f.clock.advance(time.Hour)
	f.want(t, lasting("rsa"), ErrUnavailable)
	f.want(t, unknown(0), ErrUnavailable)

	f.server.serve(fullKeySet())
	f.clock.advance(maxBackoff)
	f.want(t, lasting("rsa"), nil)
}

func TestLine31NoKeysAtAll(t *testing.T) {
	f := newFixture(t)
	f.server.serveWith(failing)
	_, err := f.verify(lasting("rsa"))
	if !errors.Is(err, ErrUnavailable) || errors.Is(err, ErrRejected) || errors.Is(err, ErrConfig) {
		t.Errorf("got %v", err)
	}
	if want := `jwt: no keys of issuer "https://issuer.example.com/": key set: connection refused`; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

func TestFailuresBackOff(t *testing.T) {
	f := newFixture(t)
	f.server.serveWith(failing)
	requests := int64(0)
	for _, wait := range []time.Duration{0, 1, 2, 4, 8, 16, 32, 60, 60, 60} {
		if wait > 0 {
			f.clock.advance(wait*time.Second - time.Millisecond)
			f.want(t, lasting("rsa"), ErrUnavailable)
			f.wantRequests(t, requests)
			f.clock.advance(time.Millisecond)
		}
		f.want(t, lasting("rsa"), ErrUnavailable)
		requests++
		f.wantRequests(t, requests)
	}
	f.server.serve(fullKeySet())
	f.clock.advance(maxBackoff)
	f.want(t, lasting("rsa"), nil)
}

func TestAFlappingServer(t *testing.T) {
	f := newFixture(t)
	answers := 0
	f.server.serveWith(func(*http.Request) (*http.Response, error) {
		if answers++; answers%2 == 0 {
			return response(500, "application/json", "{}"), nil
		}
		return response(200, "application/json", fullKeySet()), nil
	})
	for range 50 {
		f.want(t, lasting("rsa"), nil)
		f.clock.advance(DefaultAge)
	}
	f.wantRequests(t, 50)
}

func TestMaxAge(t *testing.T) {
	for _, c := range []struct {
		cacheControl, age string
		want              time.Duration
	}{
		{"", "", DefaultAge},
		{"public", "", DefaultAge},
		{"public, max-age=1800, must-revalidate", "", 30 * time.Minute},
		{"Public, MAX-AGE=1800", "", 30 * time.Minute},
		{`max-age="1800"`, "", 30 * time.Minute},
		{"max-age=1800", "600", 20 * time.Minute},
		{"max-age=1800", "1799", DefaultMinAge},
		{"max-age=1800", "5000", DefaultMinAge},
		{"max-age=15", "", DefaultMinAge},
		{"max-age=0", "", DefaultMinAge},
		{"max-age=-5", "", DefaultMinAge},
		{"max-age=soon", "", DefaultMinAge},
		{"no-store", "", DefaultMinAge},
		{"max-age=1800, no-cache", "", DefaultMinAge},
		{"max-age=5184000", "", DefaultMaxAge},
		{"max-age=99999999999999999999", "", DefaultMaxAge},
		{"s-maxage=1800", "", DefaultAge},
	} {
		t.Run(c.cacheControl+" "+c.age, func(t *testing.T) {
			f := newFixture(t)
			f.server.serveWith(func(r *http.Request) (*http.Response, error) {
				answer, _ := withMaxAge(fullKeySet(), c.cacheControl)(r)
				answer.Header.Set("Age", c.age)
				return answer, nil
			})
			f.want(t, lasting("rsa"), nil)
			f.clock.advance(c.want - time.Millisecond)
			f.want(t, lasting("rsa"), nil)
			f.wantRequests(t, 1)
			f.clock.advance(time.Millisecond)
			f.want(t, lasting("rsa"), nil)
			f.wantRequests(t, 2)
		})
	}
}

func TestRotation(t *testing.T) {
	f := newFixture(t, func(o *Options) { o.TokenCache = 10 })
	before, after := keySetOf(jwk(keys()["rsa"])), keySetOf(jwk(keys()["rsa2"]))
	both := keySetOf(jwk(keys()["rsa"]), jwk(keys()["rsa2"]))
	f.server.serve(before)
	if g := f.Generation(testIssuer); g != 0 {
		t.Errorf("generation %d before the first keys", g)
	}
	f.want(t, lasting("rsa"), nil)
	f.want(t, lasting("rsa2"), ErrUnknownKey) // within the cooldown

	f.server.serve(both)
	f.clock.advance(DefaultCooldown)
	f.want(t, lasting("rsa2"), nil)
	f.want(t, lasting("rsa"), nil)
	f.wantRequests(t, 2)

	f.server.serve(after)
	f.clock.advance(DefaultAge - time.Second)
	f.want(t, lasting("rsa"), nil)
	f.clock.advance(time.Second)
	f.want(t, lasting("rsa"), ErrUnknownKey)
	f.want(t, lasting("rsa2"), nil)
	f.wantRequests(t, 3)
	if g := f.Generation(testIssuer); g != 3 {
		t.Errorf("generation %d after three sets", g)
	}
	f.clock.advance(DefaultAge)
	f.want(t, lasting("rsa2"), nil)
	f.wantRequests(t, 4)
	if g := f.Generation(testIssuer); g != 3 {
		t.Errorf("generation %d after the same set again", g)
	}
	if g := f.Generation("https://other.example.com"); g != 0 {
		t.Errorf("generation %d of an issuer that is not there", g)
	}
}

func TestRotationInMidFlight(t *testing.T) {
	f := newFixture(t)
	f.server.serve(keySetOf(jwk(keys()["rsa"])))
	f.want(t, lasting("rsa"), nil)
	f.clock.advance(DefaultCooldown)
	// While the fetch for an unknown kid is under way the issuer rotates; the answer still has the old key.
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
	f.clock.advance(DefaultCooldown)
	f.want(t, lasting("rsa2"), nil)
	f.want(t, lasting("rsa"), ErrUnknownKey)
	f.wantRequests(t, 3)
}

func TestTheSameKidWithAnotherKey(t *testing.T) {
	f := newFixture(t)
	f.server.serve(keySetOf(jwk(keys()["rsa"])))
	f.want(t, lasting("rsa"), nil)
	replaced := sign("RS256", keys()["rsa2"], goodHeader("RS256").String(), goodClaims().with(object{"exp": t0.AddDate(1, 0, 0).Unix()}).String())
	f.server.serve(keySetOf(jwk(testKey{kid: "rsa", signer: keys()["rsa2"].signer})))
	f.clock.advance(DefaultCooldown)
	f.want(t, replaced, ErrSignature) // line 18: no fetch
	f.wantRequests(t, 1)
	f.clock.advance(DefaultAge)
	f.want(t, replaced, nil)
	f.want(t, lasting("rsa"), ErrSignature)
}

func TestAKeyWithoutNameIsAskedForAgainAfterABadSignature(t *testing.T) {
	f := newFixture(t)
	nameless := func(key string) string {
		return sign("RS256", keys()[key], goodHeader("RS256").with(object{"kid": nil}).String(), goodClaims().with(object{"exp": t0.AddDate(1, 0, 0).Unix()}).String())
	}
	f.server.serve(keySetOf(jwk(keys()["rsa"]).with(object{"kid": nil})))
	f.want(t, nameless("rsa"), nil)
	f.server.serve(keySetOf(jwk(keys()["rsa2"]).with(object{"kid": nil})))
	f.want(t, nameless("rsa2"), ErrSignature) // within the cooldown
	f.clock.advance(DefaultCooldown)
	f.want(t, nameless("rsa2"), nil)
	f.clock.advance(DefaultCooldown - time.Second)
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
	f.clock.advance(DefaultAge)
	f.want(t, lasting("rsa"), nil)
	f.want(t, lasting("rsa2"), ErrUnknownKey)

	fresh := newFixture(t)
	fresh.server.serve(keySetOf(jwk(keys()["rsa"]), jwk(keys()["rsa"])))
	fresh.want(t, lasting("rsa"), ErrUnavailable)
}

func TestAFrozenFetchIsGivenUp(t *testing.T) {
	f := newFixture(t)
	frozen := make(chan struct{})
	f.server.serveWith(func(r *http.Request) (*http.Response, error) {
		<-frozen
		return response(200, "application/json", keySetOf(jwk(keys()["rsa2"]))), nil
	})
	f.Start(t.Context())
	f.clock.advance(time.Hour) // frozen right after init
	for f.server.requests.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	f.server.serve(fullKeySet())
	f.want(t, lasting("rsa"), nil)
	f.wantRequests(t, 2)
	close(frozen)
	for range 10 {
		time.Sleep(time.Millisecond)
		f.want(t, lasting("rsa"), nil) // the late answer changes nothing
	}
	if g := f.Generation(testIssuer); g != 1 {
		t.Errorf("generation %d: the late answer was taken", g)
	}
}

func TestAClockThatIsSetBack(t *testing.T) {
	f := newFixture(t)
	f.want(t, lasting("rsa"), nil)
	f.clock.advance(-5 * time.Second)
	f.server.serve(keySetOf(jwk(keys()["rsa2"])))
	f.want(t, lasting("rsa"), ErrUnknownKey) // the age of the keys is not known any more, so they are asked for
	f.wantRequests(t, 2)
	f.server.serveWith(failing)
	f.clock.advance(DefaultAge)
	f.want(t, lasting("rsa2"), nil)
	f.clock.advance(-time.Hour) // neither a back-off nor a cooldown can be stretched
	f.server.serve(fullKeySet())
	f.want(t, sign("RS256", keys()["rsa"], goodHeader("RS256").String(), goodClaims().with(object{"iat": nil, "nbf": nil}).String()), nil)
}

func TestThePanicOfATransportIsAnError(t *testing.T) {
	f := newFixture(t)
	f.server.serveWith(func(*http.Request) (*http.Response, error) { panic("secret") })
	_, err := f.verify(lasting("rsa"))
	if !errors.Is(err, ErrUnavailable) || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
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

// A token that is signed with a key of one issuer and names another one.
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
	sets := []string{keySetOf(jwk(keys()["rsa"])), keySetOf(jwk(keys()["rsa"]), jwk(keys()["rsa2"])), keySetOf(jwk(keys()["rsa2"]))}
	tokens := []string{lasting("rsa"), lasting("rsa2"), unknown(0)}
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 150 {
				if worker == 0 {
					f.clock.advance(20 * time.Second)
					if f.server.serve(sets[i/50]); i%10 == 9 {
						f.server.serveWith(failing)
					}
				}
				if _, err := f.verify(tokens[(worker+i)%3]); err != nil && !errors.Is(err, ErrUnknownKey) {
					t.Error(err)
				}
				f.Generation(testIssuer)
			}
		})
	}
	wg.Wait()
}
