package regexes

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

// simple are the escapes for one character.
var simple = map[rune]rune{'t': '\t', 'n': '\n', 'r': '\r', 'f': '\f', 'a': '\a', 'e': 0x1b}

// sets are sets of Java that Go does not have, or defines differently, as pairs of the first and the last character.
var sets = map[rune][]rune{
	'h': {'\t', '\t', ' ', ' ', 0xa0, 0xa0, 0x1680, 0x1680, 0x180e, 0x180e, 0x2000, 0x200a, 0x202f, 0x202f, 0x205f,
		0x205f, 0x3000, 0x3000},
	'v': {'\n', '\r', 0x85, 0x85, 0x2028, 0x2029},
	's': {'\t', '\r', ' ', ' '},
}

// ecmaSpace is \s in ECMA 262: WhiteSpace and LineTerminator.
var ecmaSpace = []rune{'\t', '\r', ' ', ' ', 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x202f,
	0x205f, 0x205f, 0x3000, 0x3000, 0xfeff, 0xfeff}

// inClass returns a set, or with not its complement, as it is written in a class of Go.
func inClass(pairs []rune, not bool) string {
	if not {
		var other []rune
		next := rune(0)
		for i := 0; i < len(pairs); i += 2 {
			other = append(other, next, pairs[i]-1) // no set begins with 0, and no two pairs adjoin
			next = pairs[i+1] + 1
		}
		pairs = append(other, next, unicode.MaxRune)
	}
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		fmt.Fprintf(&b, `\x{%X}-\x{%X}`, pairs[i], pairs[i+1])
	}
	return b.String()
}

// escape reads a backslash and what follows: a character, or a set of characters as it is written in a class of Go.
func (t *translator) escape() (r rune, set string, err error) {
	t.at++
	if t.at >= len(t.in) {
		return 0, "", errors.New("a backslash at the end")
	}
	c := t.in[t.at].r
	t.at++
	lower := unicode.ToLower(c)
	switch {
	case strings.ContainsRune("dDwW", c):
		return 0, `\` + string(c), nil
	case t.ecma && lower == 's':
		return 0, inClass(ecmaSpace, c == 'S'), nil
	case t.ecma && c == 'v':
		return '\v', "", nil
	case t.ecma && strings.ContainsRune("ae", c):
		return 0, "", t.unsupported(`\` + string(c))
	case simple[c] != 0:
		return simple[c], "", nil
	case c == 'x', c == 'u':
		r, err = t.code(c)
		return r, "", err
	case c == 'c':
		return t.control()
	case t.ecma && c == '0' && !t.digit(7):
		return 0, "", nil
	case t.ecma && (unicode.IsLetter(c) || unicode.IsDigit(c)):
		return 0, "", t.unsupported(`\` + string(c))
	case sets[lower] != nil:
		return 0, inClass(sets[lower], lower != c), nil
	case c == '0':
		r, err = t.octal()
		return r, "", err
	case lower == 'p':
		set, err = t.property(c == 'P')
		return 0, set, err
	case c < unicode.MaxASCII && unicode.IsLetter(c):
		return 0, "", fmt.Errorf(`the escape \%c is unknown`, c)
	case unicode.IsDigit(c) && c < unicode.MaxASCII:
		return 0, "", fmt.Errorf(`the escape \%c in a class`, c)
	}
	return c, "", nil
}

func (t *translator) control() (rune, string, error) {
	var c rune
	if t.at < len(t.in) {
		c = t.in[t.at].r
	}
	t.at++
	switch {
	case t.ecma && (c >= unicode.MaxASCII || !unicode.IsLetter(c)):
		return 0, "", t.unsupported(`\c without a letter`)
	case t.ecma:
		return c % 32, "", nil
	case t.at > len(t.in):
		return 0, "", errors.New(`\c at the end`)
	}
	return c ^ 64, "", nil
}

// hex reads a number of n hexadecimal digits.
func (t *translator) hex(n int) (rune, bool) {
	if t.at+n > len(t.in) {
		return 0, false
	}
	v, err := strconv.ParseUint(string(runes(t.in[t.at:t.at+n])), 16, 32)
	if err != nil || v > unicode.MaxRune {
		return 0, false
	}
	t.at += n
	return rune(v), true
}

// code reads what follows \x or \u.
func (t *translator) code(c rune) (rune, error) {
	digits := map[rune]int{'x': 2, 'u': 4}[c]
	if c == 'x' && t.isUnquoted(t.at, '{') && !t.ecma {
		end := t.at
		for end < len(t.in) && !t.isUnquoted(end, '}') {
			end++
		}
		t.at++
		r, ok := t.hex(end - t.at)
		if !ok || !t.isUnquoted(t.at, '}') {
			return 0, errors.New(`the number of \x{`)
		}
		t.at++
		return r, t.rejectSurrogate(r)
	}
	r, ok := t.hex(digits)
	switch {
	case !ok && t.ecma:
		return 0, t.unsupported(`\` + string(c) + " without its digits")
	case !ok:
		return 0, fmt.Errorf(`\%c without its %d digits`, c, digits)
	case t.ecma:
		return unit(r), nil
	}
	if c == 'u' && utf16.IsSurrogate(r) && t.isUnquoted(t.at, '\\') && t.isUnquoted(t.at+1, 'u') {
		t.at += 2
		low, _ := t.hex(digits) // without its digits, it is no other half
		r = utf16.DecodeRune(r, low)
	}
	return r, t.rejectSurrogate(r)
}

// rejectSurrogate rejects a UTF-16 surrogate, which no text here contains.
func (t *translator) rejectSurrogate(r rune) error {
	if utf16.IsSurrogate(r) || r == unicode.ReplacementChar {
		return t.unsupported("half of a pair of UTF-16")
	}
	return nil
}

// digit reports whether a digit of at most the given value follows.
func (t *translator) digit(most rune) bool {
	return t.at < len(t.in) && !t.in[t.at].quoted && '0' <= t.in[t.at].r && t.in[t.at].r <= '0'+most
}

// octal reads one to three digits. The first of three digits is at most 3.
func (t *translator) octal() (rune, error) {
	if !t.digit(7) {
		return 0, errors.New(`\0 without a digit up to 7`)
	}
	var r rune
	for n := 0; n < 3 && t.digit(7) && r*8 < 0o400; n++ {
		r = r*8 + t.in[t.at].r - '0'
		t.at++
	}
	return r, nil
}

// posix are sets of Java that have the same characters in Go.
var posix = map[string]bool{"Lower": true, "Upper": true, "ASCII": true, "Alpha": true, "Digit": true, "Alnum": true,
	"Punct": true, "Graph": true, "Print": true, "Blank": true, "Cntrl": true, "XDigit": true, "Space": true}

// categories are Unicode categories that mean the same in Java and Go.
const categories = " L Lu Ll Lt Lm Lo M Mn Me Mc N Nd Nl No Z Zs Zl Zp P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Cc Cf Co "

// property reads the name of a set: \pL or \p{name}.
func (t *translator) property(not bool) (string, error) {
	from := t.at
	if t.isUnquoted(t.at, '{') {
		from++
		for t.at < len(t.in) && !t.isUnquoted(t.at, '}') {
			t.at++
		}
	} else {
		t.at++
	}
	if t.at > len(t.in) || t.isUnquoted(from-1, '{') && t.at == len(t.in) {
		return "", errors.New(`\p without a name`)
	}
	name := string(runes(t.in[from:t.at]))
	if t.isUnquoted(t.at, '}') && t.isUnquoted(from-1, '{') {
		t.at++
	}
	cased := strings.Contains(" Lower Upper Lu Ll Lt ", " "+name+" ")
	switch {
	case cased && t.flags.fold: // newer versions of Java then match either case, older ones do not
	case posix[name] && not:
		return "[:^" + strings.ToLower(name) + ":]", nil
	case posix[name]:
		return "[:" + strings.ToLower(name) + ":]", nil
	case strings.Contains(categories, " "+name+" "):
		if not {
			return `\P{` + name + `}`, nil
		}
		return `\p{` + name + `}`, nil
	}
	return "", t.unsupported(`\p{` + name + `}`)
}
