package iampolicy

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWildcardMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, s string
		want       bool
		why        string
	}{
		{"", "", true, "nothing matches nothing"},
		{"", "a", false, "and nothing else"},
		{"*", "", true, "* matches nothing at all, too"},
		{"*", "a/b:c", true, "* crosses slashes and colons"},
		{"?", "/", true, "? matches a slash"},
		{"?", "", false, "? is one character"},
		{"?", "ab", false, "and no two"},
		{"?*", "", false, "at least one"},
		{"?*", "a", true, "at least one"},
		{"GET/user/*", "GET/user/1/admin", true, "the trap that policies for routes fall into"},
		{"GET/user/*", "GET/user/", true, "and the other one"},
		{"GET/user/?*", "GET/user/", false, "which ?* keeps out of"},
		{"GET/*/b", "GET/a/b/b", true, "a * goes as far as it has to"},
		{"GET/*/b", "GET/a/b/", false, "to the end"},
		{"*a*b*", "xxaxxbxx", true, "several"},
		{"*a*b*", "xxbxxaxx", false, "in their order"},
		{"*aab", "aaaab", true, "the last one tries again"},
		{"a**b", "ab", true, "two are one"},
		{"abc", "abcd", false, "the whole text"},
		{"abc", "ABC", false, "case counts"},
		{"${*}", "*", true, "an escape is the character"},
		{"${*}", "a", false, "and no wildcard"},
		{"${?}${$}", "?$", true, "the others"},
		{"${x}", "${x}", true, "no escape: it means itself"},
		{"$*", "$5", true, "a dollar is a character"},
		{"$", "$", true, "also at the end"},
		{"a${", "a${", true, "also before a brace"},
		{"${*x", "${*x", true, "nor does one that is closed by another character"},
		{"${*x", "*", false, "nor does one that is closed by another character"},
		{"a${*", "a${b", true, "a brace that is not closed escapes nothing"},
		{"${*}", "${*}", false, "an escape does not match how it is written"},
		{"?", "ö", true, "one character, two bytes"},
		{"??", "ö", false, "not two characters"},
		{"*ö", "aöö", true, "* does not split a character"},
	} {
		if got := Match(c.pattern, c.s); got != c.want {
			t.Errorf("%q matches %q: want %v (%s), got %v", c.pattern, c.s, c.want, c.why, got)
		}
	}
}

// reference translates a pattern by the definition of the IAM documentation: "a multi-character match wildcard (*)" and
// "a single-character match wildcard (?)". Other characters match themselves.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
func reference(pattern string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	for _, r := range pattern {
		switch r {
		case '*':
			b.WriteString(".*")
		case '?':
			b.WriteString(".")
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	return regexp.MustCompile(b.String() + `\z`)
}

func randomText(r *rand.Rand, alphabet string, n int) string {
	b := make([]byte, r.IntN(n+1))
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}

func TestWildcardMatchIsTheReference(t *testing.T) {
	r := newRand(41)
	matches := 0
	for range 4000 {
		pattern := randomText(r, "ab/*?", 8)
		re := reference(pattern)
		for range 20 {
			s := randomText(r, "ab/", 9)
			got := Match(pattern, s)
			if got != re.MatchString(s) {
				t.Fatalf("%q matches %q: want %v, got %v", pattern, s, !got, got)
			}
			if got {
				matches++
			}
		}
	}
	if matches < 4000 {
		t.Errorf("only %d of 80,000 match: too few to prove anything", matches)
	}
}

func TestResourceMatches(t *testing.T) {
	const arn = "arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/GET/a:b/c"
	for _, c := range []struct {
		pattern string
		want    bool
		why     string
	}{
		{arn, true, "itself"},
		{"*", true, "everything"},
		{"arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/GET/*", true, "the path has colons"},
		{"arn:aws:execute-api:us-east-1:123456789012:abcdef1234/*/c", true, "which a * within the last part crosses"},
		{"arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/GET/a?b/c", true, "as does a ?"},
		{"arn:aws:execute-api:*:*:*", true, "parts"},
		{"arn:aws:execute-api:*", true, "a * that ends a part goes on"},
		{"arn:aws:execute-api:us-*:123456789012:abcdef1234/prod/GET/a:b/c", true, "within a part"},
		{"arn:aws:execute-api:*-1:123456789012:abcdef1234/prod/GET/a:b/c", true, "at the start of a part"},
		{"arn:aws:execute-api:*-1/prod/GET/a:b/c", false, "within a part it does not cross"},
		{"arn:aws:*2:abcdef1234/*", false, "nor over several"},
		{"arn:aws:execute-api:us?east?1:123456789012:*", true, "? within a part"},
		{"arn:aws:execute-api:us-east-1?123456789012:*", false, "? is no separator"},
		{"arn:aws:execute-api:us-east-1:123456789012:abcdef1234", false, "a prefix is no match"},
		{"arn:aws:execute-api:us-east-1:123456789013:*", false, "another account"},
		{"arn:aws-cn:*", false, "another partition"},
	} {
		if got := resourceMatches(c.pattern, arn); got != c.want {
			t.Errorf("%q: want %v (%s), got %v", c.pattern, c.want, c.why, got)
		}
	}
	if resourceMatches("arn:aws:a:b:c:*", "arn:aws:a") {
		t.Error("a text that is not an ARN was matched")
	}
}

// slowResourceMatches matches a part by itself or, if it ends in *, together with the following parts.
func slowResourceMatches(pattern, s string, part int) bool {
	head, rest, more := strings.Cut(pattern, ":")
	if !more || part == 5 {
		return reference(pattern).MatchString(s)
	}
	for i := range s {
		if s[i] != ':' || strings.Contains(s[:i], ":") && !strings.HasSuffix(head, "*") {
			continue
		}
		if reference(head).MatchString(s[:i]) && slowResourceMatches(rest, s[i+1:], part+1) {
			return true
		}
	}
	return false
}

func TestResourceMatchesIsTheReference(t *testing.T) {
	r := newRand(42)
	matches := 0
	for range 30_000 {
		pattern, s := randomText(r, "a::*?b", 14), randomText(r, "a::b", 12)
		got := resourceMatches(pattern, s)
		if got != slowResourceMatches(pattern, s, 0) {
			t.Fatalf("%q matches %q: want %v, got %v", pattern, s, !got, got)
		}
		if got {
			matches++
		}
	}
	if matches < 300 {
		t.Errorf("only %d match: too few to prove anything", matches)
	}
}

func FuzzWildcardMatch(f *testing.F) {
	f.Add("GET/*/b?", "GET/a/b/")
	f.Add("*a*b**c?", "aabbcc")
	f.Add("a?*", "a")
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if strings.Contains(pattern, "${") || len(pattern) > 60 || !utf8.ValidString(pattern) || !utf8.ValidString(s) {
			return // an escape, or bytes that a regular expression counts otherwise
		}
		if got := Match(pattern, s); got != reference(pattern).MatchString(s) {
			t.Errorf("%q matches %q: want %v, got %v", pattern, s, !got, got)
		}
	})
}

func BenchmarkResourceMatches(b *testing.B) {
	const arn = prefix + "GET/v1/resource12/42/items/7"
	for _, pattern := range []string{prefix + "GET/v1/resource12/*/items/?*", prefix + "POST/v1/resource12",
		prefix + "*"} {
		b.Run(strings.TrimPrefix(pattern, prefix), func(b *testing.B) {
			for b.Loop() {
				resourceMatches(pattern, arn)
			}
		})
	}
}
