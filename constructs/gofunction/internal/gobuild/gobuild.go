// Package gobuild builds a Go main package into the bytes of a Lambda function's executable, the same bytes for the
// same source on every machine.
//
// It runs the go command that is in PATH and leaves the choice of modules to it: go.mod, go.work and a vendor directory
// count as they do in a go build by hand. It needs no Docker and no shell, it writes nothing to the source tree, and it
// does not know about the AWS CDK.
//
// What is built:
//
//	go build -trimpath -buildvcs=false -tags lambda.norpc[,tags] -ldflags="-s -w -buildid=" -o <file> <package>
//
// with CGO_ENABLED=0. Two things decide about the bytes besides the source and the modules: the version of Go, and the
// settings in [Target]. Nothing else of the environment does, see environment.go.
package gobuild

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
)

// What a failed build is because of, for errors.Is. Every error also holds the go command's own words, if it was run.
var (
	ErrProps       = errors.New("invalid properties")
	ErrNoGo        = errors.New("the go command was not found in PATH")
	ErrEnvironment = errors.New("unusable environment")
	ErrNotVendored = errors.New("the package is not vendored")
	ErrNotMain     = errors.New("not a main package")
	ErrGo          = errors.New("the go command failed")
)

// tagLambdaNoRPC leaves net/rpc out of aws-lambda-go, which only the retired go1.x runtime needs.
// https://github.com/aws/aws-lambda-go/blob/main/README.md#for-developers-on-linux
const tagLambdaNoRPC = "lambda.norpc"

// Target is what to build. Two equal targets are built once in a process.
type Target struct {
	// Package is an import path, or a directory when it starts with ./, ../ or / (see [IsDirectory]). A directory is
	// built within its own module.
	Package string

	// Dir is the directory in which the go command resolves Package. Default: the working directory.
	Dir string

	// Tags are build tags besides lambda.norpc. Their order does not matter.
	Tags []string

	// OS and Arch are GOOS and GOARCH. Both are needed.
	OS, Arch string

	// Settings are those of GOAMD64, GOARM64, GOEXPERIMENT and GOFIPS140 that differ from Go's defaults.
	Settings map[string]string

	// KeepPaths leaves the machine's paths in the executable, for one that runs here alone. It then shares what go has
	// compiled for other programs of this machine, and above all the standard library.
	KeepPaths bool

	// Debug builds for a debugger: with the symbols, and without optimizations in the packages below Dir.
	Debug bool
}

// IsDirectory says whether a package is named by its directory rather than by its import path.
func IsDirectory(pkg string) bool {
	return pkg == "." || pkg == ".." || strings.HasPrefix(pkg, "./") || strings.HasPrefix(pkg, "../") ||
		filepath.IsAbs(pkg)
}

// isTag reports whether the go command takes a text as a build tag.
func isTag(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return r != '_' && r != '.' && !unicode.IsLetter(r) && !unicode.IsNumber(r)
	})
}

// patterns are the names that stand for many packages, besides those with dots: "go help packages".
var patterns = []string{"all", "cmd", "std", "tool", "work"}

// Check finds what is wrong with a target without running anything. The error is an [ErrProps].
func (t Target) Check() error {
	p := t.Package
	switch {
	case p == "":
		return fmt.Errorf("%w: Package is empty: give the import path of a main package, or its directory starting "+
			"with ./", ErrProps)
	case strings.ContainsAny(p, " \t\r\n\"'`\\*?") && !IsDirectory(p), strings.HasPrefix(p, "-"):
		return fmt.Errorf("%w: Package %q is not an import path, and a directory starts with ./ or ../ or is "+
			"absolute", ErrProps, p)
	case strings.Contains(p, "..."), slices.Contains(patterns, p):
		return fmt.Errorf("%w: Package %q is a pattern: name one main package", ErrProps, p)
	case strings.Contains(p, "@") && !IsDirectory(p):
		return fmt.Errorf("%w: Package %q has a version: go.mod chooses the version, so give the import path alone",
			ErrProps, p)
	case strings.HasSuffix(p, ".go"):
		return fmt.Errorf("%w: Package %q is a file: give the package that it is in", ErrProps, p)
	}
	for _, tag := range t.Tags {
		if !isTag(tag) {
			return fmt.Errorf("%w: Tags: %q is not a build tag: use letters, digits, _ and . only, and an element "+
				"for each", ErrProps, tag)
		}
	}
	for name, value := range t.Settings {
		if _, ok := settingDefaults[name]; !ok {
			return fmt.Errorf("%w: BuildSettings: got %q, expected %s", ErrProps, name, strings.Join(settingNames(),
				", "))
		}
		// Go takes an empty variable for one that is not set, so that it would not win over "go env -w".
		if value == "" {
			return fmt.Errorf("%w: BuildSettings: %s is empty: leave it out for Go's default", ErrProps, name)
		}
	}
	return nil
}

// resolve fills in the defaults and names the directory go runs in and the package as go is to be told.
func (t Target) resolve() (Target, error) {
	if err := t.Check(); err != nil {
		return t, err
	}
	dir, err := filepath.Abs(t.Dir)
	if err != nil {
		return t, fmt.Errorf("%w: %w", ErrProps, err)
	}
	given := fmt.Sprintf("Dir %q", t.Dir) // what an error is about
	t.Dir = dir
	if IsDirectory(t.Package) {
		given = fmt.Sprintf("Package %q", t.Package)
		// Running in the package's directory makes it the main module's, whatever module Dir is in.
		if t.Dir = t.Package; !filepath.IsAbs(t.Dir) {
			t.Dir = filepath.Join(dir, t.Package)
		}
		t.Package = "."
	}
	info, err := os.Stat(t.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return t, fmt.Errorf("%w: %s: there is no directory %s", ErrProps, given, t.Dir)
	} else if err != nil {
		return t, fmt.Errorf("%w: %w", ErrProps, err)
	} else if !info.IsDir() {
		return t, fmt.Errorf("%w: %s: %s is not a directory", ErrProps, given, t.Dir)
	}
	t.Tags = slices.Clone(t.Tags)
	slices.Sort(t.Tags)
	t.Tags = append([]string{tagLambdaNoRPC}, slices.Compact(slices.DeleteFunc(t.Tags,
		func(tag string) bool { return tag == tagLambdaNoRPC }))...)
	return t, nil
}

// key tells targets apart; it holds everything of a resolved target.
func (t Target) key() string {
	return fmt.Sprintf("%q %q %q %q %q %q %t %t", t.Package, t.Dir, t.Tags, t.OS, t.Arch, t.settings(),
		t.KeepPaths, t.Debug)
}

// Builder builds targets, each once, and keeps what it linked in a cache on disk. It may be used by several goroutines.
type Builder struct {
	// Environ is the environment in which go runs. Default: os.Environ.
	Environ func() []string

	// CacheDir is where executables are kept between processes. Default: nowhere.
	CacheDir string

	execute func(*exec.Cmd) error // runs the go command; default: (*exec.Cmd).Run

	mu     sync.Mutex
	builds map[string]*build
}

// build is one target's turn: the second caller waits for the first and gets the same bytes.
type build struct {
	mu   sync.Mutex
	made *Executable // nil: not built yet
	key  string      // of the cache
}

// Build returns the executable. The same target is built once by a Builder, even if its source changes meanwhile: the
// functions of one synthesis belong together. A failed build is tried again.
func (b *Builder) Build(t Target) (*Executable, error) {
	t, err := t.resolve()
	if err != nil {
		return nil, err
	}
	one := b.turn(t.key())
	one.mu.Lock()
	defer one.mu.Unlock()
	if one.made != nil && one.made.damaged() {
		one.made, _ = b.cache().get(one.key)
	}
	if one.made == nil {
		one.made, one.key, err = b.build(t)
	}
	return one.made, err
}

func (b *Builder) turn(key string) *build {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.builds == nil {
		b.builds = map[string]*build{}
	}
	if b.builds[key] == nil {
		b.builds[key] = &build{}
	}
	return b.builds[key]
}

func (b *Builder) cache() cache { return cache{dir: b.CacheDir, now: time.Now} }

// build compiles, and links unless the same packages were linked before. The key is where the cache has the executable,
// empty if it has not.
//
// Without a build ID, which would differ between machines, the go command cannot see that an executable is up to date
// and links every time: 0.3 s for each function. The packages that are linked have build IDs, though, which are made of
// the contents of all that went in, so they are the key under which the executable is kept. Since the source may change
// between looking and linking, what was linked is only kept if it still has the same key afterwards.
func (b *Builder) build(t Target) (made *Executable, key string, err error) {
	c, err := b.command(t)
	if err != nil {
		return nil, "", err
	}
	before, err := c.compile()
	if err != nil {
		return nil, "", err
	}
	cache := b.cache()
	if made, err := cache.get(before); err == nil {
		return made, before, nil
	}
	data, err := c.link()
	if err != nil {
		return nil, "", err
	}
	made = NewExecutable(data)
	if !cache.enabled() {
		return made, "", nil
	}
	if after, err := c.compile(); err == nil && after == before && cache.put(after, made) {
		if kept, err := cache.get(after); err == nil && kept.Digest == made.Digest {
			return kept, after, nil // and not in memory
		}
	}
	return made, "", nil
}
