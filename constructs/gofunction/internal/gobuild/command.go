package gobuild

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// command runs go for one target.
type command struct {
	target   Target
	path     string // of the go command
	execute  func(*exec.Cmd) error
	environ  []string   // it runs in
	settings goSettings // it reports
	flags    []string   // that go list and go build have in common
}

func (b *Builder) command(t Target) (*command, error) {
	path, err := exec.LookPath("go")
	if err != nil {
		return nil, fmt.Errorf("%w (%w): install Go from https://go.dev/dl, or add the bin directory of an installed "+
			"one to PATH", ErrNoGo, err)
	}
	environ := os.Environ
	if b.Environ != nil {
		environ = b.Environ
	}
	execute := (*exec.Cmd).Run
	if b.execute != nil {
		execute = b.execute
	}
	c := &command{target: t, path: path, execute: execute, environ: environ()}
	out, err := c.run("env", append([]string{"-json"}, goSettingsNames...)...)
	if err != nil {
		return nil, err
	}
	if c.settings, err = parseGoSettings(out); err != nil {
		return nil, err
	}
	if err := c.settings.check(t); err != nil {
		return nil, err
	}
	c.environ = t.environ(c.environ)
	c.flags = append(moduleFlags(c.settings.GOFLAGS), "-buildvcs=false", "-tags", strings.Join(t.Tags, ","))
	if !t.KeepPaths {
		c.flags = append(c.flags, "-trimpath")
	}
	if t.Debug {
		// As delve wants it, but for the standard library and other modules, whose compilation takes half a minute:
		// https://github.com/go-delve/delve/blob/master/Documentation/usage/dlv_exec.md
		c.flags = append(c.flags, "-gcflags=./...=-N -l")
	}
	return c, nil
}

// compile compiles the package and all that it imports, or finds them compiled, and returns the key of the executable
// that links them: everything that decides about its bytes.
func (c *command) compile() (key string, err error) {
	const format = `{{if not .DepOnly}}named{{end}}|{{.Name}}|{{.ImportPath}}|{{.BuildID}}|{{.DefaultGODEBUG}}`
	out, err := c.run(
		"list",
		slices.Concat([]string{"-export", "-deps", "-f", format}, c.flags, []string{"--", c.target.Package})...)
	if err != nil {
		return "", err
	}
	var mains, others []string
	for line := range strings.Lines(string(out)) {
		f := strings.SplitN(strings.TrimRight(line, "\r\n"), "|", 4)
		if len(f) != 4 || f[0] != "named" {
			continue
		}
		if f[1] == "main" {
			mains = append(mains, f[2])
		} else {
			others = append(others, fmt.Sprintf("%s is package %s", f[2], f[1]))
		}
	}
	if len(others) > 0 {
		return "", fmt.Errorf(
			"%w: %s: expected package main, which has the func main that Lambda runs",
			ErrNotMain,
			others[0],
		)
	}
	if len(mains) != 1 {
		return "", fmt.Errorf("%w: %q stands for %d packages: name one main package", ErrProps, c.target.Package, len(mains))
	}
	return c.key(out), nil
}

// key is that of the executable which is linked from what "go list" lists.
func (c *command) key(listed []byte) string {
	if strings.Contains(c.settings.GOVERSION, "devel") {
		return "" // The version does not tell two linkers apart, so there is no key.
	}
	h := sha256.New()
	fmt.Fprintf(
		h,
		"gobuild 1\n%q %q %q\n%q\n%q\n%s",
		c.settings.GOVERSION,
		c.target.OS,
		c.target.Arch,
		c.target.settings(),
		c.flags,
		listed,
	)
	return hex.EncodeToString(h.Sum(nil))
}

// linkerFlags leave out what differs between machines and, unless it is to be debugged, what only a debugger reads.
func (t Target) linkerFlags() string {
	if t.Debug {
		return "-ldflags=-buildid="
	}
	return "-ldflags=-s -w -buildid="
}

// link builds the executable.
func (c *command) link() ([]byte, error) {
	dir, err := os.MkdirTemp("", "gobuild-")
	if err != nil {
		return nil, fmt.Errorf("%w: %w%s", ErrGo, err, noRoom())
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "bootstrap")
	args := slices.Concat(c.flags, []string{c.target.linkerFlags(), "-o", file, "--", c.target.Package})
	if _, err := c.run("build", args...); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrGo, err)
	}
	return data, nil
}

// run runs go and returns its standard output. The error holds all that go wrote, and the way out where go has none.
func (c *command) run(subcommand string, args ...string) ([]byte, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(c.path, append([]string{subcommand}, args...)...)
	// go reads a few thousand files and exits: it need not collect garbage as often as a server. With 400 instead of
	// Go's 100, "go list" of a small function takes 0.23 s of processor time instead of 0.31, and 44 MB instead of 31.
	environ := c.environ
	if !slices.ContainsFunc(environ, func(v string) bool { return strings.HasPrefix(v, "GOGC=") }) {
		environ = append(slices.Clip(environ), "GOGC=400")
	}
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = c.target.Dir, environ, &stdout, &stderr
	err := c.execute(cmd)
	if err == nil {
		return stdout.Bytes(), nil
	}
	words := strings.TrimSpace(stderr.String())
	if words == "" {
		words = err.Error()
	}
	missing := cmp.Or(c.missing(words), c.elsewhere(words), c.excluded(words))
	// go mod vendor takes the packages that the module imports, or names as tools, and a main package is never
	// imported:
	// https://go.dev/ref/mod#go-mod-vendor.
	if strings.Contains(words, "package "+c.target.Package+": import lookup disabled by -mod=vendor") {
		add := "Add"
		if missing != "" {
			add = "If another module has it, add"
		}
		return nil, fmt.Errorf("%w: %sgo %s says:\n%s\n%s the package to the vendor directory, in %s:\n\tgo get "+
			"-tool %s\n\tgo mod vendor",
			ErrNotVendored, missing, subcommand, words, add, c.target.Dir, c.target.Package)
	}
	if _, ok := errors.AsType[*exec.ExitError](err); !ok {
		return nil, fmt.Errorf("%w: go %s: %w", ErrGo, subcommand, err)
	}
	room := ""
	if slices.ContainsFunc(unwritable, func(of string) bool { return strings.Contains(words, of) }) {
		room = noRoom()
	}
	beside := ""
	if missing == "" && c.unprovided(words) {
		beside = "\n(if another module of this repository has it: set Dir to that module's folder, or add both to a go.work)"
	}
	return nil, fmt.Errorf(
		"%w: %sgo %s in %s says:\n%s%s%s%s%s",
		ErrGo,
		missing,
		subcommand,
		c.target.Dir,
		words,
		untidy(words),
		beside,
		c.dropped(),
		room,
	)
}

// untidy is the way out of a go.sum that lacks what a function is built of: go names one command for each package. With
// -mod=mod on the app's command line alone, go writes what the app is built of, and a function may have more.
func untidy(words string) string {
	if !strings.Contains(words, "missing go.sum entry") {
		return ""
	}
	return "\n(go mod tidy writes all that is missing into go.sum)"
}

// unwritable is how go says that a folder of its own is missing, full or read-only.
var unwritable = []string{
	"creating work dir", "could not create the build cache", "build cache is required", "failed to initialize build cache",
	"no space left on device", "read-only file system", "disk quota exceeded",
}

// noRoom is the way out of that.
func noRoom() string {
	return fmt.Sprintf("\n(Go keeps temporary files in %s, which TMPDIR names, and its cache in GOCACHE: "+
		"make room there and let this user write to it, or name other folders)", os.TempDir())
}

// unprovided is how go begins to say that no module it knows has a package: by itself, with -mod=vendor, and with
// -mod=mod, where it goes on to look for the package elsewhere.
var unprovided = []string{
	"no required module provides package ",
	"cannot find module providing package ",
	"finding module for package ",
}

// unprovided reports whether go says that no module it knows has the package.
func (c *command) unprovided(words string) bool {
	return slices.ContainsFunc(unprovided, func(begin string) bool {
		_, rest, found := strings.Cut(words, begin+c.target.Package)
		return found && (rest == "" || strings.ContainsRune(";:\r\n", rune(rest[0]))) // not the beginning of another's path
	})
}

// missing says that the package, by its path, belongs to a module that is built here and has no such folder: a name
// that is misspelt. Go takes it for one of another module, and says how to get that. It is empty if it is something
// else.
func (c *command) missing(words string) string {
	pkg := c.target.Package
	if !c.unprovided(words) {
		return ""
	}
	out, err := c.run("list", slices.Concat([]string{"-m", "-f", "{{.Path}}|{{.Dir}}"}, c.flags)...)
	if err != nil {
		return "" // what is wrong is said in any case
	}
	for line := range strings.Lines(string(out)) { // several in a workspace
		module, dir, _ := strings.Cut(strings.TrimSpace(line), "|")
		folder, within := strings.CutPrefix(pkg, module+"/")
		if !within {
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(folder))); err != nil {
			return fmt.Sprintf("there is no folder %s in module %s: ", folder, module)
		}
		return fmt.Sprintf("the folder %s of module %s has no Go files: ", folder, module)
	}
	return ""
}

// elsewhere says how an import path begins, of a package that is named without its module: "orders-fn" or "fn/orders".
// Go takes a first element without a dot for the standard library. It is empty if it is something else.
func (c *command) elsewhere(words string) string {
	pkg := c.target.Package
	if !strings.Contains(words, "package "+pkg+" is not in std") {
		return ""
	}
	out, err := c.run("list", slices.Concat([]string{"-m", "-f", "{{.Path}}"}, c.flags)...)
	module, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n") // several in a workspace
	if err != nil || module == "" {
		return ""
	}
	return fmt.Sprintf("an import path begins with that of its module, like %q, and a directory with ./: ",
		module+"/"+pkg)
}

// excluded says what is built, of a package that has no file for it. It is empty if it is something else.
func (c *command) excluded(words string) string {
	if !strings.Contains(words, "build constraints exclude all Go files") {
		return ""
	}
	return fmt.Sprintf("it is built for %s/%s without cgo, with the tags %s, and there is a package without a file "+
		"for that: ",
		c.target.OS, c.target.Arch, strings.Join(c.target.Tags, ","))
}

// dropped reminds of flags that a build by hand would have had.
func (c *command) dropped() string {
	flags := droppedFlags(c.settings.GOFLAGS)
	if len(flags) == 0 {
		return ""
	}
	return fmt.Sprintf("\n(not used, of GOFLAGS: %s; tags go into Tags)", strings.Join(flags, " "))
}
