// Package credentials finds the credentials in a request and masks them in texts about the request, so that a log or a
// page can show what was decided.
//
// It goes by the names of headers and parameters and by the form of tokens. It does not verify credentials, and it
// cannot find a secret under a harmless name.
package credentials

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// Hidden stands where a credential was.
const Hidden = "[not shown]"

// tokens are JSON Web Tokens (RFC 7519): three parts of base64url, the first of which begins as an object does. The
// third is empty for a token without a signature.
var tokens = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*`)

// MaskTokens takes out of a text what looks like a JSON Web Token.
func MaskTokens(text string) string {
	if !strings.Contains(text, "eyJ") { // much faster than the expression
		return text
	}
	return tokens.ReplaceAllLiteralString(text, Hidden)
}

// words are parts of the names that credentials are sent under, in headers, cookies and queries.
var words = []string{
	"auth", "token", "secret", "passw", "cookie", "session", "signature", "credential", "api-key", "api_key", "apikey",
	"access-key", "access_key", "jwt", "assertion", "csrf", "xsrf",
}

// names are whole names of parameters that a login's requests have: the code of the provider, what the browser proves
// its attempt by, and the verifier of the code (RFC 6749, section 4.1.2, and RFC 7636, section 4.5).
var names = []string{"code", "state", "nonce", "code_verifier"}

// Named reports whether a header or a parameter of this name holds a credential. The further names are those of the
// identity sources of an API's authorizers.
func Named(name string, further ...string) bool {
	lower := strings.ToLower(name)
	if strings.HasPrefix(lower, "sec-fetch-") { // what a browser says of the request, also as an identity source
		return false
	}
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(lower, w) }) ||
		slices.Contains(names, lower) ||
		slices.ContainsFunc(further, func(f string) bool { return strings.EqualFold(f, name) })
}

// minLength is that of the shortest value that is looked for: a shorter one would be found by chance.
const minLength = 6

// Mask takes out of texts about a request what it brought as credentials, also where an authorizer or a function
// repeats it. The further names are as in [Named].
func Mask(r *exchange.Request, further ...string) func(string) string {
	return mask(valuesOf(r, further))
}

// MaskAll is [Mask] of a request and its answer: it also takes out the cookies that the answer sets.
func MaskAll(r *exchange.Request, answer exchange.Headers, further ...string) func(string) string {
	values := valuesOf(r, further)
	for cookie := range answer.Values("Set-Cookie") {
		pair, _, _ := strings.Cut(cookie, ";")
		if _, value, _ := strings.Cut(pair, "="); len(strings.TrimSpace(value)) >= minLength {
			values = append(values, strings.TrimSpace(value))
		}
	}
	return mask(sorted(values))
}

// mask takes values out of a text, which are sorted.
func mask(values []string) func(string) string {
	return func(text string) string {
		for _, v := range values {
			text = strings.ReplaceAll(text, v, Hidden)
		}
		return MaskTokens(text)
	}
}

// valuesOf are the values to look for, sorted.
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
	return sorted(values)
}

// sorted has the longest value first, so that none is left over in part.
func sorted(values []string) []string {
	slices.SortFunc(values, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	return slices.Compact(values)
}

// Tokens are the JSON Web Tokens that a request brought in its header and its query, each once, as they came.
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
