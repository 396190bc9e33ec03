package jwt

// bad marks bytes outside the alphabet. Its two high bits are set, which are never set in the value of a digit.
const bad = 0xFF

// digit has the value of each byte as a digit of base64url (RFC 4648, section 5).
var digit = func() (table [256]byte) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	for i := range table {
		table[i] = bad
	}
	for i := range len(alphabet) {
		table[alphabet[i]] = byte(i)
	}
	return table
}()

// decode appends the bytes that base64url digits stand for. It accepts exactly one encoding of each value, as RFC 7515,
// section 2 requires: no padding, no white space, and no leftover bits other than zero. encoding/base64 ignores CR and
// LF even in its strict mode.
func decode(dst, digits []byte) ([]byte, bool) {
	for len(digits) >= 4 {
		a, b, c, d := digit[digits[0]], digit[digits[1]], digit[digits[2]], digit[digits[3]]
		if (a|b|c|d)&0xC0 != 0 {
			return dst, false
		}
		dst = append(dst, a<<2|b>>4, b<<4|c>>2, c<<6|d)
		digits = digits[4:]
	}
	switch len(digits) {
	case 0:
		return dst, true
	case 2:
		a, b := digit[digits[0]], digit[digits[1]]
		return append(dst, a<<2|b>>4), (a|b)&0xC0 == 0 && b&0x0F == 0
	case 3:
		a, b, c := digit[digits[0]], digit[digits[1]], digit[digits[2]]
		return append(dst, a<<2|b>>4, b<<4|c>>2), (a|b|c)&0xC0 == 0 && c&0x03 == 0
	}
	return dst, false
}
