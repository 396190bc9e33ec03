// Package functest builds functions for tests that run them on this machine.
//
// It builds as package gofunction does, but for -trimpath: without it, the tests' own packages need not be compiled
// again.
package functest

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// HostTag is the build tag of a function for this machine, which may take keys from an issuer over http.
const HostTag = "gatehouse_host"

// Build builds a main package into a file. The package is a path from this folder, such as "./table".
func Build(out, pkg string, tags ...string) error {
	cmd := exec.Command("go", "build", "-buildvcs=false", "-tags", strings.Join(append(tags, "lambda.norpc"), ","),
		"-ldflags=-s -w -buildid=", "-o", out, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH)
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build %s: %w\n%s", pkg, err, text)
	}
	return nil
}
