package regexes

import (
	"regexp"
	"strings"
	"unicode/utf16"
)

// ECMAPattern is an expression of ECMA 262, edition 5, that matches parts of a text. It is safe for concurrent use.
type ECMAPattern struct {
	text string
	re   *regexp.Regexp
}

// ECMA compiles an expression of ECMA 262, edition 5, the dialect of JSON Schema, draft 4. It returns [ErrUnsupported]
// for features of later editions or other dialects.
// Source: section 3.3 of https://datatracker.ietf.org/doc/html/draft-fge-json-schema-validation-00
func ECMA(expression string) (*ECMAPattern, error) {
	t := translator{ecma: true}
	for _, r := range units(expression) {
		t.in = append(t.in, char{r: r})
	}
	text, err := t.translate()
	if err != nil {
		return nil, err
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, unsupportedBy(err)
	}
	return &ECMAPattern{expression, re}, nil
}

// String returns the source of the expression.
func (p *ECMAPattern) String() string { return p.text }

// MatchString reports whether the expression matches a part of a text.
func (p *ECMAPattern) MatchString(text string) bool { return p.re.MatchString(units(text)) }

// units converts a text so that each UTF-16 code unit is a character, as in strings of ECMA 262. A surrogate becomes a
// character of the last plane.
func units(text string) string {
	if strings.IndexFunc(text, func(r rune) bool { return r > 0xffff }) < 0 {
		return text
	}
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(text)) {
		b.WriteRune(unit(rune(u)))
	}
	return b.String()
}

func unit(r rune) rune {
	if utf16.IsSurrogate(r) {
		return 0x100000 + r
	}
	return r
}
