package logintest

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// testClaims has a guard that reads claims of the ID token, which the session keeps.
func testClaims(t *testing.T, p *peer) {
	a := newApp(t, p.Provider, func(s *setup) {
		s.config.Claims = []string{"email"}
		s.guard.Issuers[0].Audiences, s.guard.Issuers[0].GroupsClaim = []string{BasicClient}, "email"
		s.table = strings.Replace(table, `"scope","anyOf":["orders/read"]`, `"group","anyOf":["ada@shop.test"]`, 1)
	})
	a.loggedIn(t, a.Browser, "ada")
	a.want(t, a.Fetch(t, shop, "POST", shop+"/orders"), 403, "")
	bob := a.newBrowser(p.Provider)
	a.want(t, a.signIn(t, bob, "bob", "/orders"), 200, "")
	a.orders(t, bob, 403)

	a.clock.advance(59*time.Minute + 30*time.Second) // ID tokens are good for an hour, too
	a.refresh(t, a.Browser, 200)
	a.wantSession(t, a.Browser, "ada")
	if len(Grants(p.Requests(), "refresh_token")) != 1 {
		t.Error("the session is not refreshed at the provider")
	}

	// A refresh that answers with another user's ID token ends the session: OpenID Connect Core 1.0, section 12.2.
	var bobs []byte
	p.Edit(func(_ *http.Request, status int, body []byte) (int, []byte) {
		if tokensOf(body) != nil {
			bobs = body
		}
		return status, body
	})
	a.refresh(t, bob, 200)
	p.Edit(func(_ *http.Request, status int, body []byte) (int, []byte) {
		if tokensOf(body) != nil {
			return status, bobs
		}
		return status, body
	})
	a.clock.advance(11 * time.Second)
	a.refresh(t, a.Browser, 401)
	a.wantNoSession(t, a.Browser)
}
