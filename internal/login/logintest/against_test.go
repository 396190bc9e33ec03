package logintest

import (
	"flag"
	"log/slog"
	"testing"
	"time"
)

// peer is a provider of one kind. The tests log in at it one after the other.
type peer struct {
	*Provider
	kind  Kind
	other *Provider // another one of the kind
}

// run runs a test with the provider in its initial state.
func (p *peer) run(t *testing.T, test func(*testing.T, *peer)) {
	p.Up()
	p.Edit(nil)
	p.TTL(t, time.Hour)
	p.Requests()
	test(t, p)
}

// TestAgainst runs these tests with each provider, and with -short, as the race detector does, with the first.
func TestAgainst(t *testing.T) {
	// others is the log that is written with package log/slog, as lambdahttp does.
	var others journal
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&others, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	for _, kind := range Kinds {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			s := Settings{RedirectURIs: []string{callback, shop + "/prod/auth/callback"}, LoggedOutURI: loggedOut,
				LogoutURI: shop + "/auth/backchannel-logout", Wire: &Wire{}}
			p := &peer{kind: kind, other: Start(t, kind, s)}
			t.Run("Provider", func(t *testing.T) { testProvider(t, p.other) })
			if testing.Short() && kind != Kinds[0] {
				return
			}
			p.Provider = Start(t, kind, s)
			for _, c := range []struct {
				name string
				test func(*testing.T, *peer)
			}{
				{"Login", testLogin},
				{"IDToken", testIDToken},
				{"Refresh", testRefresh},
				{"Claims", testClaims},
				{"Logout", testLogout},
				{"KeyRotationAtTheProvider", testKeyRotationAtTheProvider},
				{"KeyRotationOfSessions", testKeyRotationOfSessions},
				{"ProviderDown", testProviderDown},
				{"HostileCallback", testHostileCallback},
				{"HostileLogin", testHostileLogin},
				{"CrossSite", testCrossSite},
				{"Cookies", testCookies},
				{"LargeSessions", testLargeSessions},
				{"Returns", testReturns},
				{"Tabs", testTabs},
				{"Race", testRace},
			} {
				t.Run(c.name, func(t *testing.T) { p.run(t, c.test) })
			}
			t.Run("InTable", func(t *testing.T) {
				for _, c := range inTable {
					t.Run(c.name, func(t *testing.T) { p.run(t, c.test) })
				}
			})
			if leaks := p.wire.Leaks(others.String()); leaks != nil {
				t.Errorf("other logs contain secrets: %q", leaks)
			}
			if flag.Lookup("test.run").Value.String() != "" {
				return
			}
			// Each test's logs were searched for these.
			seen := p.wire.Secrets()
			want := []string{"Authorization", "access_token", "client_assertion", "code", "code_verifier", "cookie", "id_token",
				"nonce", "refresh_token", "secret", "state"}
			if kind == OIDCProvider {
				want = append(want, "logout_token")
			}
			for _, kind := range want {
				if seen[kind] == 0 {
					t.Errorf("no secret of the kind %q was seen", kind)
				}
			}
		})
	}
}
