package strictjson

import (
	"strings"
	"unicode/utf16"
)

// decoded returns the string that a string node stands for. It is a part of the text unless it has escapes.
func (n *node) decoded(text string) string {
	raw := text[n.start:n.end]
	if n.escaped {
		return unescape(raw)
	}
	return raw
}

// is reports whether a string node stands for this string.
func (n *node) is(text, s string) bool {
	if !n.escaped {
		return text[n.start:n.end] == s
	}
	// An escape is longer than what it stands for.
	return int(n.end-n.start) > len(s) && unescape(text[n.start:n.end]) == s
}

// unescape resolves the escapes of a checked string.
func unescape(raw string) string {
	var b strings.Builder
	b.Grow(len(raw))
	for {
		i := strings.IndexByte(raw, '\\')
		if i < 0 {
			b.WriteString(raw)
			return b.String()
		}
		b.WriteString(raw[:i])
		r, n := readEscape(raw[i:])
		b.WriteRune(r)
		raw = raw[i+n:]
	}
}

// checkEscape returns the length of the escape at the beginning of s, or why it is invalid.
func checkEscape(s string) (int, error) {
	if len(s) < 2 {
		return 0, ErrSyntax
	}
	switch s[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2, nil
	case 'u':
	default:
		return 0, ErrSyntax
	}
	r := hex4(s[2:])
	switch {
	case r < 0:
		return 0, ErrSyntax
	case isLow(r):
		return 0, ErrUTF8
	case !isHigh(r):
		return 6, nil
	}
	if len(s) < 8 || s[6] != '\\' || s[7] != 'u' || !isLow(hex4(s[8:])) {
		return 0, ErrUTF8
	}
	return 12, nil
}

// readEscape reads a checked escape.
func readEscape(s string) (r rune, n int) {
	switch s[1] {
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		high := hex4(s[2:])
		if !isHigh(high) {
			return high, 6
		}
		return utf16.DecodeRune(high, hex4(s[8:])), 12
	}
	return rune(s[1]), 2
}

// isHigh reports whether a rune is a high surrogate. A character outside the Basic Multilingual Plane is written as a
// high and a low surrogate (RFC 8259, section 7).
func isHigh(r rune) bool { return 0xD800 <= r && r < 0xDC00 }

func isLow(r rune) bool { return 0xDC00 <= r && r < 0xE000 }

// hex4 returns the value of the four hexadecimal digits at the beginning of s, or -1.
func hex4(s string) rune {
	if len(s) < 4 {
		return -1
	}
	var r rune
	for i := range 4 {
		c := s[i]
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}
