package regexes

import (
	"regexp"
	"strings"
	"unicode/utf16"
)

// ECMAPattern is an expression of ECMA 262, edition 5, that is looked for in a text. It is safe for concurrent use.
type ECMAPattern struct {
	text string
	re   *regexp.Regexp
}

// ECMA reads an expression of ECMA 262, edition 5: those of JSON Schema, draft 4. One that has what a later edition or
// another dialect has is [ErrUnsupported].
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

// String is the expression as it was read.
func (p *ECMAPattern) String() string { return p.text }

// MatchString reports whether the expression matches a part of a text.
func (p *ECMAPattern) MatchString(text string) bool { return p.re.MatchString(units(text)) }

// units is a text in which each code unit of UTF-16 is a character, as in the strings of ECMA 262: half of a pair is
// one of the last plane.
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
