package lambdaruntime

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"time"
)

// snapshot describes a function's program and code folder when they were installed. It suffices to see that nothing has
// changed, without reading the files.
type snapshot struct {
	files    map[string]os.FileInfo // by path
	taken    time.Time
	reliable bool // whether the snapshot is reliable
}

const (
	// maxFiles is how many files are compared. If there are more, restarting the function is cheaper.
	maxFiles = 4096

	// settled is how old the last change of a file must be for its time to prove that the file has not changed since: two
	// writes may fall into one tick of the file system's clock.
	settled = 100 * time.Millisecond
)

var errUnsure = errors.New("not all of it is looked at")

// takeSnapshot takes a snapshot. It follows symbolic links to files, as the function would. A link to a folder makes
// the snapshot unreliable.
func takeSnapshot(s *Spec, maxFiles int) snapshot {
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
	look.reliable = err == nil
	return look
}

// same reports whether a folder is certain to be unchanged.
func (s snapshot) same(now snapshot) bool {
	if !s.reliable || !now.reliable || len(s.files) != len(now.files) {
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

// unchanged reports whether s is the same description of the same code as the current version.
func (f *function) unchanged(s *Spec, code snapshot) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return reflect.DeepEqual(f.spec, s) && f.code.same(code)
}
