package logintest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// testLogout ends the session here and at the provider, starting from either side.
func testLogout(t *testing.T, p *peer) {
	t.Run("from here", func(t *testing.T) {
		a := newApp(t, p.Provider)
		a.loggedIn(t, a.Browser, "ada")
		stolen := a.newBrowser(p.Provider)
		stolen.Jar = a.Jar.Copy()
		page := a.Fetch(t, shop, "POST", shop+"/auth/logout")
		a.want(t, page, 200, `"location":`)
		if page.Header.Get("Clear-Site-Data") != `"cache"` {
			t.Errorf("Clear-Site-Data is %q", page.Header.Get("Clear-Site-Data"))
		}
		a.wantNoSession(t, a.Browser)
		var answer struct{ Location string }
		if err := json.Unmarshal([]byte(page.Body), &answer); err != nil {
			t.Fatal(err)
		}
		page = a.Link(t, shop+"/", answer.Location)
		if p.kind == OIDCProvider { // it asks the user first
			page = page.Submit(t, url.Values{"logout": {"yes"}})
		}
		if a.want(t, page, 200, "the page of the app"); page.URL.String() != loggedOut {
			t.Errorf("the logout leads to %s", page.URL)
		}
		a.begin(t, a.Browser, "/") // fails unless it shows the sign-in form
		a.want(t, a.Fetch(t, shop, "POST", shop+"/auth/logout"), 200, `"location":`)

		// Sessions are stateless. A copy is good until its token expires. It cannot be refreshed then, since the logout has
		// revoked the refresh token at the provider.
		a.wantSession(t, stolen, "ada")
		a.clock.advance(59*time.Minute + 30*time.Second)
		_, page = a.refresh(t, stolen, 401)
		if got := stolen.Jar.Names("__Host-session"); got != nil {
			t.Errorf("the cookies %q are kept: %q", got, page.Header["Set-Cookie"])
		}
	})
	t.Run("by a form", func(t *testing.T) {
		a := newApp(t, p.Provider)
		a.loggedIn(t, a.Browser, "ada")
		page := a.Post(t, shop+"/", shop+"/auth/logout", url.Values{})
		if len(page.Visited) < 2 || !strings.HasPrefix(page.Visited[1], p.URL) {
			t.Errorf("the form leads to %q", page.Visited)
		}
		a.wantNoSession(t, a.Browser)
	})
	t.Run("at the provider", func(t *testing.T) {
		a := newApp(t, p.Provider)
		a.loggedIn(t, a.Browser, "ada")
		p.Forget(t)
		a.wantSession(t, a.Browser, "ada") // until the token expires, because the guard does not ask the provider
		a.clock.advance(59*time.Minute + 30*time.Second)
		p.Requests()
		a.refresh(t, a.Browser, 401)
		if got := Grants(p.Requests(), "refresh_token"); len(got) != 1 || !strings.Contains(got[0].Answer, "invalid_grant") {
			t.Errorf("the provider answers %v", got)
		}
		a.wantNoSession(t, a.Browser)
	})
	t.Run("at a provider without revocation and end of sessions", func(t *testing.T) {
		p.Edit(func(r *http.Request, status int, body []byte) (int, []byte) {
			var metadata map[string]any
			if json.Unmarshal(body, &metadata) != nil || metadata["token_endpoint"] == nil {
				return status, body
			}
			delete(metadata, "revocation_endpoint")
			delete(metadata, "end_session_endpoint")
			text, _ := json.Marshal(metadata)
			return status, text
		})
		defer p.Edit(nil)
		a := newApp(t, p.Provider)
		a.loggedIn(t, a.Browser, "ada")
		stolen := a.newBrowser(p.Provider)
		stolen.Jar = a.Jar.Copy()
		a.want(t, a.Fetch(t, shop, "POST", shop+"/auth/logout"), 200, `{"location":"/"}`)
		a.wantNoSession(t, a.Browser)
		a.clock.advance(59*time.Minute + 30*time.Second)
		a.refresh(t, stolen, 200) // the copy stays valid, as docs/ending-sessions.md says
		a.wantSession(t, stolen, "ada")
	})
	t.Run("while the provider is down", func(t *testing.T) {
		a := newApp(t, p.Provider)
		a.loggedIn(t, a.Browser, "ada")
		p.Down(503)
		defer p.Up()
		a.want(t, a.Fetch(t, shop, "POST", shop+"/auth/logout"), 200, `"location":`)
		a.wantNoSession(t, a.Browser)
	})
}
