package exchange

import "testing"

func TestDomainPrefix(t *testing.T) {
	for host, want := range map[string]string{
		"127.0.0.1:3000": "API", "localhost:3000": "API", "localhost": "API", "[::1]:80": "API", "": "API",
		"api.example.com": "api", "api.example.com:3000": "api", "a1.localhost:3000": "a1",
	} {
		if got := (&Request{Host: host}).DomainPrefix("API"); got != want {
			t.Errorf("%q: want %q, got %q", host, want, got)
		}
	}
}

func TestFullPath(t *testing.T) {
	if got := (&Request{RawPath: "/prod//a", Stage: "prod", Path: "/a"}).FullPath(); got != "/prod//a" {
		t.Errorf("want the path as it came, got %q", got)
	}
	if got := (&Request{Stage: "prod", Path: "/a"}).FullPath(); got != "/prod/a" {
		t.Errorf("want stage and path, got %q", got)
	}
}
