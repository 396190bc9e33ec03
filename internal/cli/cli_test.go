package cli

import (
	"bytes"
	"errors"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
)

// t0 is the time in all tests.
var t0 = time.Unix(1_800_000_000, 0)

// keyFolder is a cache folder that the tests share, so that keys are made once.
var keyFolder string

// TestMain runs gatehouse if the test binary is called by that name, for tests that need a separate process.
func TestMain(m *testing.M) {
	testscript.Main(withKeys{m}, map[string]func(){program: func() { os.Exit(Main()) }})
}

const program = "gatehouse"

// withKeys runs the tests with a folder for keys.
type withKeys struct{ m *testing.M }

func (w withKeys) Run() int {
	dir, err := os.MkdirTemp("", "gatehouse-test-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	defer nodepeer.CloseBrowser()
	keyFolder = filepath.Join(dir, "cache")
	http.DefaultClient.Timeout = answersWithin
	return w.m.Run()
}

// call runs the program.
func call(t testing.TB, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	s := &command.Process{
		Stdout:   &out,
		Stderr:   &err,
		Now:      func() time.Time { return t0 },
		CacheDir: func() (string, error) { return keyFolder, nil },
	}
	status = run(t.Context(), s, args)
	return status, out.String(), err.String()
}

// TestUsageTellsAllFlags checks that the usage of a command has each flag, and fits into a terminal of 80 columns.
func TestUsageTellsAllFlags(t *testing.T) {
	for _, c := range commands() {
		if c.Flags == nil {
			continue
		}
		c.Flags().VisitAll(func(f *flag.Flag) {
			line := "\n  --" + f.Name + " "
			switch f.Name {
			case "c", "context":
				line = "\n  -c, --context "
			}
			if !strings.Contains(c.Usage, line) {
				t.Errorf("the usage of %s does not tell --%s", c.Name, f.Name)
			}
		})
		for line := range strings.Lines(c.Usage) {
			if len(line) > 81 {
				t.Errorf("the usage of %s has a line of %d columns: %s", c.Name, len(line)-1, line)
			}
		}
	}
}

// brokenPipe fails all writes.
type brokenPipe struct{}

var errPipe = errors.New("broken pipe")

func (brokenPipe) Write([]byte) (int, error) { return 0, errPipe }

// TestOutputThatGoesNowhere checks that a command fails if its output cannot be written.
func TestOutputThatGoesNowhere(t *testing.T) {
	for _, args := range [][]string{{"routes", "--assembly", "testdata/iam"}, {"token", "--assembly", "testdata/token"}} {
		var stderr bytes.Buffer
		s := &command.Process{
			Stdout:   brokenPipe{},
			Stderr:   &stderr,
			Now:      time.Now,
			CacheDir: func() (string, error) { return keyFolder, nil },
		}
		if status := run(t.Context(), s, args); status != failed ||
			!strings.Contains(stderr.String(), "could not be written: broken pipe") {
			t.Errorf("%v: status %d: %s", args, status, stderr.String())
		}
	}
}
