package exchange

import "unicode/utf8"

// Text replaces what is not UTF-8 in s as API Gateway's decoder does, which is Java's: one U+FFFD for each maximal
// malformed part (Unicode 15, section 3.9, "U+FFFD Substitution of Maximal Subparts").
func Text(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var out []byte
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			n = Malformed(s[i:])
		}
		out = utf8.AppendRune(out, r)
		i += n
	}
	return string(out)
}

// Malformed returns the length of the malformed part at the beginning of s, in bytes: a byte that begins no character,
// or the beginning of a character up to the byte that does not continue it (Unicode 15, table 3-7). s must not begin
// with a valid character.
func Malformed(s string) int {
	low, high, size := byte(0x80), byte(0xBF), 0
	switch c := s[0]; {
	case c >= 0xC2 && c <= 0xDF:
		size = 2
	case c >= 0xE0 && c <= 0xEF:
		size = 3
	case c >= 0xF0 && c <= 0xF4:
		size = 4
	}
	switch s[0] {
	case 0xE0:
		low = 0xA0
	case 0xED:
		high = 0x9F
	case 0xF0:
		low = 0x90
	case 0xF4:
		high = 0x8F
	}
	n := 1
	for n < size && n < len(s) && s[n] >= low && s[n] <= high {
		low, high = 0x80, 0xBF
		n++
	}
	return n
}
