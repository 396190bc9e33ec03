package docs

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// widest is the maximum number of columns of a line of prose. Pages wrap at about 125.
const widest = 130

// tooWide reports whether a line of prose is too wide and can be broken. Headings, rows of tables, HTML and long links
// cannot be broken.
func tooWide(line string) bool {
	if utf8.RuneCountInString(line) <= widest || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "|") ||
		strings.HasPrefix(strings.TrimSpace(line), "<") {
		return false
	}
	text := strings.TrimLeft(line, " -*0123456789.")
	first := utf8.RuneCountInString(line) - utf8.RuneCountInString(text) + strings.Index(text+" ", " ")
	return first <= widest
}

func TestProseIsWrapped(t *testing.T) {
	for _, p := range pages(t, "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "docs", "examples") {
		for i, line := range p.lines {
			if !p.code[i] && tooWide(line) {
				t.Errorf("%s:%d: break the line of %d columns before column %d", p.name, i+1, utf8.RuneCountInString(line), widest)
			}
			if !p.code[i] && i > 0 && line == "" && p.lines[i-1] == "" {
				t.Errorf("%s:%d: one empty line is enough", p.name, i+1)
			}
		}
	}
}

func TestTooWide(t *testing.T) {
	words := strings.Repeat("word ", 30)
	for _, c := range []struct {
		name, line string
		want       bool
	}{
		{"a long line", words, true},
		{"a long item of a list", "- " + words, true},
		{"the maximum width", strings.Repeat("é", widest), false},
		{"a row of a table", "| " + words, false},
		{"a heading", "# " + words, false},
		{"HTML", "  <img alt=\"" + words, false},
		{"a long link", "  page](https://" + strings.Repeat("a", widest) + ") and on", false},
		{"a long link after a word", "the page](https://" + strings.Repeat("a", widest) + ")", true},
	} {
		if got := tooWide(c.line); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}
