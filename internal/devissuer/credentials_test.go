package devissuer

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// This file shows how people and machines get a JWT for their credentials, with only HTTP.

// A person signs in on the issuer's page. The app gets a code by the browser, and exchanges it for tokens with its own
// secret and the verifier that only it knows (RFC 6749, section 4.1; RFC 7636).
func TestPersonGetsTokensByTheCodeFlow(t *testing.T) {
	s := serveShop(t)

	callback := signIn(t, s, s.AuthorizationURL(shopURL)+"?"+url.Values{
		"response_type":         {"code"},
		"client_id":             {"shop"},
		"redirect_uri":          {"http://localhost:4000/auth/callback"},
		"scope":                 {"openid orders:read orders:write"},
		"state":                 {"bound to the browser"},
		"nonce":                 {"bound to the ID token"},
		"code_challenge":        {"y5UF_tmp_ICTDGza-Ou2vUvx2cu7DBN-Xwf_z0RDfTw"}, // base64url(SHA-256(code_verifier))
		"code_challenge_method": {"S256"},
	}.Encode(), "persona", "persona orders:read only")

	got := post(t, s.TokenURL(shopURL), "shop", testRing(t).clientSecret(),
		"grant_type", "authorization_code",
		"code", callback.Get("code"),
		"redirect_uri", "http://localhost:4000/auth/callback",
		"code_verifier", "a-verifier-of-forty-three-characters-or-more",
	)

	if got.Status != http.StatusOK || got.Scope != "openid orders:read" {
		t.Errorf("the persona has only orders:read: %+v", got)
	}
	token, err := s.verifier(t, shopIssuer().Issuer).Verify(t.Context(), got.Access)
	if err != nil || token.Subject() != "reader" {
		t.Errorf("the API's authorizer: %v", err)
	}
}

// A machine has no browser. It gets a token for itself with its own secret (RFC 6749, section 4.4).
func TestMachineGetsATokenByClientCredentials(t *testing.T) {
	s := serveShop(t)

	got := post(t, s.TokenURL(shopURL), "nightly-report", testRing(t).clientSecret(),
		"grant_type", "client_credentials",
		"scope", "orders:read",
	)

	if got.Status != http.StatusOK || got.Scope != "orders:read" || got.Refresh != "" || got.ID != "" {
		t.Errorf("%+v", got)
	}
	token, err := s.verifier(t, shopIssuer().Issuer).Verify(t.Context(), got.Access)
	if err != nil || token.Subject() != "nightly-report" || !token.Claim("scope").Is("orders:read") {
		t.Errorf("the API's authorizer: %v", err)
	}
}

// The same with curl, as in the documentation.
func TestMachineGetsATokenWithCurl(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not installed")
	}
	s := serveShop(t)
	secret, err := s.ClientSecret()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), curl, "-sS", "--noproxy", "*", s.TokenURL(shopURL),
		"-u", "nightly-report:"+secret, "-d", "grant_type=client_credentials", "-d", "scope=orders:read")
	var out, wrong bytes.Buffer
	c.Stdout, c.Stderr = &out, &wrong
	if err := c.Run(); err != nil {
		t.Fatalf("%v: %s", err, wrong.String())
	}
	var got tokens
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || got.Kind != "Bearer" || got.Expires != 3600 {
		t.Errorf("%v: %s", err, out.String())
	}
	if _, err := s.verifier(t, shopIssuer().Issuer).Verify(t.Context(), got.Access); err != nil {
		t.Error(err)
	}
}

// A token lives for an hour. The refresh token that came with it gets the next one, and a refresh token in its place
// (RFC 6749, section 6; RFC 9700, section 4.14.2).
func TestTokensAreRefreshed(t *testing.T) {
	s := serveShop(t)
	first := redeem(t, s, signIn(t, s, authURL(s)))
	s.clock.Advance(time.Hour)

	second := post(t, s.TokenURL(shopURL), "shop", testRing(t).clientSecret(),
		"grant_type", "refresh_token",
		"refresh_token", first.Refresh,
	)

	if second.Status != http.StatusOK || second.Refresh == first.Refresh || second.Scope != first.Scope {
		t.Fatalf("%+v", second)
	}
	if _, err := s.verifier(t, shopIssuer().Issuer).Verify(t.Context(), second.Access); err != nil {
		t.Error(err)
	}
}

// TestTokensAreRevoked checks that revoking the refresh token also revokes the tokens of its sign-in (RFC 7009). An API
// that introspects tokens knows this at once. One that verifies JWTs itself does not know before they expire.
func TestTokensAreRevoked(t *testing.T) {
	s := serveShop(t)
	got := redeem(t, s, signIn(t, s, authURL(s)))
	secret := testRing(t).clientSecret()

	revoked := post(t, s.RevocationURL(shopURL), "shop", secret, "token", got.Refresh)

	if revoked.Status != http.StatusOK {
		t.Errorf("%+v", revoked)
	}
	again := post(t, s.TokenURL(shopURL), "shop", secret, "grant_type", "refresh_token", "refresh_token", got.Refresh)
	if again.Error != "invalid_grant" {
		t.Errorf("the refresh token: %+v", again)
	}
	_, text := postRaw(t, s.IntrospectionURL(shopURL), "shop", secret, "token", got.Access)
	if text != "{\"active\":false}\n" {
		t.Errorf("the access token: %s", text)
	}
	if _, err := s.verifier(t, shopIssuer().Issuer).Verify(t.Context(), got.Access); err != nil {
		t.Errorf("an authorizer that does not introspect accepts the access token until it expires: %v", err)
	}
}

// TestThereIsNoPasswordGrant checks that the password grant does not exist: it must not be used (RFC 9700, section
// 2.4), because each app that handles passwords can leak them, and it does not allow a second factor.
func TestThereIsNoPasswordGrant(t *testing.T) {
	s := serveShop(t)

	got := post(t, s.TokenURL(shopURL), "shop", testRing(t).clientSecret(),
		"grant_type", "password",
		"username", "ada",
		"password", "correct horse battery staple",
	)

	if got.Status != http.StatusBadRequest || got.Error != "unsupported_grant_type" || got.Access != "" ||
		!strings.Contains(got.Description, "authorization_code, refresh_token, client_credentials") {
		t.Errorf("%+v", got)
	}
}
