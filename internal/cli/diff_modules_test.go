package cli

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
)

// outsideApp writes a cloud assembly with an API. Another module has the API's public path.
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

// TestDiffOfModulesOutside has an app that uses a module outside of its repository, by go.mod and by a go.work file
// above it.
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

// TestLendModules checks that a checkout gets the packages that npm installed in each of its folders, but no folders
// that the commit does not have or that have their own packages.
func TestLendModules(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links require a right there")
	}
	root, tree := t.TempDir(), t.TempDir()
	put := func(root, file string) {
		path := filepath.Join(root, filepath.FromSlash(file))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(file), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{
		"node_modules/a", "fn/orders/node_modules/b", "layers/x/nodejs/node_modules/c", "new/node_modules/d",
		"own/node_modules/e", "node_modules/a1/node_modules/f", "cdk.out/node_modules/g", ".cache/node_modules/h",
	} {
		put(root, file)
	}
	for _, file := range []string{
		"go.mod", "fn/orders/index.js", "layers/x/nodejs/package.json", "own/node_modules/e2", "cdk.out/x", ".cache/x",
	} {
		put(tree, file)
	}
	if err := lendModules(root, tree); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]bool{
		"node_modules/a": true, "fn/orders/node_modules/b": true, "layers/x/nodejs/node_modules/c": true,
		"new/node_modules/d": false, "own/node_modules/e": false, "own/node_modules/e2": true,
		"cdk.out/node_modules/g": false, ".cache/node_modules/h": false,
	} {
		if _, err := os.Stat(filepath.Join(tree, filepath.FromSlash(file))); (err == nil) != want {
			t.Errorf("%s: got %v, want it to exist: %v", file, err, want)
		}
	}
}

// TestLendModulesByLinks checks that a repository behind a link provides its packages, and that no file is written
// outside if a folder of the commit is a link to there.
func TestLendModulesByLinks(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links require a right there")
	}
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) string { return filepath.Join(base, filepath.FromSlash(name)) }
	for _, dir := range []string{
		"repository/.git", "repository/app/node_modules/a", "repository/fn/node_modules/b", "tree/app", "outside",
	} {
		if err := os.MkdirAll(at(dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	err = errors.Join(os.Symlink(at("outside"), at("tree/fn")), os.Symlink(at("repository"), at("link")),
		os.Symlink(at("repository/app"), at("app")))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, dir, within, want string }{
		{"the repository", at("repository"), "", at("repository")},
		{"a folder of it", at("repository/app"), "app/", at("repository")},
		{"a link to the repository", at("link"), "", at("link")},
		{"a folder behind a link", at("link/app"), "app/", at("link")},
		{"a link into it", at("app"), "app/", at("repository")},
	} {
		if root, err := rootOf(c.dir, c.within); root != c.want || err != nil {
			t.Errorf("%s: got the root %s, %v; want %s", c.name, root, err, c.want)
		}
	}
	for _, root := range []string{"link", "repository"} {
		if err := lendModules(at(root), at("tree")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(at("tree/app/node_modules/a")); err != nil {
		t.Errorf("the modules of a repository behind a link: %v", err)
	}
	if _, err := os.Lstat(at("outside/node_modules")); err == nil {
		t.Error("a link was made outside of the checkout")
	}
}

// TestNotInCommit checks the advice to commit a file, which an app's own error about a missing file does not have.
func TestNotInCommit(t *testing.T) {
	for text, want := range map[string]bool{
		"panic: Cannot find asset at /tmp/tree/app/vendor": true,
		"panic: Cannot find asset at /home/me/vendor":      false,
		"panic: no such file":                              false,
	} {
		if got := notInCommit(errors.New(text), "/tmp/tree"); strings.Contains(got, "commit a file in it") != want {
			t.Errorf("%s: got %q", text, got)
		}
	}
}
