package exchange

import "testing"

func TestValidNameAndValue(t *testing.T) {
	for _, c := range []struct {
		text        string
		name, value bool
	}{
		{"Content-Type", true, true}, {"x_1.~!#$%&'*+^`|", true, true}, {"", false, true}, {"a b", false, true}, {"a\tb", false, true},
		{"a:b", false, true}, {"é", false, true}, {"\xFF", false, true}, {"(a)", false, true},
		{"a\r\nb", false, false}, {"a\nb", false, false}, {"a\x00", false, false}, {"\x7F", false, false},
	} {
		if got := ValidName(c.text); got != c.name {
			t.Errorf("ValidName(%q): want %t", c.text, c.name)
		}
		if got := ValidValue(c.text); got != c.value {
			t.Errorf("ValidValue(%q): want %t", c.text, c.value)
		}
	}
}

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
