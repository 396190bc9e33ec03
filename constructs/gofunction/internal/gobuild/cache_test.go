package gobuild

import (
	"bytes"
	"crypto/sha256"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// entries returns the files of a cache.
func entries(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// plant replaces the only executable of a cache with valid data.
func plant(t *testing.T, dir string, data []byte) {
	t.Helper()
	files := entries(t, dir)
	if len(files) != 1 {
		t.Fatalf("the cache has %d files, want one", len(files))
	}
	sum := sha256.Sum256(data)
	write(t, files[0], string(append(sum[:], data...)))
}

// A second process takes the executable from the cache if its input is the same, and only then.
func TestCache(t *testing.T) {
	planted := []byte("planted")
	embedding := maps.Clone(shop)
	embedding["orders-fn/main.go"] = "package main\n\nimport (\n\t_ \"embed\"\n\n\t\"example.com/shop/price\"\n)\n\n" +
		"//go:embed greeting.txt\nvar greeting string\n\nfunc main() { println(greeting, price.Of()) }\n"
	embedding["orders-fn/greeting.txt"] = "hello"
	for _, tt := range []struct {
		name   string
		files  map[string]string
		change func(t *testing.T, dir string, target *Target)
		hit    bool
	}{
		{"nothing", shop, func(*testing.T, string, *Target) {}, true},
		{"times", shop, func(t *testing.T, dir string, _ *Target) {
			write(t, filepath.Join(dir, "orders-fn/main.go"), shop["orders-fn/main.go"])
		}, true},
		{"a file that is not part of the build", shop, func(t *testing.T, dir string, _ *Target) {
			write(t, filepath.Join(dir, "orders-fn/main_test.go"), "package main\n")
		}, true},
		{"a function's body in an indirect import", shop, func(t *testing.T, dir string, _ *Target) {
			write(
				t,
				filepath.Join(dir, "price/currency/euro.go"),
				"package currency\n\n//go:noinline\nfunc Name() string { return \"yuan\" }\n",
			)
		}, false},
		{"an embedded file", embedding, func(t *testing.T, dir string, _ *Target) {
			write(t, filepath.Join(dir, "orders-fn/greeting.txt"), "howdy")
		}, false},
		{"a debug setting of go.mod", shop, func(t *testing.T, dir string, _ *Target) {
			write(t, filepath.Join(dir, "go.mod"), shop["go.mod"]+"\ngodebug panicnil=1\n")
		}, false},
		{"the module's name", shop, func(t *testing.T, dir string, target *Target) {
			write(
				t,
				filepath.Join(dir, "go.mod"),
				"module example.com/shop2\n\ngo 1.26\n\nrequire example.com/shop v1.0.0\n\nreplace example.com/shop => ./price\n",
			)
			write(t, filepath.Join(dir, "price/go.mod"), "module example.com/shop\n\ngo 1.26\n")
			write(t, filepath.Join(dir, "price/price/price.go"), "package price\n\nfunc Of() string { return \"\" }\n")
		}, false},
		{"tags", shop, func(_ *testing.T, _ string, target *Target) { target.Tags = []string{"other"} }, false},
		{"settings", shop, func(_ *testing.T, _ string, target *Target) { // go compiles nothing again for this setting
			target.Settings = map[string]string{"GOFIPS140": "latest"}
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, cacheDir := writeModule(t, tt.files), t.TempDir()
			target := lambda(dir, "./orders-fn")
			mustBuild(t, shared.builder(t, dir, cacheDir), target)
			plant(t, cacheDir, planted)
			tt.change(t, dir, &target)
			runs := &shared
			if tt.hit {
				runs = new(memory) // it knows nothing, so go itself looks at what must not matter
			}
			got := mustBuild(t, runs.builder(t, dir, cacheDir), target)
			if hit := bytes.Equal(got, planted); hit != tt.hit {
				t.Errorf("from the cache: got %v, want %v", hit, tt.hit)
			}
			if !tt.hit {
				if want := mustBuild(t, runs.builder(t, dir, ""), target); !bytes.Equal(got, want) {
					t.Error("got other bytes than without a cache")
				}
			}
		})
	}
}

// The cache's key depends on each setting, the system and the architecture. The test does not build with them, because
// Go would compile its runtime for each.
func TestCacheKeys(t *testing.T) {
	list := []byte("named|main|example.com/shop/orders-fn|id|\n")
	keyOf := func(change func(*command)) string {
		c := command{
			target:   lambda("", "./orders-fn"),
			settings: goSettings{GOVERSION: "go1.26.0"},
			flags:    []string{"-tags", "lambda.norpc"},
		}
		change(&c)
		return c.key(list)
	}
	setting := func(name, value string) func(*command) {
		return func(c *command) { c.target.Settings = map[string]string{name: value} }
	}
	known := map[string]string{keyOf(func(*command) {}): "nothing"}
	for name, change := range map[string]func(*command){
		"an experiment": setting("GOEXPERIMENT", "jsonv2"),
		"FIPS":          setting("GOFIPS140", "latest"),
		"a processor":   setting("GOARM64", "v8.2"),
		"another one":   setting("GOAMD64", "v3"),
		"a system":      func(c *command) { c.target.OS = "darwin" },
		"an arch":       func(c *command) { c.target.Arch = "amd64" },
		"a flag":        func(c *command) { c.flags = append(c.flags, "-trimpath") },
		"Go itself":     func(c *command) { c.settings.GOVERSION = "go1.26.1" },
	} {
		key := keyOf(change)
		if other, taken := known[key]; taken {
			t.Errorf("%s: got the key of %s", name, other)
		}
		known[key] = name
	}
	if key := keyOf(func(c *command) { c.settings.GOVERSION = "devel go1.27-abcdef" }); key != "" {
		t.Errorf("development version of Go: got the key %q, want none", key)
	}
	if same := keyOf(setting("GOARM64", "v8.0")); known[same] != "nothing" {
		t.Error("a setting with its default value has another key than no setting")
	}
}

// If the source changes between compiling and linking, the executable must not be stored under the old source's key.
func TestCacheIgnoresBuildOfChangedSource(t *testing.T) {
	dir, cacheDir := writeModule(t, shop), t.TempDir()
	changed := strings.Replace(shop["price/currency/euro.go"], "euro", "yuan", 1)
	b := shared.builder(t, dir, cacheDir)
	run := b.execute
	b.execute = func(cmd *exec.Cmd) error {
		if cmd.Args[1] == "build" {
			write(t, filepath.Join(dir, "price/currency/euro.go"), changed)
		}
		return run(cmd)
	}
	got := mustBuild(t, b, lambda(dir, "./orders-fn"))
	if !bytes.Contains(got, []byte("yuan")) {
		t.Fatal("the source did not change before linking")
	}
	if files := entries(t, cacheDir); len(files) != 0 {
		t.Errorf("cache: got %q, want no files", files)
	}
	if again := mustBuild(t, b, lambda(dir, "./orders-fn")); !bytes.Equal(again, got) {
		t.Error("second build of the process: got other bytes")
	}
}

// The cache returns the linker's bytes, also for a second copy of the source.
func TestCacheReturnsSameBytes(t *testing.T) {
	cacheDir := t.TempDir()
	dir := writeModule(t, shop)
	first := mustBuild(t, shared.builder(t, dir, cacheDir), lambda(dir, "./orders-fn"))
	second := mustBuild(t, &Builder{Environ: environ(), CacheDir: cacheDir}, lambda(writeModule(t, shop), "./orders-fn"))
	if !bytes.Equal(first, second) {
		t.Error("got other bytes than from the linker")
	}
	if n := len(entries(t, cacheDir)); n != 1 {
		t.Errorf("the cache has %d files, want one", n)
	}
}

// If the cache is damaged or cannot be used, the builder builds again.
func TestUnusableCache(t *testing.T) {
	dir := writeModule(t, shop)
	target := lambda(dir, "./orders-fn")
	want := mustBuild(t, shared.builder(t, dir, ""), target)
	for _, tt := range []struct {
		name  string
		spoil func(t *testing.T, b *Builder)
	}{
		{"one bit flipped", func(t *testing.T, b *Builder) {
			file := entries(t, b.CacheDir)[0]
			data := []byte(read(t, file))
			data[len(data)-1] ^= 1
			write(t, file, string(data))
		}},
		{"truncated", func(t *testing.T, b *Builder) {
			if err := os.Truncate(entries(t, b.CacheDir)[0], 1000); err != nil {
				t.Fatal(err)
			}
		}},
		{"empty file", func(t *testing.T, b *Builder) {
			if err := os.Truncate(entries(t, b.CacheDir)[0], 0); err != nil {
				t.Fatal(err)
			}
		}},
		{"removed", func(t *testing.T, b *Builder) {
			if err := os.RemoveAll(b.CacheDir); err != nil {
				t.Fatal(err)
			}
		}},
		{"not a directory", func(t *testing.T, b *Builder) {
			b.CacheDir = filepath.Join(t.TempDir(), "file")
			write(t, b.CacheDir, "")
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := shared.builder(t, dir, filepath.Join(t.TempDir(), "cache"))
			mustBuild(t, b, target)
			next := shared.builder(t, dir, b.CacheDir)
			tt.spoil(t, next)
			for name, b := range map[string]*Builder{"the same process": b, "the next one": next} {
				if got := mustBuild(t, b, target); !bytes.Equal(got, want) {
					t.Errorf("%s: got other bytes", name)
				}
			}
		})
	}
}

func executable(text string) *Executable {
	return NewExecutable([]byte(text))
}

func TestCacheForgets(t *testing.T) {
	now := time.Now()
	c := cache{dir: t.TempDir(), now: func() time.Time { return now }}
	for _, key := range []string{"used", "unused"} {
		if !c.put(key, executable(key)) {
			t.Fatalf("%s: not in the cache after it was stored", key)
		}
	}
	now = now.Add(4 * 24 * time.Hour)
	if _, err := c.get("used"); err != nil {
		t.Fatal(err)
	}
	now = now.Add(2 * 24 * time.Hour)
	c.put("new", executable("new"))
	for key, kept := range map[string]bool{"used": true, "unused": false, "new": true} {
		if _, err := c.get(key); (err == nil) != kept {
			t.Errorf("%s in the cache: got %v, want %v", key, err == nil, kept)
		}
	}
}

func TestDefaultCacheDir(t *testing.T) {
	if dir := DefaultCacheDir(); dir != "" && filepath.Base(dir) != "functions" {
		t.Errorf("got %s", dir)
	}
	for _, name := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData", "home"} {
		t.Setenv(name, "")
	}
	if dir := DefaultCacheDir(); dir != "" {
		t.Errorf("got %s for a user without a home directory, want none", dir)
	}
}
