package jwt

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// want fails unless verifying returns exactly this error; nil means that the token is accepted.
func (f *fixture) want(t *testing.T, token string, want error) {
	t.Helper()
	if _, err := f.verify(token); !errors.Is(err, want) || want == nil && err != nil {
		t.Errorf("got %v, want %v", err, want)
	}
}

// wantRequests fails unless the server received this number of requests in all.
func (f *fixture) wantRequests(t *testing.T, want int64) {
	t.Helper()
	if got := f.server.requests.Load(); got != want {
		t.Errorf("%d requests, want %d", got, want)
	}
}

// lasting returns a good token that does not expire while a test moves its clock.
func lasting(key string) string {
	return sign("RS256", keys()[key], goodHeader("RS256").with(object{"kid": key}).String(),
		goodClaims().with(object{"exp": t0.AddDate(1, 0, 0).Unix()}).String())
}

func failing(*http.Request) (*http.Response, error) { return nil, errors.New("connection refused") }

func withMaxAge(text, cacheControl string) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) {
		r := response(200, "application/json", text)
		r.Header.Set("Cache-Control", cacheControl)
		return r, nil
	}
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

func TestStartAgainFetchesNothing(t *testing.T) {
	f := newFixture(t)
	if err := f.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.Start(t.Context())
	f.clock.Advance(time.Hour)
	f.Start(t.Context())
	time.Sleep(10 * time.Millisecond)
	f.wantRequests(t, 1)
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
				if waited := time.Since(begun); waited != defaultFetchTimeout {
					t.Errorf("waited %v, want %v", waited, defaultFetchTimeout)
				}
				f.want(t, lasting("rsa"), ErrUnavailable)
				if waited := time.Since(begun); waited != defaultFetchTimeout {
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
		if _, err := f.Verify(ctx, lasting("rsa")); !errors.Is(err, ErrUnavailable) ||
			!errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		f.want(t, lasting("rsa"), nil) // by the same fetch
		f.wantRequests(t, 1)
	})
}

func TestATokenThatExpiresWhileItWaits(t *testing.T) {
	f := newFixture(t)
	f.server.serveWith(func(*http.Request) (*http.Response, error) {
		f.clock.Advance(4 * time.Second)
		return response(200, "application/json", fullKeySet()), nil
	})
	f.want(t, rs256(nil, object{"exp": t0.Unix() + 3}), ErrExpired)
}

func TestLine31KeysServeUpToTheStaleCeiling(t *testing.T) {
	f := newFixture(t)
	f.want(t, lasting("rsa"), nil)
	f.server.serveWith(failing)
	end := t0.Add(defaultStaleCeiling)
	tried := int64(1)
	for f.clock.Now().Before(end.Add(-31 * time.Minute)) {
		f.clock.Advance(30 * time.Minute)
		f.want(t, lasting("rsa"), nil)
		f.want(t, lasting("rsa"), nil) // within the back-off
		f.want(t, unknown(0), ErrUnknownKey)
		tried++
	}
	f.wantRequests(t, tried)
	f.clock.Advance(end.Add(-time.Second).Sub(f.clock.Now()))
	f.want(t, lasting("rsa"), nil)
	f.clock.Advance(time.Second)
	f.want(t, lasting("rsa"), ErrUnavailable)
	f.clock.Advance(time.Hour)
	f.want(t, lasting("rsa"), ErrUnavailable)
	f.want(t, unknown(0), ErrUnavailable)

	f.server.serve(fullKeySet())
	f.clock.Advance(maxBackoff)
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
			f.clock.Advance(wait*time.Second - time.Millisecond)
			f.want(t, lasting("rsa"), ErrUnavailable)
			f.wantRequests(t, requests)
			f.clock.Advance(time.Millisecond)
		}
		f.want(t, lasting("rsa"), ErrUnavailable)
		requests++
		f.wantRequests(t, requests)
	}
	f.server.serve(fullKeySet())
	f.clock.Advance(maxBackoff)
	f.want(t, lasting("rsa"), nil)
	f.server.serveWith(failing)
	f.clock.Advance(defaultAge)
	f.want(t, lasting("rsa"), nil)
	f.clock.Advance(firstBackoff) // it begins anew
	f.want(t, lasting("rsa"), nil)
	f.wantRequests(t, requests+3)
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
		f.clock.Advance(defaultAge)
	}
	f.wantRequests(t, 50)
}

func TestMaxAge(t *testing.T) {
	for _, c := range []struct {
		cacheControl, age string
		want              time.Duration
	}{
		{"", "", defaultAge},
		{"public", "", defaultAge},
		{"public, max-age=1800, must-revalidate", "", 30 * time.Minute},
		{"Public, MAX-AGE=1800", "", 30 * time.Minute},
		{`max-age="1800"`, "", 30 * time.Minute},
		{"max-age=1800", "600", 20 * time.Minute},
		{"max-age=1800", "1799", defaultMinAge},
		{"max-age=1800", "5000", defaultMinAge},
		{"max-age=15", "", defaultMinAge},
		{"max-age=0", "", defaultMinAge},
		{"max-age=-5", "", defaultMinAge},
		{"max-age=soon", "", defaultMinAge},
		{"no-store", "", defaultMinAge},
		{"max-age=1800, no-cache", "", defaultMinAge},
		{"max-age=5184000", "", defaultMaxAge},
		{"max-age=99999999999999999999", "", defaultMaxAge},
		{"s-maxage=1800", "", defaultAge},
	} {
		t.Run(c.cacheControl+" "+c.age, func(t *testing.T) {
			f := newFixture(t)
			f.server.serveWith(func(r *http.Request) (*http.Response, error) {
				answer, _ := withMaxAge(fullKeySet(), c.cacheControl)(r)
				answer.Header.Set("Age", c.age)
				return answer, nil
			})
			f.want(t, lasting("rsa"), nil)
			f.clock.Advance(c.want - time.Millisecond)
			f.want(t, lasting("rsa"), nil)
			f.wantRequests(t, 1)
			f.clock.Advance(time.Millisecond)
			f.want(t, lasting("rsa"), nil)
			f.wantRequests(t, 2)
		})
	}
}

func TestThePanicOfATransportIsAnError(t *testing.T) {
	f := newFixture(t)
	f.server.serveWith(func(*http.Request) (*http.Response, error) { panic("secret") })
	_, err := f.verify(lasting("rsa"))
	if !errors.Is(err, ErrUnavailable) || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}
