package session

import (
	"strings"
)

const (
	// prefix is the prefix of cookies that a browser accepts only from exactly this host, over TLS, and for all paths.
	// Source: https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis, section 4.1.3.2
	prefix = "__Host-"

	// maxCookie is the maximum size of a cookie's name and value together, in bytes. Attributes have a limit of their own.
	// Source: https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis, section 5.6
	maxCookie = 4096

	maxName = 128
)

// The values of SameSite. A session's cookie is not sent with any request that another site caused. An attempt's cookie
// is sent with the provider's redirect.
const (
	strict = "Strict"
	lax    = "Lax"
)

// valueRoom returns the maximum length of the value of a cookie with this name.
func valueRoom(name string) int { return maxCookie - len(name) }

// setCookie returns a Set-Cookie header.
func setCookie(name, value, sameSite string) string {
	return name + "=" + value + "; Path=/; Secure; HttpOnly; SameSite=" + sameSite
}

// clearCookie returns a Set-Cookie header that removes a cookie. A browser accepts it only with the attributes that the
// prefix requires.
func clearCookie(name, sameSite string) string { return setCookie(name, "", sameSite) + "; Max-Age=0" }

// Join joins a request's Cookie headers into one, as in RFC 9113, section 8.2.3. Browsers split cookies for HTTP/2, and
// behind an enhanced TLS security policy of API Gateway each part arrives as a header of its own.
//
// Join is only for readers whose answers are not cached. API Gateway caches an authorizer's answer by one of the
// headers, so a caller that sends only that header would get the answer.
//
// Sources, with events of AWS: https://github.com/laravel/vapor-core/pull/205 and
// https://github.com/smithy-lang/smithy-typescript/issues/1997
func Join(headers []string) []string {
	if len(headers) < 2 {
		return headers
	}
	return []string{strings.Join(headers, "; ")}
}

// singleHeader returns the only Cookie header of a request. If there are several, it is not known which one another
// reader uses; see [Join].
func singleHeader(headers []string) (string, error) {
	switch len(headers) {
	case 0:
		return "", ErrNoSession
	case 1:
		return headers[0], nil
	}
	return "", ErrForged
}

// pairs yields each cookie of a Cookie header (RFC 6265, section 4.2.1).
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

// cookie returns the value of the cookie with a name. It refuses a cookie that occurs twice, because only one of them
// can be from this host.
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
