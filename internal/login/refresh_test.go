package login

import (
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/login/logintest"
	"github.com/gatehouse-cdk/gatehouse/internal/oidcclient"
)

// TestRefresh checks that a refresh asks the provider only if the token is old. Otherwise it only renews the idle
// timeout.
func TestRefresh(t *testing.T) {
	f := newFixture(t)
	f.logIn()
	first, _ := f.sealed()
	want := func(name, outcome string, asked int) {
		t.Helper()
		f.idp.set(func() { f.idp.calls = nil })
		p := f.post("refresh")
		if got := f.log.last(t); p.Status != 200 || got.Outcome != outcome || f.idp.count("/token") != asked {
			t.Errorf("%s: %d, %+v, the provider was asked %d times", name, p.Status, got, f.idp.count("/token"))
		}
		now := f.clock.Now().Unix()
		if got := members(t, p); len(got) != 3 || got["idle"] != float64(now+3600) ||
			got["ends"] != float64(first.Started.Unix()+12*3600) {
			t.Errorf("%s: %v", name, got)
		}
	}
	want("just logged in", "extended", 0)
	f.clock.Advance(4 * time.Minute)
	want("60 seconds are left", "renewed", 1)
	second, err := f.sealed()
	if err != nil || second.Token == first.Token || second.Refresh == first.Refresh || second.Subject != "user-1" ||
		!second.Started.Equal(first.Started) {
		t.Errorf("after the refresh: %+v, %v", second, err)
	}
	want("just refreshed", "extended", 0)
	f.clock.Advance(10 * time.Minute)
	want("the token has expired, the session has not", "renewed", 1)
}

// TestRefreshOfGoodTokens checks that a token that is valid for more than a minute is not replaced.
func TestRefreshOfGoodTokens(t *testing.T) {
	f := newFixture(t)
	f.logIn()
	f.clock.Advance(4*time.Minute - time.Second)
	f.post("refresh")
	if got := f.log.last(t); got.Outcome != "extended" || f.idp.count("/token") != 1 {
		t.Errorf("61 seconds are left: %+v, the provider was asked %d times", got, f.idp.count("/token"))
	}
}

// Tokens with a short lifetime are not refreshed again within 10 seconds.
func TestRefreshOfShortTokens(t *testing.T) {
	f := newFixture(t)
	f.idp.lifetime = 30 * time.Second
	f.logIn()
	for i, want := range []int{0, 1, 0} { // requests to the provider
		f.clock.Advance([]time.Duration{9 * time.Second, time.Second, 9 * time.Second}[i])
		before := f.idp.count("/token")
		if f.post("refresh"); f.idp.count("/token")-before != want {
			t.Errorf("refresh %d asked the provider %d times", i, f.idp.count("/token")-before)
		}
	}
}

// A token that has expired is refreshed even within 10 seconds: without it, each request would get 401.
func TestRefreshOfATokenOfSeconds(t *testing.T) {
	f := newFixture(t)
	f.idp.lifetime = 5 * time.Second
	f.logIn()
	for i, want := range []string{"extended", "renewed"} {
		f.clock.Advance([]time.Duration{4 * time.Second, time.Second}[i])
		if f.post("refresh"); f.log.last(t).Outcome != want {
			t.Errorf("refresh %d: %+v, want %s", i, f.log.last(t), want)
		}
	}
}

// TestParallelRefreshes makes ten simultaneous requests with a recently renewed cookie. The provider is not asked, and
// the browser keeps its cookie.
func TestParallelRefreshes(t *testing.T) {
	f := newFixture(t)
	f.logIn()
	f.clock.Advance(5 * time.Minute)
	f.post("refresh")
	if n := f.idp.count("/token"); n != 2 {
		t.Fatalf("%d token requests", n)
	}
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			if p := f.browser.Tab().Fetch(t, shop, "POST", auth+"refresh"); p.Status != 200 {
				t.Errorf("status %d", p.Status)
			}
		})
	}
	wg.Wait()
	if n := f.idp.count("/token"); n != 2 {
		t.Errorf("%d token requests, want 2", n)
	}
	if _, err := f.sealed(); err != nil {
		t.Error(err)
	}
}

// Two refreshes with an old cookie race at a provider that rotates refresh tokens. One wins. The loser's answer ends
// the session in the browser unless the winner's cookie comes later. So the script sends one refresh at a time.
func TestRotationRace(t *testing.T) {
	f := newFixture(t)
	f.logIn()
	f.clock.Advance(5 * time.Minute)
	old := f.browser.Tab()
	old.Jar = f.browser.Jar.Copy()
	f.post("refresh")
	f.want(old.Fetch(t, shop, "POST", auth+"refresh"), http.StatusUnauthorized, "invalid_grant")
	if p := f.browser.Fetch(t, shop, "GET", auth+"session"); p.Status != 200 {
		t.Errorf("the winner's session: %d", p.Status)
	}
}

// TestExpiryOfTokens checks that a session's tokens expire with exp, which the guard uses, or earlier with expires_in.
func TestExpiryOfTokens(t *testing.T) {
	for name, c := range map[string]struct {
		change func(map[string]any)
		life   time.Duration
	}{
		"later":    {func(a map[string]any) { a["expires_in"] = 3600 }, 5 * time.Minute},
		"earlier":  {func(a map[string]any) { a["expires_in"] = 120 }, 2 * time.Minute},
		"not said": {func(a map[string]any) { delete(a, "expires_in") }, 5 * time.Minute},
	} {
		f := newFixture(t)
		f.idp.tokens = c.change
		f.logIn()
		for _, when := range []string{"login", "refresh"} {
			s, err := f.sealed()
			if want := f.clock.Now().Add(c.life); err != nil || !s.Expires.Equal(want.Truncate(time.Second)) {
				t.Errorf("%s, after the %s: %v, %v, want %v", name, when, s.Expires, err, want)
			}
			f.clock.Advance(5 * time.Minute)
			f.want(f.post("refresh"), 200, "")
		}
	}
}

// A refresh takes what the provider returns: there are no other tokens any more. The ID token, which a session with an
// access token does not need, is ignored.
func TestRefreshWithTokensThatALoginRefuses(t *testing.T) {
	for name, change := range map[string]func(*fakeProvider){
		"no ID token": func(p *fakeProvider) { p.tokens = func(a map[string]any) { delete(a, "id_token") } },
		"an ID token that has expired": func(p *fakeProvider) {
			p.idToken = func(c map[string]any) { c["exp"] = c["iat"] }
		},
		"an ID token of another user": func(p *fakeProvider) {
			p.idToken = func(c map[string]any) { c["sub"] = "user-2" }
		},
		"an access token for another audience": func(p *fakeProvider) {
			p.access = func(c map[string]any) { c["aud"] = "https://graph.example.test" }
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.logIn()
			f.clock.Advance(5 * time.Minute)
			f.idp.set(func() { change(f.idp) })
			f.want(f.post("refresh"), 200, "")
			s, err := f.sealed()
			if err != nil || s.Token != f.idp.lastToken("access_token") || s.Subject != "user-1" {
				t.Errorf("the session is %+v, %v", s, err)
			}
		})
	}
}

// TestRefreshAtANewProcess checks that a new process that cannot fetch the provider's metadata renews nothing and keeps
// the session.
func TestRefreshAtANewProcess(t *testing.T) {
	f := newFixture(t)
	f.logIn()
	f.clock.Advance(5 * time.Minute)
	f.Handler = f.newHandler(testConfig())
	f.idp.set(func() {
		f.idp.instead["/.well-known/openid-configuration"] = func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadGateway)
		}
	})
	f.want(f.post("refresh"), http.StatusServiceUnavailable, "provider")
	f.idp.set(func() { clear(f.idp.instead) })
	f.clock.Advance(time.Minute)
	f.want(f.post("refresh"), 200, "")
	if got := f.log.last(t).Outcome; got != string(renewed) {
		t.Errorf("the refresh is %q", got)
	}
}

// TestRefreshThatFails checks which failures of a refresh end the session, and which keep it without new tokens.
func TestRefreshThatFails(t *testing.T) {
	says := func(status int, kind, body string) func(*fixture) {
		return func(f *fixture) {
			f.idp.instead["/token"] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", kind)
				w.Header().Set("Location", idpOrigin+"/other")
				w.WriteHeader(status)
				_, _ = io.WriteString(w, body)
			}
		}
	}
	const json = "application/json"
	for _, c := range []struct {
		name   string
		change func(*fixture)
		status int
		reason string
		kept   bool
	}{
		{"invalid_grant", says(400, json, `{"error":"invalid_grant"}`), 401, "invalid_grant", false},
		{"invalid_grant with another status", says(403, json, `{"error":"invalid_grant"}`), 401, "invalid_grant", false},
		{"the client is not known", says(401, json, `{"error":"invalid_client"}`), 503, "client", true},
		{"another error", says(400, json, `{"error":"invalid_scope"}`), 503, "client", true},
		{"an error of the provider", says(400, json, `{"error":"secret words of the provider"}`), 503, "client", true},
		{"500", says(500, json, `{"error":"invalid_grant"}`), 503, "provider", true},
		{"429", says(429, json, `{"error":"invalid_grant_later"}`), 503, "provider", true},
		{"a redirect", says(307, json, ``), 503, "provider", true},
		{"HTML", says(200, "text/html", `<p>secret words of the provider`), 503, "provider", true},
		{"not JSON", says(200, json, `secret words of the provider`), 503, "provider", true},
		{"a member twice", says(200, json, `{"access_token":"a","access_token":"b"}`), 503, "provider", true},
		{"a list", says(200, json, `[]`), 503, "provider", true},
		{"no token", says(200, json, `{"token_type":"Bearer"}`), 503, "provider", true},
		{"a token for DPoP", says(200, json, `{"access_token":"a","token_type":"DPoP"}`), 503, "provider", true},
		{"a token with a line break", says(200, json, `{"access_token":"a\r\nb","token_type":"Bearer"}`), 503,
			"provider", true},
		{"a negative lifetime", says(200, json, `{"access_token":"a","token_type":"Bearer","expires_in":-1}`), 503,
			"provider", true},
		{"a lifetime in words", says(200, json, `{"access_token":"a","token_type":"Bearer","expires_in":"soon"}`), 503,
			"provider", true},
		{"a lifetime that is a list", says(200, json, `{"access_token":"a","token_type":"Bearer","expires_in":[300]}`), 503,
			"provider", true},
		{"a large answer", says(200, json, `"`+strings.Repeat("x", 64<<10)+`"`), 503, "provider", true},
		{"no answer", func(f *fixture) {
			f.net.use(network{})
		}, 503, "provider", true},
		{"the provider takes too long", func(f *fixture) {
			f.net.use(impatient{})
		}, 503, "provider", true},
		{"no refresh token", func(f *fixture) {
			f.idp.tokens = func(a map[string]any) { delete(a, "refresh_token") }
			f.logIn()
			f.clock.Advance(5 * time.Minute)
		}, 401, "no_refresh_token", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			f.logIn()
			f.clock.Advance(5 * time.Minute)
			c.change(f)
			p := f.post("refresh")
			f.want(p, c.status, c.reason)
			if n := len(f.browser.Jar.Names("__Host-session")); (n > 0) != c.kept {
				t.Errorf("%d cookies are left", n)
			}
			if strings.Contains(p.Body, "secret words") {
				t.Errorf("body %s", p.Body)
			}
			if c.kept {
				f.idp.set(func() { clear(f.idp.instead) })
				f.net.use(network{"idp.test": f.idp})
				if p := f.post("refresh"); p.Status != 200 {
					t.Errorf("once the provider is well again: %d", p.Status)
				}
			}
		})
	}
}

// impatient is a transport whose requests time out at once.
type impatient struct{ http.RoundTripper }

func (i impatient) RoundTrip(r *http.Request) (*http.Response, error) {
	if _, ok := r.Context().Deadline(); !ok {
		panic("a request without a time limit")
	}
	return nil, http.ErrHandlerTimeout
}

// A session ends by its idle time or by its age, and a cookie that is not its own is no session.
func TestSessionEnds(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*fixture)
		reason string
	}{
		{"idle for an hour", func(f *fixture) { f.clock.Advance(time.Hour) }, "session_ended"},
		{"12 hours, in use", func(f *fixture) {
			for range 24 {
				f.post("refresh")
				f.clock.Advance(30 * time.Minute)
			}
		}, "session_ended"},
		{"no cookie", func(f *fixture) { f.browser.Jar = new(logintest.Jar) }, "no_session"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			f.logIn()
			c.change(f)
			f.want(f.browser.Fetch(t, shop, "GET", auth+"session"), http.StatusUnauthorized, c.reason)
			f.want(f.post("refresh"), http.StatusUnauthorized, "no_session")
		})
	}
}

// A renewal that fails leaves the session as it was, since another request may have renewed it in the table meanwhile.
func TestARenewalThatFailsChangesNothing(t *testing.T) {
	for reason, c := range map[string]struct {
		claims []string
		change func(*fakeProvider)
		ends   bool
	}{
		"invalid_grant": {nil, func(p *fakeProvider) { clear(p.refresh) }, true},
		"other_user": {[]string{}, func(p *fakeProvider) {
			p.idToken = func(c map[string]any) { c["sub"] = "user-2" }
		}, true},
		"no_id_token": {[]string{}, func(p *fakeProvider) {
			p.tokens = func(a map[string]any) { delete(a, "id_token") }
		}, true},
		"id_token_expired": {[]string{}, func(p *fakeProvider) {
			p.idToken = func(c map[string]any) { c["exp"] = c["iat"] }
		}, false},
		"client": {nil, func(p *fakeProvider) { p.secret = "another" }, false},
		"provider": {nil, func(p *fakeProvider) {
			p.instead["/token"] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }
		}, false},
	} {
		f := newFixture(t, func(config *Config) { config.Claims = c.claims })
		f.logIn()
		s, err := f.sealed()
		if err != nil {
			t.Fatal(err)
		}
		f.idp.set(func() { c.change(f.idp) })
		f.clock.Advance(time.Second)
		got := *s
		err = f.provider.Renew(t.Context(), &got)
		if oidcclient.Reason(err) != reason || errors.Is(err, oidcclient.ErrRefused) != c.ends ||
			!reflect.DeepEqual(&got, s) {
			t.Errorf("%s: %v, got %+v, want %+v", reason, err, got, s)
		}
	}
}
