package httpname

import (
	"fmt"
	"net/url"
	"strings"
)

// CheckOrigin reports why a browser cannot send s as its Origin, or why s would admit every page. An origin is a scheme
// and a host in lower case, and a port unless it is the scheme's own (RFC 6454, section 6.1). "*" is accepted.
func CheckOrigin(s string) error {
	fail := func(format string, a ...any) error { return fmt.Errorf("%q: "+format, append([]any{s}, a...)...) }
	if s == "*" {
		return nil
	}
	if s == "null" {
		return fail("every sandboxed page and local file sends it, so it lets anyone in: leave it out")
	}
	if strings.Contains(s, "*") {
		return fail("origins match exactly: list each one")
	}
	scheme, host, ok := strings.Cut(s, "://")
	if !ok || scheme == "" || host == "" {
		return fail("want a scheme and a host, like %q", "https://shop.example.com")
	}
	if i := strings.IndexAny(host, "/?#"); i > 0 {
		return fail("an origin ends with the host or the port: write %q", scheme+"://"+host[:i])
	}
	if low := strings.ToLower(s); low != s {
		return fail("browsers send origins in lower case: write %q", low)
	}
	u, err := url.Parse(s)
	if err != nil || u.Host != host || u.Hostname() == "" || strings.ContainsFunc(host, foreign) {
		return fail("want a host name in ASCII, without user or list: one origin a string, like %q",
			"https://shop.example.com")
	}
	if p := u.Port(); scheme == "https" && p == "443" || scheme == "http" && p == "80" {
		return fail("browsers leave the scheme's own port out: write %q", strings.TrimSuffix(s, ":"+p))
	}
	return nil
}

// foreign reports whether a host and port in lower case cannot have a character.
func foreign(r rune) bool {
	return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789.-_:[]", r)
}
