// Package example builds what the benchmarks run: commands of this repository, and the cloud assembly of the example
// with functions for this machine.
//
// The working directory must be the repository's root.
package example

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// Command is the package of the command gatehouse.
const Command = "./cmd/gatehouse"

// Build builds commands into a folder. The name of each file is the last element of its package's path.
func Build(ctx context.Context, dir string, packages ...string) error {
	return run(ctx, nil, "go", append([]string{"build", "-o", dir + "/"}, packages...)...)
}

// Synthesize writes the example's cloud assembly into a folder.
func Synthesize(ctx context.Context, out string) error {
	env := []string{"GATEHOUSE_HOST_BUILD=1", "CDK_VALIDATION=false", "CDK_OUTDIR=" + out}
	return run(ctx, env, "go", "run", "./app")
}

// run runs a command with additional environment variables.
func run(ctx context.Context, env []string, name string, args ...string) error {
	c := exec.CommandContext(ctx, name, args...)
	c.Env = append(os.Environ(), env...)
	if text, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, text)
	}
	return nil
}
