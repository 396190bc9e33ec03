package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/starter"
)

var initCommand = command.Command{
	Name:    "init",
	Summary: "write a new app into an empty folder",
	Usage: `usage: gatehouse init [--replace DIR]

Writes a Go module into the working directory: a stack with an access table, a
function, a test that calls the API, and the files that the CDK CLI needs. It
runs no commands, and prints the ones to run next. The folder must be empty
except for .git. The app is named after the folder.

  --replace DIR  use the checkout of Gatehouse in this folder (default a
                 release)

  mkdir shop && cd shop && gatehouse init
`,
	Flags: func() *flag.FlagSet { return new(initFlags).set() },
	Run:   initialize,
}

type initFlags struct{ replace string }

func (i *initFlags) set() *flag.FlagSet {
	f := flag.NewFlagSet("init", flag.ContinueOnError)
	f.StringVar(&i.replace, "replace", "", "")
	return f
}

func initialize(_ context.Context, p *command.Process, args []string) error {
	var i initFlags
	set := i.set()
	if err := command.Parse(set, args); err != nil {
		return err
	}
	if err := command.NotEmpty(set, "replace"); err != nil {
		return err
	}
	dir := p.Dir
	if dir == "" {
		var err error
		if dir, err = os.Getwd(); err != nil {
			return err
		}
	}
	m := starter.Module{Name: starter.Name(dir)}
	if i.replace != "" {
		var err error
		if m.Replace, err = starter.Checkout(dir, i.replace); err != nil {
			return fmt.Errorf("--replace %q: %w", i.replace, err)
		}
	} else if info, ok := debug.ReadBuildInfo(); ok {
		m.Version = release(info)
	}
	files, err := m.Files()
	if err != nil {
		return err
	}
	if err := starter.Write(dir, files); err != nil {
		if errors.Is(err, starter.ErrNotEmpty) {
			err = fmt.Errorf("%w: make a new folder and run it there", err)
		}
		return err
	}
	return p.Print("what was written", []byte(written(dir, m, files)))
}

// written lists the files, and the commands to run next.
func written(dir string, m starter.Module, files []starter.File) string {
	var b strings.Builder
	fmt.Fprintf(&b, "wrote the module %s into %s:\n", m.Path(), filepath.Base(dir))
	for _, f := range files {
		fmt.Fprintf(&b, "  %s\n", f.Name)
	}
	b.WriteString("\nNext:\n")
	if m.Version == "" && m.Replace == "" {
		fmt.Fprintf(&b, "  go get -tool %s\n", starter.Tool())
	}
	b.WriteString("  go mod tidy\n" +
		"  go tool gatehouse dev    # the API on this machine, with requests to try\n" +
		"  go test ./...            # a test that calls it\n")
	return b.String()
}

// release returns the version that this command was built from, if a module proxy serves it. A build in a clone has the
// clone's revision, which may exist only on this machine.
func release(info *debug.BuildInfo) string {
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return ""
		}
	}
	if info.Main.Path != starter.Gatehouse() || info.Main.Replace != nil || !semver.IsValid(info.Main.Version) {
		return ""
	}
	return info.Main.Version
}
