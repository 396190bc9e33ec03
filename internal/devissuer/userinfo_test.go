package devissuer

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestLogout checks that a logout redirects only to the app, to this machine, and to logout URLs of app clients.
func TestLogout(t *testing.T) {
	s := serveShop(t, shopIssuer(func(i *Issuer) {
		i.Apps = append(i.Apps, App{ClientID: "pool", LogoutURIs: []string{"https://shop.example.com/bye"}})
	}))
	for query, want := range map[string]string{
		"": "",
		"post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A4000%2F&state=x": "http://localhost:4000/?state=x",
		"client_id=pool&logout_uri=https%3A%2F%2Fshop.example.com%2Fbye":    "https://shop.example.com/bye",
		"post_logout_redirect_uri=https%3A%2F%2Fevil.example.com%2F":        "",
		"logout_uri=https%3A%2F%2Fshop.example.com%2Fbye%2F":                "",
		"post_logout_redirect_uri=%2F%2Fevil.example.com":                   "",
	} {
		answer, text := page(t, s.LogoutURL(shopURL)+"?"+query)
		if got := answer.Header.Get("Location"); got != want ||
			want == "" && (answer.StatusCode != 200 || !strings.Contains(text, "<h1>Signed out</h1>")) ||
			strings.Contains(text, "href") && strings.Contains(text, "evil.example.com\"") {
			t.Errorf("%s: %s to %q: %s", query, answer.Status, got, text)
		}
	}
	answer, err := client0.PostForm(s.LogoutURL(shopURL), url.Values{"post_logout_redirect_uri": {appOrigin + "/"}})
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if got := answer.Header.Get("Location"); got != appOrigin+"/" {
		t.Errorf("by POST: %s to %q", answer.Status, got)
	}
}

// TestUserinfoRefusals checks that userinfo requires an access token with the scope openid.
func TestUserinfoRefusals(t *testing.T) {
	s := serveShop(t)
	got := redeem(t, s, signIn(t, s, authURL(s)))
	plain := redeem(t, s, signIn(t, s, authURL(s, "scope", "orders:read")))
	revoked := redeem(t, s, signIn(t, s, authURL(s)))
	s.keys.revoke(revoked.Access)
	for name, tt := range map[string]struct {
		header string
		want   int
	}{
		"an access token": {"Bearer " + got.Access, 200},
		"no token":        {"", 401},
		"another scheme":  {"Basic " + got.Access, 401},
		"an ID token":     {"Bearer " + got.ID, 401},
		"a refresh token": {"Bearer " + got.Refresh, 401},
		"an altered one":  {"Bearer " + got.Access[:len(got.Access)-4] + "AAAA", 401},
		"a revoked one":   {"Bearer " + revoked.Access, 401},
		"without openid":  {"Bearer " + plain.Access, 403},
	} {
		r, err := http.NewRequest(http.MethodGet, s.UserinfoURL(shopURL), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", tt.header)
		answer, err := client0.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		challenge := answer.Header.Get("WWW-Authenticate")
		if answer.StatusCode != tt.want || (tt.want != 200) != strings.HasPrefix(challenge, "Bearer ") {
			t.Errorf("%s: %s", name, answer.Status)
		}
	}
}
