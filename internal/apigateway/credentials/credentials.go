// Package credentials finds the credentials in a request and masks them in texts about the request, so that a log or a
// page can show how it was decided.
//
// It finds them by the names of headers and parameters, and by the form of tokens. It does not verify credentials, and
// it cannot find a secret under a harmless name.
package credentials

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// Hidden replaces a credential.
const Hidden = "[not shown]"

// tokens matches JSON Web Tokens (RFC 7519): three parts of base64url, the first of which is an encoded JSON object.
// The third part is empty for a token without a signature.
var tokens = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*`)

// MaskTokens masks everything in a text that looks like a JSON Web Token.
func MaskTokens(text string) string {
	if !strings.Contains(text, "eyJ") { // much faster than the expression
		return text
	}
	return tokens.ReplaceAllLiteralString(text, Hidden)
}

// credentialWords are parts of the names of headers, cookies and query parameters that carry credentials.
var credentialWords = []string{
	"auth", "token", "secret", "passw", "cookie", "session", "signature", "credential", "api-key", "api_key", "apikey",
	"access-key", "access_key", "jwt", "assertion", "csrf", "xsrf",
}

// loginParameters are full names of parameters in a login's requests: the provider's code, the values that tie it to
// the browser's attempt, and the verifier of the code (RFC 6749, section 4.1.2, and RFC 7636, section 4.5).
var loginParameters = []string{"code", "state", "nonce", "code_verifier"}

// Named reports whether a header or a parameter with this name holds a credential. further are the names in the
// identity sources of an API's authorizers.
func Named(name string, further ...string) bool {
	lower := strings.ToLower(name)
	if strings.HasPrefix(lower, "sec-fetch-") { // written by browsers, and no secret even as an identity source
		return false
	}
	return slices.ContainsFunc(credentialWords, func(w string) bool { return strings.Contains(lower, w) }) ||
		slices.Contains(loginParameters, lower) ||
		slices.ContainsFunc(further, func(f string) bool { return strings.EqualFold(f, name) })
}

// minLength is the length of the shortest value that is masked. Shorter ones would match by chance.
const minLength = 6

// Mask returns a function that masks the credentials of a request in texts about it, even where an authorizer or a
// function repeats them. further are names as in [Named].
func Mask(r *exchange.Request, further ...string) func(string) string {
	return mask(valuesOf(r, further))
}

// MaskAll works like [Mask], and also masks the cookies that the answer sets.
func MaskAll(r *exchange.Request, answer exchange.Headers, further ...string) func(string) string {
	values := valuesOf(r, further)
	for cookie := range answer.Values("Set-Cookie") {
		pair, _, _ := strings.Cut(cookie, ";")
		if _, value, _ := strings.Cut(pair, "="); len(strings.TrimSpace(value)) >= minLength {
			values = append(values, strings.TrimSpace(value))
		}
	}
	return mask(longestFirst(values))
}

// mask returns a function that masks values in a text. The values must be sorted as by sorted.
func mask(values []string) func(string) string {
	return func(text string) string {
		for _, v := range values {
			text = strings.ReplaceAll(text, v, Hidden)
		}
		return MaskTokens(text)
	}
}

// valuesOf returns the values to mask, sorted.
func valuesOf(r *exchange.Request, further []string) (values []string) {
	add := func(v string) {
		if v = strings.TrimSpace(v); len(v) >= minLength {
			values = append(values, v)
		}
	}
	for _, h := range r.Headers {
		if !Named(h.Name, further...) {
			continue
		}
		_, afterScheme, _ := strings.Cut(h.Value, " ")
		add(h.Value)
		add(afterScheme)
		if strings.EqualFold(h.Name, "Cookie") {
			for cookie := range strings.SplitSeq(h.Value, ";") {
				_, value, _ := strings.Cut(cookie, "=")
				add(value)
			}
		}
	}
	for part := range strings.FieldsFuncSeq(r.RawQuery, func(c rune) bool { return c == '&' || c == ';' }) {
		for _, p := range exchange.AppendQuery(nil, part) {
			if Named(p.Name, further...) {
				_, raw, _ := strings.Cut(part, "=")
				add(raw)
				add(p.Value)
			}
		}
	}
	return longestFirst(values)
}

// longestFirst puts the longest values first, so that a shorter one does not leave a part of a longer one.
func longestFirst(values []string) []string {
	slices.SortFunc(values, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	return slices.Compact(values)
}

// Tokens returns the JSON Web Tokens in the header and the query of a request, each once, in the form in which they
// came.
func Tokens(r *exchange.Request) (found []string) {
	add := func(text string) {
		for _, t := range tokens.FindAllString(text, -1) {
			if !slices.Contains(found, t) {
				found = append(found, t)
			}
		}
	}
	for _, h := range r.Headers {
		add(h.Value)
	}
	for _, p := range exchange.AppendQuery(nil, r.RawQuery) {
		add(p.Value)
	}
	return found
}
