package lambdaruntime

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// copyOf returns a new folder with the program of the faulty functions and another file, both with an old modification
// time.
func copyOf(t *testing.T) string {
	t.Helper()
	program, err := os.ReadFile(filepath.Join(built, "faults", "bootstrap"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	putFile(t, dir, "bootstrap", program)
	putFile(t, dir, "table.json", []byte("one"))
	return dir
}

// putFile writes a file anew, and makes it as old as all others.
func putFile(t *testing.T, dir, name string, content []byte) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, content, 0o755); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-time.Hour).Truncate(time.Hour)
	if err := os.Chtimes(path, long, long); err != nil {
		t.Fatal(err)
	}
}

// fewFiles is the maximum number of compared files in this test. Making thousands of files would take a second.
const fewFiles = 20

// TestReplaceByTheSame compares the ID of a function's process before and after the function is replaced by the same
// one.
func TestReplaceByTheSame(t *testing.T) {
	later := func(t *testing.T, dir, name string) {
		if err := os.Chtimes(filepath.Join(dir, name), time.Time{}, time.Now().Add(-time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name   string
		before func(t *testing.T, s *Spec)
		change func(t *testing.T, s *Spec)
		goesOn bool
	}{
		{name: "nothing has changed", goesOn: true},
		{
			name:   "an environment that says the same, in another map",
			goesOn: true,
			change: func(t *testing.T, s *Spec) { s.Env = map[string]string{"A": "1"} },
		},
		{
			name:   "the same folder, written in another way",
			goesOn: true,
			change: func(t *testing.T, s *Spec) { s.Dir += "/." },
		},
		{name: "a default, written out", goesOn: true, change: func(t *testing.T, s *Spec) { s.MemoryMB = 128 }},
		{name: "another variable", change: func(t *testing.T, s *Spec) { s.Env = map[string]string{"A": "2"} }},
		{name: "the caller's own map was changed", change: func(t *testing.T, s *Spec) { s.Env["A"] = "2" }},
		{name: "another time-out", change: func(t *testing.T, s *Spec) { s.Timeout = time.Minute }},
		{name: "another folder with the same in it", change: func(t *testing.T, s *Spec) { s.Dir = copyOf(t) }},
		{name: "the program was written again", change: func(t *testing.T, s *Spec) { later(t, s.Dir, "bootstrap") }},
		{name: "so was a file beside it", change: func(t *testing.T, s *Spec) { later(t, s.Dir, "table.json") }},
		{
			name:   "another size at the same time",
			change: func(t *testing.T, s *Spec) { putFile(t, s.Dir, "table.json", []byte("three")) },
		},
		{name: "another file in its place, of the same size and time", change: func(t *testing.T, s *Spec) {
			putFile(t, s.Dir, "new", []byte("two"))
			if err := os.Rename(filepath.Join(s.Dir, "new"), filepath.Join(s.Dir, "table.json")); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "a file more", change: func(t *testing.T, s *Spec) { putFile(t, s.Dir, "more", nil) }},
		{name: "a file less", change: func(t *testing.T, s *Spec) { os.Remove(filepath.Join(s.Dir, "table.json")) }},
		{
			name: "the last write was just before it was put in place: another may not show",
			before: func(t *testing.T, s *Spec) {
				now := time.Now()
				os.Chtimes(filepath.Join(s.Dir, "table.json"), now, now)
			},
		},
		{name: "a link to a folder, which is not looked into", before: func(t *testing.T, s *Spec) {
			if err := os.Symlink(t.TempDir(), filepath.Join(s.Dir, "link")); err != nil {
				t.Skip(err)
			}
		}},
		{name: "more files than are looked at", before: func(t *testing.T, s *Spec) {
			for i := range fewFiles {
				if err := os.Symlink("table.json", filepath.Join(s.Dir, fmt.Sprint(i))); err != nil {
					t.Skip(err)
				}
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPool(t, Options{maxFiles: fewFiles})
			s := fault("pid")
			s.Dir, s.Env = copyOf(t), map[string]string{"A": "1"}
			if c.before != nil {
				c.before(t, &s)
			}
			add(t, p, s)
			first := answered(t, p, "pid", "")
			if c.change != nil {
				c.change(t, &s)
			}
			add(t, p, s)
			if second := answered(t, p, "pid", ""); (first == second) != c.goesOn {
				t.Errorf("the process went on: %v, want %v", first == second, c.goesOn)
			}
		})
	}
}
