package docs

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/starter"
)

// TestInitCompiles compiles the module that "gatehouse init" writes, including its test, as packages of this module.
func TestInitCompiles(t *testing.T) {
	t.Parallel() // another process does the work
	linkedProgram(t)
}

// initialModule returns the Go files that "gatehouse init" writes, as packages below the folder elsewhere that another
// program can import. The test is an ordinary file there.
func initialModule(t *testing.T) map[string]string {
	t.Helper()
	files, err := starter.Module{Name: "shop"}.Files()
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string]string{}
	for _, f := range files {
		if name, is := strings.CutSuffix(f.Name, ".go"); is {
			sources["init/"+strings.Replace(name, "_test", "_tested", 1)+".go"] = imported("initial", string(f.Content))
		}
	}
	if len(sources) < 4 {
		t.Errorf("\"gatehouse init\" writes %d files in Go, want an app, a stack, its test and a function", len(sources))
	}
	return sources
}

// expected matches the comment above a curl line of "gatehouse dev", which has the expected status.
var expected = regexp.MustCompile(`^# (\d{3}): `)

// TestInit does what a newcomer with a checkout does: "gatehouse init" in an empty folder, go mod tidy, the module's
// test, and each line that "gatehouse dev" prints. It links CDK twice, so it runs at night.
func TestInit(t *testing.T) {
	if os.Getenv(nightly) == "" {
		t.Skipf("links CDK twice: set %s=1", nightly)
	}
	root, err := filepath.Abs(repository)
	if err != nil {
		t.Fatal(err)
	}
	gatehouse := filepath.Join(t.TempDir(), "gatehouse")
	here := &consumer{t: t, dir: root, env: cleanEnvironment()}
	here.run("go", "build", "-o", gatehouse, "./cmd/gatehouse")

	// Use the variables of a shell, without those of this test.
	env := append(cleanEnvironment(), "GOWORK=off", "GOFLAGS=")
	c := &consumer{t: t, dir: filepath.Join(t.TempDir(), "shop"), env: env}
	if err := os.Mkdir(c.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	c.run(gatehouse, "init", "--replace", root)
	c.run("go", "mod", "tidy")

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	dev := exec.CommandContext(ctx, "go", "tool", "gatehouse", "dev", "--port", "0")
	dev.Dir, dev.Env = c.dir, c.env
	dev.Cancel = func() error { return dev.Process.Signal(os.Interrupt) }
	dev.WaitDelay = time.Minute
	stdout, err := dev.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	dev.Stderr = &stderr
	if err := dev.Start(); err != nil {
		t.Fatal(err)
	}
	tried := map[int]int{}
	status, listening := 0, false
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		line := lines.Text()
		if m := expected.FindStringSubmatch(line); m != nil {
			status, _ = strconv.Atoi(m[1])
		}
		if strings.HasPrefix(line, "curl ") {
			tried[status]++
			// Run the line as printed. curl waits until the gateway listens.
			out, err := exec.Command("sh", "-c", line+" -sS --retry 30 --retry-connrefused").CombinedOutput()
			if err != nil || !strings.HasPrefix(string(out), "HTTP/1.1 "+strconv.Itoa(status)+" ") {
				t.Errorf("%s\n%s%v, want status %d", line, out, err, status)
			}
		}
		if listening = strings.HasPrefix(line, "listening on "); listening {
			break
		}
	}
	t.Logf("%v from an empty folder to the last answer", time.Since(begun).Round(time.Second))
	cancel()
	go io.Copy(io.Discard, stdout)
	if err := dev.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("gatehouse dev: %v\n%s", err, stderr.String())
	}
	if !listening || tried[200] == 0 || tried[401] == 0 || tried[403] == 0 {
		t.Errorf("statuses %v: want 200, 401 and 403 among them\n%s", tried, stderr.String())
	}
	c.run("go", "vet", "./...")
	c.run("go", "test", "./...")
	c.run("go", "mod", "tidy", "-diff")
}
