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

// mode is the variable that sets how CDK's engine runs. With "inmemory", as in tests in other languages, the report of
// validation plugins, such as package secureapi's rules, is part of the panic of a failed synthesis.
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
	missing := defaults(os.LookupEnv)
	scratch, isSet := os.LookupEnv(scratchFolder)
	if underRace && !isSet {
		var err error
		if missing, err = withScratch(missing); err != nil {
			panic(err)
		}
	}
	if len(missing) > 0 {
		jsii.Close() // removes the folder that it has made for its engine, which has not started
		os.Exit(again(append(os.Environ(), missing...)))
	}
	code := m.Run()
	if underRace {
		// Close would wait for the engine while a goroutine of jsii waits for it too and then closes it: a race. The engine
		// ends with this process, because its input ends.
		// Source: internal/kernel/process/process.go of https://github.com/aws/jsii-runtime-go
		os.RemoveAll(scratch) // with jsii's folder, which Close would remove
	} else {
		jsii.Close()
	}
	os.Exit(code)
}

// scratchFolder is the variable with a folder for temporary files. Under the race detector jsii leaves files there.
const scratchFolder = "GATEHOUSE_TEST_SCRATCH"

// withScratch creates a folder for temporary files, and adds the variables with which the next process uses it.
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

// defaults returns the variables that the environment does not set, as NAME=value.
func defaults(lookup func(string) (string, bool)) (missing []string) {
	for _, entry := range []struct{ name, value string }{{validation, "false"}, {mode, "inmemory"}} {
		if _, isSet := lookup(entry.name); !isSet {
			missing = append(missing, entry.name+"="+entry.value)
		}
	}
	return missing
}

// again runs this test binary with another environment and returns its exit code, if it returns at all.
func again(env []string) int {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	_ = syscall.Exec(self, os.Args, env) // returns only on systems without it, such as Windows
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
