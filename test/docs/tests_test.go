package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	namedTest = regexp.MustCompile("`([a-z0-9/-]+)\\.(Test[A-Z]\\w*)`")
	testCell  = regexp.MustCompile("^(?:`[a-z0-9/-]+\\.Test[A-Z]\\w*`(?:, )?)+$")
)

// TestTheDocumentationsTests: the tests by which docs/ending-sessions.md holds its times are there, and each row has
// one in each of its columns for them, but where its neighbour says nothing.
func TestTheDocumentationsTests(t *testing.T) {
	const name = "docs/ending-sessions.md"
	text, err := os.ReadFile(filepath.Join(repository, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]string{} // the tests of a folder
	n := 0
	var columns []string
	for i, line := range strings.Split(string(text), "\n") {
		for _, m := range namedTest.FindAllStringSubmatch(line, -1) {
			n++
			if declared[m[1]] == "" {
				if declared[m[1]], err = testFiles([]string{filepath.Join(repository, filepath.FromSlash(m[1]))}); err != nil {
					t.Fatal(err)
				}
			}
			if !strings.Contains(declared[m[1]], "\nfunc "+m[2]+"(t *testing.T) {") {
				t.Errorf("%s:%d: there is no test %s in %s", name, i+1, m[2], m[1])
			}
		}
		if !strings.HasPrefix(line, "|") {
			columns = nil
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for c := range cells {
			cells[c] = strings.TrimSpace(cells[c])
		}
		if columns == nil {
			columns = cells
			continue
		}
		if strings.HasPrefix(cells[0], "---") {
			continue
		}
		for c, title := range columns {
			if title == "test" && cells[c-1] != "" && !testCell.MatchString(cells[c]) {
				t.Errorf("%s:%d: want a test of %q, got %q", name, i+1, cells[c-1], cells[c])
			}
		}
	}
	if n < 30 {
		t.Errorf("only %d tests are named", n)
	}
}
