package devrecord

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

var t0 = time.Unix(1_800_000_000, 0).UTC()

func record(project string, pid int, run string) Record {
	return Record{PID: pid, URL: "http://127.0.0.1:3000", Run: run, Folder: project, Started: t0}
}

func write(t *testing.T, dir string, r Record) (remove func()) {
	t.Helper()
	remove, err := Write(dir, r)
	if err != nil {
		t.Fatal(err)
	}
	return remove
}

func find(t *testing.T, dir, project string) (runs []string) {
	t.Helper()
	found, err := Find(dir, project)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range found {
		runs = append(runs, r.Run)
	}
	return runs
}

func TestRecords(t *testing.T) {
	dir := Dir(t.TempDir())
	if got := find(t, dir, "/shop"); got != nil {
		t.Errorf("before the first record: %v", got)
	}
	removeFirst := write(t, dir, record("/shop", 1, "first"))
	later := record("/shop", 2, "second")
	later.Started = t0.Add(time.Second)
	removeSecond := write(t, dir, later)
	write(t, dir, record("/other", 3, "third"))
	if got := strings.Join(find(t, dir, "/shop"), " "); got != "second first" {
		t.Errorf("found %q, want the newest first and no other project's", got)
	}
	removeSecond()
	if got := strings.Join(find(t, dir, "/shop"), " "); got != "first" {
		t.Errorf("after one was removed: %q", got)
	}
	write(t, dir, record("/shop", 1, "same process id, later"))
	removeFirst()
	if got := strings.Join(find(t, dir, "/shop"), " "); got != "same process id, later" {
		t.Errorf("a run removed another one's record: %q", got)
	}
	if runtime.GOOS != "windows" {
		for path, want := range map[string]fs.FileMode{dir: 0o700, filepath.Join(dir, prefix("/shop")+"1.json"): 0o600} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: %v, want mode %o (%v)", path, info.Mode(), want, err)
			}
		}
	}
}

// TestRefused checks that files that another user could have written are not read.
func TestRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no modes")
	}
	file := func(dir string) string { return filepath.Join(dir, prefix("/shop")+"7.json") }
	overwrite := func(text string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.WriteFile(file(dir), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, tt := range []struct {
		name    string
		change  func(t *testing.T, dir string)
		exposed bool
		want    string
	}{
		{"a folder that others can write to", func(t *testing.T, dir string) { chmod(t, dir, 0o722) }, true, "has mode 0722"},
		{
			"a file that others can write to",
			func(t *testing.T, dir string) { chmod(t, file(dir), 0o622) },
			true,
			"has mode 0622",
		},
		{"a file that others can read", func(t *testing.T, dir string) { chmod(t, file(dir), 0o640) }, true, "has mode 0640"},
		{"a link", func(t *testing.T, dir string) {
			elsewhere := filepath.Join(t.TempDir(), "record")
			if err := errors.Join(os.Rename(file(dir), elsewhere), os.Symlink(elsewhere, file(dir))); err != nil {
				t.Fatal(err)
			}
		}, true, "is not a regular file"},
		{"a folder that is a link", func(t *testing.T, dir string) {
			elsewhere := filepath.Join(t.TempDir(), "dev")
			if err := errors.Join(os.Rename(dir, elsewhere), os.Symlink(elsewhere, dir)); err != nil {
				t.Fatal(err)
			}
		}, true, "is not a folder"},
		{"half a record", overwrite(`{"pid":7`), false, "is not a record"},
		{
			"an address elsewhere",
			overwrite(`{"pid":7,"url":"http://192.0.2.1:80","run":"x","folder":"/shop"}`),
			false,
			`url "http://192.0.2.1:80"`,
		},
		{
			"an address that only looks local",
			overwrite(`{"pid":7,"url":"http://127.0.0.1.example.com","run":"x","folder":"/shop"}`),
			false,
			"want http://127.0.0.1:PORT",
		},
		{"no run", overwrite(`{"pid":7,"url":"http://127.0.0.1:3000","folder":"/shop"}`), false, `run ""`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := Dir(t.TempDir())
			write(t, dir, record("/shop", 7, "x"))
			tt.change(t, dir)
			found, err := Find(dir, "/shop")
			if err == nil || errors.Is(err, ErrExposed) != tt.exposed || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("found %v, %v, want an error with %q", found, err, tt.want)
			}
		})
	}
	t.Run("a file of another user", func(t *testing.T) {
		if os.Geteuid() != 0 {
			t.Skip("only root can give a file away")
		}
		dir := Dir(t.TempDir())
		write(t, dir, record("/shop", 7, "x"))
		if err := os.Chown(file(dir), 65534, -1); err != nil {
			t.Fatal(err)
		}
		if _, err := Find(dir, "/shop"); !errors.Is(err, ErrExposed) ||
			!strings.Contains(err.Error(), "belongs to the user id 65534") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("writing into a folder that others can write to", func(t *testing.T) {
		dir := t.TempDir()
		chmod(t, dir, 0o777)
		if _, err := Write(dir, record("/shop", 7, "x")); !errors.Is(err, ErrExposed) {
			t.Errorf("got %v", err)
		}
	})
}

func chmod(t *testing.T, path string, mode fs.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func TestProject(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "link")
	folder := filepath.Join(dir, "folder")
	if err := errors.Join(os.Mkdir(folder, 0o700), os.Symlink(folder, link)); err != nil {
		t.Skip(err)
	}
	direct, err := Project(folder)
	if err != nil {
		t.Fatal(err)
	}
	if through, err := Project(link); err != nil || through != direct || !filepath.IsAbs(direct) {
		t.Errorf("%q and %q (%v): want the same absolute path", direct, through, err)
	}
	if _, err := Project(filepath.Join(dir, "nowhere")); err == nil {
		t.Error("a missing folder has a name")
	}
}

func TestGone(t *testing.T) {
	if record("/shop", os.Getpid(), "x").Gone() {
		t.Error("this process is gone")
	}
}
