package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
)

// outsideApp writes a cloud assembly with an API whose public path another module has.
const outsideApp = `package main

import (
	"os"
	"path/filepath"

	"example.com/names"
)

const manifest = ` + "`" + `{"version": "54.0.0", "artifacts": {"Shop": {"type": "aws:cloudformation:stack",
	"environment": "aws://unknown-account/unknown-region",
	"properties": {"templateFile": "Shop.template.json"}}}}` + "`" + `

const template = ` + "`" + `{"Resources": {
	"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "` + "` + names.API + `" + `"}},
	"Get": {"Type": "AWS::ApiGateway::Method", "Properties": {
		"RestApiId": {"Ref": "Api"}, "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
		"HttpMethod": "` + "` + verb + `" + `", "AuthorizationType": "NONE", "Integration": {"Type": "MOCK"}}}}}` + "`" + `

func main() {
	out := os.Getenv("CDK_OUTDIR")
	for _, err := range []error{
		os.MkdirAll(out, 0o755),
		os.WriteFile(filepath.Join(out, "manifest.json"), []byte(manifest), 0o644),
		os.WriteFile(filepath.Join(out, "Shop.template.json"), []byte(template), 0o644),
	} {
		if err != nil {
			panic(err)
		}
	}
}
`

// TestDiffOfModulesOutside has an app that takes a module from a folder beside its repository: by go.mod, and by a
// go.work above it.
func TestDiffOfModulesOutside(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links require a right there")
	}
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not in PATH")
	}
	const module = "module example.com/shop\n\ngo 1.24\n"
	t.Parallel()
	for name, files := range map[string]map[string]string{
		"a replacement": {
			"shop/infra/go.mod": module + "require example.com/names v0.0.0\nreplace example.com/names => ../../names\n",
		},
		"a workspace": {"shop/infra/go.mod": module, "go.work": "go 1.24\nuse (\n\t./names\n\t./shop/infra\n)\n"},
		"a workspace of the repository": {
			"shop/infra/go.mod": module, "shop/go.work": "go 1.24\nuse (\n\t../names\n\t./infra\n)\n",
		},
		"a replaced folder in another one": {
			"shop/infra/go.mod": module + "require example.com/names v0.0.0\nrequire example.com/lib v0.0.0\n" +
				"replace (\n\texample.com/names => ../../lib/names\n\texample.com/lib => ../../lib\n)\n",
			"lib/go.mod": "module example.com/lib\n\ngo 1.24\n", "lib/lib.go": "package lib\n",
			"lib/names/go.mod":   "module example.com/names\n\ngo 1.24\n",
			"lib/names/names.go": "package names\n\nconst API = \"Api\"\n",
			"shop/infra/lib.go":  "package main\n\nimport _ \"example.com/lib\"\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			src := t.TempDir()
			writeFile(t, filepath.Join(src, "names/go.mod"), "module example.com/names\n\ngo 1.24\n")
			writeFile(t, filepath.Join(src, "names/names.go"), "package names\n\nconst API = \"Api\"\n")
			for name, text := range files {
				writeFile(t, filepath.Join(src, name), text)
			}
			app := filepath.Join(src, "shop/infra")
			writeFile(t, filepath.Join(app, "cdk.json"), `{"app": "go run ."}`)
			writeFile(t, filepath.Join(app, "main.go"), outsideApp)
			writeFile(t, filepath.Join(app, "verb.go"), "package main\n\nconst verb = \"GET\"\n")
			for _, args := range [][]string{
				{"init", "-q"}, {"add", "."},
				{"-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-q", "-m", "first"},
			} {
				cmd := exec.Command("git", args...)
				cmd.Dir = filepath.Join(src, "shop")
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Fatalf("git %s: %v: %s", args, err, out)
				}
			}
			writeFile(t, filepath.Join(app, "verb.go"), "package main\n\nconst verb = \"POST\"\n")
			before, err := os.ReadFile(filepath.Join(app, "go.mod"))
			if err != nil {
				t.Fatal(err)
			}
			temp := t.TempDir()
			var stdout, stderr bytes.Buffer
			status := run(t.Context(), &command.Process{
				Stdout: &stdout, Stderr: &stderr, Dir: app, Now: time.Now, TempDir: temp,
				CacheDir: func() (string, error) { return keyFolder, nil },
				Environ: func() []string {
					return append(withoutCDK(), "TMPDIR="+temp, "GOPROXY=off", "GOFLAGS=-ldflags=-w", "CGO_ENABLED=0")
				},
			}, []string{"diff", "--against", "HEAD"})
			if status != 3 || !strings.Contains(stdout.String(), "+ POST /: everyone gained (new route)") {
				t.Errorf("got %d with %s%s", status, &stdout, &stderr)
			}
			if after, err := os.ReadFile(filepath.Join(app, "go.mod")); err != nil || string(after) != string(before) {
				t.Errorf("go.mod is now %s (%v)", after, err)
			}
			if _, err := os.Stat(filepath.Join(src, "names/names.go")); err != nil {
				t.Error(err)
			}
			if left, err := filepath.Glob(filepath.Join(temp, "gatehouse-diff-*")); err != nil || left != nil {
				t.Errorf("%v are left (%v)", left, err)
			}
		})
	}
}
