package events

import (
	"unicode/utf8"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// unescaped holds for each byte whether it stands for itself in a JSON string.
var unescaped = func() (t [256]bool) {
	for c := 0x20; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// appendString writes a JSON string (RFC 8259, section 7), which is always valid UTF-8.
func appendString[T string | []byte](b []byte, s T) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case unescaped[c]:
			i++
			continue
		case c < utf8.RuneSelf:
			b = append(b, s[start:i]...)
			b = appendEscape(b, c)
			i++
		default:
			part := string(s[i:min(i+utf8.UTFMax, len(s))])
			if r, n := utf8.DecodeRuneInString(part); r != utf8.RuneError || n > 1 {
				i += n
				continue
			}
			b = append(b, s[start:i]...)
			b = append(b, "\uFFFD"...)
			i += exchange.Malformed(part)
		}
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

func appendEscape(b []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	return append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}

// appendNullable writes a string, or null if it is empty.
func appendNullable(b []byte, s string) []byte {
	if s == "" {
		return append(b, "null"...)
	}
	return appendString(b, s)
}
