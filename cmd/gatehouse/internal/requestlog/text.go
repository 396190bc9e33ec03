package requestlog

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/gatehouse-cdk/gatehouse/localgateway/exchange"
)

const hidden = "[not shown]"

// tokens are JSON Web Tokens (RFC 7519): three parts of base64url, the first of which begins as an object does. The third
// is empty for a token without a signature.
var tokens = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*`)

func maskTokens(text string) string { return tokens.ReplaceAllLiteralString(text, hidden) }

// credentials are headers whose values nobody else should see.
var credentials = []string{"Authorization", "Cookie", "X-API-Key", "X-Amz-Security-Token"}

// minCredential is the shortest value that is looked for: a shorter one would be found by chance.
const minCredential = 6

// mask takes out of texts about a request what it brought as credentials.
func mask(r *exchange.Request) func(string) string {
	var values []string
	for _, name := range credentials {
		for value := range r.Headers.Values(name) {
			_, afterScheme, _ := strings.Cut(value, " ")
			for _, v := range []string{value, afterScheme} {
				if len(v) >= minCredential {
					values = append(values, v)
				}
			}
		}
	}
	return func(text string) string {
		for _, v := range values {
			text = strings.ReplaceAll(text, v, hidden)
		}
		return maskTokens(text)
	}
}

// printable is a text that stays on its line and tells a terminal nothing: tabs become spaces, and all else that is not
// printable is written as in Go.
func printable(text string) string {
	if strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\t':
			b.WriteString("  ")
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// duration is short: what is below 10 ms has a decimal.
func duration(d time.Duration) string {
	if d < 10*time.Millisecond {
		return strconv.FormatFloat(milliseconds(d), 'f', 1, 64) + "ms"
	}
	return strconv.FormatInt(d.Round(time.Millisecond).Milliseconds(), 10) + "ms"
}

func milliseconds(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond).Microseconds()) / 1000
}
