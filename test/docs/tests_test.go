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

// TestTheDocumentationsTests checks that the tests that docs/ending-sessions.md names exist. Each row of its tables
// must name a test in each column "test", unless the cell before is empty.
func TestTheDocumentationsTests(t *testing.T) {
	const name = "docs/ending-sessions.md"
	text, err := os.ReadFile(filepath.Join(repository, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]string{} // the text of test files, by folder
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
				t.Errorf("%s:%d: %s has no test %s", name, i+1, m[1], m[2])
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
		t.Errorf("the page names only %d tests", n)
	}
}
