package cdkapp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/jsiienv"
)

// ErrApp reports that the app, or something that it needs, failed.
var ErrApp = errors.New("the app failed")

// Run configures one run of an app.
type Run struct {
	Outdir  string    // where the app writes its assembly
	Scratch string    // a folder for files that are passed to the app
	Environ []string  // the user's environment, as from [os.Environ]
	Output  io.Writer // receives the app's output, without a harmless text of jsii and frames of Gatehouse's own code
}

// Synthesize runs the app. If ctx ends, the app is ended with everything that it started.
//
// The error is an [ErrApp] if the app failed. It says what is missing if that was the reason.
func (a *App) Synthesize(ctx context.Context, r Run) error {
	env, err := a.environment(r.Environ, r.Outdir, filepath.Join(r.Scratch, "context.json"))
	if err != nil {
		return err
	}
	if a.Build != "" {
		if err := a.shell(ctx, r, env, a.Build); err != nil {
			return err
		}
	}
	return a.shell(ctx, r, env, a.interpreted())
}

// interpreted returns the command. A JavaScript file that is not executable is run with Node, as in the CDK CLI.
func (a *App) interpreted() string {
	first, rest, _ := strings.Cut(strings.TrimSpace(a.Command), " ")
	if filepath.Ext(first) != ".js" {
		return a.Command
	}
	path := first
	if !filepath.IsAbs(path) {
		path = filepath.Join(a.Dir, path)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode()&0o111 != 0 && runtime.GOOS != "windows" {
		return a.Command
	}
	return strings.TrimSpace("node " + first + " " + rest)
}

// endsWithin is how long an app may take to end after it was asked to.
const endsWithin = 3 * time.Second

// lastWords is how long to wait for the output of processes that the app left running.
const lastWords = 200 * time.Millisecond

// shell runs a command in a shell. Its input is empty, so that an app that asks a question does not wait for an answer.
// It does not wait for processes that the command leaves running; they end with ctx.
func (a *App) shell(ctx context.Context, r Run, env []string, command string) error {
	dir, err := filepath.Abs(a.Dir)
	if err != nil {
		return fmt.Errorf("the app's folder: %w", err)
	}
	name, args := shellOf(runtime.GOOS, command)
	cmd := exec.CommandContext(ctx, name, args...)
	read, write, err := os.Pipe() // a pipe of Cmd's would be waited for until all processes have closed it
	if err != nil {
		return fmt.Errorf("the app's output cannot be read: %w", err)
	}
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = a.Dir, env, write, write
	cmd.WaitDelay = endsWithin
	group(cmd)
	shown := &ofMisuse{to: r.Output, dir: dir}
	seen := &tail{to: shown}
	output := &without{to: seen, text: jsiiWaitedTwice}
	err = cmd.Start()
	write.Close()
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		defer read.Close()
		_, _ = io.Copy(output, read)
	}()
	if err == nil {
		err = cmd.Wait()
	}
	select {
	case <-copied:
	case <-time.After(lastWords):
		go func() {
			select {
			case <-copied:
			case <-ctx.Done():
				killGroup(cmd)
			}
		}()
	}
	output.flush()
	seen.end()
	shown.flush()
	if ctx.Err() != nil {
		killGroup(cmd)
		return ctx.Err()
	}
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %s: %w%s", ErrApp, command, err, hint(seen.text(), os.TempDir()))
}

func shellOf(goos, command string) (string, []string) {
	if goos == "windows" {
		return "cmd", []string{"/d", "/s", "/c", command}
	}
	return "/bin/sh", []string{"-c", command}
}

// notThere matches how shells, Go, Node and env report a missing program.
var notThere = []*regexp.Regexp{
	regexp.MustCompile(`exec: "([^"]+)": executable file not found`),
	regexp.MustCompile(`(?m)^(?:/\S+/)?(?:ba|da|a|k|z)?sh: (?:line )?(?:\d+: )?([^\s:]+): (?:command )?not found\s*$`),
	regexp.MustCompile(`(?m)command not found: (\S+)\s*$`), // zsh
	regexp.MustCompile(`env: ['‘]?([^'’\s:]+)['’]?: No such file or directory`),
	regexp.MustCompile(`spawn(?:Sync)? (\S+) ENOENT`),
	regexp.MustCompile(`'([^']+)' is not recognized as an internal or external command`),
}

// imageOfNode matches the command that builds the image in which CDK bundles a NodejsFunction.
var imageOfNode = regexp.MustCompile(`docker build .*aws-lambda-nodejs[/\\]lib[/\\]docker`)

// noRoom matches how Go and Node report that a folder is full or read-only, after the path that they could not write.
var noRoom = regexp.MustCompile(
	`(?m)(no space left on device|read-only file system|disk quota exceeded|ENOSPC|EROFS|EDQUOT)`)

// untidy matches how Go reports a module that "go mod tidy" has to complete. For each package, it suggests a "go get"
// that completes less.
var untidy = regexp.MustCompile(`(?m): missing go\.sum entry|updates to go\.(mod|sum) needed`)

// hint explains the app's output if it reports a missing program, an untidy module, or a folder that cannot be written
// to.
func hint(output, temporary string) string {
	if found := noRoom.FindString(output); found != "" {
		return fmt.Sprintf(
			": a folder is full or read-only (%s), and the lines above name it: make room in it, or set another "+
				"one: TMPDIR (now %s) for temporary files, GOCACHE for Go's cache, %s for jsii's",
			found,
			temporary,
			jsiienv.CacheRoot,
		)
	}
	if untidy.MatchString(output) {
		return ": go.mod and go.sum are not complete: run \"go mod tidy\""
	}
	if imageOfNode.MatchString(output) {
		return ": CDK found no esbuild, with which it bundles a NodejsFunction, and takes Docker without it: install it in " +
			"the app's folder, npm install --save-dev esbuild, or put it on the PATH"
	}
	for _, r := range notThere {
		found := r.FindStringSubmatch(output)
		if found == nil {
			continue
		}
		switch program := strings.TrimSuffix(filepath.Base(found[1]), ".exe"); program {
		case "node":
			return ": Node.js is missing, which CDK apps in any language need: install it from https://nodejs.org, " +
				"or put node on the PATH"
		case "docker":
			return ": Docker is missing, in which CDK bundles code that it cannot bundle here: for a NodejsFunction, install " +
				"esbuild in the app's folder, npm install --save-dev esbuild, or put it on the PATH"
		case "go":
			return ": Go is missing: install it from https://go.dev/dl, or put go on the PATH"
		case "cdk.out":
			return ": there is no folder cdk.out: create it with \"npx cdk synth\", or name the command that runs the app"
		default:
			return ": " + program + " is missing: install it, or put it on the PATH"
		}
	}
	return ""
}

// tail passes output on and remembers its end.
type tail struct {
	to io.Writer

	mu   sync.Mutex
	last []byte
	open bool // the last line has not ended yet
}

const tailSize = 16 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last = append(t.last, p...); len(t.last) > tailSize {
		t.last = bytes.Clone(t.last[len(t.last)-tailSize:])
	}
	if len(p) > 0 {
		t.open = p[len(p)-1] != '\n'
	}
	return t.to.Write(p)
}

// end ends the last line, so that later output begins a new one.
func (t *tail) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open {
		fmt.Fprintln(t.to)
		t.open = false
	}
}

func (t *tail) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.last)
}
