package regexes

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestSets has the characters up to U+FFFF of each set, as java.util.regex of Java 17 and RegExp of Node.js recorded
// them. Sources: https://docs.oracle.com/javase/8/docs/api/java/util/regex/Pattern.html and
// https://262.ecma-international.org/6.0/#sec-characterclassescape.
func TestSets(t *testing.T) {
	java := func(expression string) (func(string) bool, error) {
		p, err := Whole(expression)
		return func(text string) bool { ok, _ := p.Match(text); return ok }, err
	}
	ecma := func(expression string) (func(string) bool, error) {
		p, err := ECMA("^" + expression + "$")
		return func(text string) bool { return p.MatchString(text) }, err
	}
	for _, tt := range []struct {
		name             string
		compile          func(string) (func(string) bool, error)
		set, not, ranges string
	}{
		{"horizontal space of Java", java, `\h`, `\H`, "9 20 a0 1680 180e 2000-200a 202f 205f 3000"},
		{"vertical space of Java", java, `\v`, `\V`, "a-d 85 2028-2029"},
		{"space of Java", java, `\s`, `\S`, "9-d 20"},
		{"space of ECMA 262", ecma, `\s`, `\S`, "9-d 20 a0 1680 2000-200a 2028-2029 202f 205f 3000 feff"},
		{"digits", java, `\d`, `\D`, "30-39"},
		{"words", java, `\w`, `\W`, "30-39 41-5a 5f 61-7a"},
		{"lower case", java, `\p{Lower}`, `\P{Lower}`, "61-7a"},
		{"upper case", java, `\p{Upper}`, `\P{Upper}`, "41-5a"},
		{"ASCII", java, `\p{ASCII}`, `\P{ASCII}`, "0-7f"},
		{"letters", java, `\p{Alpha}`, `\P{Alpha}`, "41-5a 61-7a"},
		{"the property of digits", java, `\p{Digit}`, `\P{Digit}`, "30-39"},
		{"letters and digits", java, `\p{Alnum}`, `\P{Alnum}`, "30-39 41-5a 61-7a"},
		{"punctuation", java, `\p{Punct}`, `\P{Punct}`, "21-2f 3a-40 5b-60 7b-7e"},
		{"what is visible", java, `\p{Graph}`, `\P{Graph}`, "21-7e"},
		{"what is printed", java, `\p{Print}`, `\P{Print}`, "20-7e"},
		{"blanks", java, `\p{Blank}`, `\P{Blank}`, "9 20"},
		{"control characters", java, `\p{Cntrl}`, `\P{Cntrl}`, "0-1f 7f"},
		{"hexadecimal digits", java, `\p{XDigit}`, `\P{XDigit}`, "30-39 41-46 61-66"},
		{"the property of space", java, `\p{Space}`, `\P{Space}`, "9-d 20"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in, err := tt.compile(tt.set)
			out, notErr := tt.compile(tt.not)
			if err := errors.Join(err, notErr); err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			from := rune(-1)
			for r := rune(0); r <= 0x10000; r++ {
				surrogate := 0xd800 <= r && r < 0xe000
				is := !surrogate && r < 0x10000 && in(string(r))
				if !surrogate && r < 0x10000 && is == out(string(r)) {
					t.Errorf("%U is in both sets, or in neither", r)
				}
				switch {
				case is && from < 0:
					from = r
				case !is && from >= 0 && from == r-1:
					fmt.Fprintf(&got, " %x", from)
				case !is && from >= 0:
					fmt.Fprintf(&got, " %x-%x", from, r-1)
				}
				if !is {
					from = -1
				}
			}
			if strings.TrimSpace(got.String()) != tt.ranges {
				t.Errorf("got%s, want %s", got.String(), tt.ranges)
			}
		})
	}
}
