package exchange

import "strings"

// AppendQuery splits a query string into its parameters, in their order, and decodes names and values: + is a space,
// and %XX a byte. A percent sign that no two digits follow stands for itself. A semicolon separates as an ampersand
// does: it "results in the data being split",
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html.
func AppendQuery(to []Header, raw string) []Header {
	for raw != "" {
		part := raw
		if i := strings.IndexAny(raw, "&;"); i >= 0 {
			part, raw = raw[:i], raw[i+1:]
		} else {
			raw = ""
		}
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		to = append(to, Header{Name: Text(decoded(name)), Value: Text(decoded(value))})
	}
	return to
}

// QueryValue is the value of the last parameter with this name, which is in the case it is given in, and whether there
// is one.
func QueryValue(raw, name string) (value string, ok bool) {
	var few [16]Header
	for _, p := range AppendQuery(few[:0], raw) {
		if p.Name == name {
			value, ok = p.Value, true
		}
	}
	return value, ok
}

func decoded(s string) string {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '+':
			out = append(out, ' ')
		case c == '%' && i+2 < len(s) && digit(s[i+1]) < 16 && digit(s[i+2]) < 16:
			out = append(out, digit(s[i+1])<<4|digit(s[i+2]))
			i += 2
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

// digit is the value of a hexadecimal digit, or 255.
func digit(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}
