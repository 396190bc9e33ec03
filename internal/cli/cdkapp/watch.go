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

// Interval is how often sources are looked at, where there are few. A look at many files takes time, so the rest
// after it is restsFor times as long as it took: watching costs a tenth of a processor. It costs more where that rest
// would keep the user waiting for longer than longestRest.
const (
	Interval    = 100 * time.Millisecond
	restsFor    = 10
	longestRest = 400 * time.Millisecond
)

// Sources looks for changes below a folder: of files' names, sizes and times. Hidden files and folders, node_modules,
// __pycache__, cdk.out, logs, backups of editors (*~) and the files of Go's tests are left out. It works on every
// file system, and it costs a walk through the folder for each look.
type Sources struct {
	Dir      string
	Interval time.Duration // default [Interval]

	// Without are files that do not count, wherever they are: those into which the program writes what it does. Each
	// line of it would be a change else.
	Without []fs.FileInfo

	root string           // Dir without symbolic links, when it was last looked at
	seen map[string]stamp // by path below Dir, with slashes
}

// stamp is what is looked at of a file.
type stamp struct {
	size int64
	time time.Time
}

// Look remembers the sources as they are, and returns the files that have changed since the last look, sorted: those
// that are new, other, or gone. Their paths are relative to Dir, with slashes.
func (s *Sources) Look() (changed []string) {
	root := s.Root()
	if root != s.root {
		s.root, s.seen = root, nil // all of it is new
	}
	now := s.files(root)
	changed = changes(s.seen, now)
	s.seen = now
	return changed
}

// changes are the files that are not the same before and after, sorted.
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

// Wait returns the files that have changed since the last look, once they have stayed the same for an interval, so
// that a save of several files is one change. A file that came and went meanwhile, as editors make them, is not among
// them. The error is that of ctx, beside the files that have changed until it ended.
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

// Root is the absolute path of the folder, without symbolic links: a walk does not follow one, not even where it
// begins.
func (s *Sources) Root() string {
	root, err := filepath.Abs(s.Dir)
	if err != nil { // the working directory is gone
		root = filepath.Join(s.Dir, ".")
	}
	if real, err := filepath.EvalSymlinks(root); err == nil {
		return real
	}
	return root
}

// files are those that count. What cannot be read, as it was just deleted, does not.
func (s *Sources) files(root string) map[string]stamp {
	found := make(map[string]stamp, len(s.seen))
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil // the next look sees it, or sees it gone
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
		// No build has a file of tests in it. See "go help packages".
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
