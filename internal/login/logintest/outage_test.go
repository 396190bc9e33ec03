package logintest

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"
)

// testProviderDown cuts off the provider. Users who are logged in can continue, and the others get a page that says so.
func testProviderDown(t *testing.T, p *peer) {
	for name, status := range map[string]int{"cut": 0, "500": 500, "503": 503, "429": 429} {
		t.Run(name, func(t *testing.T) {
			a := newApp(t, p.Provider)
			a.loggedIn(t, a.Browser, "ada")

			// The provider is unavailable when the browser comes back from it.
			p.Edit(func(r *http.Request, was int, body []byte) (int, []byte) {
				if tokensOf(body) == nil {
					return was, body
				}
				if status == 0 {
					return 502, nil
				}
				return status, nil
			})
			page := a.begin(t, a.Browser, "/orders").Submit(t, url.Values{"subject": {"ada"}})
			p.Edit(nil)
			if page.Status != 502 && page.Status != 503 {
				t.Errorf("the callback answers %d: %s", page.Status, page.Body)
			}
			a.refused(t, page, page.Status)
			a.wantSession(t, a.Browser, "ada")

			p.Down(status)
			defer p.Up()
			a.wantSession(t, a.Browser, "ada")
			a.clock.advance(59*time.Minute + 30*time.Second)
			a.wantSession(t, a.Browser, "ada")
			before := a.session(a.Browser)
			_, refused := a.refresh(t, a.Browser, 503)
			if lines := refused.Header["Set-Cookie"]; lines != nil || !slices.Equal(a.session(a.Browser), before) {
				t.Errorf("the cookies change: %q", lines)
			}
			a.wantSession(t, a.Browser, "ada")
			p.Up()
			a.refresh(t, a.Browser, 200)
			a.wantSession(t, a.Browser, "ada")
		})
	}
	t.Run("from the beginning", func(t *testing.T) {
		p.Down(503)
		defer p.Up()
		a := newApp(t, p.Provider)
		page := a.Link(t, shop+"/", shop+"/auth/login?return=/orders")
		if page.Status != 502 && page.Status != 503 {
			t.Errorf("the login answers %d: %s", page.Status, page.Body)
		}
		a.refused(t, page, page.Status)
		p.Up()
		a.clock.advance(31 * time.Second)
		a.loggedIn(t, a.Browser, "ada")
	})
}
