package functest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestBuild(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":  "module example.com/fn\n\ngo 1.26\n",
		"main.go": "package main\n\nfunc main() { println(kind) }\n",
		"host.go": "//go:build gatehouse_host && lambda.norpc\n\npackage main\n\nconst kind = \"host\"\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	out := filepath.Join(dir, "bootstrap")
	if err := Build(out, ".", HostTag); err != nil {
		t.Fatal(err)
	}
	if text, err := exec.Command(out).CombinedOutput(); err != nil || string(text) != "host\n" {
		t.Errorf("got %s, %v", text, err)
	}
	if err := Build(out, "."); err == nil || !strings.Contains(err.Error(), "undefined: kind") {
		t.Errorf("without the tag: got %v, want the compiler's error", err)
	}
}

func TestBuildTrimmed(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":     "module example.com/fn\n\ngo 1.26\n",
		"tea/tea.go": "package main\n\nfunc main() { panic(`out of tea`) }\n",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	out := filepath.Join(dir, "new", "bootstrap")
	if err := BuildTrimmed(out, "./tea"); err != nil {
		t.Fatal(err)
	}
	text, err := exec.Command(out).CombinedOutput()
	if err == nil || !strings.Contains(string(text), "\texample.com/fn/tea/tea.go:3") {
		t.Errorf("got %s, %v", text, err)
	}
}
