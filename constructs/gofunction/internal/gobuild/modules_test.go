package gobuild

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// guard is another module. Its main package imports its library, which other modules import too.
var guard = map[string]string{
	"go.mod":         "module example.com/guard\n\ngo 1.26\n",
	"LICENSE":        "none\n",
	"fn/main.go":     "package main\n\nimport \"example.com/guard/rules\"\n\nfunc main() { println(rules.All()) }\n",
	"rules/rules.go": "package rules\n\nfunc All() string { return \"all\" }\n",
}

// consumer returns the files of an app that imports guard's library and deploys guard's main package.
func consumer(goMod string) map[string]string {
	return map[string]string{
		"go.mod":      "module example.com/app\n\ngo 1.26\n\nrequire example.com/guard v1.0.0\n" + goMod,
		"app/main.go": "package main\n\nimport \"example.com/guard/rules\"\n\nfunc main() { println(rules.All()) }\n",
	}
}

func run(t *testing.T, dir string, env []string, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir, cmd.Env = dir, env
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// The main package of a dependency builds in the module cache, which is read-only.
func TestDependencyInModuleCache(t *testing.T) {
	proxy, cache := t.TempDir(), t.TempDir()
	t.Cleanup(func() { // The module cache is read-only, and so could not be removed.
		_ = filepath.WalkDir(cache, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() {
				return os.Chmod(path, 0o755)
			}
			return err
		})
	})
	publish(t, proxy, "example.com/guard", "v1.0.0", guard)
	app := writeModule(t, consumer(""))
	env := environ("GOPROXY=file://"+filepath.ToSlash(proxy), "GOMODCACHE="+cache, "GOSUMDB=off", "GOFLAGS=-mod=readonly")
	run(t, app, env(), "mod", "tidy")
	before := read(t, filepath.Join(app, "go.sum"))

	data := mustBuild(t, &Builder{Environ: env}, lambda(app, "example.com/guard/fn"))
	if info, err := os.Stat(filepath.Join(cache, "example.com/guard@v1.0.0/fn")); err != nil ||
		info.Mode().Perm()&0o222 != 0 {
		t.Errorf("package in the module cache: got %v, %v, want a read-only folder", info, err)
	}
	if after := read(t, filepath.Join(app, "go.sum")); after != before {
		t.Errorf("the build changed go.sum to:\n%s", after)
	}
	if strings.Contains(string(data), cache) {
		t.Error("the executable contains the path of the module cache")
	}

	write(t, filepath.Join(app, "go.sum"), "")
	_, err := (&Builder{Environ: env}).Build(lambda(app, "example.com/guard/fn"))
	if !errors.Is(err, ErrGo) || !strings.Contains(err.Error(), "missing go.sum entry") ||
		!strings.Contains(err.Error(), "\n(go mod tidy writes all that is missing into go.sum)") {
		t.Errorf("without a sum in go.sum: got %v", err)
	}
}

// publish writes a module into a directory that is a module proxy: https://go.dev/ref/mod#goproxy-protocol
func publish(t *testing.T, proxy, path, version string, files map[string]string) {
	t.Helper()
	dir := filepath.Join(proxy, filepath.FromSlash(path), "@v")
	write(t, filepath.Join(dir, version+".mod"), files["go.mod"])
	write(t, filepath.Join(dir, version+".info"), `{"Version":"`+version+`"}`)
	write(t, filepath.Join(dir, "list"), version+"\n")
	var b bytes.Buffer
	if err := zip.CreateFromDir(&b, module.Version{Path: path, Version: version}, writeModule(t, files)); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, version+".zip"), b.String())
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// go mod vendor leaves out a main package that no other package imports. The error has the command that fixes this, and
// the test runs it.
func TestVendored(t *testing.T) {
	work := writeModule(t, prefixed("guard/", guard, "app/", consumer("\nreplace example.com/guard => ../guard\n")))
	app := filepath.Join(work, "app")
	env := environ()
	run(t, app, env(), "mod", "vendor")
	b := &Builder{Environ: env}
	_, err := b.Build(lambda(app, "example.com/guard/fn"))
	if !errors.Is(err, ErrNotVendored) {
		t.Fatalf("got %v, want %q", err, ErrNotVendored)
	}
	for _, part := range []string{
		"cannot find module providing package example.com/guard/fn: import lookup disabled by -mod=vendor", // go's words
		"\n\tgo get -tool example.com/guard/fn\n\tgo mod vendor",
		app,
	} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("got the error\n%v\nwant %q in it", err, part)
		}
	}

	if strings.Contains(err.Error(), "there is no folder") {
		t.Errorf("package of a dependency: got the error\n%v", err)
	}
	_, typo := b.Build(lambda(app, "example.com/app/ap"))
	for _, part := range []string{
		": there is no folder ap in module example.com/app: go list says:",
		"\nIf another module has it, add the package to the vendor directory, in " + app,
	} {
		if !errors.Is(typo, ErrNotVendored) || !strings.Contains(typo.Error(), part) {
			t.Errorf("got the error\n%v\nwant %q in it", typo, part)
		}
	}

	for line := range strings.Lines(err.Error()) {
		if command, ok := strings.CutPrefix(line, "\tgo "); ok {
			run(t, app, env(), strings.Fields(command)...)
		}
	}
	// GOFLAGS in the environment select the modules.
	want := mustBuild(t, &Builder{Environ: environ("GOFLAGS=-mod=mod")}, lambda(app, "example.com/guard/fn"))
	for name, b := range map[string]*Builder{
		"as go chooses": b,
		"-mod=vendor":   {Environ: environ("GOFLAGS=-mod=vendor")},
	} {
		if got := mustBuild(t, b, lambda(app, "example.com/guard/fn")); !bytes.Equal(got, want) {
			t.Errorf("%s: got other bytes for the vendored package than without vendoring", name)
		}
	}
}

// If a dependency of the package is missing, go get -tool would not help, so the error does not suggest it.
func TestVendoredWithoutDependency(t *testing.T) {
	files := consumer("\nreplace example.com/guard => ../guard\n")
	work := writeModule(t, prefixed("guard/", guard, "app/", files))
	app := filepath.Join(work, "app")
	run(t, app, environ()(), "mod", "vendor")
	if err := os.RemoveAll(filepath.Join(app, "vendor/example.com/guard/rules")); err != nil {
		t.Fatal(err)
	}
	_, err := (&Builder{Environ: environ()}).Build(lambda(app, "./app"))
	if !errors.Is(err, ErrGo) || errors.Is(err, ErrNotVendored) {
		t.Errorf("got %v, want only go's message", err)
	}
}

// A package that is given as a directory is built in its own module, not in the app's module.
func TestPackageInAnotherModule(t *testing.T) {
	work := writeModule(
		t,
		prefixed("guard/", guard, "app/", map[string]string{"go.mod": "module example.com/app\n\ngo 1.26\n"}),
	)
	app := filepath.Join(work, "app")
	mustBuild(t, &Builder{Environ: environ()}, lambda(app, "../guard/fn"))
	if _, err := (&Builder{Environ: environ()}).Build(lambda(app, "example.com/guard/fn")); !errors.Is(err, ErrGo) {
		t.Errorf("got %v, want an error of the app's module, which does not have the package", err)
	}
}

// prefixed returns the files of two modules, each in a folder of its own.
func prefixed(a string, filesA map[string]string, b string, filesB map[string]string) map[string]string {
	all := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(filesA)) {
		all[a+name] = filesA[name]
	}
	for name, content := range filesB {
		all[b+name] = content
	}
	return all
}
