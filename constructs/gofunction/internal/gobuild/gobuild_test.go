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

// shop is a module with nothing but the runtime in it, so that a build takes no longer than it must.
var shop = map[string]string{
	"go.mod":                    "module example.com/shop\n\ngo 1.26\n",
	"orders-fn/main.go":         "package main\n\nimport \"example.com/shop/price\"\n\nfunc main() { println(price.Of()) }\n",
	"price/price.go":            "package price\n\nimport \"example.com/shop/price/currency\"\n\nfunc Of() string { return currency.Name() }\n",
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

// environ is the process's environment with nothing in it that steers a build, and with the given variables.
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
		t.Error("the digest is not that of the bytes")
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
		t.Errorf("built for %v, expected arm64", f.Machine)
	}
	for _, section := range []string{".symtab", ".debug_info", ".note.go.buildid", ".interp"} {
		if f.Section(section) != nil {
			t.Errorf(
				"there is a section %s: expected a static executable without symbols, debug information and build ID",
				section,
			)
		}
	}
	if strings.Contains(string(data), dir) {
		t.Errorf("the executable has the path of its source in it")
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
			t.Errorf("built with %s=%s, expected %s", key, settings[key], want)
		}
	}
	for key := range settings {
		if strings.HasPrefix(key, "vcs") {
			t.Errorf("built with %s: a commit changes the bytes", key)
		}
	}
}

// An executable for this machine alone has the paths of its source, so that go has its packages compiled already.
func TestKeepPaths(t *testing.T) {
	dir := writeModule(t, shop)
	b := shared.builder(t, dir, "")
	here := Target{Package: "./orders-fn", Dir: dir, OS: runtime.GOOS, Arch: runtime.GOARCH, KeepPaths: true}
	if data := mustBuild(t, b, here); !bytes.Contains(data, []byte(filepath.Join(dir, "orders-fn", "main.go"))) {
		t.Error("the path of the source is not in the executable")
	}
	// If it was made in another place, the memory has looked for the path of that.
	if data := mustBuild(t, b, lambda(dir, "./orders-fn")); bytes.Contains(data, []byte(dir)) {
		t.Error("the path of the source is in an executable for Lambda")
	}
}

// An executable for a debugger has its symbols, and its own packages as they are written.
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
		t.Error("an executable for Lambda has symbols")
	}
	target.Debug = true
	if !symbols(target) {
		t.Error("an executable for a debugger has none")
	}
	if build, err := b.Recorded(target); err != nil || build.Linker != "-buildid=" ||
		!slices.Contains(build.Flags, "-gcflags=./...=-N -l") {
		t.Errorf("recorded: %+v, %v", build, err)
	}
}

// The same source gives the same bytes, whatever the place, the way the package is named and the environment say.
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
				t.Errorf("got other bytes (%d, expected %d)", len(got), len(want))
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
		{"a directory that is a file", lambda(dir, "./go.mod"), nil, ErrProps, []string{`Package "./go.mod": `, "go.mod is not a directory"}},
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
				"it is built for linux/arm64 without cgo, with the tags lambda.norpc, and there is a package without a file for that: ",
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
			"an experiment from outside",
			lambda(dir, "./orders-fn"),
			environ("GOEXPERIMENT=jsonv2"),
			ErrEnvironment,
			[]string{"GOEXPERIMENT=jsonv2 is set", "set GOEXPERIMENT in BuildSettings", "or unset it"},
		},
		{
			"a FIPS module from outside",
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
				t.Fatalf("got %v, expected it to be %q", err, tt.is)
			}
			for _, part := range tt.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("expected %q in:\n%v", part, err)
				}
			}
		})
	}
}

func TestSettingsAllowWhatIsSetOutside(t *testing.T) {
	dir := writeModule(t, shop)
	target := lambda(dir, "./orders-fn")
	plain := mustBuild(t, shared.builder(t, dir, ""), target)
	target.Settings = map[string]string{"GOFIPS140": "latest"}
	inside := mustBuild(t, shared.builder(t, dir, ""), target)
	b := shared.builder(t, dir, "")
	b.Environ = environ("GOFIPS140=latest")
	outside := mustBuild(t, b, target)
	if bytes.Equal(inside, plain) {
		t.Errorf("GOFIPS140 in Settings changed nothing")
	}
	if !bytes.Equal(inside, outside) {
		t.Errorf("GOFIPS140 of the environment changes what Settings say")
	}
}

func TestNoGoCommand(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := new(Builder).Build(lambda(writeModule(t, shop), "./orders-fn"))
	if !errors.Is(err, ErrNoGo) || !strings.Contains(err.Error(), "https://go.dev/dl") {
		t.Errorf("got %v, expected that there is no go command and where to get it", err)
	}
}

// One target builds once, however many ask at the same time and whatever happens to the source.
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
					t.Fatalf("got other bytes from one Builder")
				}
			}
			if n := builds.Load(); n != 1 {
				t.Errorf("built %d times, expected once", n)
			}
			other := target
			other.Tags = []string{"other"}
			mustBuild(t, b, other)
			if n := builds.Load(); n != 2 {
				t.Errorf("another target: built %d times in all, expected twice", n)
			}
		})
	}
}

// What is asked for again is the same, even without the cache in which it was.
func TestOneDigestABuild(t *testing.T) {
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

func TestFailureIsTriedAgain(t *testing.T) {
	dir := writeModule(t, shop)
	b := shared.builder(t, dir, "")
	write(t, filepath.Join(dir, "orders-fn/main.go"), shop["broken-fn/main.go"])
	if _, err := b.Build(lambda(dir, "./orders-fn")); !errors.Is(err, ErrGo) {
		t.Fatalf("got %v, expected a failure", err)
	}
	write(t, filepath.Join(dir, "orders-fn/main.go"), shop["orders-fn/main.go"])
	mustBuild(t, b, lambda(dir, "./orders-fn"))
}

// A folder that go cannot write to is named with its variable.
func TestWithoutAFolderToWriteTo(t *testing.T) {
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
			t.Errorf("%s: got %v, expected the folders, the variables and the way out", name, err)
		}
	}
}

func TestNothingIsLeftBehind(t *testing.T) {
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
		t.Errorf("the tree has %q, expected %q", got, want)
	}
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
