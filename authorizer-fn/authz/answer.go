package authz

import (
	"maps"
	"slices"
	"unicode/utf8"
)

// appendAnswer writes an authorizer's answer: who calls, what that may do, and what the backend is told.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
func appendAnswer(b []byte, principal string, policy []byte, context Context) []byte {
	b = append(b, `{"principalId":`...)
	b = appendString(b, principal)
	b = append(b, `,"policyDocument":`...)
	b = append(b, policy...)
	b = append(b, `,"context":{`...)
	for i, name := range slices.Sorted(maps.Keys(context)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, name)
		b = append(b, ':')
		b = appendString(b, context[name])
	}
	return append(b, "}}"...)
}

// appendString writes a JSON string (RFC 8259, section 7).
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < ' ' || c == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		case c < utf8.RuneSelf:
			b = append(b, c)
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			b = utf8.AppendRune(b, r) // what is no UTF-8 becomes U+FFFD
			i += n
			continue
		}
		i++
	}
	return append(b, '"')
}
