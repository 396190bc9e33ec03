package login

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/oidcclient"
)

// An attacker chooses a callback's query and cookies. Whatever they are, the login answers with a page, logs nothing of
// them, and only makes a session from the provider's own answer.
func FuzzCallback(f *testing.F) {
	state := strings.Repeat("s", stateLength)
	for _, query := range []string{
		"", "state=" + state, "code=a&state=" + state, "code=a&code=b&state=" + state, "error=access_denied&state=" + state,
		"code=a&state=" + state + "&iss=" + url.QueryEscape(idpOrigin), "state=%00&code=%ff", "a;b=c", "code=%zz",
		"state&code",
		"error=%3Cscript%3Ealert(1)%3C%2Fscript%3E&state=" + state, "state=" + strings.Repeat("s", 5000) + "&code=a",
	} {
		f.Add(query, "__Host-session=x")
		f.Add(query, "__Host-login-0123456789abcdef=x; __Host-login-0123456789abcdef=y; a")
	}
	fix := newFixture(f)
	good := mustURL(fix.held(fix.browser))
	goodCookie := fix.browser.Jar.Header(good, false, true, "GET")
	f.Add(good.RawQuery+"&x=1", goodCookie)
	f.Add(changed(good.String(), "state", state)[strings.Index(good.String(), "?")+1:], goodCookie)
	f.Fuzz(func(t *testing.T, query, cookies string) {
		r := httptest.NewRequest("GET", "/auth/callback", nil)
		r.URL.RawQuery = query
		r.Header["Cookie"] = []string{cookies}
		fix.log.take()
		w := httptest.NewRecorder()
		fix.Handler.ServeHTTP(w, r)
		line := fix.log.take()
		if kinds := fix.wire.Leaks(line); len(kinds) > 0 {
			t.Errorf("the log contains %q: %s", kinds, line)
		}
		got, err := url.ParseQuery(query)
		genuine := err == nil && strings.Contains(cookies, goodCookie) && got.Get("state") == good.Query().Get("state")
		if w.Code == http.StatusOK && !genuine {
			t.Errorf("a session begins: %q", w.Header()["Set-Cookie"])
		}
		if w.Code != http.StatusOK && w.Code != http.StatusBadRequest && w.Code != http.StatusForbidden &&
			w.Code != http.StatusServiceUnavailable {
			t.Errorf("status %d: %s", w.Code, line)
		}
		if strings.Count(line, "\n") != 1 {
			t.Errorf("log %q", line)
		}
		for _, values := range got {
			for _, v := range values {
				if len(v) > 20 && oidcclient.KnownCode(v) != v && v != idpOrigin &&
					(strings.Contains(w.Body.String(), v) || strings.Contains(line, v)) {
					t.Errorf("%q is in the answer or in the log", v)
				}
			}
		}
	})
}

// Anyone can post a logout token. Whatever the form is, the login answers, logs nothing of it, and only ends a session
// for a token of the provider.
func FuzzBackChannelLogout(f *testing.F) {
	fix := newTableFixture(f)
	fix.withSID("sid-1")
	fix.logIn()
	claims := fix.logoutClaims()
	claims["sid"] = "sid-2"
	good := fix.signLogout(claims)
	head, rest, _ := strings.Cut(good, ".")
	for _, body := range []string{
		"", "logout_token=", "logout_token=a.b.c", "logout_token=%zz", formOf(good + "A"), formOf(good) + "&" + formOf(good),
		formOf(head + ".e30." + rest), formOf("." + rest), "logout_token=" + head, "x=1;y=2",
		formOf(fix.idp.lastToken("id_token")),
	} {
		f.Add(body, "application/x-www-form-urlencoded")
	}
	f.Add(formOf(good), "application/json")
	f.Add(formOf(good), "application/x-www-form-urlencoded; charset=")
	f.Fuzz(func(t *testing.T, body, kind string) {
		r := httptest.NewRequest("POST", "/auth/backchannel-logout", strings.NewReader(body))
		r.Header["Content-Type"] = []string{kind}
		fix.log.take()
		w := httptest.NewRecorder()
		fix.Handler.ServeHTTP(w, r)
		line := fix.log.take()
		if kinds := fix.wire.Leaks(line); len(kinds) > 0 || strings.Count(line, "\n") != 1 {
			t.Errorf("the log contains %q: %s", kinds, line)
		}
		form, err := url.ParseQuery(body)
		genuine := err == nil && form.Get("logout_token") == good
		if w.Code == http.StatusOK && !genuine || w.Code != http.StatusOK && w.Code != http.StatusBadRequest {
			t.Errorf("status %d: %s", w.Code, line)
		}
		if p := fix.browser.Fetch(t, shop, "GET", auth+"session"); p.Status != http.StatusOK {
			t.Errorf("the session has ended: %d", p.Status)
		}
	})
}
