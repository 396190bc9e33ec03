package unzip

import (
	"archive/zip"
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

type entry struct {
	name, content string
	mode          fs.FileMode // default 0644
}

// archived makes an archive.
func archived(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		if e.mode == 0 {
			e.mode = 0o644
		}
		h.SetMode(e.mode)
		f, err := w.CreateHeader(h)
		if err == nil {
			_, err = f.Write([]byte(e.content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// folders makes Folders whose parent is in a folder of the test.
func folders(t testing.TB) (*Folders, string) {
	t.Helper()
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	return new(Folders), temp
}

func file(t testing.TB, content []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "code.zip")
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestOf(t *testing.T) {
	f, temp := folders(t)
	one := archived(t,
		entry{name: "bootstrap", content: "#!/bin/sh\n", mode: 0o755},
		entry{name: "lib/text.py", content: "text = 1\n"},
		entry{name: "empty/", mode: fs.ModeDir | 0o755},
		entry{name: "private", content: "x", mode: 0o200},
		entry{name: "link", content: "lib/text.py", mode: fs.ModeSymlink | 0o777},
	)
	dir, err := f.Of(file(t, one))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct {
		name, content string
		mode          fs.FileMode
	}{
		{"bootstrap", "#!/bin/sh\n", 0o755},
		{"lib/text.py", "text = 1\n", 0o644},
		{"private", "x", 0o600},
		{"link", "text = 1\n", 0o644},
	} {
		content, err := os.ReadFile(filepath.Join(dir, want.name))
		if err != nil || string(content) != want.content {
			t.Errorf("%s: %q, %v; want %q", want.name, content, err, want.content)
		}
		if info, err := os.Stat(filepath.Join(dir, want.name)); err != nil || info.Mode() != want.mode {
			t.Errorf("%s: %v, %v; want %v", want.name, info.Mode(), err, want.mode)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "empty")); err != nil || !info.IsDir() {
		t.Errorf("an empty folder is missing: %v", err)
	}

	if again, err := f.Of(file(t, one)); again != dir || err != nil {
		t.Errorf("the same content is in %s and %s (%v), want one folder", dir, again, err)
	}
	if other, err := f.Of(file(t, archived(t, entry{name: "bootstrap"}))); other == dir || err != nil {
		t.Errorf("another content is in the same folder (%v)", err)
	}
	if err := f.Remove(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(temp); len(left) > 0 || err != nil {
		t.Errorf("Remove leaves %v (%v)", left, err)
	}
	if err := f.Remove(); err != nil {
		t.Error("a second Remove:", err)
	}
}

func TestRefused(t *testing.T) {
	for _, tt := range []struct {
		name    string
		content []byte
		want    string
	}{
		{"not an archive", []byte("def handler(e, c): pass\n"), "zip: not a valid zip file"},
		{"empty", nil, "zip: not a valid zip file"},
		{"a way out", archived(t, entry{name: "../out"}), "../out: its name is not a path inside the archive"},
		{"an absolute path", archived(t, entry{name: "/etc/passwd"}), "its name is not a path inside the archive"},
		{
			"a way out through a link",
			archived(t, entry{name: "up", content: "..", mode: fs.ModeSymlink | 0o777}, entry{name: "up/out"}),
			"up/out: ",
		},
		{"a device", archived(t, entry{name: "null", mode: fs.ModeDevice | 0o666}), "null: a file of the type D"},
		{"a file below a file", archived(t, entry{name: "a", content: "a"}, entry{name: "a/b", content: "b"}), "a/b: "},
		{"too large", large(t), "more than the 262144000 bytes that Lambda allows"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, temp := folders(t)
			name := file(t, tt.content)
			dir, err := f.Of(name)
			if !errors.Is(err, ErrArchive) || !strings.Contains(err.Error(), tt.want) ||
				!strings.HasPrefix(err.Error(), "unzip: "+name) {
				t.Errorf("got %q, %v; want an error with %q", dir, err, tt.want)
			}
			left, err := filepath.Glob(filepath.Join(temp, "*", "*"))
			if len(left) > 0 || err != nil {
				t.Errorf("it leaves %v (%v)", left, err)
			}
			if _, err := os.Lstat(filepath.Join(temp, "out")); err == nil {
				t.Error("it wrote outside of its folder")
			}
		})
	}
	if _, err := new(Folders).Of(filepath.Join(t.TempDir(), "none.zip")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// large is an archive of two files whose sizes in the directory exceed Lambda's limit by one byte.
func large(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, size := range map[string]uint64{"a": maxSize, "b": 1} {
		if _, err := w.CreateRaw(&zip.FileHeader{Name: name, UncompressedSize64: size}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// FuzzExtract checks for all archives that no file is written outside of the folder.
func FuzzExtract(f *testing.F) {
	f.Add(archived(f, entry{name: "bootstrap", content: "x", mode: 0o755}))
	f.Add(archived(f, entry{name: "../out", content: "x"}))
	f.Add(archived(f, entry{name: "up", content: "../", mode: fs.ModeSymlink | 0o777},
		entry{name: "up/out", content: "x"}))
	f.Add(archived(f, entry{name: "up", content: "/tmp", mode: fs.ModeSymlink | 0o777}, entry{name: "up", content: "x"}))
	f.Add([]byte("not an archive"))
	f.Fuzz(func(t *testing.T, content []byte) {
		parent := t.TempDir()
		dir := filepath.Join(parent, "dir")
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		err := extract(bytes.NewReader(content), int64(len(content)), dir)
		if err != nil && !errors.Is(err, ErrArchive) {
			t.Errorf("unexpected kind of error: %v", err)
		}
		if entries, err := os.ReadDir(parent); err != nil || len(entries) != 1 {
			t.Errorf("it wrote outside of its folder: %v (%v)", entries, err)
		}
	})
}
