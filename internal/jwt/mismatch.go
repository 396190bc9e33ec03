package jwt

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// mismatched is a rejection because of a value that differs from the required one. Its text is the rejection's own,
// without either value.
type mismatched struct {
	error
	got, want string
}

func mismatch(rejection error, got, want string) error { return &mismatched{rejection, got, want} }

func (m *mismatched) Unwrap() error { return m.error }

// Mismatched returns a rejection with the values for [Mismatch], for rejections of other packages. The received value
// is cut to what is logged.
func Mismatched(rejection error, got, want string) error { return mismatch(rejection, cut(got), want) }

// Mismatch returns the received value and the required one for a rejection by issuer, audience, client, token_use or
// time, or one of [Mismatched], for logs. For any other error it returns "" twice. The received value comes from an
// unverified token, so it may be anything, but it has at most 256 bytes and comes only from these claims. A value that
// is not text is described in parentheses.
func Mismatch(err error) (got, want string) {
	if m, ok := errors.AsType[*mismatched](err); ok {
		return m.got, m.want
	}
	return "", ""
}

// maxDescribed is how many bytes of a claim [describe] repeats.
const maxDescribed = 256

// describe returns a claim as a short text: a string unchanged, and a list of strings separated by commas.
func describe(v strictjson.Value) string {
	text, ok := v.Text()
	if !ok {
		var list []string
		if list, ok = v.Texts(); ok && len(list) > 0 {
			text = strings.Join(list, ", ")
		} else {
			return "(" + v.Kind().String() + ")"
		}
	}
	return cut(text)
}

// cut shortens a text to maxDescribed bytes.
func cut(text string) string {
	if len(text) > maxDescribed {
		text = strings.ToValidUTF8(text[:maxDescribed], "") + "..."
	}
	return text
}

// timeText formats a NumericDate (RFC 7519, section 2) for people.
func timeText(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.RFC3339) }

func durationText(seconds int64) string { return strconv.FormatInt(seconds, 10) + " s" }
