package docs

import (
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/cdkapp"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

var goFile = regexp.MustCompile("`([a-z/-]+\\.go)`:$")

// TestGettingStarted writes the files of the page on getting started into an empty folder. Their API must answer the
// right callers with 200. The module must find all packages. The app is compiled in this module, with the same
// packages.
func TestGettingStarted(t *testing.T) {
	t.Parallel() // other processes do the work
	root, err := filepath.Abs(repository)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "cdk.out")
	c := &consumer{t: t, dir: folder(t, "started")}
	c.env = append(cleanEnvironment(), "GOFLAGS=-mod=mod", "GOWORK=off", "CDK_VALIDATION=false", "CDK_OUTDIR="+out,
		cdkapp.HostBuildVariable+"=1")
	c.write(
		"go.mod",
		"module example.com/shop\n\ngo 1.26.0\n\nrequire "+modulePath+" v0.0.0\n\nreplace "+modulePath+" => "+root+"\n",
	)
	app, files := "", 0
	for _, p := range pages(t, "docs/getting-started.md") {
		for _, b := range p.blocks {
			if b.language != "go" {
				continue
			}
			line := b.line - 3 // the line above the fence and an empty line
			name := goFile.FindStringSubmatch(p.lines[line-1])
			if name == nil {
				t.Fatalf("%s: the line above the block does not name its file: %q", b, p.lines[line-1])
			}
			c.write(name[1], b.text)
			if files++; name[1] == "main.go" {
				app = b.String()
			}
		}
	}
	if app == "" || files != 2 {
		t.Fatalf("%d files, want an app and a function", files)
	}
	c.run("go", "list", "-deps", ".")
	c.run(linkedProgram(t).executable, app)

	api := localgateway.Start(t, out, localgateway.Options{})
	for _, r := range []call{
		{"/orders", "", 401, "Unauthorized"},
		{"/orders", api.Token(localgateway.TokenRequest{}), 403, "not authorized"},
		{"/orders", api.Token(localgateway.TokenRequest{Scopes: []string{"orders:read"}}), 200, "GET /orders by developer"},
		{"/health", "", 200, "GET /health by"},
	} {
		r.check(t, api.URL)
	}
}

// call is a GET request to the stage prod, with the expected answer.
type call struct {
	path, token string
	status      int
	body        string // a part of the body
}

func (c call) check(t *testing.T, url string) {
	t.Helper()
	request, err := http.NewRequest("GET", url+"/prod"+c.path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != c.status || !strings.Contains(string(body), c.body) {
		t.Errorf("%s: %d %q (%v), want %d and %q", c.path, answer.StatusCode, body, err, c.status, c.body)
	}
}
