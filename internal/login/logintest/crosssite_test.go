package logintest

import (
	"net/url"
	"slices"
	"testing"
)

// testCrossSite lets pages of other hosts call the routes that change a session, and those that a session may use to
// change something.
func testCrossSite(t *testing.T, p *peer) {
	a := newApp(t, p.Provider)
	a.loggedIn(t, a.Browser, "ada")
	before := a.session(a.Browser)
	for name, from := range map[string]string{
		"another site": attacker, "a sibling host": sibling, "another scheme": "http://shop.example.test",
		"another port": shop + ":8443",
	} {
		for _, path := range []string{"/auth/refresh", "/auth/logout", "/orders"} {
			t.Run("a form of "+name+" to "+path, func(t *testing.T) {
				p.Requests()
				calls := a.calls.Load()
				page := a.Post(t, from, shop+path, url.Values{"a": {"b"}})
				if page.Status != 403 && page.Status != 401 {
					t.Errorf("got %d %s", page.Status, page.Body)
				}
				page = a.Fetch(t, from, "POST", shop+path)
				if page.Status != 403 && page.Status != 401 || page.Header["Set-Cookie"] != nil {
					t.Errorf("a fetch: %d %s", page.Status, page.Body)
				}
				if allowed := page.Header.Get("Access-Control-Allow-Origin"); allowed != "" {
					t.Errorf("a fetch is allowed for %q", allowed)
				}
				if got := p.Requests(); len(got) != 0 || a.calls.Load() != calls || !slices.Equal(a.session(a.Browser), before) {
					t.Errorf("the provider is asked: %v; the session changes", got)
				}
			})
		}
	}
	t.Run("typed, or by a tool", func(t *testing.T) {
		cookie := "__Host-session=" + before[0]
		for name, c := range map[string]struct {
			headers []string
			status  int
		}{
			"none":                 {[]string{"Sec-Fetch-Site", "none"}, 403},
			"missing":              {nil, 401},
			"empty":                {[]string{"Sec-Fetch-Site", ""}, 401},
			"twice":                {[]string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Site", "same-origin"}, 401},
			"joined":               {[]string{"Sec-Fetch-Site", "same-origin, same-origin"}, 401},
			"in capitals":          {[]string{"Sec-Fetch-Site", "Same-Origin"}, 403},
			"unknown":              {[]string{"Sec-Fetch-Site", "same-planet"}, 403},
			"same-site, no origin": {[]string{"Sec-Fetch-Site", "same-site", "Origin", "null"}, 403},
		} {
			for _, path := range []string{"/auth/refresh", "/auth/logout", "/orders"} {
				page := a.raw(t, "POST", path, append([]string{"Cookie", cookie}, c.headers...)...)
				if page.Status != c.status || page.Header["Set-Cookie"] != nil {
					t.Errorf("Sec-Fetch-Site %s, %s: %d %v, want %d", name, path, page.Status, page.Header, c.status)
				}
			}
		}
	})
	t.Run("a sibling that is allowed", func(t *testing.T) {
		allowed := newApp(t, p.Provider, func(s *setup) {
			s.config.AllowOrigins = []string{sibling}
			s.guard.PerRequest, s.guard.Session.AllowOrigins = true, []string{sibling}
		})
		allowed.loggedIn(t, allowed.Browser, "ada")
		allowed.want(t, allowed.Fetch(t, sibling, "POST", shop+"/orders"), 200, "")
		page := allowed.Fetch(t, sibling, "POST", shop+"/auth/refresh")
		allowed.want(t, page, 200, "expires")
		if page.Header.Get("Access-Control-Allow-Origin") != sibling {
			t.Errorf("got %v", page.Header)
		}
		for _, from := range []string{attacker, "https://evil.example.test", "http://www.example.test"} {
			for _, path := range []string{"/auth/refresh", "/auth/logout", "/orders"} {
				if page := allowed.Fetch(t, from, "POST", shop+path); page.Status != 401 && page.Status != 403 ||
					page.Header.Get("Access-Control-Allow-Origin") != "" {
					t.Errorf("%s to %s: %d %v", from, path, page.Status, page.Header)
				}
			}
		}
		allowed.wantSession(t, allowed.Browser, "ada")
	})
	a.wantSession(t, a.Browser, "ada")
}
