package cdkapp

import (
	"context"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Interval is how often sources are looked at.
const Interval = 300 * time.Millisecond

// Sources looks for changes below a folder: of files' names, sizes and times. Hidden files and folders, node_modules,
// cdk.out and logs are left out. It works on every file system, and it costs a walk through the folder for each look.
type Sources struct {
	Dir      string
	Interval time.Duration // default [Interval]

	// Without are files that do not count, wherever they are: those into which the program writes what it does. Each
	// line of it would be a change else.
	Without []fs.FileInfo

	seen uint64
}

// Look remembers the sources as they are, and reports whether they have changed since the last look.
func (s *Sources) Look() bool {
	now := s.sum()
	changed := now != s.seen
	s.seen = now
	return changed
}

// Wait returns when the sources have changed since the last look, and then stayed the same for an interval, so that a
// save of several files is one change. The error is that of ctx.
func (s *Sources) Wait(ctx context.Context) error {
	interval := s.Interval
	if interval <= 0 {
		interval = Interval
	}
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	changed := false
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
		if s.Look() {
			changed = true
		} else if changed {
			return nil
		}
	}
}

// sum is of all files that count. What cannot be read, as it was just deleted, does not.
func (s *Sources) sum() uint64 {
	h := fnv.New64a()
	root := filepath.Join(s.Dir, ".")
	if real, err := filepath.EvalSymlinks(root); err == nil {
		root = real // a walk does not follow a link, not even where it begins
	}
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil // the next look sees it, or sees it gone
		}
		name := entry.Name()
		ignored := strings.HasPrefix(name, ".") || entry.IsDir() && (name == "node_modules" || name == "cdk.out")
		if path != root && ignored {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if entry.IsDir() {
			return nil
		}
		if filepath.Ext(name) == ".log" {
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return nil
		}
		if !slices.ContainsFunc(s.Without, func(w fs.FileInfo) bool { return os.SameFile(w, info) }) {
			fmt.Fprintf(h, "%s\x00%d\x00%d\x00", path, info.Size(), info.ModTime().UnixNano())
		}
		return nil
	})
	return h.Sum64()
}
