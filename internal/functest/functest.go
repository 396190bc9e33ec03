// Package functest builds functions for tests that run them on this machine.
//
// It builds as package gofunction does, but for -trimpath: without it, the tests' own packages need not be compiled
// again.
package functest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// HostTag is the build tag of a function for this machine, which may take keys from an issuer over http.
const HostTag = "gatehouse_host"

// Build builds a main package into a file. The package is an import path, or a path from the folder of the test.
//
// "go run" keeps what it links in go's build cache, which "go build" does not, so it is told to run cp.
func Build(out, pkg string, tags ...string) error { return build(out, pkg, nil, tags) }

// BuildTrimmed is Build of a main package whose own files have the paths that -trimpath leaves. Other packages, which
// need not be compiled again, keep theirs.
func BuildTrimmed(out, pkg string) error {
	cmd := exec.Command("go", "list", "-f", "{{.Dir}}=>{{.ImportPath}}", pkg)
	path, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("go list %s: %w", pkg, err)
	}
	return build(out, pkg, []string{"-gcflags=-trimpath=" + strings.TrimSpace(string(path))}, nil)
}

func build(out, pkg string, more, tags []string) error {
	flags := append(more, "-buildvcs=false", "-tags", strings.Join(append(tags, "lambda.norpc"), ","), "-ldflags=-s -w")
	args := slices.Concat([]string{"build"}, flags, []string{"-o", out, pkg})
	if _, err := exec.LookPath("cp"); err == nil {
		args = slices.Concat([]string{"run"}, flags, []string{"-exec", "cp -f", pkg, out})
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH)
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go %s %s: %w\n%s", args[0], pkg, err, text)
	}
	return nil
}
