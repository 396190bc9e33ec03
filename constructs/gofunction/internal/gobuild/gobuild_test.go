package gobuild

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"debug/elf"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// shop is a module that imports only its own packages, so that it builds fast.
var shop = map[string]string{
	"go.mod": "module example.com/shop\n\ngo 1.26\n",
	"orders-fn/main.go": "package main\n\nimport \"example.com/shop/price\"\n\n" +
		"func main() { println(price.Of()) }\n",
	"price/price.go": "package price\n\nimport \"example.com/shop/price/currency\"\n\n" +
		"func Of() string { return currency.Name() }\n",
	"price/currency/euro.go":    "package currency\n\n//go:noinline\nfunc Name() string { return \"euro\" }\n",
	"tagged-fn/main.go":         "//go:build staging\n\npackage main\n\nfunc main() {}\n",
	"tagged-fn/without_test.go": "package main\n",
	"broken-fn/main.go":         "package main\n\nfunc main() { undefined() }\n",
	"lost-fn/main.go":           "package main\n\nimport _ \"example.com/shop/lost-fn2\"\n\nfunc main() {}\n",
	"empty/README":              "no Go in here\n",
}

// writeModule writes files into a new directory.
func writeModule(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		write(t, filepath.Join(dir, filepath.FromSlash(name)), files[name])
	}
	return dir
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// environ returns a function that returns the process's environment without build settings, and with the variables.
func environ(variables ...string) func() []string {
	return func() []string {
		env := slices.DeleteFunc(os.Environ(), func(v string) bool {
			name, _, _ := strings.Cut(v, "=")
			return slices.Contains([]string{"GOFLAGS", "GOEXPERIMENT", "GOFIPS140", "GOWORK", "GOENV"}, name)
		})
		return append(env, append([]string{"GOENV=off", "GOPROXY=off"}, variables...)...)
	}
}

func lambda(dir, pkg string) Target {
	return Target{Package: pkg, Dir: dir, OS: "linux", Arch: "arm64"}
}

func mustBuild(t *testing.T, b *Builder, target Target) []byte {
	t.Helper()
	made, err := b.Build(target)
	if err != nil {
		t.Fatal(err)
	}
	data := bytesOf(t, made)
	if made.Digest != sha256.Sum256(data) {
		t.Error("Digest differs from the SHA-256 of the bytes")
	}
	return data
}

func bytesOf(t *testing.T, e *Executable) []byte {
	t.Helper()
	data, err := io.ReadAll(e.Open())
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestExecutable(t *testing.T) {
	dir := writeModule(t, shop)
	target := lambda(dir, "example.com/shop/tagged-fn")
	target.Tags = []string{"staging", "b", "lambda.norpc", "a", "b"}
	data := mustBuild(t, &Builder{Environ: environ()}, target)

	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if f.Machine != elf.EM_AARCH64 {
		t.Errorf("machine: got %v, want arm64", f.Machine)
	}
	for _, section := range []string{".symtab", ".debug_info", ".note.go.buildid", ".interp"} {
		if f.Section(section) != nil {
			t.Errorf("got the section %s, want a static executable without symbols, debug information and build ID",
				section)
		}
	}
	if strings.Contains(string(data), dir) {
		t.Error("the executable contains the path of its source")
	}
	info, err := buildinfo.Read(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	for key, want := range map[string]string{
		"-tags":       "lambda.norpc,a,b,staging",
		"-trimpath":   "true",
		"CGO_ENABLED": "0",
		"GOOS":        "linux",
		"GOARCH":      "arm64",
		"GOARM64":     "v8.0",
	} {
		if settings[key] != want {
			t.Errorf("build setting %s: got %s, want %s", key, settings[key], want)
		}
	}
	for key := range settings {
		if strings.HasPrefix(key, "vcs") {
			t.Errorf("build setting %s is set, so a commit changes the bytes", key)
		}
	}
}

// A build for this machine keeps the paths of its source, so go can use packages that it has compiled before.
func TestKeepPaths(t *testing.T) {
	dir := writeModule(t, shop)
	b := shared.builder(t, dir, "")
	here := Target{Package: "./orders-fn", Dir: dir, OS: runtime.GOOS, Arch: runtime.GOARCH, KeepPaths: true}
	if data := mustBuild(t, b, here); !bytes.Contains(data, []byte(filepath.Join(dir, "orders-fn", "main.go"))) {
		t.Error("the executable for this machine does not contain the path of its source")
	}
	// If this executable was built in another folder, the memory checked that folder's path.
	if data := mustBuild(t, b, lambda(dir, "./orders-fn")); bytes.Contains(data, []byte(dir)) {
		t.Error("the executable for Lambda contains the path of its source")
	}
}

// A build for a debugger keeps symbols, and does not optimize the module's packages.
func TestDebug(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("it is read as ELF")
	}
	dir := writeModule(t, shop)
	target := lambda(dir, "./orders-fn")
	b := shared.builder(t, dir, "")
	symbols := func(target Target) bool {
		t.Helper()
		f, err := elf.NewFile(bytes.NewReader(mustBuild(t, b, target)))
		if err != nil {
			t.Fatal(err)
		}
		return f.Section(".debug_info") != nil || f.Section(".zdebug_info") != nil
	}
	if symbols(target) {
		t.Error("the executable for Lambda has symbols")
	}
	target.Debug = true
	if !symbols(target) {
		t.Error("the executable for a debugger has no symbols")
	}
	if build, err := b.Recorded(target); err != nil || build.Linker != "-buildid=" ||
		!slices.Contains(build.Flags, "-gcflags=./...=-N -l") {
		t.Errorf("got the record %+v, %v", build, err)
	}
}

// The same source gives the same bytes, independent of its folder, of how Package names it and of the environment.
func TestReproducible(t *testing.T) {
	here, there := writeModule(t, shop), writeModule(t, shop)
	want := mustBuild(t, shared.builder(t, here, ""), lambda(here, "./orders-fn"))
	inThere := new(memory) // so that go runs there, once for cases that it cannot tell apart
	for _, tt := range []struct {
		name    string
		target  Target
		environ func() []string
	}{
		{"another directory", lambda(there, "example.com/shop/orders-fn"), environ()},
		{
			"a package inside the module as Dir",
			lambda(filepath.Join(there, "price"), "example.com/shop/orders-fn"),
			environ(),
		},
		{"relative directory", lambda(there, "./orders-fn"), environ()},
		{"relative directory above", lambda(filepath.Join(there, "price"), "../orders-fn"), environ()},
		{"absolute directory", lambda("", filepath.Join(there, "orders-fn")), environ()},
		{"the directory itself", lambda(filepath.Join(there, "orders-fn"), "."), environ()},
		{
			"GOFLAGS for local programs",
			lambda(there, "./orders-fn"),
			environ("GOFLAGS=-gcflags=all=-N -tags=other -cover -buildvcs=true '-ldflags=-X a.b=c d'"),
		},
		{"GOFLAGS that choose modules", lambda(there, "./orders-fn"), environ("GOFLAGS=-mod=mod")},
		{
			"another system to build for",
			lambda(there, "./orders-fn"),
			environ("GOOS=windows", "GOARCH=386", "CGO_ENABLED=1"),
		},
		{"linker variables", lambda(there, "./orders-fn"), environ("GO_EXTLINK_ENABLED=1", "GO_LDSO=/lib/other.so")},
		{"a machine with a newer processor", lambda(there, "./orders-fn"), environ("GOARM64=v9.0")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := inThere.builder(t, there, "")
			b.Environ = tt.environ
			if got := mustBuild(t, b, tt.target); !bytes.Equal(got, want) {
				t.Errorf("got other bytes, %d of them, want the same %d", len(got), len(want))
			}
		})
	}
}

func TestErrors(t *testing.T) {
	dir := writeModule(t, shop)
	for _, tt := range []struct {
		name    string
		target  Target
		environ func() []string
		is      error
		want    []string // parts of the text
	}{
		{"no package", lambda(dir, ""), nil, ErrProps, []string{"Package is empty", "./"}},
		{"a flag", lambda(dir, "-o=/etc/passwd"), nil, ErrProps, []string{`"-o=/etc/passwd" is not an import path`}},
		{"two packages in one string", lambda(dir, "a b"), nil, ErrProps, []string{`"a b" is not an import path`}},
		{"a pattern", lambda(dir, "./..."), nil, ErrProps, []string{"name one main package"}},
		{"a pattern by name", lambda(dir, "all"), nil, ErrProps, []string{`"all" is a pattern`}},
		{"a version", lambda(dir, "example.com/shop@v1.2.3"), nil, ErrProps, []string{"go.mod chooses the version"}},
		{"a file", lambda(dir, "./orders-fn/main.go"), nil, ErrProps, []string{"give the package that it is in"}},
		{
			"no such directory",
			lambda(dir, "./nothing"),
			nil,
			ErrProps,
			[]string{`Package "./nothing": there is no directory ` + filepath.Join(dir, "nothing")},
		},
		{
			"no such Dir",
			lambda(filepath.Join(dir, "nothing"), "example.com/shop/orders-fn"),
			nil,
			ErrProps,
			[]string{`Dir "` + filepath.Join(dir, "nothing") + `": there is no directory`},
		},
		{
			"a file instead of a directory",
			lambda(dir, "./go.mod"),
			nil,
			ErrProps,
			[]string{`Package "./go.mod": `, "go.mod is not a directory"},
		},
		{
			"a library",
			lambda(dir, "example.com/shop/price"),
			nil,
			ErrNotMain,
			[]string{"example.com/shop/price is package price", "expected package main"},
		},
		{
			"a library by directory",
			lambda(dir, "./price"),
			nil,
			ErrNotMain,
			[]string{"example.com/shop/price is package price"},
		},
		{
			"does not compile",
			lambda(dir, "example.com/shop/broken-fn"),
			nil,
			ErrGo,
			[]string{"# example.com/shop/broken-fn", "main.go:3:15: undefined: undefined"},
		},
		{"no Go files", lambda(dir, "./empty"), nil, ErrGo, []string{"no Go files"}},
		{
			"all files excluded by tags",
			lambda(dir, "./tagged-fn"),
			nil,
			ErrGo,
			[]string{
				"it is built for linux/arm64 without cgo, with the tags lambda.norpc, " +
					"and there is a package without a file for that: ",
				"build constraints exclude all Go files",
			},
		},
		{
			"a folder for an import path",
			lambda(dir, "orders-fn"),
			nil,
			ErrGo,
			[]string{
				`an import path begins with that of its module, like "example.com/shop/orders-fn", and a directory with ./: `,
				"package orders-fn is not in std",
			},
		},
		{
			"tags in GOFLAGS",
			lambda(dir, "./tagged-fn"),
			environ("GOFLAGS=-buildvcs=false -tags=staging -mod=mod"),
			ErrGo,
			[]string{"build constraints", "(not used, of GOFLAGS: -tags=staging; tags go into Tags)"},
		},
		{
			"an unknown module",
			lambda(dir, "example.com/other/fn"),
			nil,
			ErrGo,
			[]string{
				"no required module provides package example.com/other/fn", "go get example.com/other/fn",
				"\n(if another module of this repository has it: set Dir to that module's folder, or add both to a go.work)",
			},
		},
		{
			"a folder that is misspelt",
			lambda(dir, "example.com/shop/order-fn"),
			nil,
			ErrGo,
			[]string{
				": there is no folder order-fn in module example.com/shop: go list in ",
				"no required module provides package example.com/shop/order-fn",
			},
		},
		{
			"an import that is misspelt",
			lambda(dir, "example.com/shop/lost-fn"),
			nil,
			ErrGo,
			[]string{"the go command failed: go list in ", "no required module provides package example.com/shop/lost-fn2"},
		},
		{
			"a folder without Go",
			lambda(dir, "example.com/shop/empty"),
			nil,
			ErrGo,
			[]string{": the folder empty of module example.com/shop has no Go files: go list in "},
		},
		{
			"a misspelt folder, and modules that may be looked for",
			lambda(dir, "example.com/shop/order-fn"),
			environ("GOFLAGS=-mod=mod"),
			ErrGo,
			[]string{": there is no folder order-fn in module example.com/shop: "},
		},
		{"not in a module", lambda(t.TempDir(), "example.com/shop/orders-fn"), nil, ErrGo, []string{"go.mod"}},
		{
			"flags of GOFLAGS that are wrong",
			lambda(dir, "./orders-fn"),
			environ("GOFLAGS=-mod=nonsense"),
			ErrGo,
			[]string{"-mod=nonsense"},
		},
		{
			"a module that wants a newer Go",
			lambda(writeModule(t, map[string]string{"go.mod": "module a\n\ngo 1.999\n", "a.go": "package main\n"}), "."),
			environ("GOTOOLCHAIN=local"),
			ErrGo,
			[]string{"go >= 1.999"},
		},
		{
			"a tag that is a list",
			Target{Package: "./orders-fn", Dir: dir, Tags: []string{"a,b"}},
			nil,
			ErrProps,
			[]string{`Tags: "a,b" is not a build tag`},
		},
		{
			"an unknown setting",
			Target{Package: "./orders-fn", Dir: dir, Settings: map[string]string{"GOOS": "linux"}},
			nil,
			ErrProps,
			[]string{`got "GOOS"`, "expected GOAMD64, GOARM64, GOEXPERIMENT, GOFIPS140"},
		},
		{
			"an empty setting",
			Target{Package: "./orders-fn", Dir: dir, Settings: map[string]string{"GOEXPERIMENT": ""}},
			nil,
			ErrProps,
			[]string{"GOEXPERIMENT is empty"},
		},
		{
			"an experiment in the environment",
			lambda(dir, "./orders-fn"),
			environ("GOEXPERIMENT=jsonv2"),
			ErrEnvironment,
			[]string{"GOEXPERIMENT=jsonv2 is set", "set GOEXPERIMENT in BuildSettings", "or unset it"},
		},
		{
			"a FIPS module in the environment",
			lambda(dir, "./orders-fn"),
			environ("GOFIPS140=latest"),
			ErrEnvironment,
			[]string{"GOFIPS140=latest is set"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.environ == nil {
				tt.environ = environ()
			}
			b := shared.builder(t, dir, "")
			b.Environ = tt.environ
			_, err := b.Build(tt.target)
			if !errors.Is(err, tt.is) {
				t.Fatalf("got %v, want %q", err, tt.is)
			}
			for _, part := range tt.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("got the error\n%v\nwant %q in it", err, part)
				}
			}
		})
	}
}

func TestSettingsOverrideEnvironment(t *testing.T) {
	dir := writeModule(t, shop)
	target := lambda(dir, "./orders-fn")
	plain := mustBuild(t, shared.builder(t, dir, ""), target)
	target.Settings = map[string]string{"GOFIPS140": "latest"}
	inside := mustBuild(t, shared.builder(t, dir, ""), target)
	b := shared.builder(t, dir, "")
	b.Environ = environ("GOFIPS140=latest")
	outside := mustBuild(t, b, target)
	if bytes.Equal(inside, plain) {
		t.Error("GOFIPS140 in Settings: got the same bytes as without it")
	}
	if !bytes.Equal(inside, outside) {
		t.Error("GOFIPS140 in the environment: got other bytes than with Settings alone")
	}
}

func TestNoGoCommand(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := new(Builder).Build(lambda(writeModule(t, shop), "./orders-fn"))
	if !errors.Is(err, ErrNoGo) || !strings.Contains(err.Error(), "https://go.dev/dl") {
		t.Errorf("got %v, want an error that says where to get the go command", err)
	}
}

// A Builder builds a target once, also for concurrent calls and after the source changes.
func TestOnce(t *testing.T) {
	for _, tt := range []struct {
		name     string
		cacheDir string
	}{{"without a cache", ""}, {"with a cache", t.TempDir()}} {
		t.Run(tt.name, func(t *testing.T) {
			dir := writeModule(t, shop)
			var builds atomic.Int32
			b := shared.builder(t, dir, tt.cacheDir)
			b.Environ = func() []string {
				builds.Add(1)
				return environ()()
			}
			target := lambda(dir, "./orders-fn")
			var wg sync.WaitGroup
			results := make([][]byte, 8)
			for i := range results {
				wg.Go(func() {
					if made, err := b.Build(target); err == nil {
						results[i], _ = io.ReadAll(made.Open())
					}
				})
			}
			wg.Wait()
			write(t, filepath.Join(dir, "price/currency/euro.go"), "package currency\n\nfunc Name() string { return \"yen\" }\n")
			results = append(results, mustBuild(t, b, target))
			for _, data := range results {
				if len(data) == 0 || !bytes.Equal(data, results[0]) {
					t.Fatal("got other bytes from the same Builder")
				}
			}
			if n := builds.Load(); n != 1 {
				t.Errorf("got %d builds, want 1", n)
			}
			other := target
			other.Tags = []string{"other"}
			mustBuild(t, b, other)
			if n := builds.Load(); n != 2 {
				t.Errorf("another target: got %d builds in all, want 2", n)
			}
		})
	}
}

// A second Build returns the same executable, also after the cache was removed.
func TestDigestIsRemembered(t *testing.T) {
	dir := writeModule(t, shop)
	b := shared.builder(t, dir, t.TempDir())
	target := lambda(dir, "./orders-fn")
	want := mustBuild(t, b, target)
	second, err := b.Build(target)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(b.CacheDir); err != nil {
		t.Fatal(err)
	}
	third, err := b.Build(target)
	if err != nil || third != second || !bytes.Equal(bytesOf(t, third), want) {
		t.Errorf("got another executable, %v", err)
	}
}

func TestFailedBuildIsRepeated(t *testing.T) {
	dir := writeModule(t, shop)
	b := shared.builder(t, dir, "")
	write(t, filepath.Join(dir, "orders-fn/main.go"), shop["broken-fn/main.go"])
	if _, err := b.Build(lambda(dir, "./orders-fn")); !errors.Is(err, ErrGo) {
		t.Fatalf("got %v, want a failure", err)
	}
	write(t, filepath.Join(dir, "orders-fn/main.go"), shop["orders-fn/main.go"])
	mustBuild(t, b, lambda(dir, "./orders-fn"))
}

// The error names a folder that go cannot write to, and the variable that sets it.
func TestUnwritableFolders(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, missing)
	}
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "")
	for name, env := range map[string]func() []string{
		"temporary files": environ(),
		"the build cache": environ("GOCACHE=" + filepath.Join(file, "cache")),
	} {
		_, err := (&Builder{Environ: env}).Build(lambda(writeModule(t, shop), "./orders-fn"))
		if !errors.Is(err, ErrGo) || !strings.Contains(err.Error(), missing+", which TMPDIR names") ||
			!strings.Contains(err.Error(), "GOCACHE") {
			t.Errorf("%s: got %v, want the folders, the variables and the way out", name, err)
		}
	}
}

func TestBuildRemovesItsFiles(t *testing.T) {
	dir, temporary := writeModule(t, shop), t.TempDir()
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, temporary)
	}
	mustBuild(t, &Builder{Environ: environ(), CacheDir: t.TempDir()}, lambda(dir, "./orders-fn"))
	var got []string
	if err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			name, _ := filepath.Rel(dir, path)
			got = append(got, filepath.ToSlash(name))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	if want := slices.Sorted(maps.Keys(shop)); !slices.Equal(got, want) {
		t.Errorf("the tree has %q, want %q", got, want)
	}
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
