package session

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/percent"
)

// ErrReturn reports that a text is not a path of the API to return to. No error contains the text.
var ErrReturn = errors.New("session: not a path to return to")

// maxReturn is the maximum length in bytes of a path to return to.
const maxReturn = 1024

// CheckReturn returns why a browser must not be sent to a path after a login. The path is appended to the API's base
// path, which may be empty. It may have a query and a fragment: "/orders?page=2#top".
//
// A valid path consists of characters of RFC 3986. It therefore has no tabs and newlines, which the URL Standard
// removes, and no backslash, which it treats as a slash. The path stays on the host and below the base path: the first
// slash is not followed by a second one, and no segment is "." or "..", which browsers also recognize in "%2e". It has
// no percent-encoded slash, backslash or control character. The error is an [ErrReturn].
// Source: https://url.spec.whatwg.org/#concept-basic-url-parser
func CheckReturn(path string) error {
	fail := func(why string) error { return fmt.Errorf("%w: %s", ErrReturn, why) }
	switch {
	case len(path) > maxReturn:
		return fail("it is longer than 1,024 bytes")
	case !strings.HasPrefix(path, "/"):
		return fail("it does not begin with a slash")
	case strings.HasPrefix(path, "//"):
		return fail("it begins with two slashes, and would name a host")
	}
	for i := range len(path) {
		if !inURL(path[i]) {
			return fail("it has a character that belongs percent-encoded in a URL")
		}
		if _, ok := percent.Byte(path[i:]); path[i] == '%' && !ok {
			return fail("a percent sign is not followed by two hexadecimal digits")
		}
	}
	if at := strings.IndexByte(path, '#'); at >= 0 {
		if strings.IndexByte(path[at+1:], '#') >= 0 {
			return fail("it has two fragments")
		}
		path = path[:at]
	}
	path, _, _ = strings.Cut(path, "?")
	for i := 0; i < len(path); i++ {
		switch c, ok := percent.Byte(path[i:]); {
		case !ok:
		case c < ' ' || c == 0x7f:
			return fail("it has an encoded control character")
		case c == '/' || c == '\\':
			return fail("it has an encoded slash or backslash")
		}
	}
	for segment := range strings.SplitSeq(path, "/") {
		switch dots := strings.ReplaceAll(strings.ToLower(segment), "%2e", "."); dots {
		case ".", "..":
			return fail("it has a segment of dots, which leads elsewhere")
		}
	}
	return nil
}

// inURL reports whether a character can occur in a path, a query or a fragment (RFC 3986, sections 3.3 to 3.5).
func inURL(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		strings.IndexByte("-._~!$&'()*+,;=:@/?#%", c) >= 0
}
