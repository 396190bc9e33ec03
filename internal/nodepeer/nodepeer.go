// Package nodepeer runs Node.js programs for tests: an OpenID provider, a DynamoDB, a driver of a browser.
//
// It installs nothing. The programs are in the repository's package.json, and npm ci installs them. If one is missing,
// a test is skipped with that advice. With GATEHOUSE_TEST_ALL, which CI sets, the test fails.
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
	// Ready is the first line that the program writes: by convention, where it listens.
	Ready string

	cmd    *exec.Cmd // nil for a script that shares a process
	stdin  io.WriteCloser
	stdout *bufio.Reader
	stderr *output
}

// output collects the standard error of a program.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *output) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *output) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// Start runs a script and waits for its first line, [Peer.Ready]. It skips the test if one of the modules is missing.
// The arguments are process.argv from index 1 on. The script must end when its standard input ends, so that it does not
// outlive the test:
//
//	process.stdin.on('end', () => process.exit()).resume()
//
// Node.js looks for modules in the node_modules of the package's folder and of its parents, and in NODE_PATH.
func Start(t testing.TB, script string, modules []string, args ...string) *Peer {
	t.Helper()
	Need(t, modules...)
	return Run(t, node(script, args...))
}

func node(script string, args ...string) *exec.Cmd {
	return exec.Command("node", append([]string{"-e", script, "--"}, args...)...)
}

// Run starts a program that behaves as a script of [Start].
func Run(t testing.TB, cmd *exec.Cmd) *Peer {
	t.Helper()
	p := begin(t, cmd)
	t.Cleanup(p.end)
	return p
}

// begin starts a program. It runs until end is called.
func begin(t testing.TB, cmd *exec.Cmd) *Peer {
	t.Helper()
	p := &Peer{cmd: cmd, stderr: &output{}}
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

// end closes the program's standard input and waits until the program ends.
func (p *Peer) end() {
	_ = p.stdin.Close()
	if p.cmd != nil {
		_ = p.cmd.Wait()
	}
}

// Say writes a line to the script's standard input and returns the line that it answers.
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
		// The program has ended or is about to end. Its last output has the reason.
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
		// Resolve package.json, because require.resolve does not find a package that only supports import.
		if err := exec.Command("node", "-e", "require.resolve(process.argv[1])", "--", m+"/package.json").Run(); err != nil {
			Missing(t, m+" is not installed: run npm ci in the repository's root")
		}
		resolved.Store(m, true)
	}
}

// Browser returns the path of Chromium, or skips the test. It is the program that CHROMIUM names or, by default,
// chromium-headless-shell, chromium, chromium-browser or google-chrome in PATH. The first one has no user interface and
// starts in half of the time.
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
		"chromium), or set CHROMIUM to its name")
	return ""
}

// Missing skips the test with a reason. If GATEHOUSE_TEST_ALL is set, it fails the test.
func Missing(t testing.TB, reason string) {
	t.Helper()
	if os.Getenv("GATEHOUSE_TEST_ALL") != "" {
		t.Fatal(reason)
	}
	t.Skip(reason)
}
