package regexes

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// char is a character of an expression. It is quoted if it is between \Q and \E.
type char struct {
	r      rune
	quoted bool
}

// unquote marks the characters between \Q and \E.
func unquote(expression string) (out []char) {
	in := []rune(expression)
	quoted := false
	for i := 0; i < len(in); i++ {
		pair := ""
		if in[i] == '\\' && i+1 < len(in) {
			pair = string(in[i : i+2])
		}
		switch {
		case quoted && pair == `\E`, !quoted && pair == `\Q`:
			quoted = !quoted
			i++
		case !quoted && pair != "":
			out = append(out, char{r: in[i]}, char{r: in[i+1]})
			i++
		default:
			out = append(out, char{in[i], quoted})
		}
	}
	return out
}

// flags are the supported flags of Java.
type flags struct{ fold, all bool } // i, for ASCII only, and s

// translator rewrites an expression as a Go expression with the same meaning. It writes no flags: it expands their
// meaning.
type translator struct {
	in   []char
	at   int
	ecma bool

	out             strings.Builder
	flags           flags
	groups          []flags // the flags outside of each enclosing group
	names           []string
	atom            bool // the last part can be repeated
	afterQuantifier bool // the last part is a quantifier

	dollar, boundary bool
}

// isUnquoted reports whether the character at a position is r and not quoted.
func (t *translator) isUnquoted(at int, r rune) bool {
	return at < len(t.in) && t.in[at] == char{r: r}
}

func (t *translator) unsupported(what string) error { return fmt.Errorf("%s %w", what, ErrUnsupported) }

// maxLength limits the number of characters of an expression. The IDs of all clients that a user pool can have take
// 27,000, and Go needs up to a quarter of a gigabyte to compile 50,000.
const maxLength = 50000

func (t *translator) translate() (string, error) {
	if len(t.in) > maxLength {
		return "", t.unsupported(fmt.Sprintf("an expression of more than %d characters", maxLength))
	}
	for t.at < len(t.in) {
		if err := t.part(); err != nil {
			return "", err
		}
	}
	if len(t.groups) > 0 {
		return "", errors.New("missing closing )")
	}
	return t.out.String(), nil
}

// write appends a part that can be repeated.
func (t *translator) write(text string) {
	t.out.WriteString(text)
	t.atom, t.afterQuantifier = true, false
}

func (t *translator) part() error {
	c := t.in[t.at]
	if c.quoted {
		t.at++
		t.literal(c.r)
		return nil
	}
	switch c.r {
	case '\\':
		return t.escaped()
	case '[':
		return t.class()
	case '(':
		return t.open()
	case ')':
		if len(t.groups) == 0 {
			return errors.New("unexpected )")
		}
		last := len(t.groups) - 1
		t.flags, t.groups = t.groups[last], t.groups[:last]
		t.write(")")
	case '|':
		t.write("|")
		t.atom = false
	case '*', '+', '?', '{':
		return t.quantifier()
	case '.':
		t.write(t.dot())
	case '^':
		t.write(`\A`)
		t.atom = !t.ecma
	case '$':
		t.dollar = true
		t.write(`$`)
		t.atom = !t.ecma
	default:
		t.literal(c.r)
	}
	t.at++
	return nil
}

// dot returns a class for any character but a line terminator.
func (t *translator) dot() string {
	switch {
	case t.ecma:
		return `[^\n\r\x{2028}\x{2029}]`
	case t.flags.all:
		return `[\x00-\x{10FFFF}]`
	}
	return `[^\n\r\x{85}\x{2028}\x{2029}]`
}

func (t *translator) literal(r rune) {
	if other := t.otherCase(r); other != r {
		t.write("[" + string(r) + string(other) + "]")
		return
	}
	t.write(regexp.QuoteMeta(string(r)))
}

// otherCase returns the same letter in the other case, if case is ignored.
func (t *translator) otherCase(r rune) rune {
	if t.flags.fold && ('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z') {
		return r ^ 0x20
	}
	return r
}

// quantifier reads *, +, ?, {n}, {n,} or {n,m}, with a ? if it is reluctant.
func (t *translator) quantifier() error {
	from := t.at
	t.at++
	if t.isUnquoted(from, '{') {
		rest := t.rest(from)
		text := counts.FindString(rest)
		switch {
		case text == "" && t.ecma:
			t.literal('{')
			return nil
		case text == "":
			return errors.New(`{ without a number of repetitions: write \{ for the character`)
		case t.afterQuantifier && !t.ecma:
			return t.unsupported("a repetition of a repetition, " + text + ",")
		}
		t.at = from + len(text)
		low, high, _ := strings.Cut(strings.Trim(text, "{}"), ",")
		l, lowErr := strconv.ParseInt(low, 10, 32)
		h, highErr := strconv.ParseInt(high, 10, 32)
		if lowErr != nil || high != "" && (highErr != nil || h < l) {
			return fmt.Errorf("the repetition %s", text)
		}
		if max(l, h) > 1000 {
			return t.unsupported("the repetition " + text + ", of more than 1,000,")
		}
	}
	text := string(runes(t.in[from:t.at]))
	if !t.atom && text[0] == '{' && !t.ecma { // Java accepts it after flags, but not at the beginning
		return t.unsupported(text + " with nothing before it to repeat")
	}
	if !t.atom {
		return fmt.Errorf("%s with nothing before it to repeat", text)
	}
	if t.isUnquoted(t.at, '+') && !t.ecma {
		return t.unsupported("the possessive quantifier " + text + "+")
	}
	if t.isUnquoted(t.at, '?') {
		text += "?"
		t.at++
	}
	t.out.WriteString(text)
	t.atom, t.afterQuantifier = false, true
	return nil
}

var counts = regexp.MustCompile(`^\{[0-9]+(?:,[0-9]*)?\}`)

// runes returns characters for parsing a number, with quoted ones replaced since they cannot be part of it.
func runes(chars []char) (out []rune) {
	for _, c := range chars {
		if c.quoted {
			c.r = 'Q'
		}
		out = append(out, c.r)
	}
	return out
}

// rest returns the text at a position, as far as the beginning of a group or a quantifier can reach.
func (t *translator) rest(from int) string {
	return string(runes(t.in[from:min(len(t.in), from+1000)]))
}

// open reads the beginning of a group, or flags.
func (t *translator) open() error {
	begin := "("
	around := t.flags
	t.at++
	if t.isUnquoted(t.at, '?') {
		rest := t.rest(t.at)
		switch {
		case strings.HasPrefix(rest, "?:"):
			begin = "(?:"
			t.at += len("?:")
		case lookAround.MatchString(rest):
			return t.unsupported("the look-around or atomic group (" + lookAround.FindString(rest))
		case t.ecma:
			return t.unsupported(fmt.Sprintf("(%.2s", rest))
		case groupName.MatchString(rest):
			name := groupName.FindString(rest)
			if slices.Contains(t.names, name) {
				return fmt.Errorf("the group %s twice", name)
			}
			t.names = append(t.names, name)
			begin = "(" + name
			t.at += len(name)
		default:
			m := flagGroup.FindStringSubmatch(rest)
			if m == nil {
				return fmt.Errorf("unknown group (%.3s", rest)
			}
			t.at += len(m[0])
			if err := t.set(m[1], m[2]); err != nil {
				return err
			}
			if m[3] == ")" {
				t.atom, t.afterQuantifier = false, false
				return nil
			}
			begin = "(?:"
		}
	}
	t.groups = append(t.groups, around)
	t.out.WriteString(begin)
	t.atom, t.afterQuantifier = false, false
	return nil
}

var (
	lookAround = regexp.MustCompile(`^\?(?:<?[=!]|>)`)
	groupName  = regexp.MustCompile(`^\?<[A-Za-z][A-Za-z0-9]*>`)
	flagGroup  = regexp.MustCompile(`^\?([idmsuxU]*)(?:-([idmsuxU]*))?([:)])`)
)

func (t *translator) set(on, off string) error {
	if i := strings.IndexAny(on, "dmuxU"); i >= 0 {
		return t.unsupported("the flag (?" + on[i:i+1] + ")")
	}
	t.flags.fold = (t.flags.fold || strings.Contains(on, "i")) && !strings.Contains(off, "i")
	t.flags.all = (t.flags.all || strings.Contains(on, "s")) && !strings.Contains(off, "s")
	return nil
}
