package gofunction

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction/internal/gobuild"
)

func TestFileNames(t *testing.T) {
	for _, tt := range []struct {
		name string
		file string
		with string // another file of the bundle
		want string // part of the error, or "" if the name is accepted
	}{
		{"a file", "routes.json", "", ""},
		{"in a directory", "templates/order.html", "templates/list.html", ""},
		{"hidden", ".config", "", ""},
		{"the directory's name as a prefix", "a.txt", "a", ""},
		{"a name like the executable's", "bootstrap.json", "", ""},
		{"the executable's name further down", "etc/bootstrap", "", ""},
		{"empty", "", "", "is not a relative path"},
		{"the bundle itself", ".", "", "is not a relative path"},
		{"out of the bundle", "../routes.json", "", "is not a relative path"},
		{"out of the bundle in the middle", "a/../../b", "", "is not a relative path"},
		{"not clean", "a/./b", "", "is not a relative path"},
		{"absolute", "/etc/passwd", "", "is not a relative path"},
		{"a directory", "a/", "", "is not a relative path"},
		{"backslashes", `a\b`, "", "is not a relative path"},
		{"a drive", "c:a", "", "is not a relative path"},
		{"a NUL", "a\x00", "", "is not a relative path"},
		{"not UTF-8", "a\xff", "", "is not a relative path"},
		{"the executable", "bootstrap", "", "the executable's own name"},
		{"the executable in another case", "BootStrap", "", "the executable's own name"},
		{"the executable as a directory", "bootstrap/a", "", "the executable's own name"},
		{"a file as a directory", "a/b/c", "a/b", `"a/b" is a file, and "a/b/c" needs it as a directory`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &Props{Files: map[string][]byte{tt.file: nil}}
			if tt.with != "" {
				p.Files[tt.with] = nil
			}
			err := p.checkFile(tt.file)
			if tt.want == "" && err != nil {
				t.Errorf("got %v, want no error", err)
			}
			if tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// FuzzFileNames checks that the file of an accepted name lies inside the bundle and is not the executable.
func FuzzFileNames(f *testing.F) {
	for _, name := range []string{
		"routes.json",
		"a/b",
		"../a",
		"/a",
		"bootstrap",
		"Bootstrap/x",
		`..\a`,
		"a/../..",
		".",
		"",
		"con:",
	} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		p := &Props{Files: map[string][]byte{name: nil}}
		if p.checkFile(name) != nil {
			return
		}
		joined := filepath.Join("bundle", filepath.FromSlash(name))
		inside, err := filepath.Rel("bundle", joined)
		if err != nil || !filepath.IsLocal(inside) || filepath.ToSlash(inside) != name {
			t.Errorf("%q: got the path %q, want one inside the bundle", name, joined)
		}
		if strings.EqualFold(inside, handler) || inside == "." {
			t.Errorf("%q: accepted, but it is the executable's path", name)
		}
	})
}

// built returns an executable of these bytes.
func built(text string) *gobuild.Executable {
	return gobuild.NewExecutable([]byte(text))
}

func TestFingerprint(t *testing.T) {
	files := func(nameAndText ...string) bundle {
		all := map[string][]byte{}
		for i := 0; i < len(nameAndText); i += 2 {
			all[nameAndText[i]] = []byte(nameAndText[i+1])
		}
		return newBundle(built("x"), all)
	}
	base := files("a", "bc", "d", "")
	if base.fingerprint() != newBundle(built("x"), map[string][]byte{"a": []byte("bc"), "d": nil}).fingerprint() {
		t.Error("equal bundles have different fingerprints")
	}
	// The fingerprint is part of every template, so it must not change by accident.
	const want = "9a545d812ccd4fa7c2af381de595e5925c9a9bba978106bbb4c256094c5d3b91"
	if got := base.fingerprint(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	mode := files("a", "bc", "d", "")
	mode[1].executable = true
	for name, other := range map[string]bundle{
		"contents":                      files("a", "bd", "d", ""),
		"a name":                        files("b", "bc", "d", ""),
		"a mode":                        mode,
		"boundary of name and contents": files("ab", "c", "d", ""),
		"a missing file":                files("a", "bc"),
		"another executable":            newBundle(built("y"), map[string][]byte{"a": []byte("bc"), "d": nil}),
	} {
		if other.fingerprint() == base.fingerprint() {
			t.Errorf("%s: got the fingerprint of the base bundle", name)
		}
	}
}

func TestBundleIs(t *testing.T) {
	b := newBundle(built("\x7fELF"), map[string][]byte{"a/b": []byte("1"), "c": nil})
	for _, tt := range []struct {
		name   string
		change func(dir string) error
		want   bool
	}{
		{"no change", func(string) error { return nil }, true},
		{"an empty directory", func(dir string) error { return os.Mkdir(filepath.Join(dir, "empty"), 0o755) }, true},
		{"one more file", func(dir string) error { return os.WriteFile(filepath.Join(dir, "more"), nil, 0o644) }, false},
		{"a missing file", func(dir string) error { return os.Remove(filepath.Join(dir, "c")) }, false},
		{"other bytes", func(dir string) error { return os.WriteFile(filepath.Join(dir, "a/b"), []byte("2"), 0o644) }, false},
		{
			"not executable",
			func(dir string) error { return os.Chmod(filepath.Join(dir, handler), 0o644) },
			runtime.GOOS == "windows",
		},
		{"a link", func(dir string) error {
			file := filepath.Join(dir, "c")
			if err := os.Remove(file); err != nil {
				return err
			}
			return os.Symlink("a/b", file)
		}, false},
		{"no directory", os.RemoveAll, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := b.write(dir); err != nil {
				t.Fatal(err)
			}
			if !b.isKnown(dir, "hash") { // remembers the directory
				t.Fatal("isKnown: got false for the bundle as it was written")
			}
			if err := tt.change(dir); err != nil {
				t.Fatal(err)
			}
			later := time.Now().Add(time.Minute) // a file system's clock may be too coarse for a change at once
			if err := os.Chtimes(filepath.Join(dir, "a/b"), later, later); err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
			if got := b.isKnown(dir, "hash"); got != tt.want {
				t.Errorf("isKnown: got %v, want %v", got, tt.want)
			}
			if got := b.is(dir, nil); got != tt.want {
				t.Errorf("is: got %v, want %v", got, tt.want)
			}
		})
	}
}

// An executable is read from the build cache long after its digest was computed, so its bytes are checked again.
func TestBundleRefusesChangedExecutable(t *testing.T) {
	b := newBundle(built("\x7fELF"), nil)
	b[0].open = built("\x7fELG").Open
	if err := b.write(t.TempDir()); err == nil || !strings.Contains(err.Error(), "bootstrap changed in") {
		t.Errorf("got %v, want an error that names the changed file", err)
	}
}

// A bundle that is already in the assembly is not staged again, unless it was changed there.
func TestStageOnce(t *testing.T) {
	outdir := t.TempDir()
	b := newBundle(built("\x7fELF"), map[string][]byte{"a": []byte("1")})
	stage := func() string {
		t.Helper()
		dir, done, err := b.stage(outdir, b.fingerprint(), false)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(done)
		return dir
	}
	sum := sha256.Sum256([]byte(b.fingerprint()))
	staged := filepath.Join(outdir, "asset."+hex.EncodeToString(sum[:]))
	files := func() int {
		t.Helper()
		entries, err := os.ReadDir(stage())
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	if n := files(); n != len(b) {
		t.Fatalf("got %d staged files, want %d", n, len(b))
	}
	if err := errors.Join(os.Mkdir(staged, 0o755), b.write(staged)); err != nil { // CDK copies the bundle
		t.Fatal(err)
	}
	for range 2 {
		if n := files(); n != 0 {
			t.Errorf("bundle in the assembly: got %d staged files, want 0", n)
		}
	}
	if err := os.WriteFile(filepath.Join(staged, "a"), []byte("12"), 0o644); err != nil {
		t.Fatal(err)
	}
	if n := files(); n != len(b) {
		t.Errorf("changed bundle in the assembly: got %d staged files, want %d", n, len(b))
	}
	if _, err := os.Stat(staged); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("changed bundle in the assembly: got %v, want it removed", err)
	}
}

func TestStageErrors(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	t.Setenv("TMPDIR", missing)
	t.Setenv("TMP", missing)
	b := newBundle(built("x"), nil)
	_, _, err := b.stage(t.TempDir(), b.fingerprint(), false)
	if err == nil || !strings.Contains(err.Error(), "the folder for temporary files is "+missing) ||
		!strings.Contains(err.Error(), "TMPDIR") {
		t.Errorf("got %v, want the folder, the variable and the way out", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.stage(file, b.fingerprint(), true); err == nil {
		t.Error("a file instead of the assembly: got no error")
	}
	if info, err := os.Stat(file); err != nil || info.Mode()&fs.ModeDir != 0 {
		t.Errorf("a file instead of the assembly: got %v, %v, want the file unchanged", info, err)
	}
}
