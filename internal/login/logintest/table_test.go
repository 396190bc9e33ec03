package logintest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/driver"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/memory"
)

// inTable has the tests of sessions in a table. Some are the same as for sessions in cookies. They are repeated here
// because the login, the guard and the provider use the table in between.
var inTable = []struct {
	name string
	test func(*testing.T, *peer)
}{
	{"Login", testLogin},
	{"Claims", testClaims},
	{"KeyRotationAtTheProvider", testKeyRotationAtTheProvider},
	{"CrossSite", testCrossSite},
	{"ProviderDown", testProviderDown},
	{"Returns", testReturns},
	{"LoggedOut", testLoggedOutInTable},
	{"RenewedByTheGuard", testRenewedByTheGuard},
	{"KeyRotationOfSessions", testKeyRotationInTable},
	{"LargeSessions", testLargeSessionsInTable},
	{"Race", testRaceInTable},
	{"Tabs", testTabsInTable},
	{"BackChannel", testBackChannel},
	{"Sessions", testSessionsInTable},
}

// tables are tables in memory, by name.
type tables struct {
	mu     sync.Mutex
	byName map[string]*memory.Table
}

// tablesOf has the tables of all apps. The guard opens them as it opens those of Amazon DynamoDB.
var tablesOf = &tables{byName: map[string]*memory.Table{}}

func init() { driver.Open = tablesOf.open }

// add registers a table under a name until the test ends.
func (t *tables) add(test *testing.T, table *memory.Table) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	name := fmt.Sprintf("sessions-%p", table)
	t.byName[name] = table
	test.Cleanup(func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.byName, name)
	})
	return name
}

func (t *tables) open(_ func(string) string, name string) (tablesession.Table, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if table := t.byName[name]; table != nil {
		return table, nil
	}
	return nil, fmt.Errorf("no table %q", name)
}

// tableRoutes begins the routes of an access table with those of a login with a table.
const tableRoutes = `"routes":[
{"route":"POST /auth/backchannel-logout","elsewhere":true},
{"route":"GET /auth/sessions","elsewhere":true},
{"route":"POST /auth/logout-all","elsewhere":true},
{"route":"GET /auth/subjects/{subject}/sessions","requires":[{"kind":"group","anyOf":["admins"]}]},
{"route":"POST /auth/subjects/{subject}/logout","requires":[{"kind":"group","anyOf":["admins"]}]},`

// copied returns a thief's browser with the same cookies.
func (a *app) copied(p *peer, original *Browser) *Browser {
	b := a.newBrowser(p.Provider)
	b.Jar = original.Jar.Copy()
	return b
}

// testLoggedOutInTable checks that a copied cookie of an ended session is worthless, whatever the provider does.
func testLoggedOutInTable(t *testing.T, p *peer) {
	for name, c := range map[string]struct{ prepare, mend func() }{
		"with the provider":             {func() {}, func() {}},
		"while the provider is down":    {func() { p.Down(503) }, p.Up},
		"while the provider is cut off": {func() { p.Down(0) }, p.Up},
	} {
		t.Run(name, func(t *testing.T) {
			a := newApp(t, p.Provider)
			a.loggedIn(t, a.Browser, "ada")
			stolen := a.copied(p, a.Browser)
			a.wantSession(t, stolen, "ada")
			c.prepare()
			defer c.mend()
			a.want(t, a.Fetch(t, shop, "POST", shop+"/auth/logout"), 200, `"location":`)
			a.wantNoSession(t, a.Browser)
			a.orders(t, stolen, 401)
			a.refresh(t, stolen, 401)
		})
	}
	t.Run("at the provider", func(t *testing.T) {
		a := newApp(t, p.Provider, func(s *setup) { // the token expires long before the session
			s.config.IdleTimeout, s.guard.Session.IdleTimeout = 2*time.Hour, 2*time.Hour
		})
		a.loggedIn(t, a.Browser, "ada")
		p.Forget(t)
		a.wantSession(t, a.Browser, "ada") // until the token expires
		stolen := a.copied(p, a.Browser)
		a.clock.advance(61 * time.Minute)
		p.Requests()
		a.orders(t, a.Browser, 401)
		if got := Grants(p.Requests(), "refresh_token"); len(got) != 1 || !strings.Contains(got[0].Answer, "invalid_grant") {
			t.Errorf("the provider answers %v", got)
		}
		a.refresh(t, stolen, 401)
		if got := Grants(p.Requests(), "refresh_token"); len(got) != 0 {
			t.Errorf("the provider is asked again: %v", got)
		}
	})
}

// testRenewedByTheGuard checks that a page needs no script: the guard renews an expired token, and refresh tokens
// rotate.
func testRenewedByTheGuard(t *testing.T, p *peer) {
	a := newApp(t, p.Provider)
	p.TTL(t, time.Minute)
	a.loggedIn(t, a.Browser, "ada")
	before := a.session(a.Browser)
	p.Requests()
	seen := map[string]bool{}
	for range 3 {
		a.clock.advance(61 * time.Second)
		p.TTL(t, time.Minute+time.Duration(a.clock.ahead.Load()))
		a.wantSession(t, a.Browser, "ada")
		got := Grants(p.Requests(), "refresh_token")
		if len(got) != 1 || got[0].Status != 200 || seen[got[0].Form.Get("refresh_token")] {
			t.Fatalf("refreshed by %v", got)
		}
		seen[got[0].Form.Get("refresh_token")] = true
	}
	p.TTL(t, time.Hour+time.Duration(a.clock.ahead.Load()))
	a.clock.advance(61 * time.Second)
	a.refresh(t, a.Browser, 200) // the login and the guard renew one session
	a.wantSession(t, a.Browser, "ada")
	if got := Grants(p.Requests(), "refresh_token"); len(got) != 1 {
		t.Errorf("refreshed by %v", got)
	}
	if after := a.session(a.Browser); len(after) != 1 || after[0] != before[0] {
		t.Errorf("the cookie changes from %q to %q", before, after)
	}
}

// testKeyRotationInTable rotates the secret with which items are sealed. A session that is in use continues.
func testKeyRotationInTable(t *testing.T, p *peer) {
	first, second := strings.Repeat("the first key ", 3), strings.Repeat("the second key ", 3)
	a := newApp(t, p.Provider, func(s *setup) { s.vault.set(keysARN, first) })
	a.loggedIn(t, a.Browser, "ada")
	a.vault.set(keysARN, second, first)
	a.clock.advance(7 * time.Minute) // more than a tenth of the idle timeout, so it is written again
	a.wantSession(t, a.Browser, "ada")
	a.vault.set(keysARN, second)
	a.clock.advance(6 * time.Minute)
	a.wantSession(t, a.Browser, "ada")
}

// testLargeSessionsInTable checks that a session that is too large for two cookies fits into the table.
func testLargeSessionsInTable(t *testing.T, p *peer) {
	for _, subject := range []string{"large", "huge"} {
		a := newApp(t, p.Provider)
		a.want(t, a.signIn(t, a.Browser, subject, "/orders"), 200, "")
		if got := a.session(a.Browser); len(got) != 1 || len(got[0]) > 100 {
			t.Errorf("%s: %d cookies", subject, len(got))
		}
		a.wantSession(t, a.Browser, subject)
	}
}

// testRaceInTable has simultaneous requests with an expired token, at the guard and at the login. Only one asks the
// provider, which would end the login if two used the same refresh token. All of them are answered.
func testRaceInTable(t *testing.T, p *peer) {
	a := newApp(t, p.Provider)
	p.TTL(t, time.Minute)
	a.loggedIn(t, a.Browser, "ada")
	a.clock.advance(61 * time.Second)
	p.TTL(t, time.Minute+time.Duration(a.clock.ahead.Load()))
	cookie := "__Host-session=" + a.session(a.Browser)[0]
	p.Requests()
	var statuses [10]int
	var done sync.WaitGroup
	for i := range statuses {
		done.Go(func() {
			verb, path := "GET", "/orders"
			if i%2 == 0 {
				verb, path = "POST", "/auth/refresh"
			}
			statuses[i] = a.raw(t, verb, path, "Cookie", cookie, "Sec-Fetch-Site", "same-origin").Status
		})
	}
	done.Wait()
	if got := Grants(p.Requests(), "refresh_token"); len(got) != 1 ||
		statuses != [10]int{200, 200, 200, 200, 200, 200, 200, 200, 200, 200} {
		t.Errorf("%d refreshes at the provider, answered with %v\n%s", len(got), statuses, a.log)
	}
	a.wantSession(t, a.Browser, "ada")
}

// testTabsInTable checks that the tabs of a browser share one session. It is renewed once for all of them, and ends in
// all.
func testTabsInTable(t *testing.T, p *peer) {
	a := newApp(t, p.Provider)
	p.TTL(t, time.Minute)
	a.loggedIn(t, a.Browser, "ada")
	tabs := []*Browser{a.Browser, a.Tab()}
	a.clock.advance(61 * time.Second)
	p.TTL(t, time.Minute+time.Duration(a.clock.ahead.Load()))
	p.Requests()
	for _, tab := range tabs {
		a.wantSession(t, tab, "ada")
	}
	if got := Grants(p.Requests(), "refresh_token"); len(got) != 1 {
		t.Errorf("%d refreshes at the provider", len(got))
	}
	a.want(t, tabs[0].Fetch(t, shop, "POST", shop+"/auth/logout"), 200, "")
	a.wantNoSession(t, tabs[1])
}

// testBackChannel logs out at the provider, which then notifies the login.
func testBackChannel(t *testing.T, p *peer) {
	if p.kind != OIDCProvider {
		t.Skip("zitadel/oidc sends no logout tokens")
	}
	// out logs a browser out at the provider, from another application.
	out := func(t *testing.T, b *Browser) {
		t.Helper()
		page := b.Link(t, attacker, p.URL+"/session/end").Submit(t, url.Values{"logout": {"yes"}})
		if page.Status != 200 {
			t.Fatalf("the provider answers %d %s", page.Status, page.Body)
		}
	}
	t.Run("of the session", func(t *testing.T) {
		a := newApp(t, p.Provider)
		a.loggedIn(t, a.Browser, "ada")
		other := a.newBrowser(p.Provider)
		a.loggedIn(t, other, "ada")
		stolen := a.copied(p, a.Browser)
		out(t, a.Browser)
		a.orders(t, a.Browser, 401)
		a.orders(t, stolen, 401)
		a.wantSession(t, other, "ada") // at another session of the provider
		if log := a.log.String(); !strings.Contains(log, `"route":"backchannel-logout","outcome":"logged_out","status":200`) {
			t.Errorf("log\n%s", log)
		}
	})
	t.Run("of the user", func(t *testing.T) {
		a := newApp(t, p.Provider, as(OtherClient))
		a.loggedIn(t, a.Browser, "ada")
		other, bob := a.newBrowser(p.Provider), a.newBrowser(p.Provider)
		a.loggedIn(t, other, "ada")
		a.loggedIn(t, bob, "bob")
		out(t, a.Browser)
		a.orders(t, a.Browser, 401)
		a.orders(t, other, 401)
		a.wantSession(t, bob, "bob")
	})
	t.Run("after a key rotation", func(t *testing.T) {
		a := newApp(t, p.Provider)
		a.loggedIn(t, a.Browser, "ada")
		p.Rotate(t)
		out(t, a.Browser)
		a.orders(t, a.Browser, 401)
	})
	t.Run("the same token again", func(t *testing.T) {
		a := newApp(t, p.Provider, as(OtherClient))
		a.loggedIn(t, a.Browser, "ada")
		var sent []byte
		p.BackChannel(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			sent = body(t, r)
			a.ServeHTTP(w, r)
		}))
		out(t, a.Browser)
		a.orders(t, a.Browser, 401)
		a.loggedIn(t, a.Browser, "ada")
		page := a.Post(t, attacker, shop+"/auth/backchannel-logout", mustQuery(t, sent))
		a.want(t, page, 400, "")
		a.wantSession(t, a.Browser, "ada")
	})
}

// testSessionsInTable lists and ends sessions: users do so with their own, and administrators with those of others.
func testSessionsInTable(t *testing.T, p *peer) {
	list := func(t *testing.T, a *app, b *Browser, path string) (current, others int) {
		t.Helper()
		page := b.Fetch(t, shop, "GET", shop+path)
		a.want(t, page, 200, "")
		var got struct{ Sessions []struct{ Current bool } }
		if err := json.Unmarshal([]byte(page.Body), &got); err != nil {
			t.Fatal(err)
		}
		for _, s := range got.Sessions {
			if s.Current {
				current++
			} else {
				others++
			}
		}
		if leaks := a.wire.Leaks(page.Body); leaks != nil {
			t.Errorf("the list has secrets: %q", leaks)
		}
		return current, others
	}
	t.Run("own", func(t *testing.T) {
		a := newApp(t, p.Provider)
		other, bob := a.newBrowser(p.Provider), a.newBrowser(p.Provider)
		a.loggedIn(t, a.Browser, "ada")
		a.loggedIn(t, other, "ada")
		a.loggedIn(t, bob, "bob")
		if current, others := list(t, a, a.Browser, "/auth/sessions"); current != 1 || others != 1 {
			t.Errorf("the list has %d and %d sessions", current, others)
		}
		a.want(t, a.Fetch(t, shop, "POST", shop+"/auth/logout-all"), 200, `"location":`)
		a.wantNoSession(t, a.Browser)
		a.orders(t, other, 401)
		a.wantSession(t, bob, "bob")
	})
	t.Run("of others", func(t *testing.T) {
		a := newApp(t, p.Provider)
		bob := a.newBrowser(p.Provider)
		a.loggedIn(t, a.Browser, "ada") // of the group "admins"
		a.loggedIn(t, bob, "bob")
		const sessions = "/auth/subjects/bob/"
		a.want(t, bob.Fetch(t, shop, "GET", shop+sessions+"sessions"), 403, "")
		a.want(t, bob.Fetch(t, shop, "POST", shop+"/auth/subjects/ada/logout"), 403, "")
		a.want(t, a.Browser.Fetch(t, attacker, "POST", shop+sessions+"logout"), 401, "")
		a.want(t, a.newBrowser(p.Provider).Fetch(t, shop, "GET", shop+sessions+"sessions"), 401, "")
		if current, others := list(t, a, a.Browser, sessions+"sessions"); current != 0 || others != 1 {
			t.Errorf("the list has %d and %d sessions", current, others)
		}
		a.want(t, a.Fetch(t, shop, "POST", shop+sessions+"logout"), 200, `{"ended":1}`)
		a.orders(t, bob, 401)
		a.wantSession(t, a.Browser, "ada")
	})
}

// body returns the body of a request, which can then be read again.
func body(t *testing.T, r *http.Request) []byte {
	t.Helper()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(text))
	return text
}

func mustQuery(t *testing.T, text []byte) url.Values {
	t.Helper()
	v, err := url.ParseQuery(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}
