package dev

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// kept is an assembly before the app overwrites it. If the app fails or is stopped, what it has written is not a valid
// assembly.
type kept struct {
	dir    string
	files  map[string][]byte // templates and manifests by path, including assemblies in the assembly
	assets map[string]bool   // by name
}

// keep reads an assembly, which may be missing before the first run. It does not read assets, since their names
// identify their content.
func keep(dir string) (k kept, err error) {
	k = kept{dir: dir, files: map[string][]byte{}, assets: map[string]bool{}}
	err = k.walk(func(path string) error {
		text, err := os.ReadFile(path)
		k.files[path] = text
		return err
	}, func(path string) error {
		k.assets[path] = true
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	return k, err
}

// restore restores the assembly, and removes new assets: the next run would mistake an incompletely copied one for the
// whole.
func (k kept) restore() error {
	return errors.Join(
		k.walk(func(path string) error {
			if _, was := k.files[path]; !was {
				return os.Remove(path)
			}
			return nil
		}, func(path string) error {
			if !k.assets[path] {
				return os.RemoveAll(path)
			}
			return nil
		}),
		k.write(),
	)
}

func (k kept) write() (err error) {
	for path, text := range k.files {
		err = errors.Join(err, os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, text, 0o600))
	}
	return err
}

// walk visits the files of the assembly, and its assets, which it does not enter.
func (k kept) walk(file, of func(path string) error) error {
	return filepath.WalkDir(k.dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case path == k.dir && errors.Is(err, fs.ErrNotExist):
			return nil // the app has not written anything
		case err != nil:
			return err
		case filepath.Dir(path) == k.dir && strings.HasPrefix(entry.Name(), asset):
			if err := of(path); err != nil || !entry.IsDir() {
				return err
			}
			return fs.SkipDir
		case entry.IsDir():
			return nil
		}
		return file(path)
	})
}
