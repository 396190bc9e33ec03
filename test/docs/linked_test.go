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

// elsewhere is a folder of this module that does not exist: an overlay says what is in it. The documentation's Go and
// packages of other modules are compiled as packages below it, where they find all that they import compiled.
const elsewhere = "test/elsewhere"

// overlay makes the file for -overlay with which these files are in the folder elsewhere.
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

// scratch is a folder for all tests.
var scratch string

// linked is one program with all that these tests run with CDK: linking CDK takes two seconds of processor time. Its
// source is testdata/linked, with the documentation's Go and a consumer's app. It runs a program as a process of its
// own, and fragments one after the other in one process, since CDK's engine takes a second to start.
type linked struct {
	executable string
	fragments  map[string]*snippet // by their places

	asking  sync.Mutex
	process *exec.Cmd // that answers requests, once there was one
	stdin   io.Closer
	stderr  bytes.Buffer
	send    *json.Encoder
	receive *json.Decoder
}

var (
	linkOnce sync.Once
	program  *linked
)

// theLinked is the program, which the first test that needs it links.
func theLinked(t *testing.T) *linked {
	t.Helper()
	linkOnce.Do(func() { program = linkAll(t) })
	if program == nil {
		t.Fatal("the program of these tests is not there: the first test that needed it says why")
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
	files["linked/others.go"] = importing(compiled, programs)

	l := &linked{executable: filepath.Join(scratch, "linked"), fragments: found.fragments}
	dir := filepath.Join(scratch, "sources")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	// "go run" keeps what it links in go's build cache, which "go build" does not, so it is told to run cp.
	cmd := exec.Command("go", "run", "-overlay", overlay(t, dir, files), "-exec", "cp", "./"+elsewhere+"/linked",
		l.executable)
	cmd.Dir = repository
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("the documentation's Go, a consumer's or that of \"gatehouse init\" does not compile: %v\n%s", err, text)
	}
	return l
}

// importing is the file of the linked program that has packages compiled, and that knows programs. It is the same in
// each run, or else the program would be linked in each.
func importing(compiled []string, programs map[string]string) string {
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

// imported is a program as a package of another one, which calls its Main.
func imported(pkg, source string) string {
	return strings.Replace(packageClause.ReplaceAllString(source, "package "+pkg), "\nfunc main() {", "\nfunc Main() {", 1)
}

// request and answer are those of testdata/linked.
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
	cmd.Env = append(environ(), "CDK_VALIDATION=false", "TMPDIR="+dir)
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

// stop ends the process that answers requests.
func (l *linked) stop() {
	if l != nil && l.process != nil {
		l.stdin.Close()
		l.process.Wait()
	}
}

// noteInputs reads what the go commands read that tests run: go takes the result of a test from its cache unless
// something has changed that the test itself has read.
func noteInputs() {
	goSources()
	_ = os.Getenv("GOFLAGS")
}

// folder makes an empty folder that has the same name in each run. What is linked in a module depends on its folder, so
// that go's build cache has it where nothing else has changed. While another run has it, the folder has another name.
func folder(t *testing.T, name string) string {
	t.Helper()
	root, err := filepath.Abs(repository)
	if err != nil {
		t.Fatal(err)
	}
	of := sha256.Sum256([]byte(root))
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("gatehouse-%s-%x", name, of[:4]))
	if err := os.Mkdir(dir, 0o700); err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
