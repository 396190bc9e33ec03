package cdkapp

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestLookThroughLink checks that the folder may be a symbolic link, such as one to the latest of several assemblies.
func TestLookThroughLink(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/one/manifest.json", "")
	if err := os.Symlink("one", dir+"/latest"); err != nil {
		t.Skip(err)
	}
	s := &Sources{Dir: dir + "/latest"}
	s.Look()
	write(t, dir+"/one/manifest.json", "another")
	if got := s.Look(); !slices.Equal(got, []string{"manifest.json"}) {
		t.Error("a change behind the link is not seen")
	}
	write(t, dir+"/two/manifest.json", "another")
	if err := errors.Join(os.Remove(dir+"/latest"), os.Symlink("two", dir+"/latest")); err != nil {
		t.Fatal(err)
	}
	if len(s.Look()) == 0 {
		t.Error("that the link leads elsewhere is not seen")
	}
}

func TestLook(t *testing.T) {
	for _, tt := range []struct {
		name, why string
		change    func(t *testing.T, dir string)
		want      string // the files, with spaces
	}{
		{"nothing", "", func(*testing.T, string) {}, ""},
		{"another text", "", func(t *testing.T, dir string) { write(t, dir+"/app/main.go", "package other") }, "app/main.go"},
		{"another time", "a text of the same size", func(t *testing.T, dir string) {
			if err := os.Chtimes(dir+"/app/main.go", time.Time{}, time.Unix(1, 0)); err != nil {
				t.Fatal(err)
			}
		}, "app/main.go"},
		{"a new file", "", func(t *testing.T, dir string) { write(t, dir+"/app/deep/new.go", "") }, "app/deep/new.go"},
		{"a file less", "", func(t *testing.T, dir string) { os.Remove(dir + "/app/main.go") }, "app/main.go"},
		{
			"another name",
			"one that is gone, and one that is new",
			func(t *testing.T, dir string) { os.Rename(dir+"/app/main.go", dir+"/app/more.go") },
			"app/main.go app/more.go",
		},
		{
			"a backup",
			"editors keep the text before",
			func(t *testing.T, dir string) { write(t, dir+"/app/main.go~", "package main") },
			"",
		},
		{
			"a test",
			"no build has it",
			func(t *testing.T, dir string) { write(t, dir+"/app/main_test.go", "package main") },
			"",
		},
		{
			"the assembly",
			"CDK writes it",
			func(t *testing.T, dir string) { write(t, dir+"/cdk.out/manifest.json", "") },
			"",
		},
		{
			"dependencies",
			"too many to look at",
			func(t *testing.T, dir string) { write(t, dir+"/web/node_modules/x/index.js", "") },
			"",
		},
		{"a hidden folder", "git writes there", func(t *testing.T, dir string) { write(t, dir+"/.git/index", "") }, ""},
		{
			"a hidden file",
			"editors write those",
			func(t *testing.T, dir string) { write(t, dir+"/app/.main.go.swp", "") },
			"",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), ".hidden-itself")
			write(t, dir+"/app/main.go", "package main")
			s := &Sources{Dir: dir}
			if len(s.Look()) == 0 {
				t.Fatal("the first look finds no files")
			}
			tt.change(t, dir)
			if got := strings.Join(s.Look(), " "); got != tt.want {
				t.Errorf("changed %q, want %q", got, tt.want)
			}
			if len(s.Look()) > 0 {
				t.Error("a second look sees the change again")
			}
		})
	}
}

func TestWait(t *testing.T) {
	dir := t.TempDir()
	s := &Sources{Dir: dir, Interval: 2 * time.Millisecond}
	s.Look()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := s.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("without a change: %v", err)
	}
	write(t, dir+"/main.go", "")
	if got, err := s.Wait(t.Context()); err != nil || !slices.Equal(got, []string{"main.go"}) {
		t.Fatalf("got %q, %v", got, err)
	}
	if len(s.Look()) > 0 {
		t.Error("it returned before the sources were still")
	}
}

// TestChanges checks that a file that appeared and disappeared is not a change.
func TestChanges(t *testing.T) {
	at := time.Unix(1, 0)
	before := map[string]stamp{"same": {1, at}, "larger": {1, at}, "later": {1, at}, "gone": {1, at}}
	between := map[string]stamp{"same": {1, at}, "larger": {1, at}, "later": {1, at}, "gone": {1, at}, "4913": {0, at}}
	after := map[string]stamp{"same": {1, at}, "larger": {2, at}, "later": {1, at.Add(1)}, "new": {1, at}}
	if got := changes(before, between); !slices.Equal(got, []string{"4913"}) {
		t.Errorf("got %q", got)
	}
	if got := changes(before, after); !slices.Equal(got, []string{"gone", "larger", "later", "new"}) {
		t.Errorf("got %q", got)
	}
}
