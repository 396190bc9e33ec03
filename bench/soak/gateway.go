//go:build linux

package main

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"
)

// gateway is a running "gatehouse dev".
type gateway struct {
	cmd    *exec.Cmd
	url    string
	marker string // an environment variable of its functions, as "NAME=value"
	ended  chan struct{}

	mu     sync.Mutex
	lines  int
	swaps  int      // the number of swaps of the API
	faults []string // lines that report a fault of the gateway itself
	errors strings.Builder
}

var (
	listening  = regexp.MustCompile(`^listening on (http://127\.0\.0\.1:\d+)$`)
	swapped    = regexp.MustCompile(`^[\d:.]+  the new API is served`)
	swapFailed = regexp.MustCompile(`^[\d:.]+  the old API is still served`)
)

// start runs the command and waits until it listens. Its app only copies the assembly, so it takes no time.
func (s *soak) start() (*gateway, error) {
	g := &gateway{marker: "GATEHOUSE_SOAK=" + rand.Text(), ended: make(chan struct{})}
	sources, temporary := filepath.Join(s.dir, "sources"), filepath.Join(s.dir, "tmp")
	self, err := os.Executable()
	if err = errors.Join(err, os.MkdirAll(sources, 0o755), os.MkdirAll(temporary, 0o755)); err != nil {
		return nil, err
	}
	g.cmd = exec.Command(s.binary, "dev", "--port", "0", "--watch", "--app", `"$SOAK_SELF" -hand-out "$SOAK_ASSEMBLY"`,
		"--env", g.marker)
	g.cmd.Dir = sources
	g.cmd.Env = append(os.Environ(), "SOAK_SELF="+self, "SOAK_ASSEMBLY="+s.assembly, "TMPDIR="+temporary,
		"XDG_CACHE_HOME="+s.cache(), "GOTRACEBACK=all")
	g.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C reaches only this process, which ends the gateway
	stdout, err1 := g.cmd.StdoutPipe()
	stderr, err2 := g.cmd.StderrPipe()
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	if err := g.cmd.Start(); err != nil {
		return nil, err
	}
	ready := make(chan string, 1)
	var reading sync.WaitGroup
	reading.Go(func() { g.readLog(stdout, ready) })
	reading.Go(func() {
		text, _ := io.ReadAll(stderr)
		g.mu.Lock()
		defer g.mu.Unlock()
		g.errors.Write(text)
	})
	go func() {
		reading.Wait()
		_ = g.cmd.Wait() // a signal ends it
		close(g.ended)
	}()
	select {
	case g.url = <-ready:
		return g, nil
	case <-g.ended:
		return nil, fmt.Errorf("gatehouse dev ended: %s", g.errors.String())
	case <-time.After(time.Minute):
		return nil, errors.Join(errors.New("gatehouse dev does not listen"), g.cmd.Process.Kill())
	}
}

// readLog reads the log to its end. It counts lines and swaps, keeps the first lines about faults, and sends the URL of
// the gateway to ready.
func (g *gateway) readLog(stdout io.Reader, ready chan<- string) {
	r := bufio.NewScanner(stdout)
	r.Buffer(nil, 1<<20)
	for r.Scan() {
		g.mu.Lock()
		g.lines++
		text := r.Text()
		if (strings.Contains(text, "gatehouse itself failed") || swapFailed.MatchString(text)) && len(g.faults) < 10 {
			g.faults = append(g.faults, text)
		}
		if swapped.MatchString(text) {
			g.swaps++
		}
		g.mu.Unlock()
		if found := listening.FindStringSubmatch(text); found != nil {
			ready <- found[1]
		}
	}
	_, _ = io.Copy(io.Discard, stdout) // so that the gateway can continue after a line that is too long
}

// end sends a signal and waits for the gateway to end. It returns the processes that are still running after a while.
func (g *gateway) end(signal syscall.Signal) (left []string) {
	family := append(children(g.cmd.Process.Pid), marked(g.marker)...)
	_ = g.cmd.Process.Signal(signal)
	select {
	case <-g.ended:
	case <-time.After(20 * time.Second):
		left = append(left, fmt.Sprintf("the gateway, 20 s after signal %v", signal))
		_ = g.cmd.Process.Kill()
		<-g.ended
	}
	// Processes that the kernel or the gateway's watchdog kills end a moment later.
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		var still []string
		for _, p := range append(family, marked(g.marker)...) {
			if runs(p.Identity) {
				command, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", p.PID))
				still = append(still, fmt.Sprintf("process %d: %.80q", p.PID, strings.ReplaceAll(string(command), "\x00", " ")))
			}
		}
		if len(still) == 0 || time.Now().After(deadline) {
			return append(left, still...)
		}
	}
}

// goroutines returns the number of goroutines in the output of a crash.
func (g *gateway) goroutines() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(regexp.MustCompile(`(?m)^goroutine \d+`).FindAllString(g.errors.String(), -1))
}
