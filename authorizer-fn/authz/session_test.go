package authz

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/internal/secretsmanager"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

const (
	sessionHost   = "shop.example.com"
	sessionSecret = "Zx81-canary: the keys of sessions, 32 bytes or more"
	refreshToken  = "Zx81-canary-refresh-token"
	siblingPage   = "https://www.example.com"
)

func goodSession() *Session { return &Session{Host: sessionHost, KeysARN: secretName} }

// withSessions makes an authorizer with sessions, whose keys and secrets come without a network.
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

// onePerRequest makes each answer serve one request, and allows pages of a sibling host.
func onePerRequest(s *setup) {
	s.config.PerRequest, s.config.Session.AllowOrigins = true, []string{siblingPage, "https://shop2.example.com"}
	s.routes = strings.Replace(testRoutes, `{"route":"GET /me"}`, `{"route":"GET /me","forward":true}`, 1)
}

// sessionFixture is an authorizer with sessions, and the store of the login that makes them.
type sessionFixture struct {
	*fixture
	store *session.Store
	vault *secretsManager
	seals []string // every text that no log may hold a piece of
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
				"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
				"AWS_SESSION_TOKEN": "session-token",
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

// opened returns a session with this access token that is good for five minutes.
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

// browses returns a request as a page of the host sends it.
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

// checkSecrets fails if the log has a piece of a secret, a cookie or a token, encoded or decoded.
func (f *sessionFixture) checkSecrets(t testing.TB) {
	t.Helper()
	log := f.log.String()
	for _, id := range []string{"8476a536-e9f4-11e8-9739-2dfe598c3fcd", "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
		"1-5759e988-bd862e3fe1be46a994272793"} {
		log = strings.ReplaceAll(log, id, "")
	}
	if strings.Contains(log, "canary") {
		t.Fatalf("the log has a secret: %s", log)
	}
	for _, secret := range f.seals {
		for part := range strings.SplitSeq(secret, ".") {
			for at := 0; at+12 <= len(part); at += 4 {
				if strings.Contains(log, part[at:at+12]) {
					t.Fatalf("the log has %q: %s", part[at:at+12], log)
				}
			}
		}
	}
}

const writing = "orders:read orders:write"

// TestSessionContract checks the authorizer's answers to requests with sessions, case by case.
func TestSessionContract(t *testing.T) {
	good := token(nil)
	request := func(verb, path string, change ...func(http.Header)) func(*testing.T, *sessionFixture) []byte {
		return func(t *testing.T, f *sessionFixture) []byte {
			return browses(verb, path, f.sealed(t, f.store, f.opened(token(object{"scope": writing}))), change...)
		}
	}
	cookie := func(make func(t *testing.T, f *sessionFixture) string) func(*testing.T, *sessionFixture) []byte {
		return func(t *testing.T, f *sessionFixture) []byte { return browses("GET", "/orders", make(t, f)) }
	}
	split := func(t *testing.T, f *sessionFixture) []byte {
		return browses("GET", "/orders", "", with("Cookie", "a=b", f.sealed(t, f.store, f.opened(good))))
	}
	for _, c := range []struct {
		name, want, reason string
		only               string // the mode; both by default
		change             func(*setup)
		event              func(*testing.T, *sessionFixture) []byte
	}{
		{name: "a session", want: allow, event: request("GET", "/orders")},
		{name: "without the scope", want: deny, reason: "rights", event: cookie(func(t *testing.T, f *sessionFixture) string {
			return f.sealed(t, f.store, f.opened(token(object{"scope": "other"})))
		})},
		{name: "no Cookie header", want: reject, reason: "session", event: request("GET", "/orders", without("Cookie"))},
		{name: "other cookies alone", want: reject, reason: "session",
			event: request("GET", "/orders", with("Cookie", "a=b"))},
		{name: "an empty cookie", want: reject, reason: "session",
			event: request("GET", "/orders", with("Cookie", "__Host-session="))},
		{name: "a bare access token in the cookie", want: reject, reason: "session",
			event: request("GET", "/orders", with("Cookie", "__Host-session="+good))},
		{name: "an access token in Authorization alone", want: reject, reason: "session",
			event: request("GET", "/orders", without("Cookie"), with("Authorization", "Bearer "+good))},
		{name: "Authorization beside it is not looked at", want: allow,
			event: request("GET", "/orders", with("Authorization", "Bearer x"))},
		{name: "forged", want: reject, reason: "session", event: cookie(func(t *testing.T, f *sessionFixture) string {
			header := f.sealed(t, f.store, f.opened(good))
			return header[:40] + "AAAA" + header[44:]
		})},
		{name: "sealed for another host", want: reject, reason: "session",
			event: cookie(func(t *testing.T, f *sessionFixture) string {
				return f.sealed(t, f.storeOf(t, session.Options{Host: "evil.example.com"}), f.opened(good))
			})},
		{name: "sealed for another cookie", want: reject, reason: "session",
			event: cookie(func(t *testing.T, f *sessionFixture) string {
				header := f.sealed(t, f.storeOf(t, session.Options{Cookie: "__Host-other"}), f.opened(good))
				return strings.Replace(header, "__Host-other", "__Host-session", 1)
			})},
		{name: "another cookie's name, as configured", want: allow,
			change: func(s *setup) { s.config.Session.Cookie = "__Host-other" },
			event: cookie(func(t *testing.T, f *sessionFixture) string {
				return f.sealed(t, f.storeOf(t, session.Options{Cookie: "__Host-other"}), f.opened(good))
			})},
		{name: "ended by idle", want: reject, reason: "session_ended",
			event: cookie(func(t *testing.T, f *sessionFixture) string {
				x := f.opened(good)
				x.Active, x.Started = x.Active.Add(-time.Hour), x.Started.Add(-time.Hour)
				return f.sealed(t, f.store, x)
			})},
		{name: "ended by age", want: reject, reason: "session_ended",
			event: cookie(func(t *testing.T, f *sessionFixture) string {
				x := f.opened(good)
				x.Started = x.Started.Add(-12 * time.Hour)
				return f.sealed(t, f.store, x)
			})},
		{name: "ended by the configured idle time-out", want: reject, reason: "session_ended",
			change: func(s *setup) { s.config.Session.IdleTimeout = time.Minute },
			event: cookie(func(t *testing.T, f *sessionFixture) string {
				x := f.opened(good)
				x.Active = x.Active.Add(-time.Minute)
				return f.sealed(t, f.store, x)
			})},
		{name: "its token has expired", want: reject, reason: "expired",
			event: cookie(func(t *testing.T, f *sessionFixture) string {
				return f.sealed(t, f.store, f.opened(token(object{"exp": t0.Unix()})))
			})},
		{name: "its token has expired by the provider's answer", want: reject, reason: "expired",
			event: cookie(func(t *testing.T, f *sessionFixture) string {
				x := f.opened(good)
				x.Expires = f.clock.Now()
				return f.sealed(t, f.store, x)
			})},
		{name: "its token is of another issuer", want: reject, reason: "issuer",
			event: cookie(func(t *testing.T, f *sessionFixture) string {
				return f.sealed(t, f.store, f.opened(token(object{"iss": "https://evil.example.com"})))
			})},
		{name: "its token is forged", want: reject, reason: "signature",
			event: cookie(func(t *testing.T, f *sessionFixture) string {
				return f.sealed(t, f.store, f.opened(good[:len(good)-8]+"AAAAAAAA"))
			})},
		{name: "the cookie twice", want: reject, reason: "session",
			event: cookie(func(t *testing.T, f *sessionFixture) string {
				header := f.sealed(t, f.store, f.opened(good))
				return header + "; " + header
			})},
		{name: "the Cookie header twice", want: reject, reason: "session",
			event: func(t *testing.T, f *sessionFixture) []byte {
				header := f.sealed(t, f.store, f.opened(good))
				return browses("GET", "/orders", "", with("Cookie", header, header))
			}},
		// API Gateway caches by one of the headers. If it cached by the one with a=b, every caller with that header would get
		// this caller's answer.
		{name: "the Cookie header twice, once without it", want: reject, reason: "session", only: "cached", event: split},
		// Browsers split the header like this for HTTP/2. Nothing is cached.
		{name: "the Cookie header twice, once without it", want: allow, only: "per request", event: split},
		{name: "the Cookie header in another case besides", want: reject, reason: "session",
			event: request("GET", "/orders", with("cookie", "a=b"))},
		{name: "other cookies beside it", want: allow, event: cookie(func(t *testing.T, f *sessionFixture) string {
			return "a=b; session=c; " + f.sealed(t, f.store, f.opened(good)) + "; __host-session=d; e"
		})},
		{name: "a session in two cookies", want: allow, event: cookie(func(t *testing.T, f *sessionFixture) string {
			x := f.opened(good)
			x.Refresh = strings.Repeat("Zx81-canary ", 300)
			header := f.sealed(t, f.store, x)
			if !strings.Contains(header, "__Host-session-2=") {
				t.Fatal("it fits into one")
			}
			return header
		})},
		{name: "the first of two cookies alone", want: reject, reason: "session",
			event: cookie(func(t *testing.T, f *sessionFixture) string {
				x := f.opened(good)
				x.Refresh = strings.Repeat("Zx81-canary ", 300)
				first, _, _ := strings.Cut(f.sealed(t, f.store, x), "; ")
				return first
			})},
		{name: "Sec-Fetch-Site is missing", want: reject, reason: "session",
			event: request("GET", "/orders", without("Sec-Fetch-Site"))},
		{name: "Sec-Fetch-Site is empty", want: reject, reason: "session",
			event: request("GET", "/orders", with("Sec-Fetch-Site", ""))},
		{name: "Sec-Fetch-Site twice", want: reject, reason: "session",
			event: request("GET", "/orders", with("Sec-Fetch-Site", "same-origin", "same-origin"))},
		{name: "Sec-Fetch-Site twice, with different values", want: reject, reason: "session",
			event: request("GET", "/orders", with("Sec-Fetch-Site", "cross-site", "same-origin"))},
		{name: "Sec-Fetch-Site twice, in two cases", want: reject, reason: "session",
			event: request("GET", "/orders", with("sec-fetch-site", "same-origin"))},
		{name: "Sec-Fetch-Site as a list", want: reject, reason: "session",
			event: request("GET", "/orders", with("Sec-Fetch-Site", "same-origin,same-origin"))},
		{name: "the keys cannot be had", want: fault, reason: "unavailable",
			event: func(t *testing.T, f *sessionFixture) []byte {
				event := request("GET", "/orders")(t, f)
				f.vault.answerWith(func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) })
				return event
			}},
		{name: "no permission for the keys", want: fault, reason: "unavailable",
			event: func(t *testing.T, f *sessionFixture) []byte {
				event := request("GET", "/orders")(t, f)
				f.vault.answerWith(func(w http.ResponseWriter) {
					w.WriteHeader(http.StatusBadRequest)
					w.Write([]byte(`{"__type":"AccessDeniedException","Message":"Zx81-canary"}`))
				})
				return event
			}},
		{name: "a TOKEN event", want: reject, reason: "session", event: func(t *testing.T, f *sessionFixture) []byte {
			return authztest.TokenEvent(authztest.ARN("GET", "/orders"), "Bearer "+good)
		}},
		{name: "the issuer's keys cannot be had", want: fault, reason: "unavailable",
			event: func(t *testing.T, f *sessionFixture) []byte {
				f.issuer.AnswerWith(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
				return request("GET", "/orders")(t, f)
			}},
	} {
		for _, mode := range []string{"cached", "per request"} {
			if c.only != "" && c.only != mode {
				continue
			}
			inBubble(t, c.name+", "+mode, func(t *testing.T) {
				f := newSessions(t, func(s *setup) {
					if mode == "per request" {
						onePerRequest(s)
					}
					if c.change != nil {
						c.change(s)
					}
				})
				if got := f.outcome(t, c.event(t, f)); got != c.want || f.reason() != c.reason {
					t.Errorf("got %s, %q, want %s, %q: %s", got, f.reason(), c.want, c.reason, f.log)
				}
				f.checkSecrets(t)
			})
		}
	}
}

// TestSites has each site with each verb, cached and not. With a cache, an answer also serves other requests with these
// cookies from the same site, so the test checks its whole policy.
func TestSites(t *testing.T) {
	everything := object{"scope": writing, "groups": []string{"admins"}, "roles": []string{"auditor"}}
	may := []string{"GET /orders", "POST /orders", "GET /orders/7", "DELETE /orders/7", "GET /me", "GET /reports",
		"PUT /any", "PATCH /any", "HEAD /any", "OPTIONS /any"}
	anyRoute := func(s *setup) {
		s.routes = strings.Replace(s.routes, `{"route":"GET /me"`, `{"route":"ANY /any"},{"route":"GET /me"`, 1)
	}
	var safe []string
	for _, r := range may {
		if verb, _, _ := strings.Cut(r, " "); session.SafeVerb(verb) {
			safe = append(safe, r)
		}
	}
	f := newSessions(t, anyRoute)
	header := f.sealed(t, f.store, f.opened(token(everything)))
	for site, want := range map[string][]string{
		"same-origin": may, "same-site": safe, "cross-site": safe, "none": safe, "tomorrow": safe, "Same-Origin": safe,
	} {
		for _, r := range may {
			verb, path, _ := strings.Cut(r, " ")
			event := browses(verb, path, header, with("Sec-Fetch-Site", site), with("Origin", siblingPage))
			if got := f.rightsOn(t, event, may...); got != strings.Join(want, ", ") {
				t.Errorf("%s from %s, cached: the policy allows %s, want %s", r, site, got, want)
			}
			wantReason := ""
			if !slices.Contains(want, r) {
				wantReason = "cross_site"
			}
			if f.reason() != wantReason {
				t.Errorf("%s from %s, cached: reason %q, want %q", r, site, f.reason(), wantReason)
			}
		}
	}
	single := newSessions(t, onePerRequest, anyRoute)
	header = single.sealed(t, single.store, single.opened(token(everything)))
	for _, c := range []struct {
		site    string
		origins []string
		want    []string
	}{
		{"same-origin", nil, may},
		{"same-origin", []string{"https://shop.example.com"}, may},
		{"same-site", nil, safe},
		{"same-site", []string{siblingPage}, may},
		{"same-site", []string{"https://shop2.example.com"}, may},
		{"same-site", []string{"https://evil.example.com"}, safe},
		{"same-site", []string{siblingPage, siblingPage}, safe},
		{"same-site", []string{"https://evil.example.com", siblingPage}, safe},
		{"same-site", []string{siblingPage + " " + siblingPage}, safe},
		{"same-site", []string{"null"}, safe},
		{"same-site", []string{"*"}, safe},
		{"cross-site", []string{siblingPage}, safe},
		{"none", []string{siblingPage}, safe},
		{"tomorrow", []string{siblingPage}, safe},
	} {
		for _, r := range append(may, "PUT /orders", "HEAD /me") {
			verb, path, _ := strings.Cut(r, " ")
			event := browses(verb, path, header, with("Sec-Fetch-Site", c.site), with("Origin", c.origins...))
			want := deny
			if slices.Contains(c.want, r) {
				want = allow
			}
			if got := single.outcome(t, event); got != want {
				t.Errorf("%s from %s with the origins %q: got %s, want %s", r, c.site, c.origins, got, want)
			}
		}
	}
	f.checkSecrets(t)
	single.checkSecrets(t)
}

// TestClaimsOfASession checks that a session without an access token is decided by the claims of the login's ID token.
func TestClaimsOfASession(t *testing.T) {
	good := object{"iss": testIssuer, "sub": "user-1", "scope": "orders:read", "exp": 1}.String()
	for _, c := range []struct{ name, claims, want, reason string }{
		{"good", good, allow, ""},
		{"without the scope", object{"iss": testIssuer, "sub": "user-1"}.String(), deny, "rights"},
		{"another issuer", object{"iss": "https://evil.example.com", "sub": "user-1"}.String(), reject, "issuer"},
		{"no issuer", object{"sub": "user-1"}.String(), reject, "issuer"},
		{"no subject", object{"iss": testIssuer}.String(), reject, "principal"},
		{"not JSON", "{", reject, "claims"},
		{"an array", "[]", reject, "issuer"},
		{"a name twice", `{"iss":"` + testIssuer + `","sub":"a","sub":"b"}`, reject, "claims"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newSessions(t)
			x := f.opened("")
			x.Claims = []byte(c.claims)
			event := browses("GET", "/orders", f.sealed(t, f.store, x))
			if got := f.outcome(t, event); got != c.want || f.reason() != c.reason {
				t.Errorf("got %s, %q, want %s, %q: %s", got, f.reason(), c.want, c.reason, f.log)
			}
			f.clock.Advance(5 * time.Minute)
			if got := f.outcome(t, event); got != reject || c.want == allow && f.reason() != "expired" {
				t.Errorf("once the ID token has expired: %s, %q", got, f.reason())
			}
		})
	}
}

// TestOpaqueTokenOfASession checks that the issuer is asked about a session's token as about one in a header.
func TestOpaqueTokenOfASession(t *testing.T) {
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
	if got := f.outcome(t, browses("GET", "/orders", f.sealed(t, f.store, f.opened("Zx81-canary-opaque")))); got != allow {
		t.Errorf("got %s: %s", got, f.log)
	}
	if got := f.outcome(t, browses("GET", "/orders", f.sealed(t, f.store, f.opened("Zx81-canary-other")))); got != reject {
		t.Errorf("one that is not active: %s: %s", got, f.log)
	}
	f.checkSecrets(t)
}

// TestForward checks that the backend gets the access token only on a route that asks for it, in an answer that allows
// one request.
func TestForward(t *testing.T) {
	f := newSessions(t, onePerRequest)
	accessToken := token(object{"scope": writing})
	header := f.sealed(t, f.store, f.opened(accessToken))
	claims := f.opened("")
	claims.Claims = []byte(object{"iss": testIssuer, "sub": "user-1"}.String())
	for _, c := range []struct {
		name, want string
		event      []byte
	}{
		{"a route that asks", accessToken, browses("GET", "/me", header)},
		{"from the address bar", accessToken, browses("GET", "/me", header, with("Sec-Fetch-Site", "none"))},
		{"a route that does not", "", browses("GET", "/orders", header)},
		{"a route that is denied", "", browses("GET", "/reports", header)},
		{"a path that is no route", "", browses("GET", "/me/too", header)},
		{"a session without one", "", browses("GET", "/me", f.sealed(t, f.store, claims))},
	} {
		answer, err := f.invoke(c.event)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		doc, err := strictjson.Parse(answer)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := doc.Get("context").Get("accessToken").Text(); got != c.want ||
			c.want == "" && strings.Contains(answer, accessToken[:20]) {
			t.Errorf("%s: the context has %q, want %q", c.name, got, c.want)
		}
	}
	f.checkSecrets(t)
}

// TestForwardThatIsRefused checks that a table with token forwarding needs sessions with access tokens, and answers
// that serve one request each.
func TestForwardThatIsRefused(t *testing.T) {
	const routes = `{"version":1,"routes":[{"route":"GET /orders","forward":true}]}`
	for name, change := range map[string]func(*setup){
		"no session": func(s *setup) { s.config.PerRequest = true },
		"cached":     withSessions(&secretsManager{value: sessionSecret}),
	} {
		_, err := tryFixture(change, func(s *setup) { s.routes = routes })
		if want := `route "GET /orders" is handed the access token`; !errors.Is(err, ErrConfig) ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}

// TestAPolicyEndsWithTheSession checks that with PolicyEndsWithToken the policy ends with the token or the session,
// whichever is first.
func TestAPolicyEndsWithTheSession(t *testing.T) {
	f := newSessions(t, func(s *setup) { s.config.PolicyEndsWithToken = true })
	x := f.opened(token(nil))
	x.Active, x.Started = x.Active.Add(-59*time.Minute), x.Started.Add(-59*time.Minute)
	for want, x := range map[string]*session.Session{
		t0.Add(time.Minute).UTC().Format(time.RFC3339):     x,
		t0.Add(5 * time.Minute).UTC().Format(time.RFC3339): f.opened(token(nil)),
	} {
		answer, err := f.invoke(browses("GET", "/orders", f.sealed(t, f.store, x)))
		if err != nil || !strings.Contains(answer, `"aws:CurrentTime":"`+want+`"`) {
			t.Errorf("%s, %v: want %s", answer, err, want)
		}
	}
}

// TestSessionKeysRotate checks that a rotation does not end a session at the authorizer.
func TestSessionKeysRotate(t *testing.T) {
	f := newSessions(t)
	event := browses("GET", "/orders", f.sealed(t, f.store, f.opened(token(nil))))
	if got := f.outcome(t, event); got != allow {
		t.Fatal(got)
	}
	f.vault.turn("Zx81-canary: another secret of 32 bytes or more")
	f.clock.Advance(10 * time.Second)
	other := f.storeOf(t, session.Options{})
	if got := f.outcome(t, browses("GET", "/orders", f.sealed(t, other, f.opened(token(nil))))); got != allow {
		t.Errorf("sealed with the new key: %s: %s", got, f.log)
	}
	if got := f.outcome(t, event); got != allow {
		t.Errorf("sealed with the key before: %s: %s", got, f.log)
	}
	f.checkSecrets(t)
}

// TestTheAnswerHasRoomForTheSite checks that a policy of the greatest size does not become too large when unsafe verbs
// are denied.
func TestTheAnswerHasRoomForTheSite(t *testing.T) {
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
		t.Errorf("the site takes %d bytes, and the limit is lower by %d", added, d.Limit-c.Limit)
	}
}

func TestSessionsThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*setup, *Session)
		want   string
	}{
		{"a token source besides", func(s *setup, _ *Session) {
			s.config.TokenSources = []TokenSource{{Header, "Authorization"}}
		}, "leave tokenSources out"},
		{"a cookie that siblings can set", func(_ *setup, s *Session) { s.Cookie = "session" }, `cookie "session"`},
		{"a cookie with a space", func(_ *setup, s *Session) { s.Cookie = "__Host-a b" }, `cookie "__Host-a b"`},
		{"no host", func(_ *setup, s *Session) { s.Host = "" }, `host ""`},
		{"an origin for the host", func(_ *setup, s *Session) { s.Host = "https://shop.example.com" }, `host "https://`},
		{"a host in upper case", func(_ *setup, s *Session) { s.Host = "Shop.example.com" }, "in lower case"},
		{"every host", func(_ *setup, s *Session) { s.Host = "*" }, `host "*"`},
		{"a host with a path", func(_ *setup, s *Session) { s.Host = "shop.example.com/x" }, `host "shop.example.com/x"`},
		{"no keys", func(_ *setup, s *Session) { s.KeysARN = "keys" }, `keysArn "keys" is not the ARN of a secret`},
		{"an idle time-out of a second", func(_ *setup, s *Session) { s.IdleTimeout = time.Second }, "idle time-out is 1s"},
		{"an end below the idle time-out", func(_ *setup, s *Session) { s.MaxAge = 30 * time.Minute }, "longest age 30m0s"},
		{"origins of a cached answer", func(_ *setup, s *Session) {
			s.AllowOrigins = []string{siblingPage}
		}, "allowOrigins takes perRequest"},
		{"every origin", func(c *setup, s *Session) {
			c.config.PerRequest, s.AllowOrigins = true, []string{"*"}
		}, `origin "*" admits every page`},
		{"an origin with a path", func(c *setup, s *Session) {
			c.config.PerRequest, s.AllowOrigins = true, []string{"https://www.example.com/"}
		}, `origin "https://www.example.com/"`},
		{"secrets in the clear", func(c *setup, s *Session) {
			c.env["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = "http://secrets.example.com"
		}, `"http://secrets.example.com" is not an https URL`},
		{"a context claim with the token's name", func(c *setup, s *Session) {
			c.config.ContextClaims = []string{"accessToken"}
		}, `the context claim "accessToken"`},
	} {
		_, err := tryFixture(withSessions(&secretsManager{value: sessionSecret}), func(s *setup) {
			c.change(s, s.config.Session)
		})
		if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

func TestDefaultsAreThoseOfTheLogin(t *testing.T) {
	if DefaultSessionCookie != session.DefaultCookie || DefaultSessionIdleTimeout != session.DefaultIdleTimeout ||
		DefaultSessionMaxAge != session.DefaultMaxAge {
		t.Error("the authorizer and the login differ")
	}
}

func TestBuiltWithoutSessions(t *testing.T) {
	read, open := sessions.read, sessions.open
	defer func() { sessions.read, sessions.open = read, open }() // alone, as authorizers of earlier tests may still start
	sessions.read, sessions.open = nil, nil
	_, err := tryFixture(func(s *setup) { s.config.Session = goodSession() })
	if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "built without the tag "+SessionTag) {
		t.Error(err)
	}
}

// TestProvisionedConcurrencyWaitsForSessionKeys checks that the function has its keys once it is ready, since it may be
// frozen from then on.
func TestProvisionedConcurrencyWaitsForSessionKeys(t *testing.T) {
	f := newSessions(t, func(s *setup) { s.env["AWS_LAMBDA_INITIALIZATION_TYPE"] = "provisioned-concurrency" })
	if n, _ := f.vault.counts(); n < 2 {
		t.Errorf("%d requests for keys, want one for each version", n)
	}
}

// FuzzSessionEvent checks that for all cookies and sites a request is allowed only with the sealed session, and an
// unsafe verb only from the same origin. The log has nothing of the event's secrets.
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
			t.Fatalf("%s: %s", got, log)
		}
		if got == allow && (!strings.Contains(cookie, "__Host-session="+sealed) || change && site != "same-origin") {
			t.Fatalf("%s is allowed with %q from %q", verb, cookie, site)
		}
		if strings.Contains(log, "canary") || len(sealed) > 0 && strings.Contains(log, sealed[:20]) {
			t.Fatal(log)
		}
	})
}

// zeros is a source of salts that are the same in every process that fuzzes.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
