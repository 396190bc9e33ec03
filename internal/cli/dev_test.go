package cli

import (
	"bufio"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
)

// TestDev runs the command from start to end: the app runs, the printed lines are right, and no files or processes are
// left.
func TestDev(t *testing.T) {
	dir := fakeApp(t, mockAPI("Api", "hello", "signed"))
	r, temp := start(t, dir)
	if got := lastLine(r.stdout.String()); got != "listening on "+r.url {
		t.Errorf("the last line is %q", got)
	}
	if got := r.stderr.String(); got != "synthesized\n" {
		t.Errorf("on standard error: %q, want what the app wrote", got)
	}
	for _, want := range []string{
		"Test/Api  ",
		"GET /signed",
		"whom IAM allows execute-api:Invoke",
		"Test/Api is at " + r.url + "/v1\n",
		"# the key of developer, who may call everything\n--user AKIA",
	} {
		if !strings.Contains(r.stdout.String(), want) {
			t.Errorf("want %q in\n%s", want, &r.stdout)
		}
	}
	if got, want := r.tryAll(t), []int{200, 200, 403}; !slices.Equal(got, want) {
		t.Errorf("the lines to try get %v, want %v", got, want)
	}
	if left(t, temp) == "[]" {
		t.Error("the assembly is not in the folder for temporary files")
	}
	if status := r.stop(t); status != succeeded {
		t.Errorf("it ended with %d", status)
	}
	if got := left(t, temp); got != "[]" {
		t.Errorf("it left the files %s", got)
	}
	if c, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://")); err == nil {
		c.Close()
		t.Error("it still listens")
	}
}

// TestDevRequests checks that each request has a line with the reason and without a token.
func TestDevRequests(t *testing.T) {
	t.Parallel()
	r, _ := start(t, fakeApp(t, mockAPI("Api", "hello", "signed")))
	const secret = "a-very-secret-value"
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+"/v1/signed?token="+secret, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+secret)
	if got := send(t, request).StatusCode; got != 403 {
		t.Errorf("status %d", got)
	}
	get(t, r.url+"/v1/hello")
	get(t, r.url+"/v2/hello")
	r.wait(t, func() bool { return strings.Count(r.stdout.String(), "  GET /v") == 3 })
	_, log, _ := strings.Cut(r.stdout.String(), "listening on ")
	lines := strings.Split(strings.TrimSpace(log), "\n")[1:]
	for i, want := range []string{
		"  403  GET /v1/signed  [GET /signed]  AWS_IAM  -  ",
		"  200  GET /v1/hello  [GET /hello]  none  -  ",
		"  403  GET /v2/hello  [-]  -  -  ",
	} {
		if !strings.Contains(lines[i], want) {
			t.Errorf("line %q, want %q", lines[i], want)
		}
		if reason := len(strings.Split(lines[i], "  ")) > 7; reason != !strings.Contains(want, " 200 ") {
			t.Errorf("it has a reason: %v: %q", reason, lines[i])
		}
	}
	if strings.Contains(log, secret) {
		t.Errorf("a token that came in is printed:\n%s", log)
	}
}

func TestDevJSON(t *testing.T) {
	t.Parallel()
	r, _ := launch(t, fakeApp(t, mockAPI("Api", "hello", "signed")), "--json")
	var url string
	r.wait(t, func() bool { return strings.Contains(r.stdout.String(), `"event":"listening"`) })
	for line := range strings.Lines(r.stdout.String()) {
		var event struct{ Event, URL, Curl string }
		if err := json.Unmarshal([]byte(line), &event); err != nil || event.Event == "" {
			t.Fatalf("no JSON object with an event: %s: %v", line, err)
		}
		if event.Event == "listening" {
			url = event.URL
		}
	}
	get(t, url+"/v1/hello")
	r.wait(t, func() bool { return strings.Contains(r.stdout.String(), `"event":"request"`) })
	var request struct {
		Status int
		Route  string
	}
	if err := json.Unmarshal([]byte(lastLine(r.stdout.String())), &request); err != nil || request.Status != 200 ||
		request.Route != "GET /hello" {
		t.Errorf("%s: %v", lastLine(r.stdout.String()), err)
	}
}

// TestDevAssembly serves an existing assembly and does not run an app.
func TestDevAssembly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeAssembly(t, filepath.Join(dir, "out"), mockAPI("One", "hello"))
	for _, args := range [][]string{{"--assembly", "out"}, {"--assembly", filepath.Join(dir, "out")}, {"--app", "out"}} {
		r, temp := start(t, dir, args...)
		if got := get(t, r.url+"/v1/hello").StatusCode; got != 200 {
			t.Errorf("%v: status %d", args, got)
		}
		if got := left(t, temp); got != "[]" {
			t.Errorf("%v: files in the folder for temporary ones: %s", args, got)
		}
		r.stop(t)
	}
}

// TestDevBusyPort checks that the port is opened before the app runs.
func TestDevBusyPort(t *testing.T) {
	t.Parallel()
	busy, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	_, port, _ := net.SplitHostPort(busy.Addr().String())
	dir := fakeApp(t)
	writeFile(t, filepath.Join(dir, "app.sh"), "echo not to be run")
	r, temp := launch(t, dir, "--port", port)
	status := <-r.status
	r.status <- status
	want := "gatehouse dev: port " + port + " is in use: choose another with --port, or --port 0 for any free port\n"
	if status != failed || r.stderr.String() != want || left(t, temp) != "[]" {
		t.Errorf("status %d: %s\nleft behind %s, want %s", status, &r.stderr, left(t, temp), want)
	}
}

// TestDevTwoAPIs serves two APIs that have the same stage. The output has the path of each.
func TestDevTwoAPIs(t *testing.T) {
	t.Parallel()
	r, _ := start(t, fakeApp(t, mockAPI("One", "first"), mockAPI("Two", "second", "signed")))
	for _, path := range []string{"/v1/first", "/v1-two/second"} {
		if got := get(t, r.url+path).StatusCode; got != 200 {
			t.Errorf("%s: status %d", path, got)
		}
	}
	for _, want := range []string{
		"Test/One is at " + r.url + "/v1\n",
		"Test/Two is at " + r.url + "/v1-two, as another API has the stage v1 too: its functions see v1\n",
		r.url + "/v1-two/second\n",
		"# the temporary credentials of developer, who may call everything\n--user ASIA",
	} {
		if text := r.stdout.String(); !strings.Contains(text, want) {
			t.Errorf("want %q in\n%s", want, text)
		}
	}
	if got, want := r.tryAll(t), []int{200, 200, 200, 403}; !slices.Equal(got, want) {
		t.Errorf("the lines to try get %v, want %v", got, want)
	}
}

// TestDevOneAPI selects one of two APIs that have the same stage. Each has a method that is not served.
func TestDevOneAPI(t *testing.T) {
	t.Parallel()
	one, two := mockAPI("One", "first"), mockAPI("Two", "second")
	for id, api := range map[string]map[string]any{"One": one, "Two": two} {
		api[id+"Put"] = map[string]any{"Type": "AWS::ApiGateway::Method", "Properties": map[string]any{
			"RestApiId": ref(id), "ResourceId": map[string]any{"Fn::GetAtt": []string{id, "RootResourceId"}},
			"HttpMethod": "PUT", "AuthorizationType": "NONE",
		}}
	}
	r, _ := start(t, fakeApp(t, one, two), "--api", "Two")
	if got := get(t, r.url+"/v1/second").StatusCode; got != 200 {
		t.Errorf("status %d", got)
	}
	if text := r.stdout.String(); strings.Contains(text, "/first") {
		t.Errorf("the other API's routes are printed:\n%s", text)
	} else if strings.Contains(text, "OnePut") || !strings.Contains(text, "TwoPut: it has no integration") {
		t.Errorf("want the problems of the API Two alone:\n%s", text)
	}
}

// TestDevStopped: Ctrl-C while the app runs ends the app too.
func TestDevStopped(t *testing.T) {
	t.Parallel()
	dir := fakeApp(t)
	writeFile(t, filepath.Join(dir, "app.sh"), "sleep 60 & echo $! > pid; wait\n")
	r, temp := launch(t, dir)
	var pid int
	r.wait(t, func() bool {
		text, _ := os.ReadFile(filepath.Join(dir, "pid"))
		pid, _ = strconv.Atoi(strings.TrimSpace(string(text)))
		return strings.HasSuffix(string(text), "\n")
	})
	if status := r.stop(t); status != failed ||
		r.stderr.String() != "gatehouse dev: it was stopped before it listened\n" {
		t.Errorf("status %d: %s", status, &r.stderr)
	}
	for deadline := time.Now().Add(patience(t)); alive(pid); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the process %d of the app still runs", pid)
		}
	}
	if got := left(t, temp); got != "[]" {
		t.Errorf("it left the files %s", got)
	}
}

// TestDevAudience checks that a misspelt audience is an error, and does not print lines for another one.
func TestDevAudience(t *testing.T) {
	t.Parallel()
	dir := fakeApp(t, guardedAPI())
	r, _ := launch(t, dir, "--issuer", "https://idp.example.com")
	<-r.status
	r.status <- failed
	known := regexp.MustCompile(`--issuer (\S+) --audience (\S+)`).FindStringSubmatch(r.stderr.String())
	if known == nil {
		t.Fatalf("no choice is given: %s", &r.stderr)
	}
	if !strings.Contains(r.stderr.String(), "gatehouse dev: "+dir+": no such issuer: ") {
		t.Errorf("it names another folder than the app's, %s: %s", dir, &r.stderr)
	}
	r, _ = launch(t, dir, "--issuer", known[1], "--audience", "misspelt")
	status := <-r.status
	r.status <- status
	want := "gatehouse dev: --audience misspelt: no authorizer takes it of the issuer " + known[1] + ": want one of " +
		known[2] + "\n"
	if status != failed || !strings.HasSuffix(r.stderr.String(), want) {
		t.Errorf("status %d: %s\nwant %s", status, &r.stderr, want)
	}
	start(t, dir, "--issuer", known[1], "--audience", known[2])
}

// TestDevSlowApp checks that the output shows that a slow app is running.
func TestDevSlowApp(t *testing.T) {
	t.Parallel()
	dir := fakeApp(t)
	writeFile(t, filepath.Join(dir, "app.sh"), "sleep 60\n")
	r := &running{
		process: command.Process{Dir: dir, Environ: withoutCDK, SlowAfter: time.Millisecond}, cache: cacheWithKeys(t),
	}
	r.launch(t)
	r.wait(t, func() bool {
		return strings.HasPrefix(r.stderr.String(), "gatehouse dev: note: still running the app: sh app.sh: ")
	})
}

// alive reports whether a process is there and not a zombie.
func alive(pid int) bool {
	f, err := os.Open("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		p, err := os.FindProcess(pid)
		return err == nil && p.Signal(syscall.Signal(0)) == nil
	}
	defer f.Close()
	line := bufio.NewScanner(f)
	line.Scan()
	return !strings.Contains(line.Text(), ") Z ")
}
