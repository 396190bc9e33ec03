package cli

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
)

var versionCommand = command.Command{
	Name:    "version",
	Summary: "print which gatehouse this is, for a report",
	Usage: `usage: gatehouse version

Prints one line: the version of the Gatehouse module, its revision if known, the
version of Go, and the platform. "gatehouse --version" does the same. The
version is (devel) in a clone of the repository; "replaced" means that go.mod
replaces the module.

  gatehouse version
`,
	Run: printVersion,
}

func printVersion(_ context.Context, p *command.Process, args []string) error {
	if err := command.Parse(flag.NewFlagSet("version", flag.ContinueOnError), args); err != nil {
		return err
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{} // built without modules
	}
	line := fmt.Sprintf("gatehouse %s, %s, %s/%s\n", built(info), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return p.Print("the version", []byte(line))
}

// built describes the source: the module's version, and the revision in brackets.
func built(info *debug.BuildInfo) string {
	version := info.Main.Version
	if version == "" {
		version = "(devel)"
	}
	var known []string
	if info.Main.Replace != nil {
		known = append(known, "replaced")
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if revision := settings["vcs.revision"]; revision != "" {
		known = append(known, "revision "+revision)
		if settings["vcs.modified"] == "true" {
			known = append(known, "modified")
		}
	}
	if len(known) == 0 {
		return version
	}
	return fmt.Sprintf("%s (%s)", version, strings.Join(known, ", "))
}
