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

// guard is another module, with a main package that shares a library with what imports the module.
var guard = map[string]string{
	"go.mod":         "module example.com/guard\n\ngo 1.26\n",
	"LICENSE":        "none\n",
	"fn/main.go":     "package main\n\nimport \"example.com/guard/rules\"\n\nfunc main() { println(rules.All()) }\n",
	"rules/rules.go": "package rules\n\nfunc All() string { return \"all\" }\n",
}

// consumer is an app that imports guard's library and deploys its main package.
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

// A dependency's main package builds from the module cache, whose files cannot be written.
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
		t.Errorf("expected the package in a read-only module cache, got %v, %v", info, err)
	}
	if after := read(t, filepath.Join(app, "go.sum")); after != before {
		t.Errorf("go.sum was changed to:\n%s", after)
	}
	if strings.Contains(string(data), cache) {
		t.Errorf("the executable has the module cache's path in it")
	}

	write(t, filepath.Join(app, "go.sum"), "")
	_, err := (&Builder{Environ: env}).Build(lambda(app, "example.com/guard/fn"))
	if !errors.Is(err, ErrGo) || !strings.Contains(err.Error(), "missing go.sum entry") ||
		!strings.Contains(err.Error(), "\n(go mod tidy writes all that is missing into go.sum)") {
		t.Errorf("without a sum: %v", err)
	}
}

// publish puts a module into a directory that serves as a module proxy: https://go.dev/ref/mod#goproxy-protocol
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

// go mod vendor leaves out a main package that nothing imports. The way out is in the error, and it leads out.
func TestVendored(t *testing.T) {
	work := writeModule(t, prefixed("guard/", guard, "app/", consumer("\nreplace example.com/guard => ../guard\n")))
	app := filepath.Join(work, "app")
	env := environ()
	run(t, app, env(), "mod", "vendor")
	b := &Builder{Environ: env}
	_, err := b.Build(lambda(app, "example.com/guard/fn"))
	if !errors.Is(err, ErrNotVendored) {
		t.Fatalf("got %v, expected %q", err, ErrNotVendored)
	}
	for _, part := range []string{
		"cannot find module providing package example.com/guard/fn: import lookup disabled by -mod=vendor", // go's words
		"\n\tgo get -tool example.com/guard/fn\n\tgo mod vendor",
		app,
	} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("expected %q in:\n%v", part, err)
		}
	}

	if strings.Contains(err.Error(), "there is no folder") {
		t.Errorf("the package is not of the main module:\n%v", err)
	}
	_, typo := b.Build(lambda(app, "example.com/app/ap"))
	for _, part := range []string{
		": there is no folder ap in module example.com/app: go list says:",
		"\nIf another module has it, add the package to the vendor directory, in " + app,
	} {
		if !errors.Is(typo, ErrNotVendored) || !strings.Contains(typo.Error(), part) {
			t.Errorf("expected %q in:\n%v", part, typo)
		}
	}

	for line := range strings.Lines(err.Error()) {
		if command, ok := strings.CutPrefix(line, "\tgo "); ok {
			run(t, app, env(), strings.Fields(command)...)
		}
	}
	// The choice of modules is the environment's.
	want := mustBuild(t, &Builder{Environ: environ("GOFLAGS=-mod=mod")}, lambda(app, "example.com/guard/fn"))
	for name, b := range map[string]*Builder{
		"as go chooses": b,
		"-mod=vendor":   {Environ: environ("GOFLAGS=-mod=vendor")},
	} {
		if got := mustBuild(t, b, lambda(app, "example.com/guard/fn")); !bytes.Equal(got, want) {
			t.Errorf("%s: the vendored package has other bytes than the one that is not", name)
		}
	}
}

// What is missing is then not the package itself, and go get -tool with it would lead nowhere.
func TestVendoredWithoutADependency(t *testing.T) {
	files := consumer("\nreplace example.com/guard => ../guard\n")
	work := writeModule(t, prefixed("guard/", guard, "app/", files))
	app := filepath.Join(work, "app")
	run(t, app, environ()(), "mod", "vendor")
	if err := os.RemoveAll(filepath.Join(app, "vendor/example.com/guard/rules")); err != nil {
		t.Fatal(err)
	}
	_, err := (&Builder{Environ: environ()}).Build(lambda(app, "./app"))
	if !errors.Is(err, ErrGo) || errors.Is(err, ErrNotVendored) {
		t.Errorf("got %v, expected go's words alone", err)
	}
}

// A directory is built within its own module, not within that of the app.
func TestDirectoryOfAnotherModule(t *testing.T) {
	work := writeModule(
		t,
		prefixed("guard/", guard, "app/", map[string]string{"go.mod": "module example.com/app\n\ngo 1.26\n"}),
	)
	app := filepath.Join(work, "app")
	mustBuild(t, &Builder{Environ: environ()}, lambda(app, "../guard/fn"))
	if _, err := (&Builder{Environ: environ()}).Build(lambda(app, "example.com/guard/fn")); !errors.Is(err, ErrGo) {
		t.Errorf("got %v, expected that the app's module does not have the package", err)
	}
}

// prefixed puts several modules under one directory.
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
