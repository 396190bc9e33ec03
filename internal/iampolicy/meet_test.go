package iampolicy

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// If two patterns do not meet, no text matches both. A text that matches a pattern meets it.
func FuzzMeet(f *testing.F) {
	for _, s := range [][3]string{
		{"a*", "*b", "ab"}, {"a?", "ab", "ab"}, {"*", "", ""},
		{"execute-api:/prod/*", "execute-api:/prod/GET/items/?*", "execute-api:/prod/GET/items/1"},
		{"?*", "*?", "x"}, {"a", "b", "a"}, {"a*b*c", "a?c", "abc"}, {"${*}?", "${*}", "é"}, {"?é", "*é", "éé"},
	} {
		f.Add(s[0], s[1], s[2])
	}
	f.Fuzz(func(t *testing.T, a, b, text string) {
		if strings.ContainsAny(text, "*?$") || !utf8.ValidString(a+b+text) || !utf8.ValidString(a) || !utf8.ValidString(b) {
			return // a text has no wildcards, and a policy is JSON
		}
		meets := Meet(a, b)
		if meets != Meet(b, a) {
			t.Errorf("%q meets %q: %v, and the other way round %v", a, b, meets, !meets)
		}
		if !meets && Match(a, text) && Match(b, text) {
			t.Errorf("%q fits %q and %q, which do not meet", text, a, b)
		}
		if Match(a, text) != Meet(a, text) {
			t.Errorf("%q meets the text %q: %v, and it fits: %v", a, text, Meet(a, text), Match(a, text))
		}
	})
}
