package devissuer

import (
	"strings"
	"testing"
)

// TestRedirectURIs checks that redirect URIs are compared byte by byte, and that URIs with several interpretations are
// rejected.
func TestRedirectURIs(t *testing.T) {
	s := serveShop(t, shopIssuer(func(i *Issuer) {
		i.Apps = append(i.Apps, App{ClientID: "pool", RedirectURIs: []string{"myapp://callback"}})
	}))
	for _, tt := range []struct {
		client, uri string
		want        bool
	}{
		{"shop", "http://localhost:4000/auth/callback", true},
		{"shop", "http://localhost:4000/v1/shop/auth/callback", true},
		{"shop", "http://localhost:4000//auth/callback", false},
		{"shop", "http://localhost:4000//evil.example.com/auth/callback", false},
		{"shop", "http://localhost:4000/../auth/callback", false},
		{"shop", "http://localhost:4000/%2e%2e/auth/callback", false},
		{"shop", "http://localhost:4000/v1\\auth/callback", false},
		{"shop", "http://localhost:4000/auth/callback/", false},
		{"shop", "http://localhost:4000/auth/callback?next=https://evil.example.com", false},
		{"shop", "http://localhost:4000/auth/callback#x", false},
		{"shop", "http://localhost:4000/AUTH/callback", false},
		{"shop", "http://localhost:4000@evil.example.com/auth/callback", false},
		{"shop", "http://localhost:4000.evil.example.com/auth/callback", false},
		{"shop", "http://localhost:40001/auth/callback", false},
		{"shop", "http://127.0.0.1:4000/auth/callback", false},
		{"shop", "https://localhost:4000/auth/callback", false},
		{"shop", "http://LOCALHOST:4000/auth/callback", false},
		{"shop", "http://evil@localhost:4000/auth/callback", false},

		{"pool", "myapp://callback", true},
		{"pool", "myapp://callback/", false},
		{"pool", "http://localhost/callback", false},

		{"other", "http://127.0.0.1/", true},
		{"other", "http://127.8.9.10:1/cb?a=b", true},
		{"other", "https://localhost/cb", true},
		{"other", "http://127.0.0.1.evil.example.com/", false},
		{"other", "http://localhost.evil.example.com/", false},
		{"other", "http://evil.example.com/http://localhost/", false},
		{"other", "http://localhost@evil.example.com/", false},
		{"other", "http://evil@localhost/", false},
		{"other", "http://evil.example.com\\@localhost/", false},
		{"other", "http://localhost\\.evil.example.com/", false},
		{"other", "http://localhost/#token", false},
		{"other", "http://localhost/\nx", false},
		{"other", "http:localhost", false},
		{"other", "//localhost/", false},
		{"other", "/callback", false},
		{"other", "javascript:alert(1)//localhost", false},
		{"other", "data:text/html,localhost", false},
		{"other", "http://0.0.0.0/", false},
		{"other", "http://2130706433/", false},
		{"other", "http://[::ffff:192.0.2.1]/", false},
		{"other", "", false},
	} {
		if got := s.mayRedirect(s.registration(s.sites[0], tt.client), tt.uri); got != tt.want {
			t.Errorf("%s, %q: %v, want %v", tt.client, tt.uri, got, tt.want)
		}
	}
	s.appOrigin = ""
	if s.mayRedirect(s.registration(s.sites[0], "shop"), "/auth/callback") {
		t.Error("without an app's origin, a path is a redirect URI")
	}
	if answer, text := page(t, authURL(s)); !strings.Contains(text, "The app&#39;s origin on this machine is not known.") {
		t.Errorf("%s: %s", answer.Status, text)
	}
}
