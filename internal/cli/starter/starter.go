// Package starter writes the module of a new app: a stack, a function and a test.
//
// It only writes files. It runs no command, and it does not look for a version on the network.
package starter

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"text/template"

	"golang.org/x/mod/modfile"
)

// ErrNotEmpty reports that the folder for the module already has files.
var ErrNotEmpty = errors.New("the folder is not empty")

// ErrCheckout reports that a folder does not contain Gatehouse's module.
var ErrCheckout = errors.New("not a checkout of Gatehouse")

// Module describes the module to write.
type Module struct {
	Name    string // the app's name, such as "shop"; see [Name]
	Version string // the version of Gatehouse that go.mod requires, such as "v0.1.0"; "" for none yet
	Replace string // the folder that go.mod takes Gatehouse from, absolute or below "./" or "../"; "" for none
}

// File is a file of the module: its name, relative and with slashes, and its content.
type File struct {
	Name    string
	Content []byte
}

// goVersion is the language version of the module. A module needs at least that of the modules it requires.
const goVersion = "1.26.0"

// cdkCommand is the release of npm's aws-cdk that reads what all supported releases of CDK write.
const cdkCommand = "2.1148.1"

// unreleased is the version that a go.mod requires if a folder replaces every version.
const unreleased = "v0.0.0"

// Gatehouse returns the path of Gatehouse's own module.
func Gatehouse() string {
	return strings.TrimSuffix(reflect.TypeFor[Module]().PkgPath(), "/internal/cli/starter")
}

// Tool returns the import path of the command gatehouse, which go.mod has as a tool.
func Tool() string { return Gatehouse() + "/cmd/gatehouse" }

//go:embed files
var embedded embed.FS

// names are the files of the module and the templates that they are made from, in the best order to read them. The
// templates have another extension, so that the go command does not treat them as packages.
var names = []struct{ name, template string }{
	{"stack.go", "stack.go.tmpl"},
	{"orders-fn/main.go", "orders-fn/main.go.tmpl"},
	{"stack_test.go", "stack_test.go.tmpl"},
	{"main.go", "main.go.tmpl"},
	{"cdk.json", "cdk.json.tmpl"},
	{"README.md", "README.md.tmpl"},
	{".gitignore", "gitignore.tmpl"},
}

// Files returns the files of the module.
func (m Module) Files() ([]File, error) {
	goMod, err := m.goMod()
	if err != nil {
		return nil, err
	}
	values := map[string]string{
		"Command":   m.Name,
		"Stack":     stackName(m.Name),
		"Gatehouse": Gatehouse(),
		"CDK":       cdkCommand,
	}
	files := []File{{"go.mod", goMod}}
	for _, f := range names {
		source, err := embedded.ReadFile("files/" + f.template)
		if err != nil {
			return nil, err
		}
		t, err := template.New(f.name).Option("missingkey=error").Parse(string(source))
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		if err := t.Execute(&b, values); err != nil {
			return nil, err
		}
		files = append(files, File{f.name, b.Bytes()})
	}
	return files, nil
}

// Path returns the module path.
func (m Module) Path() string { return domain + m.Name }

// goMod returns the content of go.mod. "go mod tidy" adds what the packages import; the versions of CDK are then those
// that Gatehouse requires.
func (m Module) goMod() ([]byte, error) {
	f := new(modfile.File)
	err := errors.Join(f.AddModuleStmt(m.Path()), f.AddGoStmt(goVersion))
	version := m.Version
	if m.Replace != "" {
		version = unreleased
	}
	if version != "" {
		// The tool is added only with a version. Without one, "go mod tidy" would use the newest release of each module,
		// while "go get -tool" uses those that Gatehouse requires.
		err = errors.Join(err, f.AddRequire(Gatehouse(), version), f.AddTool(Tool()))
	}
	if m.Replace != "" {
		err = errors.Join(err, f.AddReplace(Gatehouse(), "", m.Replace, ""))
	}
	if err != nil {
		return nil, fmt.Errorf("go.mod: %w", err)
	}
	f.Cleanup()
	return f.Format()
}

// Write writes the files into dir, which must be empty. The folder of a repository without commits, which contains only
// .git, counts as empty. No file is replaced.
func Write(dir string, files []File) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() != ".git" {
			return fmt.Errorf("%w: %s has %s", ErrNotEmpty, dir, e.Name())
		}
	}
	for _, f := range files {
		if err := write(filepath.Join(dir, filepath.FromSlash(f.Name)), f.Content); err != nil {
			return err
		}
	}
	return nil
}

func write(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}

// Checkout checks that the folder replace contains Gatehouse's module, and returns it in the form of a replace
// directive: relative to dir, relative folders start with "./" or "../".
// Source: https://go.dev/ref/mod#go-mod-file-replace
func Checkout(dir, replace string) (string, error) {
	folder := replace
	if !filepath.IsAbs(folder) {
		folder = filepath.Join(dir, folder)
	}
	content, err := os.ReadFile(filepath.Join(folder, "go.mod"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("%w: %s has no go.mod", ErrCheckout, replace)
	case err != nil:
		return "", fmt.Errorf("%w: %w", ErrCheckout, err)
	}
	if path := modfile.ModulePath(content); path != Gatehouse() {
		return "", fmt.Errorf("%w: %s has the module %q, want %s", ErrCheckout, replace, path, Gatehouse())
	}
	replace = filepath.ToSlash(filepath.Clean(replace))
	if !filepath.IsAbs(replace) && replace != ".." && !strings.HasPrefix(replace, "../") {
		replace = "./" + replace
	}
	return replace, nil
}
