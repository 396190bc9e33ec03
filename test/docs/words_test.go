package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// avoided are the words that a text of this project does not use: it names the actor or the thing instead.
var avoided = regexp.MustCompile(`\b(?:[Ss]omebody|[Nn]obody|[Aa]nybody|[Ww]hoever|[Ww]hat becomes of|is none|` +
	`[Tt]ells whether|[Tt]ells? of|(?:[Hh]olds?|held) (?:\w+ )?against|lets? in whom|in vain|[Ff]oretells?)\b`)

// TestWords looks for the avoided words in all tracked sources and pages. In tests, "is none" may be about the value
// none of Sec-Fetch-Site.
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
		n := 0
		for line := range strings.Lines(string(text)) {
			n++
			word := avoided.FindString(line)
			if word == "is none" && strings.HasSuffix(name, "_test.go") {
				continue
			}
			if word != "" {
				t.Errorf("%s:%d: name the actor or the thing instead of %q: %s", name, n, word, strings.TrimSpace(line))
			}
		}
	}
	if read < 100 {
		t.Errorf("%d files were read: the list is not the one meant", read)
	}
}
