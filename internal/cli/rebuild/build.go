package rebuild

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/gatehouse-cdk/gatehouse/internal/gobundle"
)

// build builds an executable as gofunction did. Errors name files relative to from.
func build(ctx context.Context, b gobundle.Build, environ []string, to, from string) error {
	args := slices.Concat([]string{"build"}, b.Flags, []string{"-ldflags=" + b.Linker, "-o", to, "--", b.Package})
	_, err := run(ctx, b.Dir, slices.Concat(environ, b.Environ), args)
	if errors.Is(err, ErrBuild) {
		return fmt.Errorf("%w%s", ErrBuild, seenFrom(from, b.Dir, strings.TrimPrefix(err.Error(), ErrBuild.Error())))
	}
	return err
}

// place matches the beginning of a line from the compiler, such as "./main.go:62:13: undefined: x".
var place = regexp.MustCompile(`(?m)^[^\s#:][^:\n]*\.go:\d`)

// seenFrom makes the file names in go's output relative to another folder. go writes them relative to the folder that
// it ran in, and a developer's "./main.go" may be the app's as well as a function's.
func seenFrom(from, dir, text string) string {
	return place.ReplaceAllStringFunc(text, func(at string) string {
		if filepath.IsAbs(at) {
			return at
		}
		relative, err := filepath.Rel(from, filepath.Join(dir, at))
		if err != nil || strings.HasPrefix(relative, "..") {
			return at
		}
		return filepath.ToSlash(relative)
	})
}

// run runs go. If code does not build, the error is an [ErrBuild].
func run(ctx context.Context, dir string, environ, args []string) ([]byte, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", args...)
	// Package gobuild sets GOGC to the same value, for the same reason.
	cmd.Dir, cmd.Env = dir, append(slices.Clip(environ), "GOGC=400", "PWD="+dir)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err == nil:
		return stdout.Bytes(), nil
	}
	if _, ended := errors.AsType[*exec.ExitError](err); !ended {
		return nil, fmt.Errorf("go %s in %s: %w", args[0], dir, err)
	}
	return nil, fmt.Errorf("%w: go %s says:\n%s", ErrBuild, args[0], strings.TrimSpace(stderr.String()))
}

// atOnce calls a function with the numbers below n, all at the same time: go itself distributes the processors.
func atOnce(n int, call func(int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { call(i) })
	}
	all.Wait()
}
