package docs

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestContributingNamesFiles checks that the files and folders that CONTRIBUTING.md names exist.
func TestContributingNamesFiles(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(repository, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	err = filepath.WalkDir(repository, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist): // another test has removed its file
			return nil
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{".git", "node_modules", "cdk.out"}, d.Name()):
			return filepath.SkipDir
		case !d.IsDir():
			name, err := filepath.Rel(repository, path)
			files = append(files, filepath.ToSlash(name))
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range lost(string(text), files) {
		t.Errorf("CONTRIBUTING.md names `%s`, which does not exist: write its new path", name)
	}
}

func TestLost(t *testing.T) {
	files := []string{"internal/plan/new.go", "internal/plan/stage.go", "docs/cors.md"}
	for _, c := range []struct{ name, text, want string }{
		{"a file", "`internal/plan/new.go`", ""},
		{"a file by its name alone", "`new.go` of `internal/plan`", ""},
		{"a folder", "`internal/plan` and `docs/`", ""},
		{"a form", "`internal/plan/<name>.go`, `internal/*/stage.go`", ""},
		{"not a path", "`New`, `go test ./internal/gone`, `a/b`, `v0.1.0`", ""},
		{"a file that is gone", "`internal/plan/gone.go`", "internal/plan/gone.go"},
		{"a name that is gone", "`gone.go`", "gone.go"},
		{"a folder that is gone", "`internal/gone`", "internal/gone"},
		{"a form that nothing has", "`internal/plan/gone_<name>.go`", "internal/plan/gone_<name>.go"},
		{"a part of a name", "`ew.go`", "ew.go"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(lost(c.text, files), " "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

var (
	inTicks     = regexp.MustCompile("`([^`\n]+)`")
	pathInProse = regexp.MustCompile(`^[\w.*<>-]+(/[\w.*<>-]+)*/?$`)
	anyName     = regexp.MustCompile(`<\w+>`)
)

// lost returns the paths in a text that do not exist: paths below a folder of the repository, and names of Go files.
func lost(text string, files []string) (out []string) {
	roots, places := map[string]bool{}, map[string]bool{}
	for _, f := range files {
		root, _, _ := strings.Cut(f, "/")
		roots[root] = true
		for ; f != "."; f = path.Dir(f) {
			places[f] = true
		}
	}
	for _, m := range inTicks.FindAllStringSubmatch(text, -1) {
		name := strings.TrimSuffix(m[1], "/")
		root, _, below := strings.Cut(name, "/")
		if !pathInProse.MatchString(m[1]) || strings.HasSuffix(name, "...") ||
			!(below && roots[root]) && path.Ext(name) != ".go" {
			continue
		}
		pattern := anyName.ReplaceAllString(name, "*")
		there := false
		for place := range places {
			whole, _ := path.Match(pattern, place)
			last, _ := path.Match(pattern, path.Base(place))
			there = there || whole || !below && last
		}
		if !there && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}
