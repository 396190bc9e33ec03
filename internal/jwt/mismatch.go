package jwt

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// mismatched is a rejection for a value that is not the one that is wanted. Its text is the rejection's own, without
// either value.
type mismatched struct {
	error
	got, want string
}

func mismatch(rejection error, got, want string) error { return &mismatched{rejection, got, want} }

func (m *mismatched) Unwrap() error { return m.error }

// Mismatch is, for a rejection by issuer, audience, client, token_use or time, the value that came and what is wanted
// in its place, for logs; "" for both of any other error. What came is what an unverified token says: anything, though
// no more than 256 bytes of it, and nothing but these claims. A value that is not text is described in parentheses.
func Mismatch(err error) (got, want string) {
	if m, ok := errors.AsType[*mismatched](err); ok {
		return m.got, m.want
	}
	return "", ""
}

// maxDescribed is how many bytes of a claim [describe] repeats.
const maxDescribed = 256

// describe is a claim as one short text: a string as it is, and a list of strings with commas between them.
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
	if len(text) > maxDescribed {
		text = strings.ToValidUTF8(text[:maxDescribed], "") + "..."
	}
	return text
}

// timeText is a NumericDate (RFC 7519, section 2) as people read it.
func timeText(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.RFC3339) }

func durationText(seconds int64) string { return strconv.FormatInt(seconds, 10) + " s" }
