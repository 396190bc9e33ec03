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

// TestFilesPointOneWay reads which file of a package uses what another one declares: in these packages no file uses, by
// way of others, what uses it.
func TestFilesPointOneWay(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"constructs/cognito", "constructs/secureapi", "internal/plan", "internal/plan/integration"} {
		uses := fileUses(t, filepath.Join("..", filepath.FromSlash(folder)))
		if len(uses) < 5 {
			t.Errorf("%s: %d files that use others, want more", folder, len(uses))
		}
		if circle := findCircle(uses); circle != nil {
			t.Errorf("%s: the files use each other in a circle: %s", folder, strings.Join(circle, " -> "))
		}
	}
}

func TestFindCircle(t *testing.T) {
	type uses = map[string]map[string]bool
	to := func(names ...string) map[string]bool {
		out := map[string]bool{}
		for _, n := range names {
			out[n] = true
		}
		return out
	}
	if got := findCircle(uses{"a": to("b", "c"), "b": to("d"), "c": to("d")}); got != nil {
		t.Errorf("got %v, want none", got)
	}
	if got := findCircle(uses{"a": to("b"), "b": to("c"), "c": to("b")}); !slices.Equal(got, []string{"b", "c", "b"}) {
		t.Errorf("got %v, want b, c, b", got)
	}
}

// emptyPackages imports every package without what it declares: what the package's own files declare is found anyway.
type emptyPackages struct{}

func (emptyPackages) Import(name string) (*types.Package, error) {
	p := types.NewPackage(name, path.Base(name))
	p.MarkComplete()
	return p, nil
}

// fileUses are the files of a package by the name of the file that uses them.
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
	config := types.Config{Importer: emptyPackages{}, Error: func(error) {}} // of what is not declared
	pkg, _ := config.Check(dir, fset, files, info)
	uses := map[string]map[string]bool{}
	for id, object := range info.Uses {
		if object.Pkg() != pkg || !object.Pos().IsValid() {
			continue
		}
		from, to := filepath.Base(fset.Position(id.Pos()).Filename), filepath.Base(fset.Position(object.Pos()).Filename)
		if from != to {
			if uses[from] == nil {
				uses[from] = map[string]bool{}
			}
			uses[from][to] = true
		}
	}
	return uses
}

// findCircle finds a way from a file back to itself; nil without a circle.
func findCircle(uses map[string]map[string]bool) []string {
	done := map[string]bool{}
	var way []string
	var visit func(file string) []string
	visit = func(file string) []string {
		if i := slices.Index(way, file); i >= 0 {
			return append(slices.Clone(way[i:]), file)
		}
		if done[file] {
			return nil
		}
		way = append(way, file)
		for _, next := range slices.Sorted(maps.Keys(uses[file])) {
			if circle := visit(next); circle != nil {
				return circle
			}
		}
		way, done[file] = way[:len(way)-1], true
		return nil
	}
	for _, file := range slices.Sorted(maps.Keys(uses)) {
		if circle := visit(file); circle != nil {
			return circle
		}
	}
	return nil
}
