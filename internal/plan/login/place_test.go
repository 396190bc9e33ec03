package login

import "testing"

func TestSameSite(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"https://shop.example.com", "https://admin.example.com", true},
		{"https://shop.example.com", "https://example.com", true},
		{"https://shop.example.com:8443", "https://admin.example.com", true},
		{"https://shop.example.com", "http://shop.example.com", false},
		{"https://shop.example.com", "https://shop.example.org", false},
		{"https://shop.example.co.uk", "https://other.co.uk", false},
		{"https://a.github.io", "https://b.github.io", false},
		{"https://a1.execute-api.eu-west-1.amazonaws.com", "https://b2.execute-api.eu-west-1.amazonaws.com", false},
		{"https://192.0.2.1", "https://192.0.2.1", true},
		{"https://192.0.2.1", "https://198.51.2.1", false},
		{"https://[2001:db8::1]", "https://[2001:db8::1]:8443", true},
		{"https://[2001:db8::1]", "https://[2001:db8::2]", false},
		{"https://localhost:1", "https://localhost:2", true},
		{"https://shop.example.com", "https://${Token[TOKEN.1]}", true},
	} {
		if got := SameSite(c.a, c.b); got != c.want {
			t.Errorf("SameSite(%q, %q) = %t", c.a, c.b, got)
		}
	}
}
