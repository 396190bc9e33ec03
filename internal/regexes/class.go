package regexes

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
)

// class reads a class in brackets.
func (t *translator) class() error {
	t.at++
	begin := "["
	if t.isUnquoted(t.at, '^') {
		begin = "[^"
		t.at++
	}
	var b strings.Builder
	b.WriteString(begin)
	for first := true; ; first = false {
		switch {
		case t.at >= len(t.in):
			return errors.New("missing closing ]")
		case t.isUnquoted(t.at, ']') && !first:
			b.WriteString("]")
			t.at++
			t.write(b.String())
			return nil
		case t.isUnquoted(t.at, ']') && t.ecma:
			return t.unsupported("an empty class")
		case t.isUnquoted(t.at, '[') && !t.ecma:
			return t.unsupported("a class in a class")
		case t.isUnquoted(t.at, '&') && t.isUnquoted(t.at+1, '&') && !t.ecma:
			return t.unsupported("the intersection && of classes")
		}
		text, err := t.spans()
		if err != nil {
			return err
		}
		b.WriteString(text)
	}
}

// spans reads a character, a range or a set in a class, including what follows a hyphen.
func (t *translator) spans() (string, error) {
	low, set, err := t.member()
	if err != nil {
		return "", err
	}
	ranged := t.isUnquoted(t.at, '-') && t.at+1 < len(t.in) && !t.isUnquoted(t.at+1, ']') &&
		(t.ecma || !t.isUnquoted(t.at+1, '['))
	if !ranged || set != "" && !t.ecma {
		return cmp.Or(set, t.span(low, low)), nil
	}
	t.at++
	if !t.ecma && t.isUnquoted(t.at, '\\') && t.isUnquoted(t.at+1, 'v') {
		return "", t.unsupported(`\v after a - in a class`)
	}
	high, end, err := t.member()
	switch {
	case err != nil:
		return "", err
	case set != "":
		// Write both ends and the hyphen separately, so that the second end begins no range:
		// https://262.ecma-international.org/6.0/#sec-runtime-semantics-characterrangeorunion-abstract-operation
		return set + `\-` + cmp.Or(end, t.span(high, high)), nil
	case end != "" && t.ecma:
		return "", t.unsupported("a range of a class that ends with a set")
	case end != "" || high < low:
		return "", errors.New("a range of a class that has no end, or ends before it begins")
	}
	return t.span(low, high), nil
}

// span returns a range of characters for a class.
func (t *translator) span(low, high rune) string {
	text := fmt.Sprintf(`\x{%X}-\x{%X}`, low, high)
	for r := max(low, 'A'); r <= min(high, 'z'); r++ {
		if other := t.otherCase(r); other != r {
			text += string(other)
		}
	}
	return text
}

// member reads a character in a class, or a set of characters as it is written in a class of Go.
func (t *translator) member() (r rune, set string, err error) {
	if !t.isUnquoted(t.at, '\\') {
		t.at++
		return t.in[t.at-1].r, "", nil
	}
	if t.ecma && t.isUnquoted(t.at+1, 'b') {
		t.at += 2
		return '\b', "", nil
	}
	if !t.ecma && t.isUnquoted(t.at+1, 'v') && t.isUnquoted(t.at+2, '-') {
		return 0, "", t.unsupported(`\v before a - in a class`) // there it means only a vertical tab
	}
	return t.escape()
}

// escaped reads a backslash outside of a class.
func (t *translator) escaped() error {
	if t.at+1 < len(t.in) {
		switch c := t.in[t.at+1].r; {
		case c == 'b' || c == 'B':
			t.boundary = true
			t.at += 2
			t.write(`\` + string(c))
			t.atom = !t.ecma
			return nil
		case '1' <= c && c <= '9' || c == 'k' && !t.ecma:
			return t.unsupported(`a back reference, \` + string(c) + ",")
		case t.ecma:
		case c == 'A', c == 'z':
			t.at += 2
			t.write(`\` + string(c))
			return nil
		case c == 'Z':
			t.at += 2
			t.dollar = true
			t.write("$")
			return nil
		case strings.ContainsRune("GRXN", c):
			return t.unsupported(`\` + string(c))
		}
	}
	r, set, err := t.escape()
	switch {
	case err != nil:
		return err
	case set != "":
		t.write("[" + set + "]")
	default:
		t.literal(r)
	}
	return nil
}
