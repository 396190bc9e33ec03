package login

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/login/logintest"
)

const backChannel = stage + "/auth/backchannel-logout"

// logoutClaims returns the claims of a valid logout token.
func (f *fixture) logoutClaims() map[string]any {
	now := f.clock.Now().Unix()
	return map[string]any{
		"iss": idpOrigin, "aud": clientID, "iat": now, "exp": now + 120, "jti": rand.Text(), "sub": "user-1", "sid": "sid-1",
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
	}
}

// signLogout signs a logout token. A claim that is nil is left out.
func (f *fixture) signLogout(claims map[string]any) string {
	claims = maps.Clone(claims)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	return f.wired(signJWT(map[string]any{"typ": "logout+jwt", "alg": "RS256", "kid": f.idp.kid()}, claims,
		signingKeys()[f.idp.key]))
}

// wired adds a token to the secrets that the log must not hold, and returns it.
func (f *fixture) wired(token string) string {
	f.wire.Note("logout_token", token)
	return token
}

// send posts a form to the back channel, as a provider does.
func (f *fixture) send(body string) *httptest.ResponseRecorder {
	f.t.Helper()
	return f.sendWith(f.t.Context(), body)
}

func (f *fixture) sendWith(ctx context.Context, body string) *httptest.ResponseRecorder {
	f.t.Helper()
	r := httptest.NewRequestWithContext(ctx, "POST", backChannel, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	f.serveAPI(w, r)
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		f.t.Errorf("Cache-Control is %q", got)
	}
	return w
}

func formOf(token string) string { return url.Values{"logout_token": {token}}.Encode() }

// withSID makes the provider put a sid into its tokens.
func (f *fixture) withSID(sid string) {
	f.idp.set(func() { f.idp.idToken = func(c map[string]any) { c["sid"] = sid } })
}

// status returns the status of a request for the session.
func (f *fixture) status(b *logintest.Browser) int {
	return b.Fetch(f.t, shop, "GET", auth+"session").Status
}

// A logout token ends the session that it names, and no other.
func TestBackChannelLogoutOfASession(t *testing.T) {
	f := newTableFixture(t)
	f.withSID("sid-1")
	f.logIn()
	second := f.other()
	f.withSID("sid-2")
	second.Open(t, auth+"login")
	w := f.send(formOf(f.signLogout(f.logoutClaims())))
	if got := f.log.last(t); w.Code != 200 || w.Body.Len() != 0 || got.Outcome != "logged_out" ||
		got.Principal != "user-1" ||
		got.Ended == nil || *got.Ended != 1 || got.Route != "backchannel-logout" {
		t.Errorf("%d %q, log %+v", w.Code, w.Body, got)
	}
	f.want(f.browser.Fetch(t, shop, "GET", auth+"session"), http.StatusUnauthorized, "session_ended")
	if n := f.status(second); n != 200 {
		t.Errorf("the session at another sid: %d", n)
	}
	f.withSID("sid-3")
	f.logIn()
	if n := f.status(f.browser); n != 200 {
		t.Errorf("a login afterwards: %d", n)
	}
}

// A logout token without a sid ends all sessions of its subject, and no others.
func TestBackChannelLogoutOfASubject(t *testing.T) {
	f := newTableFixture(t)
	f.logIn()
	second, stranger := f.other(), f.other()
	second.Open(t, auth+"login")
	f.idp.set(func() { f.idp.idToken = func(c map[string]any) { c["sub"] = "user-2" } })
	stranger.Open(t, auth+"login")
	claims := f.logoutClaims()
	claims["sid"] = nil
	if w := f.send(formOf(f.signLogout(claims))); w.Code != 200 || *f.log.last(t).Ended != 2 {
		t.Errorf("%d, log %+v", w.Code, f.log.last(t))
	}
	for name, c := range map[string]struct{ got, want int }{
		"the first browser":  {f.status(f.browser), 401},
		"the second browser": {f.status(second), 401},
		"another user":       {f.status(stranger), 200},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", name, c.got, c.want)
		}
	}
}

// A logout token for a session that has ended already, or never existed, succeeds: there is nothing left to end.
func TestBackChannelLogoutWithoutASession(t *testing.T) {
	f := newTableFixture(t)
	if w := f.send(formOf(f.signLogout(f.logoutClaims()))); w.Code != 200 || *f.log.last(t).Ended != 0 {
		t.Errorf("%d, log %+v", w.Code, f.log.last(t))
	}
}

// These are logout tokens that no provider sends (OpenID Connect Back-Channel Logout 1.0, sections 2.4 and 2.6). Each
// is refused and ends no session.
func TestHostileLogoutTokens(t *testing.T) {
	const event = "http://schemas.openid.net/event/backchannel-logout"
	claim := func(name string, value any) func(*fixture) string {
		return func(f *fixture) string {
			claims := f.logoutClaims()
			claims[name] = value
			return f.signLogout(claims)
		}
	}
	header := func(change func(map[string]any)) func(*fixture) string {
		return func(f *fixture) string {
			h := map[string]any{"typ": "logout+jwt", "alg": "RS256", "kid": f.idp.kid()}
			change(h)
			maps.DeleteFunc(h, func(_ string, v any) bool { return v == nil })
			return f.wired(signJWT(h, f.logoutClaims(), signingKeys()[f.idp.key]))
		}
	}
	for _, c := range []struct {
		name   string
		token  func(*fixture) string
		reason string
	}{
		{"another issuer's", claim("iss", "https://evil.test"), "logout_token_issuer"},
		{"without an issuer", claim("iss", nil), "logout_token_issuer"},
		{"for another client", claim("aud", "other"), "logout_token_audience"},
		{"for no client", claim("aud", nil), "logout_token_audience"},
		{"for the API", claim("aud", "api://orders"), "logout_token_audience"},
		{"without iat", claim("iat", nil), "logout_token_iat"},
		{"issued in the future", claim("iat", testTime.Unix()+61), "logout_token_not_yet"},
		{"without exp", claim("exp", nil), "logout_token_time"},
		{"expired", claim("exp", testTime.Unix()), "logout_token_expired"},
		{"without jti", claim("jti", nil), "logout_token_jti"},
		{"with an empty jti", claim("jti", ""), "logout_token_jti"},
		{"with a number for jti", claim("jti", 1), "logout_token_claim_type"},
		{"with a long jti", claim("jti", strings.Repeat("j", 1025)), "logout_token_jti"},
		{"without events", claim("events", nil), "logout_token_events"},
		{"with no event", claim("events", map[string]any{}), "logout_token_events"},
		{"with another event", claim("events", map[string]any{"https://evil.test/": map[string]any{}}),
			"logout_token_events"},
		{"with events that are a list", claim("events", []string{event}), "logout_token_events"},
		{"with an event that is true", claim("events", map[string]any{event: true}), "logout_token_events"},
		{"with an event that is null", claim("events", map[string]any{event: nil}), "logout_token_events"},
		{"with a nonce", claim("nonce", "n"), "logout_token_nonce"},
		{"with a nonce that is false", claim("nonce", false), "logout_token_nonce"},
		{"without sub and sid", func(f *fixture) string {
			claims := f.logoutClaims()
			claims["sub"], claims["sid"] = nil, nil
			return f.signLogout(claims)
		}, "logout_token_sub"},
		{"with an empty sub", claim("sub", ""), "logout_token_sub"},
		{"with a long sub", claim("sub", strings.Repeat("s", 256)), "logout_token_sub"},
		{"with a number for sub", claim("sub", 1), "logout_token_claim_type"},
		{"with an empty sid", claim("sid", ""), "logout_token_sid"},
		{"with a long sid", claim("sid", strings.Repeat("s", 1025)), "logout_token_sid"},
		{"with a number for sid", claim("sid", 1), "logout_token_sid"},
		{"with a list for sid", claim("sid", []string{"sid-1"}), "logout_token_sid"},
		{"without typ", header(func(h map[string]any) { h["typ"] = nil }), "logout_token_type"},
		{"of the type JWT", header(func(h map[string]any) { h["typ"] = "JWT" }), "logout_token_type"},
		{"of the type at+jwt", header(func(h map[string]any) { h["typ"] = "at+jwt" }), "logout_token_type"},
		{"with crit", header(func(h map[string]any) { h["crit"] = []string{"exp"} }), "logout_token_critical"},
		{"signed with an unknown key", header(func(h map[string]any) { h["kid"] = "key-9" }), "logout_token_unknown_key"},
		{"signed with another key", func(f *fixture) string {
			h := map[string]any{"typ": "logout+jwt", "alg": "RS256", "kid": f.idp.kid()}
			return f.wired(signJWT(h, f.logoutClaims(), signingKeys()[1]))
		}, "logout_token_signature"},
		{"with alg none", func(f *fixture) string {
			claims, _ := json.Marshal(f.logoutClaims())
			part := base64.RawURLEncoding.EncodeToString
			return f.wired(part([]byte(`{"typ":"logout+jwt","alg":"none"}`)) + "." + part(claims) + ".")
		}, "logout_token_algorithm"},
		{"with an algorithm that is not the issuer's", header(func(h map[string]any) { h["alg"] = "PS256" }),
			"logout_token_algorithm"},
		{"an ID token", func(f *fixture) string { return f.wired(f.idp.lastToken("id_token")) }, "logout_token_type"},
		{"an access token", func(f *fixture) string { return f.wired(f.idp.lastToken("access_token")) }, "logout_token_type"},
		{"an ID token of the logout's type", func(f *fixture) string {
			claims := payload(f.idp.lastToken("id_token"))
			return f.signLogout(claims)
		}, "logout_token_events"},
		{"not a JWT", func(*fixture) string { return "sid-1" }, "logout_token_serialization"},
		{"too long", func(*fixture) string { return strings.Repeat("a", 9000) }, "logout_token_too_long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newTableFixture(t)
			f.withSID("sid-1")
			f.logIn()
			w := f.send(formOf(c.token(f)))
			if got := f.log.last(t); w.Code != 400 || got.Reason != c.reason || got.Outcome != "refused" ||
				got.Error == "" {
				t.Errorf("%d %s, log %+v, want the reason %s", w.Code, w.Body, got, c.reason)
			}
			if n := f.status(f.browser); n != 200 {
				t.Errorf("the session has ended: %d", n)
			}
		})
	}
}

// These requests are not the form that a provider posts.
func TestHostileLogoutRequests(t *testing.T) {
	f := newTableFixture(t)
	f.withSID("sid-1")
	f.logIn()
	good := f.signLogout(f.logoutClaims())
	for name, body := range map[string]string{
		"empty":                   "",
		"another name":            "token=" + good,
		"twice":                   formOf(good) + "&" + formOf(good),
		"empty token":             "logout_token=",
		"not a form":              "logout_token=%zz",
		"larger than tokens are":  formOf(good) + "&x=" + strings.Repeat("x", 40<<10),
		"a semicolon in the form": "a;logout_token=" + good,
	} {
		if w := f.send(body); w.Code != 400 || f.log.last(t).Reason != "request" {
			t.Errorf("%s: %d, log %+v", name, w.Code, f.log.last(t))
		}
	}
	for name, change := range map[string]func(*http.Request){
		"no content type": func(r *http.Request) { r.Header.Del("Content-Type") },
		"JSON":            func(r *http.Request) { r.Header.Set("Content-Type", "application/json") },
		"body that breaks off": func(r *http.Request) {
			r.Body = io.NopCloser(io.MultiReader(strings.NewReader(formOf(good)), iotest.ErrReader(io.ErrUnexpectedEOF)))
		},
		"in the query": func(r *http.Request) {
			r.URL.RawQuery, r.Body = formOf(good), io.NopCloser(strings.NewReader(""))
		},
	} {
		r := httptest.NewRequest("POST", backChannel, strings.NewReader(formOf(good)))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		change(r)
		w := httptest.NewRecorder()
		if f.serveAPI(w, r); w.Code != 400 || f.log.last(t).Reason != "request" {
			t.Errorf("%s: %d, log %+v", name, w.Code, f.log.last(t))
		}
	}
	r := httptest.NewRequest("GET", backChannel+"?"+formOf(good), nil)
	w := httptest.NewRecorder()
	if f.serveAPI(w, r); w.Code != 404 {
		t.Errorf("GET: %d", w.Code)
	}
	if n := f.status(f.browser); n != 200 {
		t.Errorf("the session has ended: %d", n)
	}
}

// A logout token works once. A copy of it ends no later session.
func TestALogoutTokenIsUsedOnce(t *testing.T) {
	f := newTableFixture(t)
	f.logIn()
	claims := f.logoutClaims()
	claims["sid"] = nil
	token := f.signLogout(claims)
	if w := f.send(formOf(token)); w.Code != 200 {
		t.Fatalf("the first time: %d, log %+v", w.Code, f.log.last(t))
	}
	f.clock.Advance(time.Second)
	f.logIn()
	*f.Handler = *f.newHandler(testConfig()) // another process knows it too
	if w := f.send(formOf(token)); w.Code != 400 || f.log.last(t).Reason != "logout_token_used" {
		t.Errorf("the second time: %d, log %+v", w.Code, f.log.last(t))
	}
	if n := f.status(f.browser); n != 200 {
		t.Errorf("the session after it: %d", n)
	}
}

// A failure is answered with 400 and logged as a failure. The provider may send the same token again.
func TestBackChannelLogoutThatFails(t *testing.T) {
	for name, c := range map[string]struct {
		fail, mend func(*fixture)
		reason     string
	}{
		"the table is away": {
			func(f *fixture) { f.table.away.Store(true) },
			func(f *fixture) { f.table.away.Store(false) },
			"table",
		},
		"the table cannot be read": {
			func(f *fixture) { f.table.unread.Store(true) },
			func(f *fixture) { f.table.unread.Store(false) },
			"table",
		},
		"the provider's keys are away": {
			func(f *fixture) {
				f.idp.set(func() {
					f.idp.instead["/keys"] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }
				})
			},
			func(f *fixture) {
				f.idp.set(func() { clear(f.idp.instead) })
				f.clock.Advance(time.Minute)
			},
			"provider",
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newTableFixture(t)
			f.withSID("sid-1")
			f.logIn()
			token := f.signLogout(f.logoutClaims())
			c.fail(f)
			w := f.send(formOf(token))
			if got := f.log.last(t); w.Code != 400 || got.Reason != c.reason || got.Level != "ERROR" {
				t.Errorf("%d, log %+v", w.Code, got)
			}
			c.mend(f)
			if w := f.send(formOf(token)); w.Code != 200 || *f.log.last(t).Ended != 1 {
				t.Errorf("the second time: %d, log %+v", w.Code, f.log.last(t))
			}
			f.want(f.browser.Fetch(t, shop, "GET", auth+"session"), http.StatusUnauthorized, "session_ended")
		})
	}
}

// If the request's time runs out before its sessions have ended, the provider may send the same token again. The token
// does not count as used.
func TestBackChannelLogoutOutOfTime(t *testing.T) {
	f := newTableFixture(t)
	f.withSID("sid-1")
	f.logIn()
	token := f.signLogout(f.logoutClaims())
	ctx, cancel := context.WithCancel(t.Context())
	f.table.listing = cancel
	if w := f.sendWith(ctx, formOf(token)); w.Code != 400 || f.log.last(t).Reason != "table" {
		t.Errorf("%d, log %+v", w.Code, f.log.last(t))
	}
	f.table.listing = nil
	if w := f.send(formOf(token)); w.Code != 200 || *f.log.last(t).Ended != 1 {
		t.Errorf("the second time: %d, log %+v", w.Code, f.log.last(t))
	}
}

// With sessions in cookies there is no back channel and no list of sessions.
func TestRoutesOfTheTableAlone(t *testing.T) {
	f := newFixture(t)
	f.logIn()
	if w := f.send(formOf(f.signLogout(f.logoutClaims()))); w.Code != 404 {
		t.Errorf("back-channel logout: %d", w.Code)
	}
	for _, route := range []string{
		"GET sessions", "POST logout-all", "GET subjects/user-1/sessions", "POST subjects/user-1/logout",
	} {
		verb, path, _ := strings.Cut(route, " ")
		if p := f.browser.Fetch(t, shop, verb, auth+path); p.Status != 404 {
			t.Errorf("%s: %d", route, p.Status)
		}
	}
}

// If the provider ends its session while a login that began with it is under way, the login makes no session.
func TestBackChannelLogoutDuringTheLogin(t *testing.T) {
	f := newTableFixture(t)
	f.withSID("sid-1")
	if w := f.send(formOf(f.signLogout(f.logoutClaims()))); w.Code != 200 {
		t.Fatalf("%d, log %+v", w.Code, f.log.last(t))
	}
	f.want(f.browser.Open(t, auth+"login"), http.StatusBadRequest, "session_ended")
	if names := f.browser.Jar.Names("__Host-"); len(names) != 0 {
		t.Errorf("cookies %q", names)
	}
	f.withSID("sid-2")
	f.logIn()
}
