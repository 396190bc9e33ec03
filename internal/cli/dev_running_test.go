package cli

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
	"github.com/gatehouse-cdk/gatehouse/internal/jsiienv"
)

// output is the output of the command, which the test reads.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// patience is how long a test waits for something that must happen. It is long enough for a busy machine that first has
// to compile CDK, and shorter than "go test -timeout", which would end the test without the command's output. Tests
// wait only as long as necessary.
func patience(t *testing.T) time.Duration {
	const most, toFail = 8 * time.Minute, time.Minute
	if deadline, limited := t.Deadline(); limited {
		return min(most, time.Until(deadline)-toFail)
	}
	return most
}

// answersWithin is how long a request may take on a busy machine. The gateway itself answers 504 after 29 seconds.
const answersWithin = 2 * time.Minute

// endsWithin is how long a command may take to end if the test has no patience left.
const endsWithin = 30 * time.Second

// running is a "gatehouse dev" under test.
type running struct {
	process        command.Process
	stdout, stderr output
	url            string
	cache          string // its user's cache folder
	temp           string // its folder for temporary files
	cancel         context.CancelFunc
	status         chan int
}

// cacheWithKeys makes a user's cache folder that has the keys that the tests share.
func cacheWithKeys(t *testing.T) (dir string) {
	t.Helper()
	shared := devissuer.Folder(keyFolder)
	if _, err := devissuer.OpenKeys(devissuer.KeyOptions{Dir: shared}); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(shared)
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(shared, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		writeFile(t, filepath.Join(devissuer.Folder(dir), f.Name()), string(text))
	}
	return dir
}

// launch runs "gatehouse dev" in the folder of an app that does not run CDK. The process has its own folder for
// temporary files, and its own cache with the keys that the tests share.
func launch(t *testing.T, dir string, args ...string) (r *running, temp string) {
	t.Helper()
	r = &running{process: command.Process{Dir: dir, Environ: withoutCDK}, cache: cacheWithKeys(t)}
	r.launch(t, args...)
	return r, r.temp
}

// launch runs it with the test's settings of the process.
func (r *running) launch(t *testing.T, args ...string) {
	t.Helper()
	var ctx context.Context
	ctx, r.cancel = context.WithCancel(t.Context())
	r.status, r.temp = make(chan int, 1), t.TempDir()
	p := r.process
	p.Stdout, p.Stderr, p.Now, p.TempDir = &r.stdout, &r.stderr, time.Now, r.temp
	p.CacheDir = func() (string, error) { return r.cache, nil }
	p.Environ = func() []string {
		// these tests are not about the age of Node.js
		return append(r.process.Environ(), "TMPDIR="+r.temp, jsiienv.SilenceEndOfLife+"=18,20,22,24")
	}
	go func() { r.status <- run(ctx, &p, append([]string{"dev", "--port", "0"}, args...)) }()
	t.Cleanup(func() { r.stop(t) })
}

var listening = regexp.MustCompile(`(?m)^listening on (http://127\.0\.0\.1:\d+)$`)

// start launches it and waits until it listens.
func start(t *testing.T, dir string, args ...string) (r *running, temp string) {
	t.Helper()
	r, temp = launch(t, dir, args...)
	r.listens(t)
	return r, temp
}

// builtFromRepository makes the go command run a test again if a file has changed from which the apps of this
// repository and their functions are built. The go command reuses the result of a test until a file changes that the
// test itself has read, but here other processes read these files. The root is not listed, because each "git status"
// changes the time of .git.
func builtFromRepository(t *testing.T) {
	t.Helper()
	for _, name := range []string{
		"go.mod", "go.sum", "cdk.json", "app", "authorizer-fn", "backend-fn", "constructs", "examples", "internal",
		"lambdahttp", "login-fn", "package-lock.json", "pretoken-fn",
	} {
		err := filepath.WalkDir(filepath.Join("..", "..", name),
			func(_ string, _ fs.DirEntry, err error) error { return err })
		if err != nil {
			t.Fatal(err)
		}
	}
}

// startCDK is start in the folder of an app of this repository, which runs CDK.
func startCDK(t *testing.T, dir string, args ...string) (r *running, temp string) {
	t.Helper()
	builtFromRepository(t)
	r = &running{process: command.Process{Dir: dir, Environ: os.Environ}, cache: cacheWithKeys(t)}
	r.launch(t, args...)
	r.listens(t)
	return r, r.temp
}

// listens waits until it listens.
func (r *running) listens(t *testing.T) {
	t.Helper()
	r.wait(t, func() bool {
		found := listening.FindStringSubmatch(r.stdout.String())
		if found != nil {
			r.url = found[1]
		}
		return found != nil
	})
}

// wait waits for something to happen while the command runs.
func (r *running) wait(t *testing.T, happened func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience(t)); !happened(); time.Sleep(5 * time.Millisecond) {
		select {
		case status := <-r.status:
			r.status <- status
			if happened() {
				return
			}
			t.Fatalf("it ended with %d:\n%s%s", status, &r.stdout, &r.stderr)
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("the expected output is missing:\n%s%s", &r.stdout, &r.stderr)
		}
	}
}

// assembly returns the assembly that the app made.
func (r *running) assembly(t *testing.T) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(r.temp, "gatehouse-*", "*", "manifest.json"))
	if err != nil || len(found) != 1 {
		t.Fatalf("assemblies in %s: %q, %v, want one", r.temp, found, err)
	}
	return filepath.Dir(found[0])
}

// stop ends the command as Ctrl-C does, and returns its exit status. It may be called again.
func (r *running) stop(t *testing.T) int {
	t.Helper()
	r.cancel()
	select {
	case status := <-r.status:
		r.status <- status
		return status
	case <-time.After(max(patience(t), endsWithin)):
		t.Fatalf("it does not end:\n%s%s", &r.stdout, &r.stderr)
		return -1
	}
}
