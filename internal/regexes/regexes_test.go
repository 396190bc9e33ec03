package regexes

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// recorded has the results of java.util.regex of Java 17: "refused" for an expression that it does not compile;
// otherwise 1 or 0 for whether it matches the whole text, followed by the places of the matches, in characters. If a
// feature is not supported here, the whole match, the search, or both are not known.
var recorded = []struct {
	name, expression, text, java string
	unsupported                  bool
}{
	{"line terminators", `.*`, "a\u2028b", "0(0,1)(1,1)(2,3)(3,3)", false},
	{"line terminators", `a.b`, "a\u0085b", "0", false},
	{"line terminators", `a.b`, "a\rb", "0", false},
	{"line terminators", `(?s)a.b`, "a\nb", "1(0,3)", false},
	{"line terminators", `(?is-s:a.)`, "A\n", "0", false},
	{"a $ before the last line terminator", `a$(?s:.)`, "a\n", "1(0,2)", true},
	{"a $ before the last line terminator", `a$`, "a\n", "0(0,1)", true},
	{"a $ before the last line terminator", `a$`, "ba", "0(1,2)", false},
	{"a $ before the last line terminator", `a\Z`, "a\n", "0(0,1)", true},
	{"a $ before the last line terminator", `a\z`, "a\n", "0", false},
	{"a set of Java", `\s`, "\x0b", "1(0,1)", false},
	{"a set of Java", `\S`, "\x0b", "0", false},
	{"a set of Java", `[^\S]`, "\x0b", "1(0,1)", false},
	{"a set of Java", `\s`, "\u00a0", "0", false},
	{"a set of Java", `\h`, "\u00a0", "1(0,1)", false},
	{"a set of Java", `\H\H`, "\t ", "0", false},
	{"a set of Java", `\v+`, "\n\u2028", "1(0,2)", false},
	{"a set of Java", `\V`, "\u0085", "0", false},
	{"a set of Java", `[\h\v]+`, " \t\n", "1(0,3)", false},
	{"ASCII alone", `\w`, "é", "0", false},
	{"ASCII alone", `\d`, "٣", "0", false},
	{"ASCII alone", `(?i)k`, "\u212a", "0", false},
	{"ASCII alone", `(?i)[a-z]+`, "ſ", "0", false},
	{"ASCII alone", `(?i)s`, "S", "1(0,1)", false},
	{"ASCII alone", `(?i)É`, "é", "0", false},
	{"ASCII alone", `(?i)[^x-z]`, "X", "0", false},
	{"ASCII alone", `(?i)[X-c]+`, "xyzABC", "1(0,6)", false},
	{"ASCII alone", `a(?i)b|c`, "aB C", "0(0,2)(3,4)", false},
	{"ASCII alone", `(a(?i)b)c`, "aBC", "0", false},
	{"ASCII alone", `(?i:a)(?-i)b`, "AB", "0", false},
	{"a property", `\p{Lower}`, "é", "0", false},
	{"a property", `\p{Ll}`, "é", "1(0,1)", false},
	{"a property", `\pL+`, "aé1", "0(0,2)", false},
	{"a property", `\P{Punct}+`, "a$", "0(0,1)", false},
	{"a property", `\p{Greek}`, "α", "refused", true},
	{"a property", `\p{IsGreek}`, "α", "1(0,1)", true},
	{"a property", `[[:alpha:]]`, "a", "1(0,1)", true},
	{"a property", `\p{L`, "a", "refused", false},
	{"quoted", `\Qa.b\E+`, "a.bb", "1(0,4)", false},
	{"quoted", `\Qa.`, "a.", "1(0,2)", false},
	{"quoted", `[\Q]-\E]+`, "]-", "1(0,2)", false},
	{"quoted", `a\E`, "a", "refused", false},
	{"an escape", `\e\a\f`, "\x1b\x07\x0c", "1(0,3)", false},
	{"an escape", `\x41\u0042\x{43}\0104\cE`, "ABCD\x05", "1(0,5)", false},
	{"an escape", `\0777`, "?7", "1(0,2)", false},
	{"an escape", `\ud83d\ude00`, "😀", "1(0,1)", false},
	{"an escape", `\y`, "y", "refused", false},
	{"an escape", `\08`, "8", "refused", false},
	{"an escape", `\x4`, "x4", "refused", false},
	{"an escape", `\-\_\é`, "-_é", "1(0,3)", false},
	{"an escape", `\C`, "a", "refused", false},
	{"a class", `[]a]+`, "a]", "1(0,2)", false},
	{"a class", `[a&&b]`, "a", "0", true},
	{"a class", `[a-z&&[^b]]`, "b", "0", true},
	{"a class", `[a[b]]`, "b", "1(0,1)", true},
	{"a class", `[a-c-e]+`, "b-d", "0(0,2)", false},
	{"a class", `[\w-.]+`, "a-.", "1(0,3)", false},
	{"a class", `[a-\d]`, "a", "refused", false},
	{"a class", `[b-a]`, "a", "refused", false},
	{"a class", `[\v-]`, "\n", "0", true},
	{"a class", `[\n-\v]`, "\v", "1(0,1)", true},
	{"a class", `[\b]`, "\x08", "refused", false},
	{"a class", `[a`, "a", "refused", false},
	{"a repetition", `a{2`, "aa", "refused", false},
	{"a repetition", `a{,2}`, "aa", "refused", false},
	{"a repetition", `{`, "{", "refused", false},
	{"a repetition", `{"status":4.*`, `{"status":400}`, "refused", false},
	{"a repetition", `a**`, "a", "refused", false},
	{"a repetition", `a{2}*`, "aa", "refused", false},
	{"a repetition", `a{2,1}`, "aa", "refused", false},
	{"a repetition", `*a`, "a", "refused", false},
	{"a repetition", `a{2}{2}`, "aaaa", "0(0,2)(2,4)", true},
	{"a repetition", `a++b`, "aab", "1(0,3)", true},
	{"a repetition", `a{1001}`, "a", "0", true},
	{"a repetition", `a*`, "baac", "0(0,0)(1,3)(3,3)(4,4)", false},
	{"a repetition", `a*?b`, "aab", "1(0,3)", false},
	{"a repetition", `(|a){2}b`, "aab", "1(0,3)", true},
	{"a repetition", `a|`, "ba", "0(0,0)(1,2)(2,2)", false},
	{"a repetition", `^*a`, "a", "1(0,1)", true},
	{"a group", `(?=a)a`, "a", "1(0,1)", true},
	{"a group", `(?<!b)a`, "a", "1(0,1)", true},
	{"a group", `(?>a)`, "a", "1(0,1)", true},
	{"a group", `(a)\1`, "aa", "1(0,2)", true},
	{"a group", `(?<n>a)\k<n>`, "aa", "1(0,2)", true},
	{"a group", `(?<n>a)`, "a", "1(0,1)", false},
	{"a group", `(?P<n>a)`, "a", "refused", false},
	{"a group", `(?<n>a)(?<n>b)`, "ab", "refused", false},
	{"a group", `(a`, "a", "refused", false},
	{"a group", `a)|(b`, "a", "refused", false},
	{"a flag", `(?m)^b`, "a\nb", "0(2,3)", true},
	{"a flag", `(?x)a b`, "ab", "1(0,2)", true},
	{"a flag", `(?U)a+`, "aa", "1(0,2)", true},
	{"a flag", `(?u)a`, "a", "1(0,1)", true},
	{"a flag", `(?q)a`, "a", "refused", false},
	{"a flag", `(?i)*`, "a", "refused", false},
	{"a boundary", `a\b`, "a é", "0(0,1)", true},
	{"a boundary", `\bb`, "a b", "0(2,3)", false},
	{"a boundary beside other characters than letters", `.*\bb\b.*`, "“b”—😀", "1(0,5)", false},
	{"a boundary beside a mark", `b\b.*`, "b\u0301", "0", true},
	{"a boundary", `a\B.`, "ab", "1(0,2)", false},
	{"nothing at a place", `^|b`, "ab", "0(0,0)(1,2)", false},
	{"nothing at a place", `^a*`, "aab", "0(0,2)", false},
	{"nothing at a place", `\b|x`, "a b", "0(0,0)(1,1)(2,2)(3,3)", false},
	{"nothing at a place", `\ba*`, "aa ba", "0(0,2)(2,2)(3,3)(5,5)", false},
	{"nothing at a place", `\Ba|\b`, "aaa", "0(0,0)(1,2)(2,3)(3,3)", false},
	{"a match within a longer one that fails", `x.*y|x`, "xxyx", "0(0,3)(3,4)", false},
}

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

// TestLong has expressions that would take minutes or gigabytes without a limit of their length.
func TestLong(t *testing.T) {
	for _, tt := range []struct{ name, expression, want string }{
		{"the clients of a large pool", "^(" + strings.Repeat("1example23456789abcdefghij|", 1000) + "x)$", ""},
		{"classes", strings.Repeat(`\p{L}`, 20000), "an expression of more than 50000 characters is not supported here"},
		{"braces", strings.Repeat("{", 200000), "an expression of more than 50000 characters is not supported here"},
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
