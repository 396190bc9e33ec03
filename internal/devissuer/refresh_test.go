package devissuer

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestUsesAreKnownToTheNextProvider checks that another provider with the same keys, as after a change of the app,
// knows the used codes and refresh tokens.
func TestUsesAreKnownToTheNextProvider(t *testing.T) {
	s := serveShop(t)
	callback := signIn(t, s, authURL(s))
	first := redeem(t, s, callback)
	next, err := New(s.keys, s.issuers, Options{BaseURL: s.base, AppOrigin: appOrigin, Now: s.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	*s.Provider = *next
	if got := redeem(t, s, callback); got.Error != "invalid_grant" {
		t.Errorf("%+v", got)
	}
	if got := post(t, s.TokenURL(shopURL), "shop", testRing(t).clientSecret(), "grant_type", "refresh_token",
		"refresh_token", first.Refresh); got.Error != "invalid_grant" {
		t.Errorf("the refresh token: %+v", got)
	}
}

// TestRefreshTokensRotate checks that simultaneous requests with one refresh token all get tokens, and that a later one
// means that the token was stolen.
func TestRefreshTokensRotate(t *testing.T) {
	s := serveShop(t)
	refresh := func(token string, more ...string) tokens {
		t.Helper()
		return post(t, s.TokenURL(shopURL), "shop", testRing(t).clientSecret(),
			append([]string{"grant_type", "refresh_token", "refresh_token", token}, more...)...)
	}
	first := redeem(t, s, signIn(t, s, authURL(s)))
	second := refresh(first.Refresh)
	s.clock.Advance(rotationGrace)
	twin := refresh(first.Refresh)
	if second.Status != http.StatusOK || twin.Status != http.StatusOK || twin.Refresh == second.Refresh {
		t.Fatalf("within the grace: %+v, %+v", second, twin)
	}
	third := refresh(twin.Refresh)
	if third.Status != http.StatusOK {
		t.Fatalf("%+v", third)
	}
	if got := refresh(third.Refresh, "scope", "orders:read"); got.Scope != "orders:read" || got.ID != "" {
		t.Errorf("fewer scopes: %+v", got)
	}
	if got := refresh(third.Refresh, "scope", "orders:read orders:delete"); got.Error != "invalid_scope" {
		t.Errorf("more scopes: %+v", got)
	}
	if got := post(t, s.TokenURL(shopURL), "", "", "grant_type", "refresh_token", "refresh_token", third.Refresh,
		"client_id", "spa"); got.Error != "invalid_grant" {
		t.Errorf("another client: %+v", got)
	}
	if got := refresh("x"); got.Error != "invalid_grant" {
		t.Errorf("another text: %+v", got)
	}
	if got := refresh(""); got.Error != "invalid_request" {
		t.Errorf("no token: %+v", got)
	}

	s.clock.Advance(time.Second)
	if got := refresh(first.Refresh); got.Error != "invalid_grant" || !strings.Contains(got.Description, "used before") {
		t.Errorf("reused after the grace: %+v", got)
	}
	if got := refresh(third.Refresh); got.Error != "invalid_grant" {
		t.Errorf("the newest one, after a reuse: %+v", got)
	}

	old := redeem(t, s, signIn(t, s, authURL(s)))
	s.clock.Advance(refreshLife)
	if got := refresh(old.Refresh); got.Error != "invalid_grant" || !strings.Contains(got.Description, "expired") {
		t.Errorf("after 30 days: %+v", got)
	}
	if got := redeem(t, s, signIn(t, s, authURL(s, "scope", "openid"))); got.Refresh != "" {
		t.Errorf("without offline_access: %+v", got)
	}
	if got := redeem(t, s, signIn(t, s, authURL(s, "scope", "openid", "access_type", "offline"))); got.Refresh == "" {
		t.Errorf("in Google's way: %+v", got)
	}
}

// TestGrantsAreBounded checks that the number of grants is limited: the oldest grant is removed first.
func TestGrantsAreBounded(t *testing.T) {
	var s KeyStore
	if !s.redeem("first") || s.redeem("first") {
		t.Error("the first grant")
	}
	for range maxTokensOfGrant + 1 {
		s.rememberToken("tokens", "x")
	}
	if n := len(s.grants.all["tokens"].tokens); n != maxTokensOfGrant {
		t.Errorf("%d tokens of a grant are remembered", n)
	}
	for n := range maxGrants {
		s.endGrant(string(rune(n)) + "x")
	}
	if n := len(s.grants.all); n != maxGrants || s.redeemed("first") {
		t.Errorf("%d grants are remembered", n)
	}
}
