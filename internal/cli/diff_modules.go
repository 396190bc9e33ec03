package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/mod/modfile"
)

// checkout is a commit that is checked out below a folder, at the path that the repository has on this machine. A
// module outside of the repository that go.mod or go.work names with a relative path becomes a link at the same path
// below the folder. The files do not change, since Go writes their paths into the functions that it builds.
type checkout struct {
	root string // the root of the repository
	base string // the folder that replaces the root of the file system
}

// tree returns where the commit is checked out.
func (c checkout) tree() string { return c.at(c.root) }

// at returns the path that replaces a path of this machine.
func (c checkout) at(path string) string { return filepath.Join(c.base, withoutVolume(path)) }

func withoutVolume(path string) string { return path[len(filepath.VolumeName(path)):] }

// lendOutside links what the files of Go's modules name outside of the repository, and the go.work above it.
func (c checkout) lendOutside(names []string) error {
	files := make([]string, 0, len(names)+1)
	for _, name := range names {
		files = append(files, filepath.Join(c.tree(), filepath.FromSlash(name)))
	}
	if work := workAbove(c.root); work != "" {
		if err := link(work, c.at(work)); err != nil {
			return err
		}
		files = append(files, c.at(work))
	}
	var outside []string // the corresponding paths in the checkout
	for _, file := range files {
		for _, path := range pathsIn(file) {
			if !modfile.IsDirectoryPath(path) || filepath.IsAbs(path) {
				continue
			}
			target := filepath.Join(filepath.Dir(file), filepath.FromSlash(path))
			if !isBelow(c.tree(), target) && isBelow(c.base, target) {
				outside = append(outside, target)
			}
		}
	}
	slices.Sort(outside) // a folder sorts before its subfolders
	for _, target := range slices.Compact(outside) {
		below, err := filepath.Rel(c.base, target)
		if err != nil {
			return err
		}
		original := filepath.VolumeName(c.root) + string(filepath.Separator) + below
		if err := link(original, target); err != nil {
			return err
		}
	}
	return nil
}

// workAbove returns the go.work that Go finds above a repository; "" for none.
func workAbove(root string) string {
	for dir := filepath.Dir(root); ; dir = filepath.Dir(dir) {
		work := filepath.Join(dir, "go.work")
		if info, err := os.Stat(work); err == nil && info.Mode().IsRegular() {
			return work
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

// pathsIn returns the folders that a go.mod or a go.work names. It returns none for a file that Go cannot read either;
// Go reports that itself.
func pathsIn(file string) (paths []string) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	var replaced []*modfile.Replace
	if filepath.Base(file) == "go.work" {
		work, err := modfile.ParseWork(file, text, nil)
		if err != nil {
			return nil
		}
		for _, use := range work.Use {
			if use.Path != "." {
				paths = append(paths, use.Path)
			}
		}
		replaced = work.Replace
	} else if mod, err := modfile.Parse(file, text, nil); err == nil {
		replaced = mod.Replace
	}
	for _, r := range replaced {
		if r.New.Version == "" {
			paths = append(paths, r.New.Path)
		}
	}
	return paths
}

// link links to a file or folder, if that exists and the place is free.
func link(original, target string) error {
	if _, err := os.Stat(original); err != nil {
		return nil // Go reports the missing module
	}
	if _, err := os.Lstat(target); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return fmt.Errorf("%s cannot be linked: %w", original, err)
	}
	if err := os.Symlink(original, target); err != nil {
		return fmt.Errorf("%s cannot be linked: %w", original, err)
	}
	return nil
}

// isBelow reports whether a path is a folder or inside it.
func isBelow(folder, path string) bool {
	below, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(below)
}
