package test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The README's first program is what a newcomer pastes into an empty folder: it has to be whole, to compile and to
// synthesize there.
func TestTheREADMEsFirstProgram(t *testing.T) {
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
	c.env = append(c.env, "CDK_OUTDIR="+filepath.Join(c.dir, "cdk.out"))
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
}
