package login

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/login/logintest"
)

// Cookies that the login did not set are refused.
func TestForgedCookies(t *testing.T) {
	f := newFixture(t)
	f.logIn()
	s, _ := f.sealed()
	lines, _ := f.attempts.Seal(t.Context(), s)
	good, _, _ := strings.Cut(lines[0], ";")
	for name, headers := range map[string][]string{
		"changed":             {good[:len(good)-1] + "-"},
		"cut":                 {good[:len(good)-8]},
		"twice":               {good + "; " + good},
		"two headers":         {good, good},
		"another name":        {strings.Replace(good, "__Host-session", "__Host-session-2", 1)},
		"not base64":          {"__Host-session=%%%"},
		"oversize":            {"__Host-session=" + strings.Repeat("A", 9000)},
		"an attempt's cookie": {"__Host-session=" + strings.SplitN(f.attemptCookie(), "=", 2)[1]},
	} {
		r, _ := http.NewRequest("GET", "/auth/session", nil)
		r.Header["Cookie"] = headers
		if status := f.serve(r); status != http.StatusUnauthorized {
			t.Errorf("%s: %d", name, status)
		}
	}
	r, _ := http.NewRequest("GET", "/auth/session", nil)
	r.Header["Cookie"] = []string{good}
	if status := f.serve(r); status != http.StatusOK {
		t.Errorf("as it was set: %d", status)
	}
}

// attemptCookie returns the cookie of a login under way, as a browser sends it.
func (f *fixture) attemptCookie() string {
	b := f.other()
	f.held(b)
	u := mustURL(shop + "/")
	return b.Jar.Header(u, false, true, "GET")
}

// Requests that change something must come from the site's own pages.
func TestCrossSite(t *testing.T) {
	for _, c := range []struct {
		name   string
		send   func(*fixture) *logintest.Page
		status int
		reason string
	}{
		{"a form of another site", func(f *fixture) *logintest.Page {
			return f.browser.Post(f.t, attacker, auth+"logout", nil)
		}, 403, "cross_site"},
		{"a fetch of another site", func(f *fixture) *logintest.Page {
			return f.browser.Fetch(f.t, attacker, "POST", auth+"refresh")
		}, 403, "cross_site"},
		{"a form of a sibling host that is not allowed", func(f *fixture) *logintest.Page {
			return f.browser.Post(f.t, "https://evil.example.test", auth+"logout", nil)
		}, 403, "cross_site"},
		{"a fetch of a sibling host that is not allowed", func(f *fixture) *logintest.Page {
			return f.browser.Fetch(f.t, "https://evil.example.test", "POST", auth+"refresh")
		}, 403, "cross_site"},
		{"a client that sends no Sec-Fetch-Site", func(f *fixture) *logintest.Page {
			r, _ := http.NewRequest("POST", "/auth/logout", nil)
			return &logintest.Page{Status: f.serve(r)}
		}, 401, "no_fetch_site"},
		{"two Sec-Fetch-Site", func(f *fixture) *logintest.Page {
			r, _ := http.NewRequest("POST", "/auth/logout", nil)
			r.Header["Sec-Fetch-Site"] = []string{"same-origin", "cross-site"}
			return &logintest.Page{Status: f.serve(r)}
		}, 401, "no_fetch_site"},
		{"the address bar", func(f *fixture) *logintest.Page {
			r, _ := http.NewRequest("POST", "/auth/logout", nil)
			r.Header.Set("Sec-Fetch-Site", "none")
			return &logintest.Page{Status: f.serve(r)}
		}, 403, "cross_site"},
		{"a sibling host without an Origin", func(f *fixture) *logintest.Page {
			r, _ := http.NewRequest("POST", "/auth/logout", nil)
			r.Header.Set("Sec-Fetch-Site", "same-site")
			return &logintest.Page{Status: f.serve(r)}
		}, 403, "cross_site"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			f.logIn()
			p := c.send(f)
			f.want(p, c.status, c.reason)
			if _, err := f.sealed(); err != nil {
				t.Errorf("the session: %v", err)
			}
			if p.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("header %v", p.Header)
			}
		})
	}
	f := newFixture(t)
	f.logIn()
	p := f.browser.Fetch(t, sibling, "POST", auth+"refresh")
	if p.Status != 200 || p.Header.Get("Access-Control-Allow-Origin") != sibling ||
		p.Header.Get("Access-Control-Allow-Credentials") != "true" || p.Header.Get("Vary") != "Origin" {
		t.Errorf("a sibling host that is allowed: %d %v", p.Status, p.Header)
	}
}

// serve serves one request and returns its status.
func (f *fixture) serve(r *http.Request) int {
	var w statusWriter
	f.Handler.ServeHTTP(&w, r)
	return w.status
}

type statusWriter struct {
	header http.Header
	status int
}

func (w *statusWriter) Header() http.Header {
	if w.header == nil {
		w.header = http.Header{}
	}
	return w.header
}
func (w *statusWriter) WriteHeader(status int)      { w.status = status }
func (w *statusWriter) Write(p []byte) (int, error) { return len(p), nil }
