package iampolicy

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMeet(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"", "", true},
		{"a", "a", true},
		{"a", "b", false},
		{"a", "ab", false},
		{"a", "", false},
		{"?", "", false},
		{"?", "ab", false},
		{"*", "", true},
		{"a*", "ab", true},
		{"a*", "b*", false},
		{"*a", "*b", false},
		{"a*", "*b", true},
		{"a*c", "ab*d", false},
		{"s3:*", "execute-api:invoke", false},
		{"execute-api:*", "execute-api:invoke", true},
		{"execute-api:/prod/GET/items/?*", "execute-api:/prod/GET/items", false},
		{"${*}", "a", false},
		{"${*}", "*", true},
	} {
		if got, turned := Meet(c.a, c.b), Meet(c.b, c.a); got != c.want || turned != c.want {
			t.Errorf("%q and %q: got %v and %v, want %v", c.a, c.b, got, turned, c.want)
		}
	}
}

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
