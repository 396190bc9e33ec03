// Package httpname checks the names and values of HTTP: names of headers, values of headers, web
// origins, and base URLs.
//
//	if !httpname.IsToken(name) || !httpname.IsValue(value) {
//		return errors.New("not a header")
//	}
//
// It does not parse messages, and it does not know which headers a service drops, renames or adds.
package httpname

import (
	"fmt"
	"slices"
	"strings"
)

// TokenSymbols are the characters of a token that are neither letters nor digits.
const TokenSymbols = "!#$%&'*+-.^_`|~"

// Where a byte may stand in a header.
const (
	inToken = 1 << iota // RFC 9110, section 5.6.2
	inValue             // RFC 9110, section 5.5, with the spaces and tabs within
)

var bytesOf = func() (t [256]uint8) {
	for c := range t {
		if c >= ' ' && c != 0x7F || c == '\t' {
			t[c] |= inValue
		}
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' ||
			c < 0x80 && strings.IndexByte(TokenSymbols, byte(c)) >= 0 {
			t[c] |= inToken
		}
	}
	return t
}()

// IsToken reports whether s is a token, as the names of headers, cookies and methods are (RFC 9110, section 5.6.2).
func IsToken(s string) bool { return s != "" && consists(s, inToken) }

// IsValue reports whether s can be the value of a header. A value with a line break would start another header.
func IsValue(s string) bool { return consists(s, inValue) }

func consists(s string, of uint8) bool {
	for i := range len(s) {
		if bytesOf[s[i]]&of == 0 {
			return false
		}
	}
	return true
}

// CheckHeader reports why s cannot be the name of a header: it is empty, or it has a character that a token has not.
func CheckHeader(s string) error {
	if s == "" {
		return fmt.Errorf("a header without a name")
	}
	for _, c := range s {
		if c >= 0x80 || bytesOf[c]&inToken == 0 {
			return fmt.Errorf("header %q: a header's name does not hold %q", s, c)
		}
	}
	return nil
}

// Equal reports whether a and b are the same name of a header, in which case does not matter. It compares ASCII:
// [strings.EqualFold] alone would take the Kelvin sign, which has three bytes, for a k.
func Equal(a, b string) bool { return len(a) == len(b) && strings.EqualFold(a, b) }

// framing are the headers of one connection that an answer can have, and the length.
var framing = []string{"Connection", "Content-Length", "Keep-Alive", "Trailer", "Transfer-Encoding", "Upgrade"}

// IsFraming reports whether a header says where a message ends, or concerns its connection alone (RFC 9110, sections
// 7.6.1 and 8.6). A server writes these itself and passes none on.
func IsFraming(name string) bool {
	return slices.ContainsFunc(framing, func(f string) bool { return Equal(f, name) })
}
