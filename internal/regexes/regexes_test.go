package regexes

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestJava(t *testing.T) {
	for _, tt := range recorded {
		t.Run(tt.name+" "+tt.expression, func(t *testing.T) {
			whole, wholeErr := ofWhole(tt.expression, tt.text)
			found, foundErr := ofFound(tt.expression, tt.text)
			unknown := errors.Is(wholeErr, ErrUnsupported) || errors.Is(foundErr, ErrUnsupported)
			if unknown != tt.unsupported {
				t.Errorf("unsupported: got %v, want %v: %v, %v", unknown, tt.unsupported, wholeErr, foundErr)
			}
			want := [2]string{"refused", "refused"}
			if tt.java != "refused" {
				want = [2]string{tt.java[:1], tt.java[1:]}
			}
			for i, err := range []error{wholeErr, foundErr} {
				got := [2]string{whole, found}[i]
				if err != nil {
					got = "refused"
				}
				if !errors.Is(err, ErrUnsupported) && got != want[i] {
					t.Errorf("got %s, want %s: %v", got, want[i], err)
				}
			}
		})
	}
}

func ofWhole(expression, text string) (string, error) {
	p, err := Whole(expression)
	if err != nil {
		return "", err
	}
	ok, err := p.Match(text)
	return map[bool]string{true: "1", false: "0"}[ok], err
}

func ofFound(expression, text string) (string, error) {
	p, err := Java(expression)
	if err != nil {
		return "", err
	}
	all, err := p.FindAll(text, -1, &Work{Left: 1_000_000})
	var b strings.Builder
	for _, m := range all {
		fmt.Fprintf(&b, "(%d,%d)", utf8.RuneCountInString(text[:m[0]]), utf8.RuneCountInString(text[:m[1]]))
	}
	return b.String(), err
}

// TestECMA has what RegExp.test of Node.js answers without flags: "refused" for an expression that it does not compile.
func TestECMA(t *testing.T) {
	for _, tt := range []struct{ name, expression, text, node string }{
		{"a part", `b`, "abc", "true"},
		{"the end of the text alone", `a$`, "a\n", "false"},
		{"line terminators", `^a.b$`, "a\u2028b", "false"},
		{"line terminators", `^a.b$`, "a\u0085b", "true"},
		{"white space of Unicode", `^\s+$`, "\u00a0\ufeff\u2003\v", "true"},
		{"white space of Unicode", `^\S$`, "\u00a0", "false"},
		{"white space of Unicode", `^[^\S]$`, "\u3000", "true"},
		{"ASCII", `^\w$`, "é", "false"},
		{"a vertical tab", `^\v$`, "\v", "true"},
		{"a backspace in a class", `^[\b]$`, "\b", "true"},
		{"an escape", `^\x41\u0042\cC\0$`, "AB\x03\x00", "true"},
		{"brackets in a class", `^[[&&]+$`, "[&", "true"},
		{"braces", `^a{,2}{$`, "a{,2}{", "true"},
		{"two code units", `^.$`, "😀", "false"},
		{"two code units", `^..$`, "😀", "true"},
		{"two code units", `^\ud83d\ude00$`, "😀", "true"},
		{"two code units", `^[😀]{2}$`, "😀", "true"},
		{"an open group", `(a`, "a", "refused"},
		{"an end without a group", `a)`, "a", "refused"},
		{"nothing to repeat", `a**`, "a", "refused"},
		{"nothing to repeat", `^*`, "a", "refused"},
		{"a range backwards", `[b-a]`, "a", "refused"},
		{"a hyphen after a set", `^[\d-+-.]+$`, "1-+.", "true"},
		{"a hyphen after a set", `^[\d-+-.]$`, ",", "false"},
		{"a hyphen after a set", `^[\w--!]+$`, "a-!", "true"},
		{"a hyphen after a set", `^[\d-\s]+$`, "1- ", "true"},
		{"look-around", `^(?=a)a`, "a", "unsupported"},
		{"a back reference", `(a)\1`, "aa", "unsupported"},
		{"flags of Java", `(?i)a`, "A", "unsupported"},
		{"a quotation of Java", `\Qa\E`, "a", "unsupported"},
		{"a property", `\pL`, "a", "unsupported"},
		{"an end of Go", `a\z`, "a", "unsupported"},
		{"an empty class", `[]`, "a", "unsupported"},
		{"the end of a range", `^[\n-\v]$`, "\v", "true"},
		{"a range to a set", `[a-\d]`, "a", "unsupported"},
		{"a backspace in a class", `^[\b]$`, "b", "false"},
		{"a backslash at the end", `a\`, "a", "refused"},
		{"two code units", `^..$`, "\U00010000", "true"},
		{"other code units", `^😀$`, "😁", "false"},
		{"a letter that is no escape", `\a`, "a", "unsupported"},
		{"nothing", `^\08$`, "\x008", "true"},
		{"nothing", `a\0`, "a\x00", "true"},
		{"an octal number", `\07`, "\x07", "unsupported"},
		{"a control character", `^\cc$`, "\x03", "true"},
		{"no control character", `a\c`, `a\c`, "unsupported"},
		{"no control character", `\c1`, "1", "unsupported"},
		{"no control character", `\cé`, "é", "unsupported"},
		{"a number of one digit", `\x4`, "x4", "unsupported"},
		{"nothing to repeat", `\b*`, "a", "refused"},
		{"nothing to repeat", `a$*`, "a", "refused"},
		{"nothing to repeat", `{2}a`, "a", "refused"},
		{"nothing to repeat", `a{2}{2}`, "aaaa", "refused"},
		{"a large repetition", `(?:a{1000}){1000}`, "a", "unsupported"},
		{"a group that is not captured", `^(?:ab)+$`, "abab", "true"},
	} {
		t.Run(tt.name+" "+tt.expression, func(t *testing.T) {
			p, err := ECMA(tt.expression)
			got := "refused"
			if errors.Is(err, ErrUnsupported) {
				got = "unsupported"
			} else if err == nil {
				got = fmt.Sprint(p.MatchString(tt.text))
			}
			if got != tt.node {
				t.Errorf("%q: got %s, want %s: %v", tt.text, got, tt.node, err)
			}
		})
	}
}

// TestMessages has expressions that would take minutes or gigabytes without a limit of their length, and others whose
// message says what is not supported.
func TestMessages(t *testing.T) {
	for _, tt := range []struct{ name, expression, want string }{
		{"the clients of a large pool", "^(" + strings.Repeat("1example23456789abcdefghij|", 1000) + "x)$", ""},
		{"as long as can be", strings.Repeat("a", 50000), ""},
		{"classes", strings.Repeat(`\p{L}`, 20000), "an expression of more than 50000 characters is not supported here"},
		{"braces", strings.Repeat("{", 200000), "an expression of more than 50000 characters is not supported here"},
		{"many repetitions", `a{1001}`, "the repetition {1001}, of more than 1,000, is not supported here"},
		{"as many as can be", `a{1000}`, ""},
		{"repeated twice", `a{2}{2}`, "a repetition of a repetition, {2}, is not supported here"},
		{"a flag", `(?imx)a`, "the flag (?m) is not supported here"},
		{"a brace", `{"status":400.*`, `{ without a number of repetitions: write \{ for the character`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Whole(tt.expression); fmt.Sprint(err) != cmp.Or(tt.want, "<nil>") {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func FuzzRegexes(f *testing.F) {
	for _, r := range recorded {
		f.Add(r.expression, r.text)
	}
	f.Fuzz(func(t *testing.T, expression, text string) {
		ofWhole(expression, text)
		ofFound(expression, text)
		if p, err := ECMA(expression); err == nil {
			p.MatchString(text)
		}
	})
}
