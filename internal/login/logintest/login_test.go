package logintest

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// testLogin logs in at each provider, with each way in which a client authenticates.
func testLogin(t *testing.T, p *peer) {
	for _, client := range []string{BasicClient, PostClient, KeyClient} {
		t.Run(client, func(t *testing.T) {
			a := newApp(t, p.Provider, as(client))
			p.Requests()
			page := a.begin(t, a.Browser, "/orders?page=2")
			pushed := slices.ContainsFunc(p.Requests(), func(r Request) bool { return r.Path == "/request" })
			if p.kind == OIDCProvider != pushed {
				t.Errorf("the request is pushed: %t", pushed)
			}
			page = page.Submit(t, url.Values{"subject": {"ada"}})
			a.want(t, page, 200, "")
			if page.Refused != nil {
				t.Errorf("the browser refuses %q", page.Refused)
			}
			if got := page.Header.Get("Cache-Control"); !strings.Contains(got, "no-store") {
				t.Errorf("Cache-Control of the callback: %q", got)
			}
			if attempts := a.Jar.Names("__Host-login-"); attempts != nil {
				t.Errorf("attempts are left: %q", attempts)
			}
			page = page.Refresh(t)
			if a.want(t, page, 200, `"principal":"ada"`); page.URL.String() != shop+"/orders?page=2" {
				t.Errorf("the login leads to %s", page.URL)
			}
			wantExchange(t, p.kind, p.Requests(), client)
			a.wantSession(t, a.Browser, "ada")
			for verb, status := range map[string]int{"POST": 200, "DELETE": 200} {
				a.want(t, a.Fetch(t, shop, verb, shop+"/orders"), status, "")
			}
			var session struct{ Subject, Name, Email string }
			text := a.Fetch(t, shop, "GET", shop+"/auth/session").Body
			if err := json.Unmarshal([]byte(text), &session); err != nil || session.Name != "Name of ada" ||
				session.Email != "ada@shop.test" || a.wire.Leaks(text) != nil {
				t.Errorf("the session is %s", text)
			}

			other := a.newBrowser(p.Provider)
			a.loggedIn(t, other, "bob") // of no group
			a.want(t, a.Fetch(t, shop, "DELETE", shop+"/orders"), 200, "")
			a.want(t, other.Fetch(t, shop, "DELETE", shop+"/orders"), 403, "")

			// The provider's clock does not move, and zitadel refuses assertions of later than now.
			if p.kind != Zitadel || client != KeyClient {
				a.clock.advance(59*time.Minute + 30*time.Second)
				p.Requests()
				a.refresh(t, a.Browser, 200)
				if got := Grants(p.Requests(), "refresh_token"); len(got) != 1 || got[0].Status != 200 {
					t.Errorf("refreshed by %v", got)
				}
			}
			p.Requests()
			a.want(t, a.Fetch(t, shop, "POST", shop+"/auth/logout"), 200, `"location":`)
			if got := p.Requests(); len(got) != 1 || got[0].Form.Get("token") == "" || got[0].Status != 200 {
				t.Errorf("revoked by %v", got)
			}
			a.wantNoSession(t, a.Browser)
		})
	}
	t.Run("cancelled", func(t *testing.T) {
		a := newApp(t, p.Provider)
		page := a.begin(t, a.Browser, "/orders").Submit(t, url.Values{"deny": {"yes"}})
		a.refused(t, page, 403)
		a.wantNoSession(t, a.Browser)
	})
	t.Run("below a stage", func(t *testing.T) {
		a := newApp(t, p.Provider)
		a.base = "/prod"
		page := a.Link(t, shop+"/prod/", shop+"/prod/auth/login?return=/orders").Submit(t, url.Values{"subject": {"ada"}})
		if a.want(t, page, 200, ""); page.URL.Path != "/prod/auth/callback" {
			t.Errorf("the callback is %s", page.URL)
		}
		if page = page.Refresh(t); page.URL.String() != shop+"/prod/orders" {
			t.Errorf("the login leads to %s", page.URL)
		}
		a.want(t, page, 200, `"principal":"ada"`)
	})
	t.Run("with a redirect URI that is not registered", func(t *testing.T) {
		a := newApp(t, p.Provider, func(s *setup) { s.config.Path = "/login" })
		a.path = "/login"
		page := a.Link(t, shop+"/", shop+"/login/login?return=/")
		if a.Jar.Names("__Host-session") != nil {
			t.Error("there is a session")
		}
		if p.kind == Zitadel { // it reports this error itself
			a.want(t, page, 400, "")
			return
		}
		// A pushed request is refused permanently. Trying again in a minute does not help.
		if a.want(t, page, 500, "operators"); page.Header["Set-Cookie"] != nil {
			t.Errorf("cookies are set: %q", page.Header["Set-Cookie"])
		}
	})
	t.Run("three attempts at most", func(t *testing.T) {
		a := newApp(t, p.Provider)
		var pages []*Page
		for range 4 {
			a.clock.advance(2 * time.Second) // attempts count in seconds
			pages = append(pages, a.begin(t, a.Browser, "/orders"))
			if n := len(a.Jar.Names("__Host-login-")); n > 3 {
				t.Errorf("%d attempts are alive", n)
			}
		}
		a.refused(t, pages[0].Submit(t, url.Values{"subject": {"ada"}}), 400)
		for _, page := range pages[1:] {
			a.want(t, page.Submit(t, url.Values{"subject": {"ada"}}), 200, "")
		}
		a.wantSession(t, a.Browser, "ada")
	})
}

// wantExchange checks the requests that a login sent to the provider.
func wantExchange(t *testing.T, kind Kind, requests []Request, client string) {
	t.Helper()
	for _, r := range requests {
		if r.Verb != "GET" || r.Query.Get("client_id") == "" { // the authorization request
			continue
		}
		if q := r.Query; kind == Zitadel && (q.Get("code_challenge_method") != "S256" || len(q.Get("nonce")) < 22 ||
			len(q.Get("state")) < 22) {
			t.Errorf("the authorization request is %v", q)
		}
	}
	exchanges := Grants(requests, "authorization_code")
	if len(exchanges) != 1 {
		t.Fatalf("the code is exchanged %d times", len(exchanges))
	}
	f := exchanges[0].Form
	if f.Get("redirect_uri") != callback || len(f.Get("code_verifier")) < 43 {
		t.Errorf("the code is exchanged by %v", f)
	}
	has := map[string]bool{
		BasicClient: exchanges[0].Header.Get("Authorization") != "", PostClient: f.Get("client_secret") != "",
		KeyClient: f.Get("client_assertion") != "",
	}
	for method, has := range has {
		if has != (method == client) {
			t.Errorf("%s authenticates as %s does: %t", client, method, has)
		}
	}
}
