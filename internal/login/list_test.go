package login

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/login/logintest"
)

// listed parses a list of sessions.
func listed(t testing.TB, text string) []entry {
	t.Helper()
	var list struct{ Sessions []entry }
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return list.Sessions
}

// Users see where they are logged in, and which session is the current one. Nothing in the list can be used as a
// session.
func TestSessions(t *testing.T) {
	f := newTableFixture(t)
	f.logIn()
	f.clock.Advance(10 * time.Minute)
	second, stranger := f.other(), f.other()
	second.Open(t, auth+"login")
	f.idp.set(func() { f.idp.idToken = func(c map[string]any) { c["sub"] = "user-2" } })
	stranger.Open(t, auth+"login")
	p := second.Fetch(t, shop, "GET", auth+"sessions")
	got := listed(t, p.Body)
	now := testTime.Unix()
	want := []entry{
		{Started: now + 600, Active: now + 600, Idle: now + 600 + 3600, Ends: now + 600 + 12*3600, Current: true},
		{Started: now, Active: now, Idle: now + 3600, Ends: now + 12*3600},
	}
	if p.Status != 200 || len(got) != 2 || f.log.last(t).Route != "sessions" {
		t.Fatalf("%d %s, log %+v", p.Status, p.Body, f.log.last(t))
	}
	for i, e := range got {
		if e.ID == "" {
			t.Errorf("session %d has no id", i)
		}
		e.ID = ""
		if e != want[i] {
			t.Errorf("session %d: got %+v, want %+v", i, e, want[i])
		}
	}
	if kinds := f.wire.Leaks(p.Body); len(kinds) > 0 || strings.Contains(p.Body, "user-") {
		t.Errorf("the list contains %q: %s", kinds, p.Body)
	}
	for _, e := range got {
		r, _ := http.NewRequest("GET", "/auth/session", nil)
		r.Header.Set("Cookie", "__Host-session="+e.ID)
		if status := f.serve(r); status != http.StatusUnauthorized {
			t.Errorf("an id opens a session: %d", status)
		}
	}
	f.want(f.other().Fetch(t, shop, "GET", auth+"sessions"), http.StatusUnauthorized, "no_session")
}

// A logout of all sessions ends the caller's sessions in every browser, and no one else's.
func TestLogoutAll(t *testing.T) {
	f := newTableFixture(t)
	f.logIn()
	second, stranger := f.other(), f.other()
	second.Open(t, auth+"login")
	f.idp.set(func() { f.idp.idToken = func(c map[string]any) { c["sub"] = "user-2" } })
	stranger.Open(t, auth+"login")
	s, _ := f.sealed()
	p := f.post("logout-all")
	if got := f.log.last(t); p.Status != 200 || got.Outcome != "logged_out" || *got.Ended != 2 ||
		got.Principal != "user-1" ||
		!strings.HasPrefix(members(t, p)["location"].(string), idpOrigin+"/end?") {
		t.Errorf("%d %s, log %+v", p.Status, p.Body, got)
	}
	if form := f.idp.form("/revoke"); form.Get("token") != s.Refresh {
		t.Errorf("revocation %v", form)
	}
	if names := f.browser.Jar.Names("__Host-"); len(names) != 0 {
		t.Errorf("cookies %q", names)
	}
	f.want(second.Fetch(t, shop, "GET", auth+"session"), http.StatusUnauthorized, "session_ended")
	if n := f.status(stranger); n != 200 {
		t.Errorf("another user: %d", n)
	}
	f.want(f.post("logout-all"), http.StatusUnauthorized, "no_session")
	f.idp.set(func() { f.idp.idToken = nil })
	f.clock.Advance(time.Second)
	f.logIn()
	if n := f.status(f.browser); n != 200 {
		t.Errorf("a login afterwards: %d", n)
	}
}

// Another site cannot end a user's sessions.
func TestLogoutAllFromElsewhere(t *testing.T) {
	f := newTableFixture(t)
	f.logIn()
	f.want(f.browser.Post(t, attacker, auth+"logout-all", nil), http.StatusForbidden, "cross_site")
	f.want(f.browser.Fetch(t, "https://evil.example.test", "POST", auth+"logout-all"), http.StatusForbidden, "cross_site")
	r, _ := http.NewRequest("POST", "/auth/logout-all", nil)
	if status := f.serve(r); status != http.StatusUnauthorized || f.log.last(t).Reason != "no_fetch_site" {
		t.Errorf("no Sec-Fetch-Site: %d, %+v", status, f.log.last(t))
	}
	if n := f.status(f.browser); n != 200 {
		t.Errorf("the session has ended: %d", n)
	}
}

// as sends a request of a caller whom the guard has let in.
func (f *fixture) as(principal, verb, path string) *httptest.ResponseRecorder {
	f.t.Helper()
	r := httptest.NewRequest(verb, stage+path, nil)
	r = r.WithContext(WithRequest(r.Context(), Request{Principal: principal}))
	w := httptest.NewRecorder()
	f.serveAPI(w, r)
	return w
}

func admins(c *Config) { c.Table, c.Admins = "sessions", true }

// Administrators list and end the sessions of a subject. The log names both the administrator and the subject.
func TestSessionsOfASubject(t *testing.T) {
	f := newTableFixture(t, admins)
	second := f.other()
	for _, b := range []*logintest.Browser{f.browser, second} {
		b.Open(t, auth+"login")
	}
	w := f.as("admin-1", "GET", "/auth/subjects/user-1/sessions")
	got := listed(t, w.Body.String())
	if w.Code != 200 || len(got) != 2 || slices.ContainsFunc(got, func(e entry) bool { return e.Current || e.ID == "" }) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if l := f.log.last(t); l.Route != "subject-sessions" || l.Principal != "admin-1" || l.Subject != "user-1" {
		t.Errorf("log %+v", l)
	}
	w = f.as("admin-1", "GET", "/auth/subjects/user-2/sessions")
	if w.Code != 200 || w.Body.String() != "{\"sessions\":[]}\n" {
		t.Errorf("of a subject without sessions: %d %s", w.Code, w.Body)
	}
	w = f.as("admin-1", "POST", "/auth/subjects/user-1/logout")
	if w.Code != 200 || w.Body.String() != "{\"ended\":2}\n" {
		t.Errorf("logout: %d %s", w.Code, w.Body)
	}
	if l := f.log.last(t); l.Route != "subject-logout" || l.Outcome != "logged_out" || l.Principal != "admin-1" ||
		l.Subject != "user-1" || *l.Ended != 2 {
		t.Errorf("log %+v", l)
	}
	for _, b := range []*logintest.Browser{f.browser, second} {
		f.want(b.Fetch(t, shop, "GET", auth+"session"), http.StatusUnauthorized, "session_ended")
	}
}

// A subject in a path is decoded exactly once.
func TestSubjectsInPaths(t *testing.T) {
	f := newTableFixture(t, admins)
	f.idp.set(func() { f.idp.idToken = func(c map[string]any) { c["sub"] = "auth0|a b%2F" } })
	f.logIn()
	for _, subject := range []string{"auth0%7Ca%20b%252F", "auth0|a%20b%252F"} {
		if w := f.as("admin-1", "GET", "/auth/subjects/"+subject+"/sessions"); len(listed(t, w.Body.String())) != 1 {
			t.Errorf("%s: %d %s", subject, w.Code, w.Body)
		}
	}
	for _, path := range []string{
		"/auth/subjects//sessions", "/auth/subjects/sessions", "/auth/subjects/a/b/sessions", "/auth/subjects/a/sessions/",
		"/auth/subjects/a/session", "/auth/subjects/a", "/subjects/a/sessions", "/auth/subjects/a/logout",
	} {
		if w := f.as("admin-1", "GET", path); w.Code != 404 && w.Body.String() != "the API's own page" {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

// Only the guard makes an administrator: neither a session nor anything that a client sends does. If an API has no
// administrators, its function has no routes for them.
func TestAdministratorsAreTheGuards(t *testing.T) {
	f := newTableFixture(t, admins)
	f.logIn()
	for _, route := range []string{"GET sessions", "POST logout"} {
		verb, action, _ := strings.Cut(route, " ")
		path := "subjects/user-1/" + action
		f.want(f.browser.Fetch(t, shop, verb, auth+path, "X-Principal", "admin-1"), http.StatusUnauthorized, "no_caller")
		if n := f.status(f.browser); n != 200 {
			t.Errorf("%s: the session has ended: %d", route, n)
		}
		plain := newTableFixture(t)
		if w := plain.as("admin-1", verb, "/auth/"+path); w.Code != 404 {
			t.Errorf("%s of an API without administrators: %d", route, w.Code)
		}
	}
	f.table.away.Store(true)
	for _, route := range []string{"GET sessions", "POST logout"} {
		verb, action, _ := strings.Cut(route, " ")
		if w := f.as("admin-1", verb, "/auth/subjects/user-1/"+action); w.Code != http.StatusServiceUnavailable {
			t.Errorf("%s without the table: %d", route, w.Code)
		}
	}
}
