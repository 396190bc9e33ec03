package httpname

import (
	"strings"
	"testing"
)

func TestCheckBaseURL(t *testing.T) {
	const host = `want a host name in ASCII, without user, like "https://api.example.com"`
	for _, c := range []struct{ name, url, want string }{
		{"a host", "https://api.example.com", ""},
		{"a path", "https://api.example.com/shop/v1.0_a-b~", ""},
		{"another port", "https://api.example.com:8443/shop", ""},
		{"an address", "https://[2001:db8::1]:8443", ""},
		{"nothing", "", `"": want an https URL, like "https://api.example.com"`},
		{"a host alone", "api.example.com", `want an https URL, like "https://api.example.com"`},
		{"a path alone", "/shop", `want an https URL, like "https://api.example.com"`},
		{"no host", "https://", `want an https URL, like "https://api.example.com"`},
		{"no host before the path", "https:///shop", host},
		{"http", "http://api.example.com/shop", `want https: write "https://api.example.com/shop"`},
		{"a scheme in upper case", "HTTPS://api.example.com", `want https: write "https://api.example.com"`},
		{"a wildcard", "https://*.example.com", "URLs match exactly: list each one"},
		{"a query", "https://api.example.com?a=b",
			`want a URL without query and fragment: write "https://api.example.com"`},
		{"a fragment", "https://api.example.com/shop#top",
			`want a URL without query and fragment: write "https://api.example.com/shop"`},
		{"a slash at the end", "https://api.example.com/",
			`want no slash at the end, because each path begins with one: write "https://api.example.com"`},
		{"a slash at the end of the path", "https://api.example.com/shop//",
			`want no slash at the end, because each path begins with one: write "https://api.example.com/shop"`},
		{"upper case", "https://API.Example.com/Shop", `want the host in lower case: write "https://api.example.com/Shop"`},
		{"the port 443", "https://api.example.com:443/shop",
			`443 is the port of https: write "https://api.example.com/shop"`},
		{"an empty port", "https://api.example.com:", host},
		{"a port that is no number", "https://api.example.com:https", host},
		{"a user", "https://me@api.example.com", host},
		{"a letter of another alphabet", "https://\u0430pi.example.com", host},
		{"a space", "https://api.example.com ", host},
		{"a list", "https://a.example.com,https://b.example.com", host},
		{"a backslash", `https://api.example.com\shop`, host},
		{"two slashes", "https://api.example.com//shop",
			`want a path of letters, digits and - . _ ~, like "https://api.example.com/shop"`},
		{"a dot segment", "https://api.example.com/../shop",
			`want a path of letters, digits and - . _ ~, like "https://api.example.com/shop"`},
		{"an escape", "https://api.example.com/%73hop",
			`want a path of letters, digits and - . _ ~, like "https://api.example.com/shop"`},
		{"a parameter", "https://api.example.com/{shop}",
			`want a path of letters, digits and - . _ ~, like "https://api.example.com/shop"`},
	} {
		want := c.want
		if want != "" && c.url != "" {
			want = `"` + c.url + `": ` + want
		}
		got := ""
		if err := CheckBaseURL(c.url); err != nil {
			got = err.Error()
		}
		if c.name == "a backslash" { // which %q doubles
			want = `"https://api.example.com\\shop": ` + c.want
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", c.name, got, want)
		}
	}
}

// A path needs no escapes if it has only the unreserved characters of RFC 3986, section 2.3.
func TestNeedsEscape(t *testing.T) {
	const unreserved = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
	for r := range rune(256) {
		if got, want := NeedsEscape(r), !strings.ContainsRune(unreserved, r); got != want {
			t.Errorf("%q: got %t, want %t", r, got, want)
		}
	}
}
