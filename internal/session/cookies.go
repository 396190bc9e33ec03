package session

import (
	"strings"
)

const (
	// prefix is that of cookies which a browser takes from this very host alone, over TLS, for all its paths.
	// Source: https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis, section 4.1.3.2
	prefix = "__Host-"

	// maxCookie is how many bytes a browser lets a cookie's name and value have together. Attributes are counted apart.
	// Source: https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis, section 5.6
	maxCookie = 4096

	maxName = 128
)

// What SameSite a cookie has. A session's is not sent with any request that another site caused. An attempt's is sent
// with the provider's redirect.
const (
	strict = "Strict"
	lax    = "Lax"
)

// room is how long the value of a cookie with this name may be.
func room(name string) int { return maxCookie - len(name) }

// setting is a Set-Cookie header.
func setting(name, value, sameSite string) string {
	return name + "=" + value + "; Path=/; Secure; HttpOnly; SameSite=" + sameSite
}

// clearing is a Set-Cookie header that removes a cookie. A browser takes it only with the attributes that the prefix
// asks for.
func clearing(name, sameSite string) string { return setting(name, "", sameSite) + "; Max-Age=0" }

// Join makes one of a request's Cookie headers, as RFC 9113, section 8.2.3, has it: browsers split them for HTTP/2, and
// behind an enhanced security policy for TLS of API Gateway each part arrives as a header of its own. It is for readers
// whose answers are not cached. API Gateway caches an authorizer's answer by one of the headers, and a caller that
// sends that one alone would get it.
// Sources, with events of AWS: https://github.com/laravel/vapor-core/pull/205 and
// https://github.com/smithy-lang/smithy-typescript/issues/1997
func Join(headers []string) []string {
	if len(headers) < 2 {
		return headers
	}
	return []string{strings.Join(headers, "; ")}
}

// one is the only Cookie header of a request. Of several, it is not known which one another reader looks at; see
// [Join].
func one(headers []string) (string, error) {
	switch len(headers) {
	case 0:
		return "", ErrNoSession
	case 1:
		return headers[0], nil
	}
	return "", ErrForged
}

// pairs calls yield with each cookie of a Cookie header (RFC 6265, section 4.2.1), until it returns false.
func pairs(header string) func(yield func(name, value string) bool) {
	return func(yield func(name, value string) bool) {
		for pair := range strings.SplitSeq(header, ";") {
			name, value, _ := strings.Cut(strings.Trim(pair, " \t"), "=")
			if !yield(name, value) {
				return
			}
		}
	}
}

// cookie is the value of the cookie with a name. One that is there twice is refused: only one of them is from this
// host.
func cookie(header, name string) (value string, found bool, err error) {
	for have, v := range pairs(header) {
		if have != name {
			continue
		}
		if found {
			return "", false, ErrForged
		}
		value, found = v, true
	}
	return value, found, nil
}
