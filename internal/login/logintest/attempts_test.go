package logintest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// testHostileLogin attacks the parts of a login that belong to one browser.
func testHostileLogin(t *testing.T, p *peer) {
	t.Run("the callback again", func(t *testing.T) {
		a := newApp(t, p.Provider)
		own := a.returned(t, p.Provider, a.Browser, "ada").String()
		stolen := a.newBrowser(p.Provider)
		stolen.Jar = a.Jar.Copy()
		a.want(t, a.Link(t, p.URL, own), 200, "")
		a.wantSession(t, a.Browser, "ada")
		a.refused(t, a.Link(t, p.URL, own), 400)
		a.wantSession(t, a.Browser, "ada") // the first one's session goes on
		a.refused(t, a.newBrowser(p.Provider).Link(t, p.URL, own), 400)

		// With a copy of the attempt's cookie the code reaches the provider, which accepts it once.
		p.Requests()
		a.refused(t, stolen.Link(t, p.URL, own), 400)
		if got := Grants(p.Requests(), "authorization_code"); len(got) != 1 || got[0].Status/100 != 4 {
			t.Errorf("the provider answers %v", got)
		}
	})
	t.Run("without an attempt (login CSRF)", func(t *testing.T) {
		a := newApp(t, p.Provider)
		trap := a.returned(t, p.Provider, a.newBrowser(p.Provider), "eve").String() // the attacker's own answer, unused
		page := a.Link(t, attacker, trap)
		a.refused(t, page, 400)
		a.wantNoSession(t, a.Browser)
		a.loggedIn(t, a.Browser, "ada")
		a.refused(t, a.Link(t, attacker, trap), 400)
		a.wantSession(t, a.Browser, "ada")
	})
	t.Run("login CSRF with the attempt tossed by a sibling", func(t *testing.T) {
		a := newApp(t, p.Provider)
		evil := a.newBrowser(p.Provider)
		trap := a.returned(t, p.Provider, evil, "eve").String()
		attempt := evil.Jar.Header(mustParse(t, shop), true, true, "GET")
		refused := a.Jar.Set(mustParse(t, sibling), []string{
			attempt + "; Secure; Path=/; Domain=example.test",
			attempt + "; Secure; Path=/",
			strings.ToUpper(attempt[:7]) + attempt[7:] + "; Domain=example.test; Path=/; Secure",
		})
		if len(refused) != 2 { // the one without Domain is the sibling's own
			t.Errorf("the browser refuses %d", len(refused))
		}
		a.refused(t, a.Link(t, attacker, trap), 400)
		a.wantNoSession(t, a.Browser)
	})
	t.Run("a login that another site begins", func(t *testing.T) {
		// The login ends at the attacker's path, but within the API and as the user whom the provider knows. A link would do
		// the same.
		a := newApp(t, p.Provider)
		page := a.Link(t, attacker, shop+"/auth/login?return=/orders")
		page = page.Submit(t, url.Values{"subject": {"ada"}})
		a.want(t, page, 200, "")
		a.wantSession(t, a.Browser, "ada")
	})
	t.Run("a stolen attempt without the code", func(t *testing.T) {
		// A thief of the cookie can log in as themselves, which they can anyway, but not as the cookie's owner.
		a := newApp(t, p.Provider)
		own := a.returned(t, p.Provider, a.Browser, "ada")
		thief := a.newBrowser(p.Provider)
		thief.Jar = a.Jar.Copy()
		eves := a.returned(t, p.Provider, a.newBrowser(p.Provider), "eve").Query()
		a.refused(t, thief.Link(t, attacker, with(own, query{"code": eves["code"]})), 400)
		a.wantNoSession(t, thief)
		a.want(t, a.Link(t, p.URL, own.String()), 200, "") // the owner still gets in
		a.wantSession(t, a.Browser, "ada")
	})
	t.Run("a stolen code without the attempt", func(t *testing.T) {
		a := newApp(t, p.Provider)
		own := a.returned(t, p.Provider, a.Browser, "ada")
		thief := a.newBrowser(p.Provider)
		eves := a.returned(t, p.Provider, thief, "eve")
		a.refused(t, thief.Link(t, attacker, own.String()), 400)
		a.refused(t, thief.Link(t, attacker, with(eves, query{"code": own.Query()["code"]})), 400)
		a.wantNoSession(t, thief)
	})
	t.Run("a stolen attempt and its code, used first", func(t *testing.T) {
		// Cookie and address together are the login. Only one browser ever has both, and Lax, HttpOnly and TLS protect them.
		// If they are stolen, the owner is refused, and notices it.
		a := newApp(t, p.Provider)
		own := a.returned(t, p.Provider, a.Browser, "ada").String()
		thief := a.newBrowser(p.Provider)
		thief.Jar = a.Jar.Copy()
		a.want(t, thief.Link(t, attacker, own), 200, "")
		a.wantSession(t, thief, "ada")
		a.refused(t, a.Link(t, p.URL, own), 400)
	})
	t.Run("an attempt that is too old", func(t *testing.T) {
		a := newApp(t, p.Provider)
		own := a.returned(t, p.Provider, a.Browser, "ada").String()
		cookies := a.Jar.Header(mustParse(t, shop), true, true, "GET")
		a.clock.advance(10*time.Minute + time.Second)
		a.refused(t, a.Link(t, p.URL, own), 400)
		page := a.raw(t, "GET", strings.TrimPrefix(own, shop), "Cookie", cookies)
		a.refused(t, page, 400) // for a browser that ignores Max-Age
		if got := p.Requests(); len(got) != 0 {
			t.Errorf("the provider is asked: %v", got)
		}
	})
	t.Run("Host headers", func(t *testing.T) {
		a := newApp(t, p.Provider)
		for _, headers := range [][]string{
			{"Host", "attacker.test"},
			{"X-Forwarded-Host", "attacker.test", "X-Forwarded-Proto", "http"},
			{"Forwarded", "host=attacker.test;proto=http"},
			{"X-Original-URL", "https://attacker.test/"},
			{"Origin", "https://attacker.test"},
		} {
			page := a.raw(t, "GET", "/auth/login?return=/orders", headers...)
			if page.Status != http.StatusSeeOther || strings.Contains(page.Header.Get("Location"), "attacker.test") {
				t.Errorf("%q: %d %s", headers, page.Status, page.Header.Get("Location"))
			}
			for _, r := range p.Requests() {
				if redirectURI := r.Form.Get("redirect_uri"); redirectURI != "" && redirectURI != callback {
					t.Errorf("%q: the redirect URI is %q", headers, redirectURI)
				}
			}
		}
	})
	t.Run("base paths", func(t *testing.T) {
		// If API Gateway tolerates additional slashes, the caller chooses the part before the route in requestContext.path.
		a := newApp(t, p.Provider)
		for path, ok := range map[string]bool{
			"/auth/login":                      true,
			"/prod/auth/login":                 true,
			"//auth/login":                     false,
			"/prod//auth/login":                false,
			"//attacker.test/auth/login":       false,
			"/\\attacker.test/auth/login":      false,
			"/\t/attacker.test/auth/login":     false,
			"/prod/../auth/login":              false,
			"/%2e%2e/auth/login":               false,
			"/%2fattacker.test/auth/login":     false,
			"https://attacker.test/auth/login": false,
			"attacker.test/auth/login":         false,
			"/pr\r\nod/auth/login":             false,
			"/auth/callback":                   false,
		} {
			page := a.routed(t, "GET", "/auth/login", path)
			if location := page.Header.Get("Location"); ok != (page.Status == 303) || strings.Contains(location, "attacker") {
				t.Errorf("%q: %d %s", path, page.Status, location)
			}
			if strings.Contains(page.Body, "attacker") {
				t.Errorf("%q: the page is %s", path, page.Body)
			}
		}
	})
	t.Run("verbs", func(t *testing.T) {
		a := newApp(t, p.Provider)
		a.loggedIn(t, a.Browser, "ada")
		p.Requests()
		cookies := "__Host-session=" + a.session(a.Browser)[0]
		for _, path := range []string{"login", "callback", "refresh", "logout", "session", "session.js"} {
			for _, verb := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get"} {
				if opened[verb+" /auth/"+path] {
					continue
				}
				page := a.unrouted(t, verb, "/auth/"+path, "Cookie", cookies, "Sec-Fetch-Site", "same-origin")
				if page.Status/100 != 4 || page.Header["Set-Cookie"] != nil || page.Header.Get("Location") != "" {
					t.Errorf("%s %s: %d %v", verb, path, page.Status, page.Header)
				}
			}
		}
		if got := p.Requests(); len(got) != 0 {
			t.Errorf("the provider is asked: %v", got)
		}
		a.wantSession(t, a.Browser, "ada")
	})
}
