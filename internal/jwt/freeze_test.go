package jwt

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestAFrozenFetchIsGivenUp(t *testing.T) {
	f := newFixture(t)
	frozen := make(chan struct{})
	f.server.serveWith(func(r *http.Request) (*http.Response, error) {
		<-frozen
		return response(200, "application/json", keySetOf(jwk(keys()["rsa2"]))), nil
	})
	f.Start(t.Context())
	f.clock.Advance(time.Hour) // frozen right after init
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
	if n := f.changes.Load(); n != 1 {
		t.Errorf("%d changes of the keys: the late answer was used", n)
	}
}

func TestThoseWhoWaitForAFrozenFetchGetTheNextOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		wait := func(condition func() bool) {
			if synctest.Wait(); !condition() {
				t.Fatal("it does not happen")
			}
		}
		var givenUp atomic.Bool
		f.server.serveWith(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done() // a dead connection
			givenUp.Store(true)
			return nil, r.Context().Err()
		})
		results := make(chan error)
		token := lasting("rsa")
		verify := func() {
			_, err := f.verify(token)
			results <- err
		}
		go verify()
		wait(func() bool { return f.server.requests.Load() == 1 })
		release := make(chan struct{})
		f.server.serveWith(func(*http.Request) (*http.Response, error) {
			<-release
			return response(200, "application/json", fullKeySet()), nil
		})
		f.clock.Advance(time.Hour)
		go verify()
		wait(func() bool { return f.server.requests.Load() == 2 })
		wait(givenUp.Load)
		close(release)
		for range 2 {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
	})
}

func TestTheAgeOfKeysCountsFromTheRequest(t *testing.T) {
	f := newFixture(t)
	f.server.serveWith(func(*http.Request) (*http.Response, error) {
		f.clock.Advance(4 * time.Second)
		return response(200, "application/json", fullKeySet()), nil
	})
	f.want(t, lasting("rsa"), nil)
	f.clock.Advance(defaultAge - 4*time.Second - 1)
	f.want(t, lasting("rsa"), nil)
	f.wantRequests(t, 1)
	f.clock.Advance(1)
	f.want(t, lasting("rsa"), nil)
	f.wantRequests(t, 2)
}

// While a function is frozen the monotonic clock may stop, so times must not be compared by it.
func TestTheClockHasNoMonotonicReading(t *testing.T) {
	o := Options{}.withDefaults()
	if now := o.Now(); now != now.Round(0) || !strings.Contains(time.Now().String(), "m=") {
		t.Errorf("%v has a monotonic reading", now)
	}
	o = Options{Now: time.Now}.withDefaults()
	if now := o.Now(); now != now.Round(0) {
		t.Errorf("%v has a monotonic reading", now)
	}
}

func TestAClockThatIsSetBack(t *testing.T) {
	f := newFixture(t)
	f.want(t, lasting("rsa"), nil)
	f.clock.Advance(-5 * time.Second)
	f.server.serve(keySetOf(jwk(keys()["rsa2"])))
	f.want(t, lasting("rsa"), ErrUnknownKey) // the age of the keys is no longer known, so they are fetched
	f.wantRequests(t, 2)
	f.server.serveWith(failing)
	f.clock.Advance(defaultAge)
	f.want(t, lasting("rsa2"), nil)
	f.clock.Advance(-time.Hour) // a back-off or a cooldown cannot become longer
	f.server.serve(fullKeySet())
	f.want(t, sign("RS256", keys()["rsa"], goodHeader("RS256").String(),
		goodClaims().with(object{"iat": nil, "nbf": nil}).String()), nil)
}
