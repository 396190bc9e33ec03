package apigateway

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/functest"
)

// built is the folder with the bootstrap of the function in testdata. It has a name like CDK's, which identifies the
// code. For other folders, each gateway hashes all files at start.
var built string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "localgateway")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	built = filepath.Join(dir, "asset."+strings.Repeat("0f", 32))
	if err := functest.BuildTrimmed(filepath.Join(built, "bootstrap"), "./testdata/function"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// send makes a request, "GET /prod/orders", with headers "Name: value".
func send(t *testing.T, url, target string, headers ...string) (*http.Response, string) {
	t.Helper()
	verb, path, _ := strings.Cut(target, " ")
	r, err := http.NewRequest(verb, url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}
