package devissuer

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
)

// TestPushedRequests checks that a pushed request is authenticated, and valid for its client, for one sign-in, and for
// 90 seconds.
func TestPushedRequests(t *testing.T) {
	s := serveShop(t)
	endpoint := strings.Replace(s.TokenURL(shopURL), "/token", "/par", 1)
	secret := testRing(t).clientSecret()
	full, err := url.Parse(authURL(s))
	if err != nil {
		t.Fatal(err)
	}
	push := func(id, secret string, changes ...string) (tokens, string) {
		t.Helper()
		form := full.Query()
		for n := 0; n < len(changes); n += 2 {
			form.Set(changes[n], changes[n+1])
		}
		var pairs []string
		for name := range form {
			pairs = append(pairs, name, form.Get(name))
		}
		return postRaw(t, endpoint, id, secret, pairs...)
	}
	pushed := func() string {
		t.Helper()
		got, text := push("shop", secret)
		if got.Status != http.StatusCreated || got.Expires != 90 || !strings.Contains(text, `"request_uri":"`+requestURN) {
			t.Fatalf("%d: %s", got.Status, text)
		}
		return s.AuthorizationURL(shopURL) + "?client_id=shop&request_uri=" + url.QueryEscape(got.RequestURI)
	}
	at := pushed()
	for range 2 { // a page may be loaded again
		if answer, text := page(t, at); answer.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s", answer.Status, text)
		}
	}
	if got := redeem(t, s, signIn(t, s, at)); got.Status != http.StatusOK {
		t.Errorf("%+v", got)
	}
	expects := func(name, address, want string) {
		t.Helper()
		if answer, text := page(t, address); answer.StatusCode != http.StatusBadRequest || !strings.Contains(text, want) {
			t.Errorf("%s: %s: %s", name, answer.Status, text)
		}
	}
	expects("a second sign-in", at, "was used already")
	at = pushed()
	expects("another client", strings.Replace(at, "client_id=shop", "client_id=spa", 1),
		"was given to another client than spa")
	s.clock.Advance(pushedLife)
	expects("later", at, "has expired")

	for name, tt := range map[string]struct {
		id, secret string
		changes    []string
		status     int
		want       string
	}{
		"no authentication": {"", "", nil, 401, "invalid_client"},
		"a wrong secret":    {"shop", "wrong", nil, 401, "invalid_client"},
		"a hostile redirect URI": {
			"shop", secret, []string{"redirect_uri", "https://evil.example.com"}, 400, "invalid_request",
		},
		"no PKCE":             {"shop", secret, []string{"code_challenge", ""}, 400, "invalid_request"},
		"another flow":        {"shop", secret, []string{"response_type", "token"}, 400, "unsupported_response_type"},
		"a request_uri":       {"shop", secret, []string{"request_uri", requestURN}, 400, "invalid_request"},
		"another client's id": {"shop", secret, []string{"client_id", "spa"}, 400, "invalid_request"},
	} {
		if got, text := push(tt.id, tt.secret, tt.changes...); got.Status != tt.status || got.Error != tt.want {
			t.Errorf("%s: %d: %s", name, got.Status, text)
		}
	}
}

// TestSealsAreNotMixedUp checks that a value that was sealed for one issuer or purpose is not accepted for another.
func TestSealsAreNotMixedUp(t *testing.T) {
	other := Issuer{Issuer: authz.Issuer{URL: "https://other.example.com", Audiences: []string{"x"}}}
	other.Apps = shopIssuer().Apps
	s := serveShop(t, shopIssuer(), other)
	callback := signIn(t, s, authURL(s))
	got := redeem(t, s, callback)
	secret := testRing(t).clientSecret()
	for name, pairs := range map[string][]string{
		"a code at another issuer": {
			"grant_type", "authorization_code", "code", signIn(t, s, authURL(s)).Get("code"),
			"redirect_uri", appOrigin + "/auth/callback", "code_verifier", testVerifier,
		},
		"a refresh token at another issuer": {"grant_type", "refresh_token", "refresh_token", got.Refresh},
	} {
		if got := post(t, s.TokenURL(other.URL), "shop", secret, pairs...); got.Error != "invalid_grant" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for name, pairs := range map[string][]string{
		"a code as a refresh token":          {"grant_type", "refresh_token", "refresh_token", callback.Get("code")},
		"an access token as a refresh token": {"grant_type", "refresh_token", "refresh_token", got.Access},
		"a refresh token as a code": {
			"grant_type", "authorization_code", "code", got.Refresh, "redirect_uri", appOrigin + "/auth/callback",
			"code_verifier", testVerifier,
		},
	} {
		if got := post(t, s.TokenURL(shopURL), "shop", secret, pairs...); got.Error != "invalid_grant" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	_, text := page(t, authURL(s))
	_, form := formOf(t, text)
	answer, err := client0.PostForm(s.AuthorizationURL(other.URL), form)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if text := body(t, answer); answer.StatusCode != http.StatusBadRequest ||
		!strings.Contains(text, "The form is not that of the sign-in page.") {
		t.Errorf("a form at another issuer: %s: %s", answer.Status, text)
	}
}
