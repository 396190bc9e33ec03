package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// avoided are words that the texts of this project do not use. They name the actor or the thing instead. All matches of
// an expression contain its letters: searching for the letters first takes a tenth of the time.
var avoided = []struct {
	letters string
	all     *regexp.Regexp
}{
	{"omebody", regexp.MustCompile(`\b[Ss]omebody\b`)},
	{"body", regexp.MustCompile(`\b(?:[Nn]o|[Aa]ny)body\b`)},
	{"hoever", regexp.MustCompile(`\b[Ww]hoever\b`)},
	{"hat becomes of", regexp.MustCompile(`\b[Ww]hat becomes of\b`)},
	{"is none", regexp.MustCompile(`\bis none\b`)},
	{"ells whether", regexp.MustCompile(`\b[Tt]ells whether\b`)},
	{" of", regexp.MustCompile(`\b[Tt]ells? of\b`)},
	{" against", regexp.MustCompile(`\b(?:[Hh]olds?|held) (?:\w+ )?against\b`)},
	{" in whom", regexp.MustCompile(`\blets? in whom\b`)},
	{"in vain", regexp.MustCompile(`\bin vain\b`)},
	{"oretell", regexp.MustCompile(`\b[Ff]oretells?\b`)},
}

// TestWords searches all tracked sources and pages for the avoided words. Tests may use "is none" for the value none of
// Sec-Fetch-Site.
func TestWords(t *testing.T) {
	list := exec.Command("git", "ls-files", "-z", "--", "*.go", "*.md", "*.js", "*.cjs", "*.mjs", "*.html")
	list.Dir, list.Stderr = repository, os.Stderr
	out, err := list.Output()
	if err != nil {
		t.Fatalf("%s: %v", list, err)
	}
	read := 0
	for name := range strings.SplitSeq(string(out), "\x00") {
		if name == "" || name == "test/docs/words_test.go" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(repository, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		read++
		for _, words := range avoided {
			if !strings.Contains(string(text), words.letters) {
				continue
			}
			n := 0
			for line := range strings.Lines(string(text)) {
				n++
				if !strings.Contains(line, words.letters) {
					continue
				}
				word := words.all.FindString(line)
				if word == "is none" && strings.HasSuffix(name, "_test.go") {
					continue
				}
				if word != "" {
					t.Errorf("%s:%d: name the actor or the thing instead of %q: %s", name, n, word, strings.TrimSpace(line))
				}
			}
		}
	}
	if read < 100 {
		t.Errorf("read only %d files: the list of files is incomplete", read)
	}
}
