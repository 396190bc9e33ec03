package cli

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// mockAPI returns the template of an API whose routes API Gateway answers, so that it needs no function. The default
// verb is GET, and AWS_IAM guards a path that says so.
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

// withoutCDK returns the environment for apps that do not run CDK. The version of Node.js is not checked.
func withoutCDK() []string { return append(os.Environ(), "JSII_NODE=echo") }

// fakeApp makes a folder with a cdk.json. Its app copies the assembly in the folder, in place of synthesizing it.
func fakeApp(t *testing.T, apis ...map[string]any) (dir string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the app is a POSIX shell script")
	}
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

// left lists the temporary files that the command has not removed. Files of other programs are ignored.
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

// keepAsking makes clients request an address until stop is called. stop returns the number of requests, and of those
// without a 2xx.
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
				time.Sleep(10 * time.Millisecond)
			}
		})
	}
	return func() (int64, int64) {
		close(done)
		all.Wait()
		return asked.Load(), lost.Load()
	}
}
