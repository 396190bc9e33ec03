package devissuer

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// serveOne answers a request without a network.
func serveOne(s *served, verb, address, form string) *http.Response {
	r := httptest.NewRequest(verb, "http://127.0.0.1/", strings.NewReader(form))
	r.URL, _ = url.Parse(address)
	r.Host = r.URL.Host
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

// FuzzAuthorization checks that for every authorization request, the browser goes only to a redirect URI of the client
// on this machine, and that no page has a script.
func FuzzAuthorization(f *testing.F) {
	s := serveShop(f)
	for _, seed := range [][]string{
		nil, {"redirect_uri", "https://evil.example.com"}, {"prompt", "none"}, {"client_id", "<script>"},
		{"client_id", "spa", "redirect_uri", "http://localhost\\@evil.example.com/"}, {"login_hint", `"><script>`},
		{"client_id", "spa", "redirect_uri", "http://[::1]:1/?a=b", "prompt", "none"}, {"request_uri", requestURN + "AAAA"},
		{"state", "a\r\nLocation: https://evil.example.com", "prompt", "none"}, {"scope", "<script>"},
	} {
		_, query, _ := strings.Cut(authURL(s, seed...), "?")
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		r := httptest.NewRequest(http.MethodGet, s.AuthorizationURL(shopURL), nil)
		r.URL.RawQuery = query
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		answer := w.Result()
		text := body(t, answer)
		location := answer.Header.Get("Location")
		params, _ := url.ParseQuery(query)
		switch answer.StatusCode {
		case http.StatusOK, http.StatusBadRequest:
			if location != "" || strings.Contains(strings.ToLower(text), "<script") {
				t.Errorf("a page with the target %q: %s", location, text)
			}
		case http.StatusSeeOther:
			u, err := url.Parse(location)
			if err != nil || !isLoopback(u.Hostname()) || u.User != nil || u.Query().Get("error") == "" ||
				!s.mayRedirect(s.registration(s.sites[0], params.Get("client_id")), params.Get("redirect_uri")) {
				t.Errorf("to %s, %v", location, err)
			}
		default:
			t.Errorf("status %d", answer.StatusCode)
		}
	})
}

// FuzzSignIn checks for all inputs of the sign-in page that its code can be exchanged for tokens.
func FuzzSignIn(f *testing.F) {
	s := serveShop(f)
	_, text := page(f, authURL(s))
	_, form := formOf(f, text)
	f.Add("persona may do everything", "", "", "", "", "")
	f.Add("typed", "ada", "openid orders:read", "staff, night shift", "approver", `{"tenant": "acme"}`)
	f.Add("typed", "\xff", "\x00", ",", "\"", `{"realm": 1, "permissions": {}, "scope": null, "": "", "name": []}`)
	f.Add("typed", "<script>", "openid email profile", "a", "b", `{"email": {"x": "y"}, "sub\u0000": 1}`)
	f.Fuzz(func(t *testing.T, persona, subject, scopes, groups, roles, claims string) {
		in := url.Values{
			"persona": {persona}, "subject": {subject}, "scopes": {scopes}, "groups": {groups}, "roles": {roles},
			"claims": {claims}, "request": form["request"],
		}
		answer := serveOne(s, http.MethodPost, s.AuthorizationURL(shopURL), in.Encode())
		if answer.StatusCode == http.StatusBadRequest {
			if text := body(t, answer); strings.Contains(strings.ToLower(text), "<script") {
				t.Errorf("the page has a script: %s", text)
			}
			return
		}
		if answer.StatusCode != http.StatusSeeOther {
			t.Fatalf("status %d", answer.StatusCode)
		}
		c := url.Values{
			"grant_type": {"authorization_code"}, "code": {query(t, answer).Get("code")}, "code_verifier": {testVerifier},
			"redirect_uri": {appOrigin + "/auth/callback"}, "client_id": {"shop"},
		}
		r := httptest.NewRequest(http.MethodPost, s.TokenURL(shopURL), strings.NewReader(c.Encode()))
		r.SetBasicAuth("shop", testRing(t).clientSecret())
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			t.Errorf("status %d: %s", w.Code, w.Body)
		}
	})
}

// Without a client's secret, a code or a refresh token, no form gets a token.
func FuzzTokenEndpoint(f *testing.F) {
	s := serveShop(f)
	for _, seed := range []string{
		"", "grant_type=client_credentials&client_id=shop&client_secret=x", "grant_type=refresh_token&refresh_token=AAAA",
		"grant_type=authorization_code&client_id=spa&code=AAAA&code_verifier=" + testVerifier, "grant_type=password&%zz",
		"grant_type=client_credentials&client_assertion=e30.e30.e30&client_assertion_type=" + url.QueryEscape(assertionType),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, form string) {
		for _, address := range []string{s.TokenURL(shopURL), s.IntrospectionURL(shopURL)} {
			if answer := serveOne(s, http.MethodPost, address, form); answer.StatusCode < 400 {
				t.Errorf("%s: status %d: %s", address, answer.StatusCode, body(t, answer))
			}
		}
	})
}
