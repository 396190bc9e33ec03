package gobuild

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// memory runs the go command once for the same input. The input is the files of a module, the arguments and the
// environment. A build of shop takes 0.8 s of processor time, and many tests build it.
//
// memory assumes that the module's folder and the times of its files do not matter. Tests of that use a new memory, or
// none.
type memory struct {
	mu   sync.Mutex
	runs map[[sha256.Size]byte]goRun
}

// goRun is the result of a successful run of the go command.
type goRun struct {
	dir                string // of the module, which the output may name
	stdout, executable []byte
}

// shared is the memory of all tests of the package.
var shared memory

// builder returns a Builder that runs the go command through m in the module in dir.
func (m *memory) builder(t *testing.T, dir, cacheDir string) *Builder {
	return &Builder{Environ: environ(), CacheDir: cacheDir, execute: m.in(t, dir)}
}

// in returns a function that runs a go command in the module in dir, or repeats the result of an equal run.
func (m *memory) in(t *testing.T, dir string) func(*exec.Cmd) error {
	return func(cmd *exec.Cmd) error {
		input, out := inputOf(t, dir, cmd)
		if input == nil {
			return cmd.Run()
		}
		key := sha256.Sum256(input)
		m.mu.Lock()
		known, ok := m.runs[key]
		m.mu.Unlock()
		if ok {
			if out != "" {
				if err := os.WriteFile(out, known.executable, 0o755); err != nil {
					return err
				}
			}
			_, err := cmd.Stdout.Write(bytes.ReplaceAll(known.stdout, []byte(known.dir), []byte(dir)))
			return err
		}
		var stdout bytes.Buffer
		cmd.Stdout = io.MultiWriter(cmd.Stdout, &stdout)
		if err := cmd.Run(); err != nil {
			return err
		}
		made := goRun{dir: dir, stdout: stdout.Bytes()}
		if out != "" {
			var err error
			if made.executable, err = os.ReadFile(out); err != nil {
				return err
			}
			switch has := bytes.Contains(made.executable, []byte(dir)); {
			case has && slices.Contains(cmd.Args, "-trimpath"):
				t.Error("the executable for Lambda contains the path of its source")
			case has:
				return nil // another place would not have it
			}
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.runs == nil {
			m.runs = map[[sha256.Size]byte]goRun{}
		}
		m.runs[key] = made
		return nil
	}
}

// inputOf returns the input of a run without the module's folder, and the file that the run writes. The input is nil
// for a run in another folder.
func inputOf(t *testing.T, dir string, cmd *exec.Cmd) (input []byte, out string) {
	t.Helper()
	within, err := filepath.Rel(dir, cmd.Dir)
	if err != nil || !filepath.IsLocal(within) {
		return nil, ""
	}
	args := slices.Clone(cmd.Args)
	if i := slices.Index(args, "-o"); i >= 0 {
		out, args[i+1] = args[i+1], ""
	}
	env := slices.DeleteFunc(slices.Clone(cmd.Env), func(v string) bool { return strings.HasPrefix(v, "PWD=") })
	files := map[string]string{}
	err = filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, dir)] = string(data)
		return err
	})
	if err != nil {
		t.Error(err)
		return nil, ""
	}
	if input, err = json.Marshal([]any{within, args, env, files}); err != nil {
		t.Error(err)
	}
	return input, out
}
