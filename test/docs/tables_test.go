package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// listing is a table of a page with a complete list, such as the fields of a type or the flags of a command.
type listing struct {
	page    *page
	line    int
	heading string // the heading of the first column
	names   []string
}

// listings returns the tables whose first heading begins with a text. Their names are the code spans of the first
// column.
func listings(t *testing.T, heading string) (found []listing) {
	t.Helper()
	for _, p := range documentation(t) {
		var in *listing
		for i, line := range p.lines {
			cells := strings.Split(line, "|")
			switch {
			case p.code[i] || len(cells) < 3:
				in = nil
			case strings.HasPrefix(strings.TrimSpace(cells[1]), heading) && strings.HasPrefix(p.lines[i+1], "|-"):
				found = append(found, listing{p, i + 1, strings.TrimSpace(cells[1]), nil})
				in = &found[len(found)-1]
			case in != nil:
				for _, span := range codeSpan.FindAllString(cells[1], -1) {
					in.names = append(in.names, strings.Trim(span, "`"))
				}
			}
		}
	}
	if len(found) == 0 {
		t.Errorf("no page has a table of %q", heading)
	}
	return found
}

func (l listing) compare(t *testing.T, real []string) {
	t.Helper()
	for _, name := range real {
		if !slices.Contains(l.names, name) {
			t.Errorf("%s:%d: the table does not list %s", l.page.name, l.line, name)
		}
	}
	for _, name := range l.names {
		if !slices.Contains(real, name) {
			t.Errorf("%s:%d: the table lists %s, which does not exist", l.page.name, l.line, name)
		}
	}
}

// TestTablesHaveRows finds tables of which an edit left the heading alone.
func TestTablesHaveRows(t *testing.T) {
	for _, p := range documentation(t) {
		for i, line := range p.lines {
			if p.code[i] || !strings.HasPrefix(line, "|--") {
				continue
			}
			if i+1 == len(p.lines) || !strings.HasPrefix(p.lines[i+1], "|") {
				t.Errorf("%s:%d: the table has no rows", p.name, i+1)
			}
		}
	}
}

var release = regexp.MustCompile("^\\| `([^`]+)` \\| (v[0-9.]+) \\| v[0-9.]+ \\|$")

// TestOldestReleases compares the oldest supported releases of CDK with go.mod, which requires them.
func TestOldestReleases(t *testing.T) {
	mod, err := os.ReadFile(filepath.Join(repository, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	var modules []string
	for _, p := range documentation(t) {
		for i, line := range p.lines {
			m := release.FindStringSubmatch(line)
			if m == nil {
				continue
			}
			modules = append(modules, m[1])
			if !strings.Contains(string(mod), "\t"+m[1]+" "+m[2]+"\n") {
				t.Errorf("%s:%d: go.mod does not require %s of %s", p.name, i+1, m[2], m[1])
			}
		}
	}
	if len(modules) != 3 {
		t.Errorf("the documentation has the oldest releases of %v, want those of CDK, jsii and constructs", modules)
	}
}

var ofType = regexp.MustCompile("^field of `(?:([a-z]+)\\.)?([A-Z]\\w*)`$")

// TestTheDocumentationsFields checks that a table of a type's fields is complete.
func TestTheDocumentationsFields(t *testing.T) {
	for _, l := range listings(t, "field of") {
		m := ofType.FindStringSubmatch(l.heading)
		if m == nil {
			t.Errorf("%s:%d: %q: want the name of a type", l.page.name, l.line, l.heading)
			continue
		}
		pkg := m[1]
		if pkg == "" {
			pkg = "secureapi"
		}
		fields := fieldsOf(t, public[pkg], m[2])
		if len(fields) == 0 {
			t.Errorf("%s:%d: package %s has no struct %s", l.page.name, l.line, pkg, m[2])
			continue
		}
		l.compare(t, fields)
	}
}

var usageFlag = regexp.MustCompile(`(?m)^  (?:-(\w), )?--(\w[\w-]*)`)

// checkTables checks that a table of a command's flags is complete, and a table of the context keys of the example.
func checkTables(t *testing.T, b *bench) {
	for _, l := range listings(t, "flag of") {
		command := strings.Fields(strings.Trim(strings.TrimPrefix(l.heading, "flag of "), "`"))[1]
		usage, err := exec.Command(gatehouse, "help", command).Output()
		if err != nil {
			t.Fatal(err)
		}
		var flags []string
		for _, m := range usageFlag.FindAllStringSubmatch(string(usage), -1) {
			if m[1] != "" {
				flags = append(flags, "-"+m[1])
				continue
			}
			flags = append(flags, "--"+m[2])
		}
		l.compare(t, flags)
	}
	var contexts []string
	for name := range b.contexts {
		contexts = append(contexts, name)
	}
	for _, l := range listings(t, "`-c`") {
		l.compare(t, contexts)
	}
}
