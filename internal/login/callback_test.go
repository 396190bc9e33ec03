package login

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/login/logintest"
)

// held begins a login and returns the address of the callback to which the provider redirects the browser.
func (f *fixture) held(b *logintest.Browser) string {
	f.t.Helper()
	var back []string
	tab := b.Tab()
	tab.Hosts = map[string]http.Handler{
		shop: b.Hosts[shop],
		idpOrigin: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			f.idp.ServeHTTP(&noRedirect{w, &back}, r)
		}),
	}
	if p := tab.Open(f.t, auth+"login?return=/orders"); len(back) != 1 {
		f.t.Fatalf("the login did not get to the provider: %d %s", p.Status, p.Body)
	}
	return back[0]
}

// other returns another browser.
func (f *fixture) other() *logintest.Browser {
	b := f.browser.Tab()
	b.Jar = &logintest.Jar{Now: f.clock.Now}
	return b
}

// changed returns an address with another value of a parameter. The value "" removes the parameter.
func changed(address, name, value string) string {
	u, err := url.Parse(address)
	if err != nil {
		panic(err)
	}
	q := u.Query()
	q.Set(name, value)
	if value == "" {
		q.Del(name)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// These are an attacker's requests to the callback. None makes a session, and no answer repeats anything of the
// request.
func TestCallbackAttacks(t *testing.T) {
	const marker = "attackers-words"
	for _, c := range []struct {
		name   string
		attack func(f *fixture) *logintest.Page
		status int
		reason string
	}{
		{"a callback that no login led to", func(f *fixture) *logintest.Page {
			return f.browser.Link(f.t, attacker, auth+"callback?code=a&state="+strings.Repeat("s", 43))
		}, 400, "no_attempt"},
		{"login CSRF: the callback of the attacker's own login in the victim's browser", func(f *fixture) *logintest.Page {
			return f.browser.Link(f.t, attacker, f.held(f.other()))
		}, 400, "no_attempt"},
		{"login CSRF while the victim logs in", func(f *fixture) *logintest.Page {
			f.held(f.browser)
			return f.browser.Link(f.t, attacker, f.held(f.other()))
		}, 400, "no_attempt"},
		{"the attacker's code with the victim's state", func(f *fixture) *logintest.Page {
			u, _ := url.Parse(f.held(f.other()))
			return f.browser.Link(f.t, idpOrigin, changed(f.held(f.browser), "code", u.Query().Get("code")))
		}, 400, "invalid_grant"}, // the verifier is not that of the code
		{"a replayed callback", func(f *fixture) *logintest.Page {
			address := f.held(f.browser)
			f.browser.Link(f.t, idpOrigin, address)
			return f.browser.Link(f.t, idpOrigin, address)
		}, 400, "no_attempt"},
		{"a replayed callback with a copied attempt cookie: the provider takes a code once",
			func(f *fixture) *logintest.Page {
				address := f.held(f.browser)
				copied := f.browser.Tab()
				copied.Jar = f.browser.Jar.Copy()
				f.browser.Link(f.t, idpOrigin, address)
				return copied.Link(f.t, idpOrigin, address)
			}, 400, "invalid_grant"},
		{"a stolen attempt cookie without its state", func(f *fixture) *logintest.Page {
			f.held(f.browser)
			thief := f.other()
			thief.Jar = f.browser.Jar.Copy()
			return thief.Link(f.t, attacker, auth+"callback?code=a&state="+strings.Repeat("s", 43))
		}, 400, "no_attempt"},
		{"a login that took more than 10 minutes, with the cookie kept", func(f *fixture) *logintest.Page {
			address := f.held(f.browser)
			kept := f.browser.Tab()
			kept.Jar = f.browser.Jar.Copy()
			kept.Jar.Now = func() time.Time { return time.Unix(1_700_000_000, 0) }
			f.clock.Advance(10 * time.Minute)
			return kept.Link(f.t, idpOrigin, address)
		}, 400, "attempt_ended"},
		{"another issuer (RFC 9207)", func(f *fixture) *logintest.Page {
			return f.browser.Link(f.t, idpOrigin, changed(f.held(f.browser), "iss", "https://"+marker+".test"))
		}, 400, "issuer"},
		{"no issuer, although the provider sends iss", func(f *fixture) *logintest.Page {
			return f.browser.Link(f.t, idpOrigin, changed(f.held(f.browser), "iss", ""))
		}, 400, "issuer"},
		{"no code", func(f *fixture) *logintest.Page {
			return f.browser.Link(f.t, idpOrigin, changed(f.held(f.browser), "code", ""))
		}, 400, "response"},
		{"a code and an error", func(f *fixture) *logintest.Page {
			return f.browser.Link(f.t, idpOrigin, f.held(f.browser)+"&error=access_denied")
		}, 400, "response"},
		{"two codes", func(f *fixture) *logintest.Page {
			return f.browser.Link(f.t, idpOrigin, f.held(f.browser)+"&code="+marker)
		}, 400, "response"},
		{"two states", func(f *fixture) *logintest.Page {
			return f.browser.Link(f.t, idpOrigin, f.held(f.browser)+"&state="+marker)
		}, 400, "response"},
		{"two issuers", func(f *fixture) *logintest.Page {
			return f.browser.Link(f.t, idpOrigin, f.held(f.browser)+"&iss="+marker)
		}, 400, "response"},
		{"no state", func(f *fixture) *logintest.Page {
			return f.browser.Link(f.t, idpOrigin, changed(f.held(f.browser), "state", ""))
		}, 400, "response"},
		{"a long state", func(f *fixture) *logintest.Page {
			return f.browser.Link(f.t, idpOrigin, changed(f.held(f.browser), "state", strings.Repeat("s", 5000)))
		}, 400, "response"},
		{"a long code", func(f *fixture) *logintest.Page {
			return f.browser.Link(f.t, idpOrigin, changed(f.held(f.browser), "code", strings.Repeat("c", 5000)))
		}, 400, "response"},
		{"a code that is wrong", func(f *fixture) *logintest.Page {
			return f.browser.Link(f.t, idpOrigin, changed(f.held(f.browser), "code", marker))
		}, 400, "invalid_grant"},
		{"markup in an error", func(f *fixture) *logintest.Page {
			address := changed(changed(f.held(f.browser), "code", ""), "error", "<script>"+marker)
			return f.browser.Link(f.t, idpOrigin, changed(address, "error_description", marker))
		}, 400, "other"},
		{"an attempt cookie that a sibling host sets", func(f *fixture) *logintest.Page {
			u, _ := url.Parse(f.held(f.other()))
			origin, _ := url.Parse(sibling + "/")
			name := strings.TrimSuffix(strings.Split(f.attempts.ClearAttempt(u.Query().Get("state")), "=")[0], "=")
			for _, line := range []string{
				name + "=x; Domain=example.test; Path=/; Secure", name + "=x; Path=/; Secure",
			} {
				f.browser.Jar.Set(origin, []string{line})
			}
			return f.browser.Link(f.t, sibling, u.String())
		}, 400, "no_attempt"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			p := c.attack(f)
			f.want(p, c.status, c.reason)
			if strings.Contains(p.Body, marker) || strings.Contains(f.log.last(t).Error, marker) {
				t.Errorf("the attacker's words are in %s or in the log", p.Body)
			}
			if !strings.Contains(p.Body, `<a href="login">`) {
				t.Errorf("no link to the login: %s", p.Body)
			}
			if c.reason == "attempt_ended" && !strings.Contains(p.Header.Get("Set-Cookie"), "Max-Age=0") {
				t.Errorf("the attempt's cookie stays: %q", p.Header["Set-Cookie"])
			}
			if strings.Contains(p.Header.Get("Set-Cookie"), "__Host-session=") {
				t.Errorf("a session begins: %q", p.Header["Set-Cookie"])
			}
		})
	}
}

// A provider may send iss although its metadata does not announce it. The iss must still be right.
func TestIssuerThatIsNotAnnounced(t *testing.T) {
	f := newFixture(t)
	f.idp.metadata = func(doc map[string]any) { delete(doc, "authorization_response_iss_parameter_supported") }
	f.logIn()
	f.browser.Link(t, idpOrigin, changed(f.held(f.browser), "iss", ""))
	if got := f.log.last(t); got.Outcome != "logged_in" {
		t.Errorf("without iss: %+v", got)
	}
	f.want(f.browser.Link(t, idpOrigin, changed(f.held(f.browser), "iss", "https://evil.test")), 400, "issuer")
}

// Errors of the provider (RFC 6749, section 4.1.2.1).
func TestCallbackErrors(t *testing.T) {
	for code, c := range map[string]struct {
		status int
		reason string
	}{
		"access_denied":           {403, "access_denied"},
		"login_required":          {400, "login_required"},
		"temporarily_unavailable": {400, "temporarily_unavailable"},
		"another code":            {400, "other"},
	} {
		f := newFixture(t)
		f.idp.authorize = func(q url.Values) { q.Del("code"); q.Set("error", code) }
		p := f.browser.Open(t, auth+"login")
		f.want(p, c.status, c.reason)
		if names := f.browser.Jar.Names("__Host-"); len(names) != 0 {
			t.Errorf("%s: cookies %q", code, names)
		}
	}
}

// A login in a browser that is logged in replaces the session. A login that fails leaves the session as it is.
func TestLoginAgain(t *testing.T) {
	f := newFixture(t)
	f.logIn()
	first, _ := f.sealed()
	f.idp.set(func() { f.idp.idToken = func(c map[string]any) { c["nonce"] = "x" } })
	f.want(f.browser.Open(t, auth+"login"), http.StatusBadGateway, "id_token_nonce")
	if s, err := f.sealed(); err != nil || s.Token != first.Token {
		t.Errorf("after a login that failed: %v", err)
	}
	f.idp.set(func() { f.idp.idToken = func(c map[string]any) { c["sub"] = "user-2" } })
	f.browser.Open(t, auth+"login")
	if s, err := f.sealed(); err != nil || s.Subject != "user-2" {
		t.Errorf("after another user's login: %v", err)
	}
}

// A session that is too large for two cookies is refused at the login. The log has the reason.
func TestSessionThatIsTooLarge(t *testing.T) {
	for _, c := range []struct {
		name string
		size int
		want int // cookies; 0 is a refusal
	}{{"one cookie", 500, 1}, {"two cookies", 3000, 2}, {"three", 5200, 0}} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			f.idp.access = func(claims map[string]any) { claims["padding"] = strings.Repeat("p", c.size) }
			p := f.browser.Open(t, auth+"login")
			if c.want == 0 {
				f.want(p, http.StatusInternalServerError, "too_large")
				return
			}
			if names := f.browser.Jar.Names("__Host-"); p.Status != 200 || len(names) != c.want || len(p.Refused) != 0 {
				t.Errorf("%d, cookies %q, refused %d", p.Status, names, len(p.Refused))
			}
			if _, err := f.sealed(); err != nil {
				t.Error(err)
			}
		})
	}
}

// A login needs the keys of the cookies.
func TestLoginWithoutKeys(t *testing.T) {
	f := newFixture(t)
	f.aws.set(func() { f.aws.down = true })
	f.want(f.browser.Open(t, auth+"login"), http.StatusServiceUnavailable, "keys")
	f.clock.Advance(time.Minute)
	f.aws.set(func() { f.aws.down = false })
	f.logIn()
}

// TestCallbackAtANewProcess has a new process of the function that gets a callback, and can fetch neither the keys of
// the cookies nor the provider's metadata. It answers 503 without a session, and the user can log in again later.
func TestCallbackAtANewProcess(t *testing.T) {
	for _, c := range []struct {
		name   string
		down   func(f *fixture)
		reason string
	}{
		{"without keys", func(f *fixture) { f.aws.set(func() { f.aws.down = true }) }, "keys"},
		{"without the provider", func(f *fixture) {
			f.idp.set(func() {
				f.idp.instead["/.well-known/openid-configuration"] = func(w http.ResponseWriter, _ *http.Request) {
					w.WriteHeader(http.StatusBadGateway)
				}
			})
		}, "provider"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			back := f.held(f.browser)
			before := f.Handler
			f.Handler = f.newHandler(testConfig())
			c.down(f)
			f.want(f.browser.Link(t, idpOrigin, back), http.StatusServiceUnavailable, c.reason)
			if names := f.browser.Jar.Names(DefaultCookie); len(names) > 0 {
				t.Errorf("the browser has a session: %q", names)
			}
			f.Handler = before
			f.aws.set(func() { f.aws.down = false })
			f.idp.set(func() { clear(f.idp.instead) })
			f.logIn()
			if names := f.browser.Jar.Names(DefaultCookie); len(names) != 1 {
				t.Errorf("after the login the session is %q", names)
			}
		})
	}
}

// Under a base path, a path that is not the route's is refused rather than guessed.
func TestBasePath(t *testing.T) {
	for _, c := range []struct{ configured, path, want string }{
		{"", "/prod/auth/login", "/prod"},
		{"", "/auth/login", ""},
		{"", "/a/b/auth/login/", "/a/b"},
		{"", "", ""},
		{"/", "/prod/auth/login", ""},
		{"/shop", "/prod/auth/login", "/shop"},
	} {
		h := &Handler{config: Config{BasePath: c.configured}}
		ctx := WithRequest(context.Background(), Request{Path: c.path})
		r, _ := http.NewRequestWithContext(ctx, "GET", "/auth/login", nil)
		if got, ok := h.base(r); !ok || got != c.want {
			t.Errorf("%q, %q: got %q, %v", c.configured, c.path, got, ok)
		}
	}
	for _, path := range []string{
		"//evil.test/auth/login", "/prod/x", "https://evil.test/auth/login", "/%2fevil/auth/login",
	} {
		h := &Handler{}
		r, _ := http.NewRequestWithContext(WithRequest(context.Background(), Request{Path: path}), "GET", "/auth/login", nil)
		if got, ok := h.base(r); ok {
			t.Errorf("%q: got %q", path, got)
		}
	}
}

// The log of such a path says what to set.
func TestBasePathThatIsNotKnown(t *testing.T) {
	f := newFixture(t)
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/auth/login", nil)
	f.Handler.ServeHTTP(w, r.WithContext(WithRequest(r.Context(), Request{Path: "/prod/x"})))
	got := f.log.last(t)
	if w.Code != 400 || got.Reason != "base_path" || got.Route != "login" || !strings.Contains(got.Error, "set basePath") {
		t.Errorf("%d, log %+v", w.Code, got)
	}
}
