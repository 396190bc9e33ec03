package exchange

import "strings"

// Where a byte may stand in a header.
const (
	inName  = 1 << iota // RFC 9110, section 5.6.2: a token
	inValue             // RFC 9110, section 5.5, with the spaces and tabs within
)

var bytesOf = func() (t [256]uint8) {
	for c := range t {
		if c >= ' ' && c != 0x7F || c == '\t' {
			t[c] |= inValue
		}
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c < 0x80 && strings.IndexByte("!#$%&'*+-.^_`|~", byte(c)) >= 0 {
			t[c] |= inName
		}
	}
	return t
}()

// ValidName tells whether a header can have this name.
func ValidName(name string) bool { return name != "" && consists(name, inName) }

// ValidValue tells whether a header can have this value: one with a line break would be a header of its own.
func ValidValue(value string) bool { return consists(value, inValue) }

func consists(s string, of uint8) bool {
	for i := range len(s) {
		if bytesOf[s[i]]&of == 0 {
			return false
		}
	}
	return true
}
