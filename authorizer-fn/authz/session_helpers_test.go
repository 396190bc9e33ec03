package authz

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/internal/secretsmanager"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

const (
	sessionHost   = "shop.example.com"
	sessionSecret = "Zx81-canary: the keys of sessions, 32 bytes or more"
	refreshToken  = "Zx81-canary-refresh-token"
	siblingPage   = "https://www.example.com"
)

func goodSession() *Session { return &Session{Host: sessionHost, KeysARN: secretName} }

// withSessions sets sessions. The authorizer fetches keys and secrets without a network.
func withSessions(vault *secretsManager) func(*setup) {
	return func(s *setup) {
		vault.use(s, "")
		s.config = goodConfig()
		s.config.Session = goodSession()
		keys := s.options.Transport
		s.options.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			if strings.HasPrefix(r.URL.Host, "secretsmanager.") {
				return keys.RoundTrip(r)
			}
			return s.issuer.RoundTrip(r)
		})
	}
}

// onePerRequest sets PerRequest, and allows pages of sibling hosts.
func onePerRequest(s *setup) {
	s.config.PerRequest, s.config.Session.AllowOrigins = true, []string{siblingPage, "https://shop2.example.com"}
	s.routes = strings.Replace(testRoutes, `{"route":"GET /me"}`, `{"route":"GET /me","forward":true}`, 1)
}

// sessionFixture is an authorizer with sessions, and the store of a login that creates them.
type sessionFixture struct {
	*fixture
	store *session.Store
	vault *secretsManager
	seals []string // the log must not contain parts of these
}

func newSessions(t testing.TB, changes ...func(*setup)) *sessionFixture {
	t.Helper()
	vault := &secretsManager{value: sessionSecret}
	f := &sessionFixture{
		fixture: newFixture(t, append([]func(*setup){withSessions(vault)}, changes...)...), vault: vault,
		seals: []string{sessionSecret, refreshToken},
	}
	f.store = f.storeOf(t, session.Options{})
	return f
}

// storeOf returns the store of a login that uses the same secret.
func (f *sessionFixture) storeOf(t testing.TB, o session.Options) *session.Store {
	t.Helper()
	client := secretsmanager.Client{
		Getenv: func(name string) string {
			return map[string]string{
				"AWS_ACCESS_KEY_ID":     "AKIDEXAMPLE",
				"AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
				"AWS_SESSION_TOKEN":     "session-token",
			}[name]
		},
		Now: f.clock.Now,
		Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			w := httptest.NewRecorder()
			f.vault.ServeHTTP(w, r)
			return w.Result(), nil
		}),
	}
	if o.Host == "" {
		o.Host = sessionHost
	}
	o.Keys, o.Now = session.NewKeys(client.Versions(secretName), f.clock.Now), f.clock.Now
	store, err := session.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// opened returns a session with the access token, which expires after five minutes.
func (f *sessionFixture) opened(accessToken string) *session.Session {
	now := f.clock.Now()
	return &session.Session{
		Token: accessToken, Refresh: refreshToken, Subject: "user-1", Email: "Zx81-canary@example.com",
		Started: now, Active: now, Got: now, Expires: now.Add(5 * time.Minute),
	}
}

// sealed returns the Cookie header for a session.
func (f *sessionFixture) sealed(t testing.TB, store *session.Store, x *session.Session) string {
	t.Helper()
	set, err := store.Seal(t.Context(), x)
	if err != nil {
		t.Fatal(err)
	}
	var pairs []string
	for _, s := range set {
		pair, _, _ := strings.Cut(s, "; ")
		name, value, _ := strings.Cut(pair, "=")
		if value != "" {
			pairs = append(pairs, name+"="+value)
			f.seals = append(f.seals, value)
		}
	}
	f.seals = append(f.seals, x.Token)
	return strings.Join(pairs, "; ")
}

// browses returns an event like that of a request from a page of the same host.
func browses(verb, path, cookie string, change ...func(http.Header)) []byte {
	h := http.Header{"Cookie": {cookie}, "Sec-Fetch-Site": {"same-origin"}}
	for _, c := range change {
		c(h)
	}
	return authztest.RequestEvent(verb, path, h, nil)
}

func with(name string, values ...string) func(http.Header) {
	return func(h http.Header) { h[name] = values }
}

func without(name string) func(http.Header) { return func(h http.Header) { delete(h, name) } }

// checkSecrets fails the test if the log contains a part of a secret, a cookie or a token, encoded or decoded.
func (f *sessionFixture) checkSecrets(t testing.TB) {
	t.Helper()
	log := f.log.String()
	for _, id := range []string{
		"8476a536-e9f4-11e8-9739-2dfe598c3fcd",
		"c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
		"1-5759e988-bd862e3fe1be46a994272793",
	} {
		log = strings.ReplaceAll(log, id, "")
	}
	if strings.Contains(log, "canary") {
		t.Fatalf("the log contains a secret: %s", log)
	}
	for _, secret := range f.seals {
		for part := range strings.SplitSeq(secret, ".") {
			for at := 0; at+12 <= len(part); at += 4 {
				if strings.Contains(log, part[at:at+12]) {
					t.Fatalf("the log contains %q: %s", part[at:at+12], log)
				}
			}
		}
	}
}

const writing = "orders:read orders:write"
