package devissuer

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// ids are the ids of the keys that are signed with.
func ids(t testing.TB, s *KeyStore) []string {
	t.Helper()
	ring, err := s.current()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, kind := range kinds {
		out = append(out, ring.keyOf(kind).id)
	}
	return append(out, ring.secret)
}

func names(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestKeysAreMadeOnceAndForTheUserAlone(t *testing.T) {
	dir := Folder(filepath.Join(t.TempDir(), "cache"))
	first, err := OpenKeys(KeyOptions{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	second, err := OpenKeys(KeyOptions{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if a, b := ids(t, first), ids(t, second); !slices.Equal(a, b) {
		t.Errorf("the keys were made twice: %v, %v", a, b)
	}
	if got := names(t, dir); !slices.Equal(got, []string{"issuer-1.json"}) {
		t.Errorf("the folder has %v", got)
	}
	if runtime.GOOS == "windows" {
		return
	}
	for path, want := range map[string]fs.FileMode{
		dir:                                 0o700,
		filepath.Dir(dir):                   0o700,
		filepath.Join(dir, "issuer-1.json"): 0o600,
	} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %04o, want %04o", path, got, want)
		}
	}
}

func TestExposedKeysAreRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	for _, tt := range []struct {
		name, path string
		mode       fs.FileMode
	}{
		{"the group can read the file", "issuer-1.json", 0o640},
		{"all can read the file", "issuer-1.json", 0o604},
		{"all can write the file", "issuer-1.json", 0o602},
		{"all can look into the folder", ".", 0o755},
		{"the group can put files into the folder", ".", 0o720},
	} {
		t.Run(tt.name, func(t *testing.T) {
			keys := testKeys(t)
			path := filepath.Join(keys.options.Dir, tt.path)
			if err := os.Chmod(path, tt.mode); err != nil {
				t.Fatal(err)
			}
			_, opened := OpenKeys(KeyOptions{Dir: keys.options.Dir})
			_, used := keys.current()
			for _, err := range []error{opened, used} {
				if !errors.Is(err, ErrExposed) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "chmod") {
					t.Errorf("want an ErrExposed that names %s and says chmod, got %v", path, err)
				}
			}
		})
	}
}

func TestKeyFilesThatAreNone(t *testing.T) {
	for _, tt := range []struct {
		name   string
		break_ func(dir string) error
		want   error
		says   string
	}{
		{"no JSON", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "issuer-1.json"), []byte("oops"), 0o600)
		}, ErrKeyFile, "issuer-1.json: it is not JSON of this release: delete it, and new keys are made"},
		{
			"a folder",
			func(dir string) error {
				path := filepath.Join(dir, "issuer-1.json")
				return errors.Join(os.Remove(path), os.Mkdir(path, 0o700))
			},
			ErrKeyFile,
			"issuer-1.json is not a regular file: delete it",
		},
		{"a file in place of the folder", func(dir string) error {
			return errors.Join(os.RemoveAll(dir), os.WriteFile(dir, nil, 0o600))
		}, nil, "is not a folder, and the keys are kept there: move it away"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			keys := testKeys(t)
			if err := tt.break_(keys.options.Dir); err != nil {
				t.Fatal(err)
			}
			_, err := keys.current()
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("want %v with %q, got %v", tt.want, tt.says, err)
			}
		})
	}
}

func TestKeysWithoutAFolder(t *testing.T) {
	if _, err := OpenKeys(KeyOptions{}); !errors.Is(err, ErrConfig) {
		t.Errorf("want an ErrConfig, got %v", err)
	}
}

func TestSharedKeysAreThoseOfTheProcess(t *testing.T) {
	var stores [2]*KeyStore
	for n := range stores {
		var err error
		if stores[n], err = OpenKeys(KeyOptions{Dir: filepath.Join(t.TempDir(), "keys"), Shared: true}); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := ids(t, stores[0]), ids(t, stores[1]); !slices.Equal(a, b) {
		t.Errorf("two folders have the keys %v and %v, want the same", a, b)
	}
}

// TestOneStoreSeesWhatAnotherDoes checks that stores of two processes share only the folder.
func TestOneStoreSeesWhatAnotherDoes(t *testing.T) {
	mine := testKeys(t)
	theirs, err := OpenKeys(KeyOptions{Dir: mine.options.Dir})
	if err != nil {
		t.Fatal(err)
	}
	theirs.make = makeRing
	before := ids(t, mine)
	if err := os.RemoveAll(mine.options.Dir); err != nil {
		t.Fatal(err)
	}
	a, b := ids(t, theirs), ids(t, mine)
	if !slices.Equal(a, b) {
		t.Errorf("after the folder was deleted: %v, want %v", a, b)
	}
	for n := range before {
		if before[n] == b[n] {
			t.Errorf("%q is still in use", b[n])
		}
	}
}

// TestManyAtOnce checks that all stores that make keys at the same time end with the same keys.
func TestManyAtOnce(t *testing.T) {
	for _, tt := range []struct {
		name string
		link func(target, path string) error
	}{
		{"with hard links", os.Link},
		{"on a file system without them", func(string, string) error { return errors.ErrUnsupported }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "keys")
			stores := make([]*KeyStore, 3)
			for n := range stores {
				stores[n] = &KeyStore{link: tt.link, make: makeRing, options: KeyOptions{Dir: dir}}
			}
			var wg sync.WaitGroup
			for _, s := range stores {
				wg.Go(func() {
					if _, err := s.current(); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			for _, s := range stores[1:] {
				if a, b := ids(t, stores[0]), ids(t, s); !slices.Equal(a, b) {
					t.Errorf("two stores have keys of their own: %v, %v", a, b)
				}
			}
			if got := names(t, dir); len(got) != 1 {
				t.Errorf("the folder has %v, want one file", got)
			}
		})
	}
}

const processVariable = "DEVISSUER_TEST_PROCESS"

// TestProcess is run by the processes of the next test. It is not a test by itself.
func TestProcess(t *testing.T) {
	dir := os.Getenv(processVariable)
	if dir == "" {
		t.Skip("it is run by TestProcessesAtOnce")
	}
	s, err := OpenKeys(KeyOptions{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stdout.WriteString("keys " + strings.Join(ids(t, s), " ") + "\n"); err != nil {
		t.Fatal(err)
	}
}

func TestProcessesAtOnce(t *testing.T) {
	dir := Folder(t.TempDir())
	answers := make([]string, 4)
	var wg sync.WaitGroup
	for n := range answers {
		wg.Go(func() {
			c := exec.Command(os.Args[0], "-test.run=^TestProcess$", "-test.count=1")
			c.Env = append(os.Environ(), processVariable+"="+dir)
			out, err := c.CombinedOutput()
			if err != nil {
				t.Errorf("%v: %s", err, out)
				return
			}
			answers[n], _, _ = strings.Cut(string(out), "\n")
		})
	}
	wg.Wait()
	for _, a := range answers {
		if !strings.HasPrefix(a, "keys dev-") || a != answers[0] {
			t.Errorf("processes have keys of their own: %q, %q", answers[0], a)
		}
	}
}
