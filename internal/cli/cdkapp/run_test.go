package cdkapp

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// synthesize runs a command, with this PATH if it is not "".
func synthesize(t *testing.T, ctx context.Context, app *App, environ ...string) (output, outdir string, err error) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the commands are for a POSIX shell")
	}
	if app.Dir == "" {
		app.Dir = t.TempDir()
	}
	if environ == nil {
		environ = os.Environ()
	}
	var b bytes.Buffer
	outdir = filepath.Join(t.TempDir(), "out")
	err = app.Synthesize(ctx, Run{Outdir: outdir, Scratch: t.TempDir(), Environ: environ, Output: &b})
	return b.String(), outdir, err
}

func TestSynthesize(t *testing.T) {
	output, outdir, err := synthesize(t, t.Context(), &App{
		Build:   "echo build",
		Command: `mkdir "$CDK_OUTDIR" && echo synth "$GATEHOUSE_HOST_BUILD" && echo warned >&2 && pwd > "$CDK_OUTDIR/pwd"`,
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := "build\nsynth 1\nwarned\n"; output != want {
		t.Errorf("output %q, want %q", output, want)
	}
	if _, err := os.Stat(filepath.Join(outdir, "pwd")); err != nil {
		t.Error(err)
	}
}

// Output that jsii writes about itself at the end of a successful app is not output of the app.
func TestSynthesizeLeavesAHarmlessTextOut(t *testing.T) {
	output, _, err := synthesize(t, t.Context(), &App{
		Command: `echo synth; printf 'Runtime process exited abnormally: ' >&2; sleep 0.05; ` +
			`printf 'waitid: no child processes' >&2`,
	})
	if err != nil || output != "synth\n" {
		t.Errorf("output %q, %v, want the app's own line", output, err)
	}
}

func TestSynthesizeFails(t *testing.T) {
	for _, tt := range []struct {
		name, why  string
		app        App
		wantOutput string // "" for any
		want       string
	}{
		{
			"it fails",
			"its output stays as it is, and gets an end",
			App{Command: "echo half; printf broken >&2; exit 3"},
			"half\nbroken\n",
			"the app failed: echo half; printf broken >&2; exit 3: exit status 3",
		},
		{
			"the build fails",
			"the app is not run",
			App{Build: "exit 4", Command: "echo ran"},
			"",
			"the app failed: exit 4: exit status 4",
		},
		{
			"no Go",
			"the shell says so",
			App{Command: "PATH=/nonexistent; go run ./app"},
			"",
			": Go is missing: install it from https://go.dev/dl, or put go on the PATH",
		},
		{
			"no Node",
			"jsii says so in Go's words",
			App{Command: `echo 'panic: exec: "node": executable file not found in $PATH' >&2; exit 2`},
			"",
			": exit status 2: Node.js is missing, which CDK apps in any language need",
		},
		{
			"no Python",
			"other languages' programs",
			App{Command: "PATH=/nonexistent; python3 app.py"},
			"",
			": python3 is missing: install it, or put it on the PATH",
		},
		{
			"something else is not found",
			"that is not a program",
			App{Command: "echo 'Error: stack Shop: not found' >&2; exit 1"},
			"Error: stack Shop: not found\n",
			"exit 1: exit status 1",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			output, _, err := synthesize(t, t.Context(), &tt.app)
			if !errors.Is(err, ErrApp) || !strings.Contains(err.Error(), tt.want) ||
				tt.wantOutput != "" && output != tt.wantOutput {
				t.Errorf("%v\noutput %q\nwant %s, %q", err, output, tt.want, tt.wantOutput)
			}
			if strings.Contains(output, "ran") {
				t.Error("the app was run although its build failed")
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("it is not one line: %v", err)
			}
		})
	}
}

func TestHint(t *testing.T) {
	for output, want := range map[string]string{
		"/bin/sh: 1: node: not found\n":                     "Node.js is missing",
		"bash: line 1: go: command not found\n":             "Go is missing",
		"zsh: command not found: npx\n":                     "npx is missing",
		"/bin/sh: 1: cdk.out: not found\n":                  "there is no folder cdk.out",
		"/usr/bin/env: ‘node’: No such file or directory\n": "Node.js is missing",
		"env: node: No such file or directory\n":            "Node.js is missing",
		"Error: spawn node ENOENT\n":                        "Node.js is missing",
		"main.go:4:2: missing go.sum entry for module providing package github.com/aws/jsii-runtime-go (imported by " +
			"example.com/shop); to add:\n\tgo get example.com/shop\n": "go.mod and go.sum are not complete",
		"go: updates to go.mod needed; to update it:\n\tgo mod tidy\n": "go.mod and go.sum are not complete",
		"Error: spawnSync docker ENOENT\n":                             "Docker is missing",
		"panic: docker exited with status 1\n\t--> Command: docker build -t cdk-1 --build-arg \"ESBUILD_VERSION=0.21\" " +
			"\"/tmp/jsii-kernel-1/node_modules/aws-cdk-lib/aws-lambda-nodejs/lib/docker\"\n": "CDK found no esbuild",
		"'go' is not recognized as an internal or external command,\n": "Go is missing",
	} {
		if got := hint("before\n"+output+"after\n", "/tmp"); !strings.HasPrefix(got, ": "+want) {
			t.Errorf("hint(%q) = %q, want %s", output, got, want)
		}
	}
	for _, output := range []string{
		"panic: mkdir /tmp/jsii-runtime.12: no space left on device\n",
		"go: mkdir /t/go-build1: read-only file system\n",
		"Error: ENOSPC: no space left on device, write\n",
	} {
		got := hint(output, "/t")
		for _, want := range []string{"full or read-only", "TMPDIR (now /t)", "GOCACHE", "JSII_RUNTIME_PACKAGE_CACHE_ROOT"} {
			if !strings.Contains(got, want) {
				t.Errorf("hint(%q) = %q, want %s", output, got, want)
			}
		}
	}
	if got := hint("Error: not found\nmodule: x: not found\n", "/tmp"); got != "" {
		t.Errorf("a hint without a cause: %s", got)
	}
}

func TestInterpreted(t *testing.T) {
	dir := folder(t, map[string]string{"app.js": "", "run.js": ""})
	if err := os.Chmod(filepath.Join(dir, "run.js"), 0o700); err != nil {
		t.Fatal(err)
	}
	for command, want := range map[string]string{
		"app.js --fast": "node app.js --fast", "run.js": "run.js", "node app.js": "node app.js", "gone.js": "gone.js",
	} {
		if got := (&App{Dir: dir, Command: command}).interpreted(); got != want && runtime.GOOS != "windows" {
			t.Errorf("%s is run as %s, want %s", command, got, want)
		}
	}
}

// patience is how long a test waits for what must happen.
const patience = 2 * time.Minute

// TestSynthesizeStops checks that processes of the app end with it, even if they ignore SIGTERM.
func TestSynthesizeStops(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	go func() {
		for ctx.Err() == nil {
			if text, err := os.ReadFile(filepath.Join(dir, "pid")); err == nil && bytes.HasSuffix(text, []byte("\n")) {
				cancel()
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	_, _, err := synthesize(t, ctx, &App{Dir: dir, Command: `sleep 10000 & echo $! > pid; wait`})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); running(pid); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the process %d that the app started still runs", pid)
		}
	}
}

// running reports whether a process is there and not a zombie, which waits for the process that adopted it.
func running(pid int) bool {
	out, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && len(bytes.TrimSpace(out)) > 0 && !bytes.HasPrefix(bytes.TrimSpace(out), []byte("Z"))
}

// TestSynthesizeLeavesRunning checks that synthesize does not wait for a background process of the app that has its
// output, and that the process ends with the context.
func TestSynthesizeLeavesRunning(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if _, _, err := synthesize(t, ctx, &App{Dir: dir, Command: `sleep 10000 & echo $! > pid`}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || !running(pid) {
		t.Fatalf("%d does not run: %v", pid, err)
	}
	cancel()
	for deadline := time.Now().Add(patience); running(pid); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the process %d that the app left still runs", pid)
		}
	}
}
