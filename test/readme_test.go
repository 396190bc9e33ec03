package test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
	"github.com/gatehouse-cdk/gatehouse/localgateway/devissuer"
)

// The README's first program is what a newcomer pastes into an empty folder: it has to be whole, to compile and to
// synthesize there, and its API has to run on this machine.
func TestTheREADMEsFirstProgram(t *testing.T) {
	t.Parallel() // other processes do the work
	readme, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(readme), "```go\n")
	program, _, closed := strings.Cut(rest, "```\n")
	if !found || !closed {
		t.Fatal("the README has no Go block")
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	c := &consumer{t: t, dir: t.TempDir(), env: append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")}
	c.write("main.go", program)
	c.write("go.mod", "module example.com/shop\n\ngo 1.26.0\n\nrequire "+modulePath+" v0.0.0\n\nreplace "+modulePath+" => "+root+"\n")
	c.env = append(c.env, "CDK_OUTDIR="+filepath.Join(c.dir, "cdk.out"), gofunction.HostBuildVariable+"=1")
	c.run("go", "run", ".")
	template, err := os.ReadFile(filepath.Join(c.dir, "cdk.out", "Shop.template.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"AWS::ApiGateway::Authorizer", "https://shop.okta.com/oauth2/default", `"HttpMethod": "POST"`} {
		if !strings.Contains(string(template), want) {
			t.Errorf("the template does not have %q", want)
		}
	}
	nodepeer.Need(t)
	api := localgateway.Start(t, filepath.Join(c.dir, "cdk.out"), localgateway.Options{})
	for _, r := range []call{
		{"/health", "", 200, "[]"},
		{"/orders", "", 401, "Unauthorized"},
		{"/orders", api.Token(devissuer.TokenRequest{}), 403, "not authorized"},
		{"/orders", api.Token(devissuer.TokenRequest{Scopes: []string{"orders:read"}}), 200, "[]"},
	} {
		r.check(t, api.URL)
	}
}
