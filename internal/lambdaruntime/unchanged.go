package lambdaruntime

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"time"
)

// snapshot is what a function's program and the folder with its code looked like when it was put in place: enough to
// tell that nothing has changed, without reading the files.
type snapshot struct {
	files map[string]os.FileInfo // by path
	taken time.Time
	known bool // false: nothing can be told from it
}

const (
	// maxFiles is how many files are looked at. To restart the function is cheaper than to look at more.
	maxFiles = 4096

	// settled is how long a file must have been left alone before its time says that it has not changed since: two
	// writes may fall into one tick of the file system's clock.
	settled = 100 * time.Millisecond
)

var errUnsure = errors.New("not all of it is looked at")

// lookAt takes a snapshot. Symbolic links to files are followed, as the function would; one to a folder leaves in doubt
// what is behind it.
func lookAt(s *Spec, maxFiles int) snapshot {
	look := snapshot{files: map[string]os.FileInfo{}, taken: time.Now()}
	program, err := os.Stat(s.Command[0])
	if err != nil {
		return look
	}
	look.files[s.Command[0]] = program
	err = filepath.WalkDir(s.Dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if entry.Type()&fs.ModeSymlink != 0 && info.IsDir() || len(look.files) >= maxFiles {
			return errUnsure
		}
		look.files[path] = info
		return nil
	})
	look.known = err == nil
	return look
}

// same reports whether a folder is sure to be as it was. In doubt it is not.
func (s snapshot) same(now snapshot) bool {
	if !s.known || !now.known || len(s.files) != len(now.files) {
		return false
	}
	for path, was := range s.files {
		is := now.files[path]
		if is == nil || !os.SameFile(was, is) || was.Mode() != is.Mode() || !was.ModTime().Equal(is.ModTime()) {
			return false
		}
		if !was.IsDir() && (was.Size() != is.Size() || s.taken.Sub(was.ModTime()) < settled) {
			return false
		}
	}
	return true
}

// unchanged reports whether to run s would be to run what runs already: the same description of the same code.
func (f *function) unchanged(s *Spec, code snapshot) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return reflect.DeepEqual(f.spec, s) && f.code.same(code)
}
