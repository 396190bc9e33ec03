// Package percent reads percent-encoding (RFC 3986, section 2.1) byte by byte, for what must judge each escape.
//
// It does not say which characters have to be encoded; to decode a whole text, net/url does.
package percent

// Byte returns the byte of the escape that a text begins with, such as "%2F" or "%2f". It reports false if the text
// does not begin with one.
func Byte(s string) (c byte, ok bool) {
	if len(s) < 3 || s[0] != '%' {
		return 0, false
	}
	high, low := digit(s[1]), digit(s[2])
	return high<<4 | low, high < 16 && low < 16
}

// digit is the value of a hexadecimal digit, or 255.
func digit(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}
