package docs

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// elsewhere is a folder of this module that does not exist on disk: an overlay has its files. The documentation's Go
// code and packages of other modules are compiled below it, so that they use this module's compiled packages.
const elsewhere = "test/elsewhere"

// overlay writes the file for the flag -overlay, with these files in the folder elsewhere.
func overlay(t *testing.T, dir string, files map[string]string) (file string) {
	t.Helper()
	root, err := filepath.Abs(repository)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, content []byte) string {
		file := filepath.Join(dir, strings.ReplaceAll(name, "/", "-"))
		if err := os.WriteFile(file, content, 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	replaced := map[string]string{}
	for name, source := range files {
		replaced[filepath.Join(root, filepath.FromSlash(elsewhere), filepath.FromSlash(name))] = write(name, []byte(source))
	}
	content, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		t.Fatal(err)
	}
	return write("overlay.json", content)
}

// scratch is a temporary folder that all tests share.
var scratch string

// linked is one program with all code that these tests run with CDK, because linking CDK takes two seconds of processor
// time. Its source is testdata/linked, the documentation's Go code and the app of a consumer. It runs a program in a
// separate process. It runs all fragments in one process, because CDK's engine takes a second to start.
type linked struct {
	executable string
	fragments  map[string]*snippet // by their place on a page

	asking  sync.Mutex
	process *exec.Cmd // answers requests; nil before the first one
	stdin   io.Closer
	stderr  bytes.Buffer
	send    *json.Encoder
	receive *json.Decoder
}

var (
	linkOnce sync.Once
	program  *linked
)

// linkedProgram returns the program. The first test that needs it links it.
func linkedProgram(t *testing.T) *linked {
	t.Helper()
	linkOnce.Do(func() { program = linkAll(t) })
	if program == nil {
		t.Fatal("the program of these tests is missing: see the error of the first test that needed it")
	}
	return program
}

func linkAll(t *testing.T) *linked {
	t.Helper()
	noteInputs()
	found := documentedGo(t)
	files, compiled, programs := found.files, found.compiled, found.programs
	files["consumer/main.go"] = imported("consumer", consumerApp)
	programs[aConsumer] = "consumer"
	files["uses/uses.go"] = consumerUses
	compiled = append(compiled, "uses")
	for name, source := range initialModule(t) {
		files[name] = source
		if dir := path.Dir(name); !slices.Contains(compiled, dir) {
			compiled = append(compiled, dir)
		}
	}
	main, err := os.ReadFile(filepath.Join("testdata", "linked", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	files["linked/main.go"] = string(main)
	files["linked/others.go"] = registration(compiled, programs)

	l := &linked{executable: filepath.Join(scratch, "linked"), fragments: found.fragments}
	dir := filepath.Join(scratch, "sources")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	// Use "go run" with cp as the program to run the executable, because "go run" caches executables and "go build" does
	// not.
	cmd := exec.Command("go", "run", "-overlay", overlay(t, dir, files), "-exec", "cp", "./"+elsewhere+"/linked",
		l.executable)
	cmd.Dir = repository
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("the Go code of the documentation, the consumer or \"gatehouse init\" does not compile: %v\n%s", err, text)
	}
	return l
}

// registration returns the file of the linked program that imports packages and registers programs. It must be the same
// in each run, so that the program is not linked again.
func registration(compiled []string, programs map[string]string) string {
	var imports, inits strings.Builder
	for _, pkg := range slices.Sorted(slices.Values(compiled)) {
		fmt.Fprintf(&imports, "\t_ %q\n", path.Join(modulePath, elsewhere, pkg))
	}
	for _, name := range slices.Sorted(maps.Keys(programs)) {
		fmt.Fprintf(&imports, "\t%q\n", path.Join(modulePath, elsewhere, programs[name]))
		fmt.Fprintf(&inits, "\tprograms[%q] = %s.Main\n", name, programs[name])
	}
	return "package main\n\nimport (\n" + imports.String() + ")\n\nfunc init() {\n" + inits.String() + "}\n"
}

// imported returns the source of a program as a package whose Main another program can call.
func imported(pkg, source string) string {
	return strings.Replace(packageClause.ReplaceAllString(source, "package "+pkg), "\nfunc main() {", "\nfunc Main() {", 1)
}

// request and answer are the types of testdata/linked.
type request struct {
	Fragment string         `json:",omitempty"`
	Context  map[string]any `json:",omitempty"`
	Example  *exampleRun    `json:",omitempty"`
}

type exampleRun struct{ Into, In string }

type answer struct {
	Panic    string
	Template any
}

func (l *linked) ask(r request) (a answer, err error) {
	l.asking.Lock()
	defer l.asking.Unlock()
	if l.process == nil {
		if err := l.start(); err != nil {
			return a, err
		}
	}
	if err := errors.Join(l.send.Encode(r), l.receive.Decode(&a)); err != nil {
		l.stop()
		return a, fmt.Errorf("%+v: %w\n%s", r, err, &l.stderr)
	}
	return a, nil
}

func (l *linked) start() error {
	dir := filepath.Join(scratch, "process")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	cmd := exec.Command(l.executable)
	cmd.Dir, cmd.Stderr = dir, &l.stderr
	cmd.Env = append(cleanEnvironment(), "CDK_VALIDATION=false", "TMPDIR="+dir)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	l.process, l.stdin, l.send, l.receive = cmd, stdin, json.NewEncoder(stdin), json.NewDecoder(stdout)
	return nil
}

// stop ends the process.
func (l *linked) stop() {
	if l != nil && l.process != nil {
		l.stdin.Close()
		l.process.Wait()
	}
}

// noteInputs reads the inputs of the go commands that tests run. The go command reuses the result of a test unless a
// file or variable that the test itself has read has changed.
func noteInputs() {
	goSources()
	_ = os.Getenv("GOFLAGS")
}

// folder makes an empty folder with the same name in each run. The cache key of a linked program includes the path of
// its module, so the build cache can be used. If another run uses the folder, folder returns one with another name.
func folder(t *testing.T, name string) string {
	t.Helper()
	root, err := filepath.Abs(repository)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(root))
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("gatehouse-%s-%x", name, sum[:4]))
	if err := os.Mkdir(dir, 0o700); err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
