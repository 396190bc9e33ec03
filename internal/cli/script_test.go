package cli

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gatehouse-cdk/gatehouse/internal/jsiienv"
)

// TestScripts runs the scripts of testdata/script, for what is about command lines, outputs and exit statuses. Besides
// the commands of testscript they have
//
//	exits STATUS gatehouse ARGUMENTS
//
// which runs gatehouse and wants this status. The folder "assemblies" is testdata.
func TestScripts(t *testing.T) {
	testdata, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		UpdateScripts:       *update,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_CACHE_HOME", keyFolder) // with keys, which take long to make
			env.Setenv(jsiienv.SilenceEndOfLife, "18,20,22,24")
			env.Setenv("GOOS", runtime.GOOS)
			env.Setenv("GOARCH", runtime.GOARCH)
			temp := filepath.Join(env.WorkDir, "tmp")
			env.Setenv("TMPDIR", temp)
			return errors.Join(os.MkdirAll(temp, 0o700), os.Symlink(testdata, filepath.Join(env.WorkDir, "assemblies")))
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS COMMAND ARGUMENTS")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	status := succeeded
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%s: %v", args[1], err)
		}
		status = exit.ExitCode()
	}
	if status != want {
		ts.Fatalf("exit status %d, want %d", status, want)
	}
}
