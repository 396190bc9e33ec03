package login

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestLogin logs a user in, gets the session, refreshes it, and logs out.
func TestLogin(t *testing.T) {
	f := newFixture(t)
	p := f.logIn()
	if got := f.log.last(t); got.Outcome != "logged_in" || got.Principal != "user-1" || got.Issuer != idpOrigin {
		t.Errorf("log %+v", got)
	}
	if p.URL.Path != stage+"/auth/callback" {
		t.Errorf("the session begins at %s: a redirect from the provider carries no Strict cookie", p.URL.Path)
	}
	if target := p.Refresh(t).URL.String(); target != shop+stage+"/orders" {
		t.Errorf("the page leads to %s", target)
	}
	if names := f.browser.Jar.Names("__Host-"); !slices.Equal(names, []string{"__Host-session"}) {
		t.Errorf("cookies %q", names)
	}
	now := f.clock.Now().Unix()
	who := f.browser.Fetch(t, shop, "GET", auth+"session")
	got := members(t, who)
	for name, want := range map[string]any{
		"subject": "user-1", "name": "Ada Example", "email": "ada@example.test",
		"expires": float64(now + 300), "idle": float64(now + 3600), "ends": float64(now + 12*3600),
	} {
		if got[name] != want {
			t.Errorf("session: %s is %v, want %v", name, got[name], want)
		}
	}
	if kinds := f.wire.Leaks(who.Body); len(kinds) > 0 {
		t.Errorf("the answer contains %q: %s", kinds, who.Body)
	}
	// The fixture searches each test's log for these.
	for _, kind := range []string{
		"state", "nonce", "code", "code_verifier", "access_token", "refresh_token", "id_token", "cookie", "client_secret",
	} {
		if f.wire.Secrets()[kind] == 0 {
			t.Errorf("the test does not know of a %s", kind)
		}
	}
	form := f.idp.form("/token")
	if form.Get("redirect_uri") != auth+"callback" || len(form.Get("code_verifier")) != 43 ||
		form.Get("client_secret") != "" {
		t.Errorf("token request %v", form)
	}
}

// The parameters of the authorization request, sent by the browser or pushed.
func TestAuthorizationRequest(t *testing.T) {
	for name, pushed := range map[string]bool{"by the browser": false, "pushed": true} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, func(c *Config) { c.Parameters = map[string]string{"prompt": "login"} })
			f.idp.metadata = func(doc map[string]any) {
				doc["authorization_endpoint"] = idpOrigin + "/authorize?tenant=a&client_id=other"
				if pushed {
					doc["pushed_authorization_request_endpoint"] = idpOrigin + "/par"
				}
			}
			p := f.logIn()
			u, err := url.Parse(p.Visited[1])
			if err != nil {
				t.Fatal(err)
			}
			q := u.Query()
			if q.Get("tenant") != "a" || !slices.Equal(q["client_id"], []string{clientID}) {
				t.Errorf("query %v", q)
			}
			if pushed {
				if len(q) != 3 || !strings.HasPrefix(q.Get("request_uri"), "urn:") {
					t.Errorf("query %v", q)
				}
				q = f.idp.form("/par")
			}
			for name, want := range map[string]string{
				"response_type": "code", "client_id": clientID, "redirect_uri": auth + "callback",
				"scope": "openid orders:read", "code_challenge_method": "S256", "prompt": "login",
			} {
				if q.Get(name) != want {
					t.Errorf("%s is %q, want %q", name, q.Get(name), want)
				}
			}
			for _, name := range []string{"state", "nonce", "code_challenge"} {
				if len(q.Get(name)) != 43 {
					t.Errorf("%s is %q", name, q.Get(name))
				}
			}
		})
	}
}

// The path to return to is always a path of the API.
// Without randomness, no login begins: its state, nonce and verifier could be guessed.
func TestLoginWithoutRandomness(t *testing.T) {
	for _, size := range []int{0, 1, randomSize, 2 * randomSize, 3*randomSize - 1} {
		f := newFixture(t)
		f.Handler.random = strings.NewReader(strings.Repeat("r", size))
		f.want(f.browser.Open(t, auth+"login"), http.StatusInternalServerError, "randomness")
		if names := f.browser.Jar.Names("__Host-"); len(names) != 0 || f.idp.count("/authorize") != 0 {
			t.Errorf("%d bytes: cookies %q, and the provider was asked %d times", size, names, f.idp.count("/authorize"))
		}
	}
}

func TestReturnPaths(t *testing.T) {
	f := newFixture(t)
	for _, path := range []string{
		"/", "/orders?page=2&x=%22a%22#top", "/it's&lt;b", "/a;b,c", "/authors", "/a?b=/auth/login",
	} {
		p := f.browser.Open(t, auth+"login?return="+url.QueryEscape(path))
		if got := p.Refresh(t).URL.String(); p.Status != 200 || got != shop+stage+path {
			t.Errorf("%q: %d, leads to %q", path, p.Status, got)
		}
	}
	if p := f.browser.Open(t, auth+"login"); p.Refresh(t).URL.String() != shop+stage+"/" {
		t.Errorf("without one: leads to %q", p.Refresh(t).URL)
	}
	for _, path := range []string{
		"//evil.test", `/\evil.test`, `\\evil.test`, "https://evil.test/", "javascript:alert(1)", "evil.test", "/a\nb",
		"/\t/evil.test",
		"/../x", "/%2e%2e/x", "/" + strings.Repeat("a", 1024), `/"><script>alert(1)</script>`,
		"/auth", "/auth/login", "/auth/login?return=/auth/login", "/auth/callback#a",
	} {
		p := f.browser.Open(t, auth+"login?return="+url.QueryEscape(path))
		f.want(p, http.StatusBadRequest, "return_path")
		if len(p.Visited) != 1 || strings.Contains(p.Body, "evil") || strings.Contains(p.Body, "alert") {
			t.Errorf("%q: visited %q, body %s", path, p.Visited, p.Body)
		}
	}
	f.want(f.browser.Open(t, auth+"login?return=/a&return=/b"), http.StatusBadRequest, "return_path")
}

// At most three logins are under way in a browser, and each of them can be completed.
func TestSeveralTabs(t *testing.T) {
	f := newFixture(t)
	var back []string
	f.browser.Hosts[idpOrigin] = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.idp.ServeHTTP(&noRedirect{w, &back}, r)
	})
	for i := range 5 {
		f.clock.Advance(time.Second)
		f.browser.Open(t, auth+"login")
		if n := len(f.browser.Jar.Names("__Host-login-")); n != min(i+1, 3) {
			t.Errorf("%d logins under way after %d", n, i+1)
		}
	}
	for i, address := range back {
		p := f.browser.Link(t, idpOrigin, address)
		if want := map[bool]int{true: 200, false: 400}[i >= 2]; p.Status != want {
			t.Errorf("login %d: %d, want %d", i, p.Status, want)
		}
	}
	if left := f.browser.Jar.Names("__Host-login-"); len(left) != 0 {
		t.Errorf("%q are left", left)
	}
}

// noRedirect keeps the provider's redirect to the callback for later.
type noRedirect struct {
	http.ResponseWriter
	locations *[]string
}

func (w *noRedirect) WriteHeader(status int) {
	if status == http.StatusFound {
		*w.locations = append(*w.locations, w.Header().Get("Location"))
		w.Header().Del("Location")
		status = http.StatusOK
	}
	w.ResponseWriter.WriteHeader(status)
}

// Each answer has headers against caching and framing, and a Content-Type.
func TestHeaders(t *testing.T) {
	f := newFixture(t)
	for _, c := range []struct{ verb, path, kind, cache string }{
		{"GET", "login?return=//x", "text/html; charset=utf-8", "no-store"},
		{"GET", "callback", "text/html; charset=utf-8", "no-store"},
		{"POST", "refresh", "application/json", "no-store"},
		{"POST", "logout", "application/json", "no-store"},
		{"GET", "session", "application/json", "no-store"},
		{"GET", "session.js", "text/javascript; charset=utf-8", "public, max-age=300"},
		{"GET", "other", "application/json", "no-store"},
		{"GET", "refresh", "application/json", "no-store"},
		{"POST", "callback", "application/json", "no-store"},
	} {
		h := f.browser.Fetch(t, shop, c.verb, auth+c.path).Header
		policy := h.Get("Content-Security-Policy")
		if h.Get("Content-Type") != c.kind || h.Get("Cache-Control") != c.cache ||
			h.Get("X-Content-Type-Options") != "nosniff" ||
			h.Get("Referrer-Policy") != "no-referrer" || strings.HasPrefix(c.kind, "text/html") != (policy == pagePolicy) {
			t.Errorf("%s %s: %v", c.verb, c.path, h)
		}
	}
	for _, part := range []string{
		"default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
	} {
		if !strings.Contains(pagePolicy, part) {
			t.Errorf("policy %q lacks %q", pagePolicy, part)
		}
	}
	if strings.Contains(pagePolicy, "unsafe") {
		t.Errorf("policy %q", pagePolicy)
	}
}
