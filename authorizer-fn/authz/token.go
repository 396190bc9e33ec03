package authz

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

// findToken returns the only token of an event. It rejects events with no token, several tokens, or anything that is
// not a bearer token, so that all readers of the request use the same token. If a place contains something other than a
// token, such as a header with Basic credentials, it does not go on to the next place.
func (e event) findToken(sources []TokenSource) (string, error) {
	if e.token {
		return jwt.Bearer(e.header)
	}
	found := ""
	for _, source := range sources {
		token, err := e.tokenIn(source)
		if err != nil {
			return "", err
		}
		if token == "" {
			continue
		}
		if found != "" && found != token {
			return "", jwt.ErrSeveralTokens
		}
		found = token
	}
	if found == "" {
		return "", jwt.ErrNoToken
	}
	return found, nil
}

// tokenIn returns the token at one place, or "" if the request has nothing there.
func (e event) tokenIn(source TokenSource) (string, error) {
	var values []string
	switch source.Kind {
	case Header:
		values = e.values("multiValueHeaders", "headers", source.Name, true)
	case Cookie:
		headers := e.values("multiValueHeaders", "headers", "Cookie", true)
		for _, header := range headers {
			values = append(values, cookies(header, source.Name)...)
		}
		if len(values) > 0 && len(headers) > 1 {
			// Browsers split the header for HTTP/2. Behind an enhanced TLS security policy the parts arrive as they were split,
			// although a server should join them (RFC 9113, section 8.2.3). API Gateway caches the answer by one of the parts.
			// If that is not the part with the token, a caller that sends only that part would pass for the token's holder.
			// Source: https://github.com/laravel/vapor-core/pull/205
			return "", jwt.ErrSeveralTokens
		}
	case QueryString:
		values = e.values("multiValueQueryStringParameters", "queryStringParameters", source.Name, false)
	}
	switch {
	case len(values) == 0:
		return "", nil
	case source.Kind == Header:
		return jwt.Bearer(values...)
	case len(values) > 1:
		return "", jwt.ErrSeveralTokens
	case values[0] == "":
		return "", jwt.ErrNoToken
	}
	return values[0], nil
}

// cookies returns the values of the cookies with a name in a Cookie header (RFC 6265, section 4.2.1). Names are
// case-sensitive. A value in quotes keeps them, and so is not a token.
func cookies(header, name string) (out []string) {
	for pair := range strings.SplitSeq(header, ";") {
		have, value, _ := strings.Cut(strings.Trim(pair, " \t"), "=")
		if have == name {
			out = append(out, value)
		}
	}
	return out
}
