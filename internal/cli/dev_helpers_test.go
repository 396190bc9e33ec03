package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
	"github.com/gatehouse-cdk/gatehouse/internal/jsiienv"
)

// mockAPI is the template of an API whose routes are answered by API Gateway itself, so that it needs no function: by
// default GET, guarded by AWS_IAM where the path says so.
func mockAPI(id string, paths ...string) map[string]any {
	resources := map[string]any{
		id: map[string]any{"Type": "AWS::ApiGateway::RestApi", "Properties": map[string]any{"Name": id}},
		id + "Depl": map[string]any{
			"Type":       "AWS::ApiGateway::Deployment",
			"Properties": map[string]any{"RestApiId": ref(id)},
		},
		id + "Stage": map[string]any{
			"Type":       "AWS::ApiGateway::Stage",
			"Properties": map[string]any{"RestApiId": ref(id), "DeploymentId": ref(id + "Depl"), "StageName": "v1"},
		},
	}
	for _, path := range paths {
		authorization := "NONE"
		if path == "signed" {
			authorization = "AWS_IAM"
		}
		resources[id+path] = map[string]any{"Type": "AWS::ApiGateway::Resource", "Properties": map[string]any{
			"RestApiId": ref(
				id,
			), "ParentId": map[string]any{"Fn::GetAtt": []string{id, "RootResourceId"}}, "PathPart": path,
		}}
		resources[id+path+"Get"] = map[string]any{"Type": "AWS::ApiGateway::Method", "Properties": map[string]any{
			"RestApiId": ref(id), "ResourceId": ref(id + path), "HttpMethod": "GET", "AuthorizationType": authorization,
			"Integration": map[string]any{
				"Type": "MOCK", "RequestTemplates": map[string]any{"application/json": `{"statusCode": 200}`},
				"IntegrationResponses": []any{map[string]any{"StatusCode": "200"}},
			},
			"MethodResponses": []any{map[string]any{"StatusCode": "200"}},
		}}
	}
	return resources
}

func ref(id string) map[string]any { return map[string]any{"Ref": id} }

// writeAssembly writes an assembly of one stack.
func writeAssembly(t *testing.T, dir string, apis ...map[string]any) {
	t.Helper()
	resources := map[string]any{}
	for _, api := range apis {
		for id, r := range api {
			resources[id] = r
		}
	}
	writeJSON(t, filepath.Join(dir, "Test.template.json"), map[string]any{"Resources": resources})
	writeJSON(t, filepath.Join(dir, "manifest.json"), map[string]any{"version": "48.0.0", "artifacts": map[string]any{
		"Test": map[string]any{
			"type":        "aws:cloudformation:stack",
			"environment": "aws://unknown-account/unknown-region",
			"properties":  map[string]any{"templateFile": "Test.template.json"},
			"displayName": "Test",
		},
	}})
}

func writeJSON(t *testing.T, path string, v any) {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, path, string(text))
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// fakeApp makes a folder with a cdk.json whose app copies the assembly beside it, as an app that synthesizes it would.
func fakeApp(t *testing.T, apis ...map[string]any) (dir string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the app is a POSIX shell script")
	}
	t.Setenv("JSII_NODE", "echo") // the app runs no CDK, and what Node.js is here need not be asked
	dir = t.TempDir()
	writeAssembly(t, filepath.Join(dir, "source"), apis...)
	writeFile(t, filepath.Join(dir, "cdk.json"), `{"app":"sh app.sh"}`)
	writeFile(
		t,
		filepath.Join(dir, "app.sh"),
		"mkdir -p \"$CDK_OUTDIR\" && cp -R source/. \"$CDK_OUTDIR\" && echo synthesized\n",
	)
	return dir
}

// output is written by the command and read by the test.
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

// patience is how long a test waits for what must happen. It is never slept through: it is as long as a busy machine takes
// that has to compile CDK first. It ends before "go test -timeout" does, which would end the test without the output of
// the command.
func patience(t *testing.T) time.Duration {
	const most, toFail = 8 * time.Minute, time.Minute
	if deadline, limited := t.Deadline(); limited {
		return min(most, time.Until(deadline)-toFail)
	}
	return most
}

// answersWithin is how long a request may take, on a busy machine: the gateway itself answers 504 after 29 seconds.
const answersWithin = 2 * time.Minute

// endsWithin is how long a command may take to end, where no patience is left.
const endsWithin = 30 * time.Second

// running is a "gatehouse dev" under test.
type running struct {
	stdout, stderr output
	url            string
	cache          string // its user's cache folder
	temp           string // its folder for temporary files
	cancel         context.CancelFunc
	status         chan int
}

// launch runs "gatehouse dev" in a folder, with a folder for temporary files of its own, and a cache of its own that has
// the keys that the tests share.
func launch(t *testing.T, dir string, args ...string) (r *running, temp string) {
	t.Helper()
	shared := devissuer.Folder(keyFolder)
	if _, err := devissuer.OpenKeys(devissuer.KeyOptions{Dir: shared}); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(shared)
	if err != nil {
		t.Fatal(err)
	}
	cache := t.TempDir()
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(shared, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		writeFile(t, filepath.Join(devissuer.Folder(cache), f.Name()), string(text))
	}
	return launchWith(t, dir, cache, args...)
}

// launchWith is launch with a cache folder that is there already.
func launchWith(t *testing.T, dir, cache string, args ...string) (r *running, temp string) {
	t.Helper()
	temp = t.TempDir()
	t.Setenv("TMPDIR", temp)
	ctx, cancel := context.WithCancel(t.Context())
	r = &running{cache: cache, temp: temp, cancel: cancel, status: make(chan int, 1)}
	s := &command.Process{
		Stdout: &r.stdout, Stderr: &r.stderr, Now: time.Now, Dir: dir,
		// whatever Node.js there is, its age is not what these tests are about
		Environ:  func() []string { return append(os.Environ(), jsiienv.SilenceEndOfLife+"=18,20,22,24") },
		CacheDir: func() (string, error) { return cache, nil },
	}
	go func() { r.status <- run(ctx, s, append([]string{"dev", "--port", "0"}, args...)) }()
	t.Cleanup(func() { r.stop(t) })
	return r, temp
}

var listening = regexp.MustCompile(`(?m)^listening on (http://127\.0\.0\.1:\d+)$`)

// start waits until it listens.
func start(t *testing.T, dir string, args ...string) (r *running, temp string) {
	t.Helper()
	r, temp = launch(t, dir, args...)
	r.wait(t, func() bool {
		found := listening.FindStringSubmatch(r.stdout.String())
		if found != nil {
			r.url = found[1]
		}
		return found != nil
	})
	return r, temp
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
			t.Fatalf("nothing came of it:\n%s%s", &r.stdout, &r.stderr)
		}
	}
}

// assembly is the one that its app made.
func (r *running) assembly(t *testing.T) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(r.temp, "gatehouse-*", "*", "manifest.json"))
	if err != nil || len(found) != 1 {
		t.Fatalf("assemblies in %s: %q, %v, want one", r.temp, found, err)
	}
	return filepath.Dir(found[0])
}

// stop ends it as Ctrl-C does, and gives its status. It may be called again.
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

// left lists what the command has left in the folder for temporary files. What other programs leave there is theirs.
func left(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	entries = slices.DeleteFunc(entries, func(e os.DirEntry) bool { return !strings.HasPrefix(e.Name(), "gatehouse-") })
	return fmt.Sprint(entries)
}

// lastLine is the last line that is not empty.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

// keepAsking has clients ask for an address again and again until stop, which returns how many requests there were and
// how many of them got no answer of 2xx.
func keepAsking(url string, clients int) (stop func() (asked, lost int64)) {
	var asked, lost atomic.Int64
	done := make(chan struct{})
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				answer, err := http.Get(url)
				asked.Add(1)
				if err != nil || answer.StatusCode/100 != 2 {
					lost.Add(1)
				}
				if err == nil {
					answer.Body.Close()
				}
				time.Sleep(2 * time.Millisecond)
			}
		})
	}
	return func() (int64, int64) {
		close(done)
		all.Wait()
		return asked.Load(), lost.Load()
	}
}
