package bodyschema

import (
	"errors"
	"regexp"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/regexes"
)

// escape matches the escapes of ECMA 262, edition 5. Other letters after a backslash stand for themselves there or are
// an error, and have other meanings in Go or Perl.
var escape = regexp.MustCompile(`^\\(?:[dDwWsSbBtnvfr]|[0-9]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|c[a-zA-Z]|[^a-zA-Z0-9])`)

// checkExpression refuses a regular expression that API Gateway could read with another meaning than its author. JSON
// Schema uses the expressions of ECMA 262, and draft 4 the fifth edition.
// Source: section 3.3 of https://datatracker.ietf.org/doc/html/draft-fge-json-schema-validation-00
func (c *converter) checkExpression(text, at string) {
	part := foreignPart(text)
	if _, err := regexes.ECMA(text); part == "" && err != nil && !errors.Is(err, regexes.ErrUnsupported) {
		c.fail(at, "the expression %q is not a regular expression: %v", text, err)
	}
	if part != "" {
		c.fail(at, "the expression %q has %q, which the regular expressions of JSON Schema (ECMA 262, edition 5) do not "+
			"have: write it with character classes, groups and lookaheads", text, part)
	}
}

// foreignPart returns the first part of an expression that ECMA 262 does not have, or has with another meaning, or "".
func foreignPart(text string) string {
	class := false
	for i := 0; i < len(text); i++ {
		rest := text[i:]
		switch {
		case text[i] == '\\':
			if !escape.MatchString(rest) {
				return rest[:min(2, len(rest))]
			}
			i++
		case class:
			if strings.HasPrefix(rest, "[:") {
				return "[:"
			}
			class = text[i] != ']'
		case text[i] == '[':
			for _, empty := range []string{"[]", "[^]"} {
				if strings.HasPrefix(rest, empty) {
					return empty
				}
			}
			class = true
		case strings.HasPrefix(rest, "(?"):
			if len(rest) < 3 || !strings.Contains(":=!", rest[2:3]) {
				return rest[:min(3, len(rest))]
			}
		case len(rest) > 1 && rest[1] == '+' && strings.Contains("*+?}", rest[:1]):
			return rest[:2]
		}
	}
	return ""
}
