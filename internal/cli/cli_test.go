package cli

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
)

// t0 is the time in all tests.
var t0 = time.Unix(1_800_000_000, 0)

// keyFolder is a cache folder that the tests share, so that keys are made once.
var keyFolder string

// asMain has the test binary be the program, for what only a process of its own can show.
const asMain = "GATEHOUSE_TEST_AS_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(asMain) != "" {
		os.Exit(Main())
	}
	flag.Parse()
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "gatehouse-test-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		keyFolder = filepath.Join(dir, "cache")
		return m.Run()
	}())
}

// call runs the program.
func call(t testing.TB, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	s := &command.Process{Stdout: &out, Stderr: &err, Now: func() time.Time { return t0 }, CacheDir: func() (string, error) { return keyFolder, nil }}
	status = run(t.Context(), s, args)
	return status, out.String(), err.String()
}

func TestCommandLine(t *testing.T) {
	for _, tt := range []struct {
		name           string
		args           []string
		status         int
		stdout, stderr string // a part of it; "" for nothing at all
	}{
		{"nothing", nil, 2, "", "usage: gatehouse COMMAND [flags]\n"},
		{"help", []string{"help"}, 0, "usage: gatehouse COMMAND [flags]\n", ""},
		{"the flag for help", []string{"--help"}, 0, "  routes   print who may call which route of the assembly\n", ""},
		{"help for a command", []string{"help", "routes"}, 0, "usage: gatehouse routes [flags]\n", ""},
		{"a command's flag for help", []string{"token", "-h"}, 0, "usage: gatehouse token [flags]\n", ""},
		{"an unknown command", []string{"tokens"}, 2, "", "gatehouse: unknown command \"tokens\": did you mean \"token\"? the commands are dev, token, routes, check, version: \"gatehouse help\" describes them\n"},
		{"help for an unknown command", []string{"help", "tokens"}, 2, "", "unknown command \"tokens\""},
		{"an unknown flag", []string{"routes", "--yaml"}, 2, "", "gatehouse routes: unknown flag --yaml\n\"gatehouse help routes\" describes its flags\n"},
		{"an argument that is no flag", []string{"routes", "cdk.out"}, 2, "", "gatehouse routes: unexpected argument \"cdk.out\": it takes flags only\n"},
		{"a flag without its value", []string{"token", "--scope"}, 2, "", "flag needs an argument: --scope\n"},
		{"a port that is no number", []string{"dev", "--port", "abc"}, 2, "", "gatehouse dev: --port \"abc\": want a number, such as 3000\n"},
		{"a port that is out of range", []string{"dev", "--port", "99999999999999999999"}, 2, "", "gatehouse dev: --port \"99999999999999999999\": value out of range\n"},
		{"a time that is none", []string{"token", "--expires", "15 minutes"}, 2, "", "gatehouse token: --expires \"15 minutes\": want a time, such as 90s, 15m or 8h\n"},
		{"a switch with another value", []string{"routes", "--json=no"}, 2, "", "gatehouse routes: --json \"no\": want true or false, or the flag alone\n"},
		{"a flag's own error", []string{"token", "--claim", "te\"nant"}, 2, "", "gatehouse token: --claim \"te\\\"nant\": want NAME=VALUE, such as tenant=acme or level=3\n"},
		{"a flag of one letter", []string{"dev", "-c", "tenant"}, 2, "", "gatehouse dev: -c \"tenant\": want NAME=VALUE\n"},
		{"dashes alone", []string{"dev", "---"}, 2, "", "gatehouse dev: bad flag syntax: ---\n"},
		{"the version as a flag", []string{"--version"}, 0, "gatehouse ", ""},
		{"help for the version", []string{"help", "version"}, 0, "usage: gatehouse version\n", ""},
		{"no assembly", []string{"routes", "--assembly", "testdata/nowhere"}, 1, "", "gatehouse routes: assembly: testdata/nowhere: not a cloud assembly: "},
		{"no assembly, and the way out", []string{"token", "--assembly", "testdata"}, 1, "", ", or name another folder with --assembly\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, stdout, stderr := call(t, tt.args...)
			if status != tt.status {
				t.Errorf("status %d, want %d", status, tt.status)
			}
			for _, s := range []struct{ name, got, want string }{{"output", stdout, tt.stdout}, {"errors", stderr, tt.stderr}} {
				if !strings.Contains(s.got, s.want) || s.want == "" && s.got != "" {
					t.Errorf("standard %s: want %q in\n%s", s.name, s.want, s.got)
				}
			}
		})
	}
}

// TestUsageTellsAllFlags: each flag is in its command's usage, and fits in a terminal of 120 columns.
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
			if len(line) > 121 {
				t.Errorf("the usage of %s has a line of %d columns: %s", c.Name, len(line)-1, line)
			}
		}
	}
}

// brokenPipe refuses what is written to it.
type brokenPipe struct{}

var errPipe = errors.New("broken pipe")

func (brokenPipe) Write([]byte) (int, error) { return 0, errPipe }

// TestOutputThatGoesNowhere: a command whose output is lost fails.
func TestOutputThatGoesNowhere(t *testing.T) {
	for _, args := range [][]string{{"routes", "--assembly", "testdata/iam"}, {"token", "--assembly", "testdata/token"}} {
		var stderr bytes.Buffer
		s := &command.Process{Stdout: brokenPipe{}, Stderr: &stderr, Now: time.Now, CacheDir: func() (string, error) { return keyFolder, nil }}
		if status := run(t.Context(), s, args); status != failed || !strings.Contains(stderr.String(), "could not be written: broken pipe") {
			t.Errorf("%v: status %d: %s", args, status, stderr.String())
		}
	}
}
