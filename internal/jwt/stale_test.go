package jwt

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// hanging does not answer until its request is canceled.
func hanging(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// took returns how long verifying takes, by the clock of the test's bubble.
func (f *fixture) took(t *testing.T, token string, want error) time.Duration {
	t.Helper()
	begun := time.Now()
	f.want(t, token, want)
	return time.Since(begun)
}

// inBubble runs a test with the bubble's clock, which only moves while everything waits.
func inBubble(t *testing.T, do func(t *testing.T, f *fixture)) {
	synctest.Test(t, func(t *testing.T) {
		do(t, newFixture(t, func(o *Options) {
			begun := time.Now()
			o.Now = func() time.Time { return t0.Add(time.Since(begun)) }
		}))
	})
}

func TestLine52StaleKeysServeWhileTheIssuerHangs(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		f.want(t, lasting("rsa"), nil)
		time.Sleep(defaultAge)
		f.server.serveWith(hanging)
		if took := f.took(t, lasting("rsa"), nil); took != defaultStaleWait {
			t.Errorf("the first token took %v, want %v", took, defaultStaleWait)
		}
		for range 10 { // the fetch hangs still, and has done so for long enough
			if took := f.took(t, lasting("rsa"), nil); took != 0 {
				t.Errorf("another one took %v", took)
			}
		}
		f.wantRequests(t, 2)
		for range 20 { // through fetches that end, back-offs, and new fetches
			time.Sleep(7 * time.Second)
			if took := f.took(t, lasting("rsa"), nil); took > defaultStaleWait {
				t.Errorf("after a while one took %v", took)
			}
		}
	})
}

func TestLine52AnAnswerInTimeIsWaitedFor(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		f.want(t, lasting("rsa"), nil)
		time.Sleep(defaultAge)
		f.server.serveWith(func(*http.Request) (*http.Response, error) {
			time.Sleep(defaultStaleWait - time.Millisecond)
			return response(200, "application/json", keySetOf(jwk(keys()["rsa2"]))), nil
		})
		f.want(t, lasting("rsa"), ErrUnknownKey) // withdrawn, which is known in time
		f.want(t, lasting("rsa2"), nil)
		f.wantRequests(t, 2)
	})
}

func TestLine52ALateAnswerIsTakenOver(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		f.want(t, lasting("rsa"), nil)
		time.Sleep(defaultAge)
		f.server.serveWith(func(*http.Request) (*http.Response, error) {
			time.Sleep(2 * time.Second)
			return response(200, "application/json", keySetOf(jwk(keys()["rsa2"]))), nil
		})
		if took := f.took(t, lasting("rsa"), nil); took != defaultStaleWait {
			t.Errorf("it took %v", took)
		}
		time.Sleep(2 * time.Second)
		f.want(t, lasting("rsa"), ErrUnknownKey)
		if took := f.took(t, lasting("rsa2"), nil); took != 0 {
			t.Errorf("the new key took %v", took)
		}
		f.wantRequests(t, 2)
	})
}

// A token with a key that the stale keys do not have has nothing to fall back on, so it waits for the fetch.
func TestLine52AnotherKeyWaitsForTheFetch(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		f.server.serve(keySetOf(jwk(keys()["rsa"])))
		f.want(t, lasting("rsa"), nil)
		time.Sleep(defaultAge)
		f.server.serveWith(func(*http.Request) (*http.Response, error) {
			time.Sleep(2 * time.Second)
			return response(200, "application/json", keySetOf(jwk(keys()["rsa2"]))), nil
		})
		if took := f.took(t, lasting("rsa2"), nil); took != 2*time.Second {
			t.Errorf("it took %v", took)
		}
		f.wantRequests(t, 2)
	})
}

func TestLine52BeyondTheStaleCeilingNothingServes(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		f.want(t, lasting("rsa"), nil)
		time.Sleep(defaultStaleCeiling - 100*time.Millisecond)
		f.server.serveWith(hanging)
		// The keys reach the ceiling while the token waits.
		if took := f.took(t, lasting("rsa"), ErrUnavailable); took != defaultStaleWait {
			t.Errorf("it took %v", took)
		}
		if _, err := f.verify(lasting("rsa")); !errors.Is(err, ErrUnavailable) {
			t.Errorf("got %v", err)
		}
	})
}

// A fetch that hung, also because of a freeze, is abandoned by the wall clock, and the next request makes another one.
func TestLine52AFetchThatWasFrozenIsMadeAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		f.want(t, lasting("rsa"), nil)
		time.Sleep(defaultAge)
		f.server.serveWith(hanging)
		f.want(t, lasting("rsa"), nil)
		f.server.serve(keySetOf(jwk(keys()["rsa2"])))
		time.Sleep(time.Minute)
		f.want(t, lasting("rsa"), ErrUnknownKey)
		f.want(t, lasting("rsa2"), nil)
	})
}

// Otherwise an issuer that is too slow for a function that is often frozen would go unnoticed.
func TestLine52AFetchThatIsGivenUpIsReported(t *testing.T) {
	events := make(chan Fetch, 10)
	f := newFixture(t, func(o *Options) { o.Observe = func(e Fetch) { events <- e } })
	f.want(t, lasting("rsa"), nil)
	if e := <-events; e.Err != nil {
		t.Fatal(e.Err)
	}
	f.clock.Advance(defaultAge)
	f.server.serveWith(hanging)
	f.want(t, lasting("rsa"), nil)
	f.server.serve(fullKeySet())
	f.clock.Advance(time.Hour) // frozen
	f.want(t, lasting("rsa"), nil)
	var givenUp, fetched int
	for range 2 {
		switch e := <-events; {
		case errors.Is(e.Err, errGivenUp):
			givenUp++
			if e.Duration != time.Hour || e.Issuer != testIssuer {
				t.Errorf("%+v", e)
			}
		case e.Err == nil:
			fetched++
		}
	}
	if givenUp != 1 || fetched != 1 {
		t.Errorf("%d given up, %d fetched", givenUp, fetched)
	}
}

func TestLine54AnIssuersOwnStaleCeilingAndKeyAge(t *testing.T) {
	f := newFixture(t, func(o *Options) {
		o.Issuers[0].MaxKeyAge, o.Issuers[0].StaleCeiling = 5*time.Minute, 20*time.Minute
		other := o.Issuers[0]
		other.URL, other.JWKSURL, other.MaxKeyAge, other.StaleCeiling = "https://other.example.com", testJWKSURL+"/other", 0,
			0
		o.Issuers = append(o.Issuers, other)
	})
	f.server.serveWith(withMaxAge(fullKeySet(), "max-age=3600"))
	other := sign("RS256", keys()["rsa"], goodHeader("RS256").String(),
		goodClaims().with(object{"iss": "https://other.example.com", "exp": t0.AddDate(1, 0, 0).Unix()}).String())
	f.want(t, lasting("rsa"), nil)
	f.want(t, other, nil)
	f.wantRequests(t, 2)
	f.clock.Advance(5*time.Minute - 1)
	f.want(t, lasting("rsa"), nil)
	f.wantRequests(t, 2)
	f.clock.Advance(1)
	f.server.serveWith(failing)
	f.want(t, lasting("rsa"), nil) // for any Cache-Control of the answer
	f.want(t, other, nil)
	f.wantRequests(t, 3)
	f.clock.Advance(15*time.Minute - 1)
	f.want(t, lasting("rsa"), nil)
	f.clock.Advance(1)
	f.want(t, lasting("rsa"), ErrUnavailable)
	f.want(t, other, nil)
}

// TestLine54SharedKeysHaveTheShorterLimits checks that issuers that share their keys fetch them as often as the
// strictest of them requires.
func TestLine54SharedKeysHaveTheShorterLimits(t *testing.T) {
	for _, first := range []bool{true, false} {
		f := newFixture(t, func(o *Options) {
			other := o.Issuers[0]
			other.URL = "https://other.example.com"
			strict := &other
			if first {
				strict = &o.Issuers[0]
			}
			strict.MaxKeyAge, strict.StaleCeiling = 5*time.Minute, 20*time.Minute
			o.Issuers = append(o.Issuers, other)
		})
		f.want(t, lasting("rsa"), nil)
		f.server.serveWith(failing)
		f.clock.Advance(20*time.Minute - 1)
		f.want(t, lasting("rsa"), nil)
		f.clock.Advance(1)
		f.want(t, lasting("rsa"), ErrUnavailable)
	}
}
