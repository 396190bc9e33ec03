package exchange

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/percent"
)

// AppendQuery splits a query string into its parameters, in order, and decodes names and values: + is a space, and %XX
// a byte. A percent sign without two hexadecimal digits after it stands for itself. A semicolon separates like an
// ampersand: it "results in the data being split",
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
		to = append(to, Header{Name: Text(decode(name)), Value: Text(decode(value))})
	}
	return to
}

// QueryValue returns the value of the last parameter with a name, and whether there is one. Names compare with case.
func QueryValue(raw, name string) (value string, ok bool) {
	var few [16]Header
	for _, p := range AppendQuery(few[:0], raw) {
		if p.Name == name {
			value, ok = p.Value, true
		}
	}
	return value, ok
}

func decode(s string) string {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '+' {
			out = append(out, ' ')
		} else if c, ok := percent.Byte(s[i:]); ok {
			out = append(out, c)
			i += 2
		} else {
			out = append(out, s[i])
		}
	}
	return string(out)
}
