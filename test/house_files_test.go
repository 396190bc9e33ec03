package test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestFilesPointOneWay checks that the files of these packages do not use each other in a circle. A file uses another
// one if it uses a name that the other declares.
func TestFilesPointOneWay(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{
		"constructs/cognito", "constructs/secureapi", "internal/plan", "internal/plan/integration",
	} {
		uses := fileUses(t, filepath.Join("..", filepath.FromSlash(folder)))
		if len(uses) < 5 {
			t.Errorf("%s: only %d files use others", folder, len(uses))
		}
		if circle := findCircle(uses); circle != nil {
			t.Errorf("%s: the files use each other in a circle: %s", folder, strings.Join(circle, " -> "))
		}
	}
}

func TestFindCircle(t *testing.T) {
	type uses = map[string]map[string]bool
	set := func(names ...string) map[string]bool {
		out := map[string]bool{}
		for _, n := range names {
			out[n] = true
		}
		return out
	}
	if got := findCircle(uses{"a": set("b", "c"), "b": set("d"), "c": set("d")}); got != nil {
		t.Errorf("got the circle %v, want none", got)
	}
	if got := findCircle(uses{"a": set("b"), "b": set("c"), "c": set("b")}); !slices.Equal(got, []string{"b", "c", "b"}) {
		t.Errorf("got %v, want b, c, b", got)
	}
}

// emptyPackages imports every package as an empty one. The names that a package's files declare are found anyway.
type emptyPackages struct{}

func (emptyPackages) Import(name string) (*types.Package, error) {
	p := types.NewPackage(name, path.Base(name))
	p.MarkComplete()
	return p, nil
}

// fileUses returns the files that each file of a package uses.
func fileUses(t *testing.T, dir string) map[string]map[string]bool {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: emptyPackages{}, Error: func(error) {}} // ignore undeclared names of other packages
	pkg, _ := config.Check(dir, fset, files, info)
	uses := map[string]map[string]bool{}
	for id, object := range info.Uses {
		if object.Pkg() != pkg || !object.Pos().IsValid() {
			continue
		}
		user, used := filepath.Base(fset.Position(id.Pos()).Filename), filepath.Base(fset.Position(object.Pos()).Filename)
		if user != used {
			if uses[user] == nil {
				uses[user] = map[string]bool{}
			}
			uses[user][used] = true
		}
	}
	return uses
}

// findCircle returns a path of uses from a file to itself; nil if there is no circle.
func findCircle(uses map[string]map[string]bool) []string {
	done := map[string]bool{}
	var stack []string
	var visit func(file string) []string
	visit = func(file string) []string {
		if i := slices.Index(stack, file); i >= 0 {
			return append(slices.Clone(stack[i:]), file)
		}
		if done[file] {
			return nil
		}
		stack = append(stack, file)
		for _, next := range slices.Sorted(maps.Keys(uses[file])) {
			if circle := visit(next); circle != nil {
				return circle
			}
		}
		stack, done[file] = stack[:len(stack)-1], true
		return nil
	}
	for _, file := range slices.Sorted(maps.Keys(uses)) {
		if circle := visit(file); circle != nil {
			return circle
		}
	}
	return nil
}
