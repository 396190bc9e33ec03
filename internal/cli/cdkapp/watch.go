package cdkapp

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Interval is how often sources are checked if there are few. Checking many files takes time, so the pause afterwards
// is restsFor times as long as the check: watching uses a tenth of a processor. It uses more if the pause would keep
// the user waiting for longer than longestRest.
const (
	Interval    = 100 * time.Millisecond
	restsFor    = 10
	longestRest = 400 * time.Millisecond
)

// Sources detects changes of files below a folder: of their names, sizes and times. It ignores hidden files and
// folders, node_modules, __pycache__, cdk.out, logs, backups of editors (*~) and Go's test files. It works on every
// file system, and each check walks through the folder.
type Sources struct {
	Dir      string
	Interval time.Duration // default [Interval]

	// Without are files to ignore, wherever they are: those into which the program writes its own output. Otherwise each
	// line of output would be a change.
	Without []fs.FileInfo

	root string           // Dir without symbolic links, at the last check
	seen map[string]stamp // by path below Dir, with slashes
}

// stamp is what is compared of a file.
type stamp struct {
	size int64
	time time.Time
}

// Look remembers the present state of the sources, and returns the files that have changed since the last call, sorted:
// new, modified and removed ones. Their paths are relative to Dir, with slashes.
func (s *Sources) Look() (changed []string) {
	root := s.Root()
	if root != s.root {
		s.root, s.seen = root, nil // everything is new
	}
	now := s.files(root)
	changed = changes(s.seen, now)
	s.seen = now
	return changed
}

// changes returns the files that differ, sorted.
func changes(before, after map[string]stamp) (changed []string) {
	for path, is := range after {
		if was, known := before[path]; !known || was.size != is.size || !was.time.Equal(is.time) {
			changed = append(changed, path)
		}
	}
	for path := range before {
		if _, there := after[path]; !there {
			changed = append(changed, path)
		}
	}
	slices.Sort(changed)
	return changed
}

// Wait returns the files that have changed since the last look, once they have stayed the same for an interval, so that
// saving several files is one change. A temporary file that appeared and disappeared meanwhile, as editors make, is not
// included. The error is that of ctx; the files that changed until then are returned with it.
func (s *Sources) Wait(ctx context.Context) (changed []string, err error) {
	interval := s.Interval
	if interval <= 0 {
		interval = Interval
	}
	timer := time.NewTimer(interval)
	defer timer.Stop()
	before := s.seen
	for moved := false; ; {
		select {
		case <-ctx.Done():
			return changes(before, s.seen), ctx.Err()
		case <-timer.C:
		}
		began := time.Now()
		looked := s.Look()
		if len(looked) == 0 && moved {
			if changed := changes(before, s.seen); len(changed) > 0 {
				return changed, nil
			}
		}
		moved = len(looked) > 0
		timer.Reset(max(interval, min(restsFor*time.Since(began), longestRest)))
	}
}

// Root returns the absolute path of the folder without symbolic links, since a walk does not follow them, even at its
// beginning.
func (s *Sources) Root() string {
	root, err := filepath.Abs(s.Dir)
	if err != nil { // the working directory was removed
		root = filepath.Join(s.Dir, ".")
	}
	if real, err := filepath.EvalSymlinks(root); err == nil {
		return real
	}
	return root
}

// files returns the files that count. It skips files that cannot be read, such as those that were just deleted.
func (s *Sources) files(root string) map[string]stamp {
	found := make(map[string]stamp, len(s.seen))
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil // the next look sees the file or that it was removed
		}
		name := entry.Name()
		ignored := strings.HasPrefix(name, ".") ||
			entry.IsDir() && (name == "node_modules" || name == "cdk.out" || name == "__pycache__")
		if path != root && ignored {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		// Builds contain no test files. See "go help packages".
		if entry.IsDir() || filepath.Ext(name) == ".log" || strings.HasSuffix(name, "~") ||
			strings.HasSuffix(name, "_test.go") {
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return nil
		}
		if slices.ContainsFunc(s.Without, func(w fs.FileInfo) bool { return os.SameFile(w, info) }) {
			return nil
		}
		if below, err := filepath.Rel(root, path); err == nil {
			found[filepath.ToSlash(below)] = stamp{info.Size(), info.ModTime()}
		}
		return nil
	})
	return found
}
