package jwt

import "strings"

// Bearer returns the token from the values of a request's Authorization header: "Bearer" in any case, spaces, and the
// token (RFC 6750, section 2.1, and RFC 9110, section 11.1). Several values are accepted only if they are equal, so
// that all readers of the request use the same one.
//
// The error is [ErrNoToken] or [ErrSeveralTokens]. Bearer checks only that the token is a single word.
func Bearer(values ...string) (string, error) { return Credentials("bearer", values...) }

// Credentials is [Bearer] for another scheme, which is given in lower case.
func Credentials(scheme string, values ...string) (string, error) {
	if len(values) == 0 {
		return "", ErrNoToken
	}
	for _, other := range values[1:] {
		if other != values[0] {
			return "", ErrSeveralTokens
		}
	}
	value := strings.Trim(values[0], " \t") // white space is not part of a field's value (RFC 9110, section 5.5)
	if len(value) <= len(scheme) || !foldEqual(value[:len(scheme)], scheme) || value[len(scheme)] != ' ' {
		return "", ErrNoToken
	}
	token := strings.TrimLeft(value[len(scheme):], " ")
	if strings.ContainsAny(token, " \t,") {
		return "", ErrSeveralTokens
	}
	return token, nil
}
