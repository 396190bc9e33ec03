package logintest

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// testKeyRotationAtTheProvider changes the signing key while there are sessions. They continue, and new ones can begin.
func testKeyRotationAtTheProvider(t *testing.T, p *peer) {
	a := newApp(t, p.Provider)
	a.loggedIn(t, a.Browser, "ada")
	p.Rotate(t)
	a.clock.advance(31 * time.Second) // for keys are not fetched more often
	a.wantSession(t, a.Browser, "ada")
	other := a.newBrowser(p.Provider)
	a.loggedIn(t, other, "bob")
	a.wantSession(t, a.Browser, "ada")
	a.clock.advance(59 * time.Minute)
	for who, b := range map[string]*Browser{"ada": a.Browser, "bob": other} {
		a.refresh(t, b, 200)
		a.wantSession(t, b, who)
	}
}

// testKeyRotationOfSessions rotates the secret with which sessions are sealed. All sessions continue.
func testKeyRotationOfSessions(t *testing.T, p *peer) {
	first, second, third := strings.Repeat("the first key ", 3), strings.Repeat("the second key ", 3),
		strings.Repeat("the third key ", 3)
	a := newApp(t, p.Provider, func(s *setup) { s.vault.set(keysARN, first) })
	a.loggedIn(t, a.Browser, "ada")
	before := a.session(a.Browser)
	a.vault.set(keysARN, second, first)
	a.clock.advance(6 * time.Minute) // after which the keys are fetched again
	a.wantSession(t, a.Browser, "ada")
	a.refresh(t, a.Browser, 200)
	if slices.Equal(a.session(a.Browser), before) {
		t.Error("the session is not sealed again")
	}
	a.vault.set(keysARN, third, second)
	a.clock.advance(6 * time.Minute)
	a.wantSession(t, a.Browser, "ada")
	a.refresh(t, a.Browser, 200)
	a.want(t, a.raw(t, "GET", "/orders", "Sec-Fetch-Site", "same-origin", "Cookie", "__Host-session="+before[0]), 401, "")
}
