package cli

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/gobundle"
)

// plainFunction is a function without libraries, which answers with the text of package answer. It does not use
// net/http, which would double the time to link it.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
const plainFunction = `package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"os"

	"example.com/shop/answer"
)

func main() {
	for {
		id := call("GET", "next", "").Get("Lambda-Runtime-Aws-Request-Id")
		call("POST", id+"/response", "{\"statusCode\":200,\"body\":\"" + answer.Text + "\"}")
	}
}

func call(verb, path, body string) textproto.MIMEHeader {
	conn, err := net.Dial("tcp", os.Getenv("AWS_LAMBDA_RUNTIME_API"))
	if err != nil {
		os.Exit(0)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "%s /2018-06-01/runtime/invocation/%s HTTP/1.0\r\nContent-Length: %d\r\n\r\n%s",
		verb, path, len(body), body)
	answer := textproto.NewReader(bufio.NewReader(conn))
	_, _ = answer.ReadLine() // the status
	header, _ := answer.ReadMIMEHeader()
	_, _ = io.Copy(io.Discard, answer.R)
	return header
}
`

// functionApp is a folder with an app that has a Go function behind GET /v1/hello. The app counts its runs in a file,
// and writes the record that package gofunction writes.
func functionApp(t *testing.T) (dir string) {
	t.Helper()
	asset := strings.Repeat("a1", 32)
	api := mockAPI("Api", "hello")
	uri := map[string]any{"Fn::Join": []any{"", []any{
		"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/",
		map[string]any{"Fn::GetAtt": []string{"Fn", "Arn"}}, "/invocations"}}}
	api["ApihelloGet"].(map[string]any)["Properties"].(map[string]any)["Integration"] = map[string]any{
		"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": uri}
	api["Fn"] = map[string]any{
		"Type": "AWS::Lambda::Function",
		"Properties": map[string]any{
			"Runtime": "provided.al2023",
			"Handler": "bootstrap",
			"Code":    map[string]any{"S3Key": asset + ".zip"},
		},
		"Metadata": map[string]any{"aws:asset:path": "asset." + asset, "aws:asset:property": "Code"},
	}
	api["FnMay"] = map[string]any{"Type": "AWS::Lambda::Permission", "Properties": map[string]any{
		"Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com",
		"FunctionName": map[string]any{"Fn::GetAtt": []string{"Fn", "Arn"}}}}
	dir = fakeApp(t, api)
	writeFile(t, filepath.Join(dir, "go.mod"), "module example.com/shop\n\ngo 1.26\n")
	writeFile(t, filepath.Join(dir, "app/main.go"), "package main\n\nfunc main() {}\n")
	writeFile(t, filepath.Join(dir, "hello/main.go"), plainFunction)
	writeFile(t, filepath.Join(dir, "answer/answer.go"), "package answer\n\nconst Text = \"one\"\n")
	record, err := json.Marshal(gobundle.Record{
		Function: "Test/Fn", Asset: asset,
		Build: gobundle.Build{
			Dir: dir, Package: "example.com/shop/hello", Flags: []string{"-buildvcs=false"}, Linker: "-s -w -buildid=",
			Environ: []string{"CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=-mod=mod"},
		},
		App: gobundle.App{Package: "example.com/shop/app", Dir: dir},
	})
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "record"), string(record)+"\n")
	writeFile(t, filepath.Join(dir, "app.sh"), `mkdir -p "$CDK_OUTDIR" && cp -R source/. "$CDK_OUTDIR" &&
cp record "$GATEHOUSE_BUILD_RECORD" && echo run >> .runs
`)
	bootstrap := filepath.Join(dir, "source", "asset."+asset, "bootstrap")
	writeFile(t, bootstrap, builtFunction(t, dir))
	if err := os.Chmod(bootstrap, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

// builtFunction returns the executable of a [functionApp] before changes. It is built once, because all apps have the
// same one.
func builtFunction(t *testing.T, dir string) (program string) {
	t.Helper()
	firstFunction.Do(func() {
		out := filepath.Join(t.TempDir(), "bootstrap")
		build := exec.Command("go", "build", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", out, "./hello")
		build.Dir, build.Env = dir, append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=-mod=mod")
		if said, err := build.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, said)
		}
		firstFunction.program, firstFunction.err = os.ReadFile(out)
	})
	if firstFunction.err != nil {
		t.Fatal(firstFunction.err)
	}
	return string(firstFunction.program)
}

// firstFunction is what builtFunction has built.
var firstFunction struct {
	sync.Once
	program []byte
	err     error
}

// TestDevWatchFunction checks that a change of a function's file builds the function, without running the app or losing
// a request.
func TestDevWatchFunction(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("functions run on unix")
	}
	t.Parallel()
	dir := functionApp(t)
	r, temp := start(t, dir, "--watch")
	says := func(answer string) {
		t.Helper()
		r.wait(t, func() bool { return strings.Contains(r.stdout.String(), answer) })
	}
	answer := func() string {
		t.Helper()
		res, err := http.Get(r.url + "/v1/hello")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.Status + " " + string(text)
	}
	runs := func() int {
		text, err := os.ReadFile(filepath.Join(dir, ".runs"))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(string(text), "run\n")
	}
	if got := answer(); got != "200 OK one" {
		t.Fatalf("before the change: %s", got)
	}

	stop := keepAsking(r.url+"/v1/hello", 3)
	writeFile(t, filepath.Join(dir, "answer/answer.go"), "package answer\n\nconst Text = \"two\"\n")
	says("  answer/answer.go has changed: Test/Fn is built again\n")
	says("  the new Test/Fn is served, after ")
	if got := answer(); got != "200 OK two" {
		t.Errorf("after the change: %s", got)
	}

	writeFile(t, filepath.Join(dir, "answer/answer.go"), "package answer\n\nconst Text = two\n")
	says("  the old API is still served: the function does not build: go build says:\n")
	says("answer/answer.go:3:14: undefined: two\n")
	if got := answer(); got != "200 OK two" {
		t.Errorf("after a change that does not build: %s", got)
	}
	writeFile(t, filepath.Join(dir, "answer/answer.go"), "package answer\n\nconst Text = \"three\"\n")
	r.wait(t, func() bool { return strings.Count(r.stdout.String(), "  the new Test/Fn is served, after ") == 2 })
	if got := answer(); got != "200 OK three" || runs() != 1 {
		t.Errorf("after it builds again: %s, and the app ran %d times", got, runs())
	}

	// If the app fails, the changed files of its assembly are not used.
	r.saved(t, servedAgain, func() {
		writeFile(t, filepath.Join(dir, "app/main.go"), "package main\n\nfunc main() { }\n")
	})
	says("  app/main.go has changed: the app runs again\n")
	r.saved(t, "  the old API is still served: the app failed: ", func() {
		writeFile(t, filepath.Join(dir, "app.sh"), "echo '{}' > \"$CDK_OUTDIR/Test.template.json\"; exit 1\n")
	})
	r.saved(t, "  hello/main.go has changed: Test/Fn is built again", func() {
		writeFile(t, filepath.Join(dir, "hello/main.go"),
			strings.Replace(plainFunction, "statusCode\\\":200", "statusCode\\\":203", 1))
	})
	r.wait(t, func() bool { return strings.Contains(answer(), "203") })
	if asked, lost := stop(); lost > 0 || asked < 10 {
		t.Errorf("%d of %d requests were lost", lost, asked)
	}
	if status := r.stop(t); status != succeeded || left(t, temp) != "[]" {
		t.Errorf("status %d, files left: %s", status, left(t, temp))
	}
}

// TestDevWatchFolder has the function's module next to the app's folder.
func TestDevWatchFolder(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("functions run on unix")
	}
	t.Parallel()
	above := functionApp(t)
	dir := filepath.Join(above, "infra")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"cdk.json", "app.sh", "record", "source"} {
		if err := os.Rename(filepath.Join(above, name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	r, _ := start(t, dir, "--watch")
	r.wait(t, func() bool {
		return strings.Contains(r.stderr.String(), "are not watched, as those of Test/Fn: name a folder that has both in it")
	})
	r.stop(t)

	r, _ = start(t, dir, "--watch-folder", "..")
	writeFile(t, filepath.Join(above, "answer/answer.go"), "package answer\n\nconst Text = \"two\"\n")
	r.wait(t, func() bool {
		return strings.Contains(r.stdout.String(), "  answer/answer.go has changed: Test/Fn is built again\n") &&
			strings.Contains(r.stdout.String(), "  the new Test/Fn is served, after ")
	})
	if strings.Contains(r.stderr.String(), "not watched") {
		t.Errorf("all is watched, and a note says\n%s", r.stderr.String())
	}
	r.stop(t)
}

// TestDevWatchStops checks that a save stops a running app, and that the function's new answer does not wait for the
// app.
func TestDevWatchStops(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("functions run on unix")
	}
	t.Parallel()
	dir := functionApp(t)
	r, _ := start(t, dir, "--watch")
	app, err := os.ReadFile(filepath.Join(dir, "app.sh"))
	if err != nil {
		t.Fatal(err)
	}
	// The app waits for a hidden file, which is not a source.
	writeFile(t, filepath.Join(dir, "app.sh"), "echo began >> .began\nwhile [ ! -e .go ]; do sleep 0.05; done\n"+
		string(app))
	began := func() int {
		text, err := os.ReadFile(filepath.Join(dir, ".began"))
		if err != nil {
			return 0
		}
		return strings.Count(string(text), "began\n")
	}
	r.wait(t, func() bool { return began() == 1 })
	writeFile(t, filepath.Join(dir, "answer/answer.go"), "package answer\n\nconst Text = \"two\"\n")
	r.wait(t, func() bool { return strings.Contains(r.stdout.String(), "  the new Test/Fn is served, after ") })
	if strings.Contains(r.stdout.String(), "still served") {
		t.Errorf("a stopped run is reported as failed:\n%s", &r.stdout)
	}
	r.wait(t, func() bool { return began() == 2 }) // the change of app.sh is not forgotten
	writeFile(t, filepath.Join(dir, ".go"), "")
	r.wait(t, func() bool { return strings.Contains(r.stdout.String(), "  the new API is served, after ") })
}
