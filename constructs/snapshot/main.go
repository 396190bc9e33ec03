package snapshot

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"

	"github.com/aws/jsii-runtime-go"

	_ "github.com/gatehouse-cdk/gatehouse/constructs/internal/startup" // says in time what would stop CDK
)

// validation is the variable with which CDK's own template validation is turned off: it takes seconds for each app.
// CDK's engine gets a copy of the environment before TestMain runs, so it has to be set when the process starts.
const validation = "CDK_VALIDATION"

// mode is the variable that says how CDK's engine runs. "inmemory" is what it says of tests in other languages: a
// report of plugins, such as that of package secureapi's rules, is then a part of the panic that a synthesis ends with.
const mode = "CDK_APP_MODE"

// Main implements TestMain for a package whose tests synthesize:
//
//	func TestMain(m *testing.M) { snapshot.Main(m) }
//
// It runs the tests without CDK's template validation, which takes 2 to 4 seconds per app, and makes App.Synth panic
// with the findings of validation plugins. Then it stops CDK's engine and exits. To validate templates, run the tests
// with CDK_VALIDATION=true.
//
// To set the environment in time, Main starts the test binary once more, in the same process if the system supports
// that. Code before Main in TestMain therefore runs twice.
//
// Under the race detector, Main does not stop the engine: stopping it is a race in jsii's own code. The engine ends
// with the process.
func Main(m *testing.M) {
	unsaid := defaults(os.LookupEnv)
	scratch, said := os.LookupEnv(scratchFolder)
	if underRace && !said {
		var err error
		if unsaid, err = withScratch(unsaid); err != nil {
			panic(err)
		}
	}
	if len(unsaid) > 0 {
		jsii.Close() // removes the folder that it has made for its engine, which has not started
		os.Exit(again(append(os.Environ(), unsaid...)))
	}
	code := m.Run()
	if underRace {
		// Close waits for the engine beside a goroutine of jsii's that waits for it, too, and closes it then: each reads
		// what the other one writes. The engine ends when this process does, as its input ends.
		// Source: internal/kernel/process/process.go of https://github.com/aws/jsii-runtime-go
		os.RemoveAll(scratch) // with jsii's folder, which Close would remove
	} else {
		jsii.Close()
	}
	os.Exit(code)
}

// scratchFolder is the variable with the folder for temporary files of a run that leaves jsii's own there.
const scratchFolder = "GATEHOUSE_TEST_SCRATCH"

// withScratch makes a folder for temporary files, and adds the variables by which the next process uses it.
func withScratch(variables []string) ([]string, error) {
	scratch, err := os.MkdirTemp("", "snapshot-")
	if err != nil {
		return nil, err
	}
	name := "TMPDIR"
	if runtime.GOOS == "windows" {
		name = "TMP"
	}
	return append(variables, scratchFolder+"="+scratch, name+"="+scratch), nil
}

// defaults are the variables that the environment does not say, as NAME=value.
func defaults(lookup func(string) (string, bool)) (unsaid []string) {
	for _, entry := range []struct{ name, value string }{{validation, "false"}, {mode, "inmemory"}} {
		if _, said := lookup(entry.name); !said {
			unsaid = append(unsaid, entry.name+"="+entry.value)
		}
	}
	return unsaid
}

// again runs this test binary with another environment and returns its exit code, if it returns at all.
func again(env []string) int {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	_ = syscall.Exec(self, os.Args, env) // returns only where there is no such thing, as on Windows
	cmd := exec.Command(self, os.Args[1:]...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = env, os.Stdin, os.Stdout, os.Stderr
	var exit *exec.ExitError
	switch err := cmd.Run(); {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	default:
		panic(err)
	}
}
