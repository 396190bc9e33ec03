package regexes

import (
	"errors"
	"strings"
	"testing"
)

// TestWhole has what matches() of Java 17 answers for a whole text where a search is not known, or the other way round:
// a $ that nothing can follow, and the repetition of what may be nothing.
func TestWhole(t *testing.T) {
	for _, tt := range []struct{ name, expression, text, java string }{
		{"a $ at the end", `a$`, "a\n", "0"},
		{"a $ at the end of a group", `(a$)`, "a\n", "0"},
		{"a $ at the end of an alternative", `a$|b`, "a\n", "0"},
		{"two of them", `a$$`, "a\n", "0"},
		{"a $ before nothing", `a$(?:)`, "a\n", "0"},
		{"a $ before a line terminator", `$(?s:.)`, "\n", "unsupported"}, // 1
		{"in a group", `(a$)(?s:.)`, "a\n", "unsupported"},               // 1
		{"in a repetition", `(?:(?s:.)$)+`, "a\n", "unsupported"},        // 1
		{"in a repetition, or not at all", `(?:(?s:.)$)*`, "a\n", "unsupported"},
		{"in two repetitions", `(?:(?s:.)$){2}`, "a\n", "unsupported"}, // 1
		{"an end of the text before it", `\zb$`, "b\n", "0"},
		{"any number of nothing", `(a?)*b`, "aab", "1"},
		{"one of nothing, or two", `(a?){1,2}b`, "aab", "1"},
		{"two of nothing", `(a?){2}b`, "aab", "unsupported"}, // 1
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ofWhole(tt.expression, tt.text)
			switch {
			case err != nil && got == "1":
				t.Errorf("it matches, although %v", err)
			case errors.Is(err, ErrUnsupported):
				got = "unsupported"
			case err != nil:
				t.Fatal(err)
			}
			if got != tt.java {
				t.Errorf("got %s, want %s", got, tt.java)
			}
		})
	}
}

// TestGroups counts the groups of an expression, and expands those of a match after the first one.
func TestGroups(t *testing.T) {
	p, err := Java(`(?:a)(b)(?i:C)(?<n>d)(e)?`)
	if err != nil {
		t.Fatal(err)
	}
	const text = "abcdeabcd"
	all, err := p.FindAll(text, -1, &Work{Left: 1_000_000})
	if err != nil || len(all) != 2 || p.Groups() != 3 {
		t.Fatalf("%d groups, found %v, %v", p.Groups(), all, err)
	}
	if missing := all[1][6]; missing != -1 {
		t.Errorf("the last group of the second match begins at %d", missing)
	}
	for i, want := range []string{"b d e", "b d "} {
		if got := string(p.Expand(nil, "${1} ${n} ${3}", text, all[i])); got != want {
			t.Errorf("match %d: got %q, want %q", i, got, want)
		}
	}
}

// TestWorkIsExact has just enough work, and a unit less.
func TestWorkIsExact(t *testing.T) {
	p, err := Whole(`a+`)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("a", 100)
	for _, tt := range []struct {
		name string
		cost int
		do   func(*Work) (bool, error)
	}{
		{"a match of a whole text", len(text) * p.size, func(w *Work) (bool, error) { return p.MatchWithin(text, w) }},
		{"to compile it", p.size * readToCompile, func(w *Work) (bool, error) { return true, p.Compiled(w) }},
		{"a search", p.size * (1 + readToFind), func(w *Work) (bool, error) { // it reads that there is no text
			found, err := p.FindAll("", 1, w)
			return found == nil, err
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			work := &Work{Left: tt.cost}
			if ok, err := tt.do(work); !ok || err != nil || work.Left != 0 {
				t.Errorf("with enough: %v, %v, and %d is left", ok, err, work.Left)
			}
			work = &Work{Left: tt.cost - 1}
			if _, err := tt.do(work); !errors.Is(err, ErrWork) {
				t.Errorf("with less: %v", err)
			}
		})
	}
	if ok, err := p.MatchWithin(text, &Work{}); ok || !errors.Is(err, ErrWork) {
		t.Errorf("without work: %v, %v", ok, err)
	}
	work := &Work{}
	if _, err := p.FindAll(text, -1, work); !errors.Is(err, ErrWork) || work.Left < -10*p.size {
		t.Errorf("without work, a search reads on: %v, and %d is left", err, work.Left)
	}
}
