package authz

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// If a session has no access token, the claims of the login's ID token decide.
func TestSessionClaims(t *testing.T) {
	good := object{"iss": testIssuer, "sub": "user-1", "scope": "orders:read", "exp": 1}.String()
	for _, c := range []struct{ name, claims, want, reason string }{
		{"good", good, allow, ""},
		{"without the scope", object{"iss": testIssuer, "sub": "user-1"}.String(), deny, "rights"},
		{"another issuer", object{"iss": "https://evil.example.com", "sub": "user-1"}.String(), reject, "issuer"},
		{"no issuer", object{"sub": "user-1"}.String(), reject, "issuer"},
		{"no subject", object{"iss": testIssuer}.String(), reject, "principal"},
		{"not JSON", "{", reject, "claims"},
		{"an array", "[]", reject, "issuer"},
		{"a duplicate name", `{"iss":"` + testIssuer + `","sub":"a","sub":"b"}`, reject, "claims"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newSessions(t)
			x := f.opened("")
			x.Claims = []byte(c.claims)
			event := browses("GET", "/orders", f.sealed(t, f.store, x))
			if got := f.outcome(t, event); got != c.want || f.reason() != c.reason {
				t.Errorf("got %s, %q, want %s, %q; log: %s", got, f.reason(), c.want, c.reason, f.log)
			}
			f.clock.Advance(5 * time.Minute)
			if got := f.outcome(t, event); got != reject || c.want == allow && f.reason() != "expired" {
				t.Errorf("after the ID token expired: got %s, %q, want %s, expired", got, f.reason(), reject)
			}
		})
	}
}

// A session's opaque token is introspected like a token in a header.
func TestSessionOpaqueToken(t *testing.T) {
	vault := &secretsManager{value: sessionSecret}
	a := &asked{tokens: map[string]object{}}
	f := &sessionFixture{vault: vault, fixture: newFixture(t, a.use, func(s *setup) {
		issuers, opaque := slices.Clone(s.config.Issuers), s.options.Transport
		withSessions(vault)(s)
		s.config.Issuers = issuers
		secrets := s.options.Transport
		s.options.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			if strings.HasPrefix(r.URL.Host, "secretsmanager.") {
				return secrets.RoundTrip(r)
			}
			return opaque.RoundTrip(r)
		})
	})}
	f.store = f.storeOf(t, session.Options{})
	a.know("Zx81-canary-opaque", goodAnswer())
	for text, want := range map[string]string{"Zx81-canary-opaque": allow, "Zx81-canary-inactive": reject} {
		event := browses("GET", "/orders", f.sealed(t, f.store, f.opened(text)))
		if got := f.outcome(t, event); got != want {
			t.Errorf("%s: got %s, want %s; log: %s", text, got, want, f.log)
		}
	}
	f.checkSecrets(t)
}

// The backend gets the access token only on a route with "forward", and only in an answer for one request that is
// allowed.
func TestForwardAccessToken(t *testing.T) {
	f := newSessions(t, onePerRequest)
	accessToken := token(object{"scope": writing})
	header := f.sealed(t, f.store, f.opened(accessToken))
	claims := f.opened("")
	claims.Claims = []byte(object{"iss": testIssuer, "sub": "user-1"}.String())
	for _, c := range []struct {
		name, want string
		event      []byte
	}{
		{"a route with forward", accessToken, browses("GET", "/me", header)},
		{"with forward, from the address bar", accessToken, browses("GET", "/me", header, with("Sec-Fetch-Site", "none"))},
		{"a route without forward", "", browses("GET", "/orders", header)},
		{"a route that is denied", "", browses("GET", "/reports", header)},
		{"a path without a route", "", browses("GET", "/me/too", header)},
		{"a session without an access token", "", browses("GET", "/me", f.sealed(t, f.store, claims))},
	} {
		answer, err := f.invoke(c.event)
		if err != nil {
			t.Fatalf("%s: got %v, want an answer", c.name, err)
		}
		doc, err := strictjson.Parse(answer)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := doc.Get("context").Get("accessToken").Text(); got != c.want ||
			c.want == "" && strings.Contains(answer, accessToken[:20]) {
			t.Errorf("%s: accessToken in the context: got %q, want %q", c.name, got, c.want)
		}
	}
	f.checkSecrets(t)
}

// Token forwarding requires sessions, and answers for one request.
func TestForwardAccessTokenErrors(t *testing.T) {
	const routes = `{"version":1,"routes":[{"route":"GET /orders","forward":true}]}`
	for name, change := range map[string]func(*setup){
		"no session": func(s *setup) { s.config.PerRequest = true },
		"cached":     withSessions(&secretsManager{value: sessionSecret}),
	} {
		_, err := tryFixture(change, func(s *setup) { s.routes = routes })
		if want := `route "GET /orders" is handed the access token`; !errors.Is(err, ErrConfig) ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want ErrConfig with %s", name, err, want)
		}
	}
}

// With PolicyEndsWithToken, the policy ends when the token or the session ends, whichever is first.
func TestPolicyEndsWithSession(t *testing.T) {
	f := newSessions(t, func(s *setup) { s.config.PolicyEndsWithToken = true })
	x := f.opened(token(nil))
	x.Active, x.Started = x.Active.Add(-59*time.Minute), x.Started.Add(-59*time.Minute)
	for want, x := range map[string]*session.Session{
		t0.Add(time.Minute).UTC().Format(time.RFC3339):     x,
		t0.Add(5 * time.Minute).UTC().Format(time.RFC3339): f.opened(token(nil)),
	} {
		answer, err := f.invoke(browses("GET", "/orders", f.sealed(t, f.store, x)))
		if err != nil || !strings.Contains(answer, `"aws:CurrentTime":"`+want+`"`) {
			t.Errorf("got %s, %v, want the end %s", answer, err, want)
		}
	}
}

// After a rotation of the keys, sessions of the old and of the new key are valid.
func TestSessionKeyRotation(t *testing.T) {
	f := newSessions(t)
	event := browses("GET", "/orders", f.sealed(t, f.store, f.opened(token(nil))))
	if got := f.outcome(t, event); got != allow {
		t.Fatal(got)
	}
	f.vault.turn("Zx81-canary: another secret of 32 bytes or more")
	f.clock.Advance(10 * time.Second)
	other := f.storeOf(t, session.Options{})
	if got := f.outcome(t, browses("GET", "/orders", f.sealed(t, other, f.opened(token(nil))))); got != allow {
		t.Errorf("new key: got %s, want %s; log: %s", got, allow, f.log)
	}
	if got := f.outcome(t, event); got != allow {
		t.Errorf("old key: got %s, want %s; log: %s", got, allow, f.log)
	}
	f.checkSecrets(t)
}

// A policy of the maximum size must not become too large when the authorizer adds the Deny of unsafe verbs.
func TestPolicyLimitLeavesRoomForSite(t *testing.T) {
	f := newSessions(t)
	plain := newFixture(t)
	c, err := f.policies()
	if err != nil {
		t.Fatal(err)
	}
	d, err := plain.policies()
	if err != nil {
		t.Fatal(err)
	}
	header := f.sealed(t, f.store, f.opened(token(nil)))
	full, _ := f.invoke(browses("GET", "/orders", header))
	part, _ := f.invoke(browses("GET", "/orders", header, with("Sec-Fetch-Site", "none")))
	if added := len(part) - len(full); added <= 0 || added > d.Limit-c.Limit {
		t.Errorf("the Deny of unsafe verbs: got %d bytes, want 1 to %d", added, d.Limit-c.Limit)
	}
}
