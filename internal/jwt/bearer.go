package jwt

import "strings"

const scheme = "bearer"

// Bearer is the token in the values of a request's Authorization header: "Bearer", in any case of letters, spaces and
// the token (RFC 6750, section 2.1, and RFC 9110, section 11.1). Several values are taken only if they are all the
// same: it must not depend on who reads the request which one counts.
//
// The error is [ErrNoToken] or [ErrSeveralTokens]. The token is not looked at beyond that it is one word.
func Bearer(values ...string) (string, error) {
	if len(values) == 0 {
		return "", ErrNoToken
	}
	for _, other := range values[1:] {
		if other != values[0] {
			return "", ErrSeveralTokens
		}
	}
	value := strings.Trim(values[0], " \t") // RFC 9110, section 5.5: not part of a field's value
	if len(value) <= len(scheme) || !foldEqual(value[:len(scheme)], scheme) || value[len(scheme)] != ' ' {
		return "", ErrNoToken
	}
	token := strings.TrimLeft(value[len(scheme):], " ")
	if strings.ContainsAny(token, " \t,") {
		return "", ErrSeveralTokens
	}
	return token, nil
}
