// Package nodepeer runs the Node.js programs that tests talk to: an OpenID provider, a DynamoDB, a browser's driver.
//
// It is for tests alone. It installs nothing: what the repository's package.json pins comes with npm ci, and a test
// that misses it is skipped with that advice, or fails where GATEHOUSE_TEST_ALL is set, as it is in CI.
package nodepeer

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// Peer is a Node.js program that runs until the test ends.
type Peer struct {
	// Ready is the first line that it wrote: by convention, where it listens.
	Ready string

	cmd    *exec.Cmd // nil for a script in a process that others share
	stdin  io.WriteCloser
	stdout *bufio.Reader
	stderr *said
}

// said is what a program has written to its standard error.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// Start runs a script with these arguments (process.argv from the index 1 on) once its modules can be resolved, and
// waits for the line by which it says that it is ready. The script has to end when its standard input does, so that it
// cannot outlive the test:
//
//	process.stdin.on('end', () => process.exit()).resume()
//
// Node.js looks for modules in the node_modules of the package's folder and of those above it, and in NODE_PATH.
func Start(t testing.TB, script string, modules []string, args ...string) *Peer {
	t.Helper()
	Need(t, modules...)
	return Run(t, node(script, args...))
}

func node(script string, args ...string) *exec.Cmd {
	return exec.Command("node", append([]string{"-e", script, "--"}, args...)...)
}

// Run starts a program of any kind that behaves as a script of [Start] does.
func Run(t testing.TB, cmd *exec.Cmd) *Peer {
	t.Helper()
	p := begin(t, cmd)
	t.Cleanup(p.end)
	return p
}

// begin starts a program, which runs until end is called.
func begin(t testing.TB, cmd *exec.Cmd) *Peer {
	t.Helper()
	p := &Peer{cmd: cmd, stderr: &said{}}
	cmd.Stderr = p.stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.stdout = bufio.NewReader(stdout)
	if p.stdin, err = cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.Ready = p.line(t)
	return p
}

// end has the program end, and waits for it.
func (p *Peer) end() {
	_ = p.stdin.Close()
	if p.cmd != nil {
		_ = p.cmd.Wait()
	}
}

// Say writes a line to the script's standard input and returns the line that it answers with.
func (p *Peer) Say(t testing.TB, line string) string {
	t.Helper()
	if _, err := io.WriteString(p.stdin, line+"\n"); err != nil {
		t.Fatalf("nodepeer: %v", err)
	}
	return p.line(t)
}

func (p *Peer) line(t testing.TB) string {
	t.Helper()
	line, err := p.stdout.ReadString('\n')
	if err != nil {
		// It has ended or is about to: what it wrote last says why.
		rest, _ := io.ReadAll(p.stdout)
		p.end()
		t.Fatalf("nodepeer: the script ended: %v\n%s%s%s", err, line, rest, p.stderr)
	}
	return strings.TrimSpace(line)
}

var resolved sync.Map // the modules that were found

// Need skips the test if Node.js or one of these modules is missing.
func Need(t testing.TB, modules ...string) {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		Missing(t, "node is not in PATH: install Node.js 20 or later")
	}
	for _, m := range modules {
		if _, found := resolved.Load(m); found {
			continue
		}
		// import.meta.resolve and require.resolve differ for packages that are only to be imported; the folder's own
		// description can always be found.
		if err := exec.Command("node", "-e", "require.resolve(process.argv[1])", "--", m+"/package.json").Run(); err != nil {
			Missing(t, m+" is not installed: run npm ci in the repository's root")
		}
		resolved.Store(m, true)
	}
}

// Browser returns the path of Chromium, or the test is skipped. Default: what CHROMIUM names, or else
// chromium-headless-shell, chromium, chromium-browser or google-chrome in PATH. The first one has no user interface,
// and takes half of the time to start.
func Browser(t testing.TB) string {
	t.Helper()
	names := []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"}
	if name := os.Getenv("CHROMIUM"); name != "" {
		names = []string{name}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	Missing(t, "there is no "+strings.Join(names, ", ")+" in PATH: install Chromium (Debian: apt-get install "+
		"chromium), or name it in CHROMIUM")
	return ""
}

// Missing skips the test for what is missing, or fails it where GATEHOUSE_TEST_ALL is set.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("GATEHOUSE_TEST_ALL") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}
