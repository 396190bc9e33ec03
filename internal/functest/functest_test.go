package functest

import (
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
		t.Errorf("without the tag: got %v, want the compiler's words", err)
	}
}
