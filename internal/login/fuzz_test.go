package login

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// A callback's query and cookies are an attacker's. Whatever they are, the login answers with a page, logs nothing of
// them, and makes a session of the provider's own answer alone.
func FuzzCallback(f *testing.F) {
	state := strings.Repeat("s", stateLength)
	for _, query := range []string{
		"", "state=" + state, "code=a&state=" + state, "code=a&code=b&state=" + state, "error=access_denied&state=" + state,
		"code=a&state=" + state + "&iss=" + url.QueryEscape(idpOrigin), "state=%00&code=%ff", "a;b=c", "code=%zz", "state&code",
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
			t.Errorf("the log holds %q: %s", kinds, line)
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
				if len(v) > 20 && !knownCodes[v] && v != idpOrigin && (strings.Contains(w.Body.String(), v) || strings.Contains(line, v)) {
					t.Errorf("%q is in the answer or in the log", v)
				}
			}
		}
	})
}

// A token endpoint's answer is read strictly: what is taken has one access token, and nothing that breaks a header.
func FuzzTokenAnswer(f *testing.F) {
	for _, text := range []string{
		`{"access_token":"a","token_type":"Bearer"}`,
		`{"access_token":"a","token_type":"bearer","expires_in":3600,"refresh_token":"r","id_token":"i.d.t"}`,
		`{"access_token":"a","token_type":"Bearer","expires_in":"3600"}`,
		`{"access_token":"a","token_type":"Bearer","expires_in":1e400}`,
		`{"access_token":"a","token_type":"Bearer","expires_in":-1}`,
		`{"access_token":"a\n","token_type":"Bearer"}`, `{"access_token":"","token_type":"Bearer"}`,
		`{"access_token":"a","access_token":"b","token_type":"Bearer"}`, `{"Access_token":"a","token_type":"Bearer"}`,
		`{"access_token":["a"],"token_type":"Bearer"}`, `{"access_token":"a","token_type":"DPoP"}`, `[]`, `null`, ``,
		`{"access_token":"a","token_type":"Bearer","refresh_token":null,"id_token":null,"expires_in":null}`,
	} {
		f.Add(text)
	}
	began := testTime
	f.Fuzz(func(t *testing.T, text string) {
		v, err := answer{200, "application/json", text}.object()
		if err != nil {
			return
		}
		got, err := readTokens(v, began)
		if err != nil {
			if word, ok := v.Get("access_token").Text(); ok && len(word) > 12 && strings.Contains(err.Error(), word) {
				t.Errorf("the error holds the token: %v", err)
			}
			return
		}
		for _, token := range []string{got.access, got.refresh, got.id} {
			if token != "" && !isPrintable(token) || len(token) > maxToken {
				t.Errorf("token %q", token)
			}
		}
		if got.access == "" || !v.Get("access_token").Is(got.access) || v.Kind() != strictjson.Object {
			t.Errorf("access token %q of %s", got.access, text)
		}
		if !got.expires.IsZero() && !got.expires.After(began) {
			t.Errorf("it expires at %v", got.expires)
		}
	})
}
