package httpname

import (
	"fmt"
	"net/url"
	"strings"
)

// CheckBaseURL reports why s is not an https URL to which paths are appended: a host in lower case, a port unless it is
// 443, and literal segments, without a slash at the end. Two such URLs are the same only if their texts are.
func CheckBaseURL(s string) error {
	fail := func(format string, a ...any) error { return fmt.Errorf("%q: "+format, append([]any{s}, a...)...) }
	const https = "https://"
	scheme, rest, ok := strings.Cut(s, "://")
	switch {
	case !ok || scheme == "" || rest == "":
		return fail("want an https URL, like %q", https+"api.example.com")
	case scheme != "https":
		return fail("want https: write %q", https+rest)
	case strings.Contains(s, "*"):
		return fail("URLs match exactly: list each one")
	case strings.ContainsAny(rest, "?#"):
		return fail("want a URL without query and fragment: write %q", s[:strings.IndexAny(s, "?#")])
	case strings.HasSuffix(rest, "/"):
		return fail("want no slash at the end, because each path begins with one: write %q", strings.TrimRight(s, "/"))
	}
	host, path, _ := strings.Cut(rest, "/")
	if low := strings.ToLower(host); low != host {
		return fail("want the host in lower case: write %q", https+low+rest[len(host):])
	}
	u, err := url.Parse(https + host)
	if err != nil || u.Host != host || u.Hostname() == "" || strings.HasSuffix(host, ":") ||
		strings.ContainsFunc(host, foreign) {
		return fail("want a host name in ASCII, without user, like %q", https+"api.example.com")
	}
	if u.Port() == "443" {
		return fail("443 is the port of https: write %q", https+strings.TrimSuffix(host, ":443")+rest[len(host):])
	}
	if len(rest) == len(host) {
		return nil
	}
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "" || segment == "." || segment == ".." || strings.ContainsFunc(segment, NeedsEscape) {
			return fail("want a path of letters, digits and - . _ ~, like %q", https+host+"/shop")
		}
	}
	return nil
}

// UnderBaseURL reports whether a base URL is below another one, so that both have URLs in common: those of
// "https://shop.example.com/api" are among those of "https://shop.example.com".
func UnderBaseURL(s, other string) bool { return strings.HasPrefix(s, other+"/") }

// NeedsEscape reports whether a character would have to be escaped in any path (RFC 3986, section 2.3).
func NeedsEscape(r rune) bool {
	return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune("-._~", r)
}
