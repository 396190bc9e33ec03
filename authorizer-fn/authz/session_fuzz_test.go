package authz

import (
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

// FuzzSessionEvent checks, for all cookies and sites, that a request is allowed only with the encrypted session, and an
// unsafe verb only from the same origin. The log must not contain secrets.
func FuzzSessionEvent(f *testing.F) {
	vault := &secretsManager{value: sessionSecret}
	a := fuzzed(withSessions(vault), func(s *setup) {
		s.issuer.Publish(authztest.Ed25519("ed"))
		s.config.Issuers[0].Algorithms = []string{"EdDSA"}
	})
	s := &sessionFixture{fixture: a(), vault: vault}
	s.store = s.storeOf(f, session.Options{Random: zeros{}})
	good := authztest.Ed25519("ed").Token("EdDSA", goodClaims().With(object{"scope": writing}))
	header := s.sealed(f, s.store, s.opened(good))
	_, sealed, _ := strings.Cut(header, "=")
	for _, site := range []string{"same-origin", "same-site", "none", "", "same-origin, none"} {
		for _, cookie := range []string{header, "a=b; " + header, header + "; " + header, header[:60], header + "A", ""} {
			f.Add(cookie, site, true)
			f.Add(cookie, site, false)
		}
	}
	f.Fuzz(func(t *testing.T, cookie, site string, change bool) {
		verb := "GET"
		if change {
			verb = "POST"
		}
		event := browses(verb, "/orders", cookie, with("Sec-Fetch-Site", site))
		got := s.outcome(t, event)
		log := s.log.taken()
		if got == fault || got == elsewise {
			t.Fatalf("got %s, want an answer; log: %s", got, log)
		}
		if got == allow && (!strings.Contains(cookie, "__Host-session="+sealed) || change && site != "same-origin") {
			t.Fatalf("%s with the cookie %q from the site %q: got %s", verb, cookie, site, got)
		}
		if strings.Contains(log, "canary") || len(sealed) > 0 && strings.Contains(log, sealed[:20]) {
			t.Fatalf("the log contains a secret: %s", log)
		}
	})
}

// zeros replaces randomness, so that all fuzzing processes use the same salts.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
