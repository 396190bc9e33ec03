package jwt

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestImports checks that the code that decides who may call uses only the standard library, and does not read JSON
// with encoding/json, which ignores the case of names and accepts duplicate names.
func TestImports(t *testing.T) {
	for _, pattern := range []string{"*.go", "../strictjson/*.go", "../elapsed/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			for _, spec := range f.Imports {
				path, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					t.Fatal(err)
				}
				standard := !strings.Contains(strings.Split(path, "/")[0], ".")
				checked := strings.HasSuffix(path, "/internal/strictjson") || strings.HasSuffix(path, "/internal/elapsed")
				if path == "encoding/json" || path == "unsafe" || !standard && !checked {
					t.Errorf("%s imports %s", name, path)
				}
			}
		}
	}
}
