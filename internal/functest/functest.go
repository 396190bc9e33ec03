// Package functest builds functions for tests that run them on this machine.
//
// It uses the flags of package gofunction except -trimpath, so that packages of the tests are not compiled again.
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

// HostTag is the build tag of a function for this machine. Such a function accepts an issuer's keys over http.
const HostTag = "gatehouse_host"

// Build builds a main package into a file. The package is an import path, or a path from the folder of the test.
//
// Build uses "go run" with cp as the program to run the executable, because "go run" caches executables and "go build"
// does not.
func Build(out, pkg string, tags ...string) error { return build(out, pkg, nil, tags) }

// BuildTrimmed builds like Build, with trimmed paths in the main package. Other packages keep their paths, so that they
// are not compiled again.
func BuildTrimmed(out, pkg string) error {
	cmd := exec.Command("go", "list", "-f", "{{.Dir}}=>{{.ImportPath}}", pkg)
	path, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("go list %s: %w", pkg, err)
	}
	return build(out, pkg, []string{"-gcflags=-trimpath=" + strings.TrimSpace(string(path))}, nil)
}

func build(out, pkg string, extra, tags []string) error {
	flags := append(extra, "-buildvcs=false", "-tags", strings.Join(append(tags, "lambda.norpc"), ","), "-ldflags=-s -w")
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
