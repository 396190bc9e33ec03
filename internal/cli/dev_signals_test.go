//go:build unix

package cli

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/cdkapp"
)

// startInTerminal starts a command for which Ctrl-C and the end of a terminal have their normal effect. A process
// inherits ignored signals from its parent, such as nohup or a shell's script in the background. The parent here
// handles the signals, so they are not ignored.
func startInTerminal(cmd *exec.Cmd) error {
	handled := make(chan os.Signal, 1)
	signal.Notify(handled, os.Interrupt, syscall.SIGHUP)
	defer signal.Stop(handled)
	return cmd.Start()
}

// own is a "gatehouse dev" in a separate process.
type own struct {
	*exec.Cmd
	stdout io.ReadCloser
	lines  *bufio.Scanner
	stderr bytes.Buffer
	temp   string
}

func startOwn(t *testing.T, dir string, args ...string) *own {
	t.Helper()
	o := &own{Cmd: exec.Command(program, append([]string{"dev", "--port", "0"}, args...)...), temp: t.TempDir()}
	o.Dir, o.Stderr = dir, &o.stderr
	o.Env = append(withoutCDK(), "TMPDIR="+o.temp, "XDG_CACHE_HOME="+t.TempDir())
	var err error
	if o.stdout, err = o.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := startInTerminal(o.Cmd); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.Process.Kill() })
	o.lines = bufio.NewScanner(o.stdout)
	return o
}

func (o *own) listening(t *testing.T) (url string) {
	t.Helper()
	for o.lines.Scan() {
		if url, ok := strings.CutPrefix(o.lines.Text(), "listening on "); ok {
			return url
		}
	}
	t.Fatalf("it does not listen: %s", &o.stderr)
	return ""
}

// ended waits for the end of the command and returns its exit status; -1 if a signal ended it.
func (o *own) ended(t *testing.T) int {
	t.Helper()
	timer := time.AfterFunc(patience(t), func() { _ = o.Process.Kill() })
	defer timer.Stop()
	_, _ = io.Copy(io.Discard, o.stdout)
	_ = o.Wait()
	return o.ProcessState.ExitCode()
}

// TestDevTerminalClosed checks that closing the terminal has the same effect as Ctrl-C, even while the app runs, which
// does not get the signal from the terminal.
func TestDevTerminalClosed(t *testing.T) {
	t.Parallel()
	o := startOwn(t, fakeApp(t, mockAPI("Api", "hello")))
	o.listening(t)
	if err := o.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if status, left := o.ended(t), left(t, o.temp); status != succeeded || left != "[]" {
		t.Errorf("serving: status %d, files left: %s: %s", status, left, &o.stderr)
	}

	dir := fakeApp(t)
	writeFile(t, filepath.Join(dir, "app.sh"), "sleep 60 & echo $! > pid; wait\n")
	o = startOwn(t, dir)
	var pid int
	deadline := time.Now().Add(patience(t))
	for ; pid == 0 && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if text, _ := os.ReadFile(filepath.Join(dir, "pid")); bytes.HasSuffix(text, []byte("\n")) {
			pid, _ = strconv.Atoi(strings.TrimSpace(string(text)))
		}
	}
	if err := o.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if status, left := o.ended(t), left(t, o.temp); status != failed || left != "[]" {
		t.Errorf("while the app runs: status %d, files left: %s: %s", status, left, &o.stderr)
	}
	for deadline := time.Now().Add(patience(t)); alive(pid); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
			t.Fatalf("the process %d of the app still runs", pid)
		}
	}
}

// TestDevWatchOwnOutput checks that writing the command's output into a file in the app's folder is not a change of the
// app, also through tee.
func TestDevWatchOwnOutput(t *testing.T) {
	t.Parallel()
	dir := fakeApp(t, mockAPI("Api", "hello"))
	out, err := os.Create(filepath.Join(dir, "dev.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd := exec.Command(program, "dev", "--port", "0", "--watch")
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, out, out
	cmd.Env = append(withoutCDK(), "TMPDIR="+t.TempDir(), "XDG_CACHE_HOME="+t.TempDir())
	if err := startInTerminal(cmd); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Wait() }()
	defer func() { _ = cmd.Process.Signal(os.Interrupt) }()
	text := func() string {
		b, err := os.ReadFile(out.Name())
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	wait := func(what *regexp.Regexp) {
		for deadline := time.Now().Add(patience(t)); !what.MatchString(text()); time.Sleep(5 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("want %q:\n%s", what, text())
			}
		}
	}
	wait(listening)
	url := listening.FindStringSubmatch(text())[1]
	for range 3 {
		get(t, url+"/v1/hello")
		writeFile(t, filepath.Join(dir, "tee.log"), text())
		time.Sleep(3 * cdkapp.Interval)
	}
	if strings.Contains(text(), "the sources have changed") {
		t.Errorf("it treats its own output as a change:\n%s", text())
	}
	writeFile(t, filepath.Join(dir, "real.txt"), "a change")
	wait(regexp.MustCompile("the new API is served"))
}

// TestRoutesStopped checks that a signal ends a command that waits for a file, such as one on a network.
func TestRoutesStopped(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "manifest.json"), 0o600); err != nil {
		t.Skip(err)
	}
	cmd := exec.Command(program, "routes", "--assembly", dir)
	if err := startInTerminal(cmd); err != nil {
		t.Fatal(err)
	}
	time.Sleep(200 * time.Millisecond) // it begins to wait
	kill := time.AfterFunc(patience(t), func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGINT {
		t.Errorf("it ended with %v", cmd.ProcessState)
	}
}

// TestDevUnread checks that "gatehouse dev | head" ends when head ends, and leaves no process, and that a client that
// disconnects ends nothing.
func TestDevUnread(t *testing.T) {
	t.Parallel()
	o := startOwn(t, fakeApp(t, mockAPI("Api", "hello")))
	url := o.listening(t)
	get(t, url+"/v1/hello")
	o.stdout.Close()
	if answer, err := http.Get(url + "/v1/hello"); err == nil { // a line that no process reads
		answer.Body.Close()
	}
	if status, left := o.ended(t), left(t, o.temp); status != succeeded || left != "[]" {
		t.Errorf("status %d, files left: %s: %s", status, left, &o.stderr)
	}
}

// TestDevStopsAtOnce checks that a second Ctrl-C ends the wait for a request, and that the last line names the
// unanswered request.
func TestDevStopsAtOnce(t *testing.T) {
	t.Parallel()
	arrived, release := make(chan struct{}), make(chan struct{})
	backend := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(arrived)
		<-release
	}))
	defer backend.Close()
	defer close(release)
	api := mockAPI("Api", "slow")
	api["ApislowGet"].(map[string]any)["Properties"].(map[string]any)["Integration"] = map[string]any{
		"Type": "HTTP_PROXY", "IntegrationHttpMethod": "GET", "Uri": backend.URL,
	}
	o := startOwn(t, fakeApp(t, api))
	url := o.listening(t)
	go func() {
		if answer, err := http.Get(url + "/v1/slow"); err == nil {
			answer.Body.Close()
			t.Errorf("it answers %s", answer.Status)
		}
	}()
	<-arrived
	if err := o.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	var last string
	ended := make(chan struct{})
	for o.lines.Scan() {
		if last = o.lines.Text(); !strings.Contains(last, "  stopping: ") {
			continue
		}
		go func() { // a user presses it until something happens; at once, it would be the same Ctrl-C
			tick := time.NewTicker(50 * time.Millisecond)
			defer tick.Stop()
			for {
				select {
				case <-ended:
					return
				case <-tick.C:
					_ = o.Process.Signal(os.Interrupt)
				}
			}
		}()
	}
	close(ended)
	const want = `^\S+  stopped: after \d+\.\d s without an answer to GET /v1/slow \(\d+\.\d s old\)$`
	if !regexp.MustCompile(want).MatchString(last) {
		t.Errorf("the last line is %q, want %s", last, want)
	}
	if status := o.ended(t); status != succeeded {
		t.Errorf("status %d", status)
	}
}
