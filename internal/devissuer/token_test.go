package devissuer

import (
	"net/http"
	"strings"
	"sync"
	"testing"
)

// TestCodeRefusals checks that a request that does not fit the code gets no tokens, and does not use the code.
func TestCodeRefusals(t *testing.T) {
	s := serveShop(t)
	callback := signIn(t, s, authURL(s))
	for name, tt := range map[string]struct {
		changes []string
		want    string
	}{
		"another verifier": {
			[]string{"code_verifier", strings.Repeat("b", 43)}, "invalid_grant: the code_verifier is not that",
		},
		"no verifier":      {[]string{"code_verifier", ""}, "invalid_request: the request has no code_verifier"},
		"a short verifier": {[]string{"code_verifier", "abc"}, "invalid_request: the code_verifier does not have 43"},
		"a verifier with a sign": {
			[]string{"code_verifier", strings.Repeat("a", 42) + "+"}, "invalid_request: the code_verifier",
		},
		"another redirect URI": {
			[]string{"redirect_uri", appOrigin + "/v1/auth/callback"}, "invalid_grant: the redirect_uri",
		},
		"no redirect URI":    {[]string{"redirect_uri", ""}, "invalid_grant: the redirect_uri"},
		"no code":            {[]string{"code", ""}, "invalid_request: the request has no code"},
		"another text":       {[]string{"code", "x"}, "invalid_grant: the code is not one that this issuer gave"},
		"an altered code":    {[]string{"code", callback.Get("code") + "A"}, "invalid_grant: the code is not one"},
		"the implicit grant": {[]string{"grant_type", "implicit"}, "unsupported_grant_type"},
		"no grant":           {[]string{"grant_type", ""}, "unsupported_grant_type"},
		"another client":     {[]string{"client_id", "spa"}, "invalid_request: client_id is"},
	} {
		got := redeem(t, s, callback, tt.changes...)
		said := got.Error + ": " + strings.TrimPrefix(got.Description, "devissuer: ")
		if got.Status != http.StatusBadRequest || !strings.HasPrefix(said, tt.want) || got.Access != "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	form := []string{
		"grant_type", "authorization_code", "code", callback.Get("code"), "redirect_uri", appOrigin + "/auth/callback",
		"code_verifier", testVerifier, "client_id", "spa",
	}
	if got := post(t, s.TokenURL(shopURL), "", "", form...); got.Error != "invalid_grant" ||
		!strings.Contains(got.Description, "given to another client") {
		t.Errorf("a code injected into another client: %+v", got)
	}
	if got := redeem(t, s, callback); got.Status != http.StatusOK {
		t.Errorf("after all that: %+v", got)
	}
	late := signIn(t, s, authURL(s))
	s.clock.Advance(codeLife)
	if got := redeem(t, s, late); got.Error != "invalid_grant" || !strings.Contains(got.Description, "has expired") {
		t.Errorf("later: %+v", got)
	}
}

// TestCodeIsUsedOnce checks that a second use of a code also ends the tokens of the first use, because the code was
// stolen.
func TestCodeIsUsedOnce(t *testing.T) {
	s := serveShop(t)
	callback := signIn(t, s, authURL(s))
	first := redeem(t, s, callback)
	if again := redeem(t, s, callback); again.Error != "invalid_grant" || !strings.Contains(again.Description, "revoked") {
		t.Errorf("%+v", again)
	}
	secret := testRing(t).clientSecret()
	if got := post(t, s.TokenURL(shopURL), "shop", secret, "grant_type", "refresh_token",
		"refresh_token", first.Refresh); got.Error != "invalid_grant" {
		t.Errorf("the refresh token: %+v", got)
	}
	_, text := postRaw(t, s.IntrospectionURL(shopURL), "shop", secret, "token", first.Access)
	if text != "{\"active\":false}\n" {
		t.Errorf("the access token: %s", text)
	}

	callback = signIn(t, s, authURL(s))
	var all sync.WaitGroup
	got := make([]tokens, 8)
	for n := range got {
		all.Go(func() { got[n] = redeem(t, s, callback) })
	}
	all.Wait()
	gave := 0
	for _, one := range got {
		if one.Status == http.StatusOK {
			gave++
		}
	}
	if gave > 1 {
		t.Errorf("a code was used %d times", gave)
	}
}
