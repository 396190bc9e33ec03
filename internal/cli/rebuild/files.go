package rebuild

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// files are what a program is built from: the folders of its packages, marked with true, and the files that it embeds.
// They are relative to the watched folder, with slashes.
type files map[string]bool

// built are the extensions of files that go compiles without cgo. See "go help packages", GoFiles, SFiles, HFiles and
// SysoFiles.
var built = []string{".go", ".s", ".S", ".h", ".syso"}

// contains reports whether a file is one of them, or a source, perhaps a new one, in the folder of a package.
func (f files) contains(file string) bool {
	folder, known := f[path.Dir(file)]
	_, embedded := f[file]
	return embedded || known && folder && slices.Contains(built, path.Ext(file))
}

// listing is the input of "go list".
type listing struct {
	dir      string
	flags    []string
	environ  []string
	packages []string
	root     string // only files below it count
}

// listed is what go reports about a package.
type listed struct {
	Dir, ImportPath string
	DepOnly         bool
	Standard        bool
	Deps            []string
	EmbedFiles      []string
	Module          *struct{ Main bool } // Main if the user works on it
}

// list returns the files of some packages with all that they import, and for each package whether it is the user's own
// but not below the root.
func list(ctx context.Context, l listing) (found []files, outside []bool, err error) {
	const fields = "-json=Dir,ImportPath,DepOnly,Standard,Deps,EmbedFiles,Module"
	args := slices.Concat([]string{"list", "-deps", fields}, l.flags, []string{"--"}, l.packages)
	out, err := run(ctx, l.dir, l.environ, args)
	if err != nil {
		return nil, nil, err
	}
	all := map[string]listed{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, nil, fmt.Errorf("go list: %w", err)
		}
		all[p.ImportPath] = p
	}
	found, outside = make([]files, len(l.packages)), make([]bool, len(l.packages))
	for i, name := range l.packages {
		p, ok := all[name]
		if name == "." { // gobuild's name for the package in the folder where go runs
			for _, other := range all {
				if !other.DepOnly && same(other.Dir, l.dir) {
					p, ok = other, true
				}
			}
		}
		if !ok {
			return nil, nil, fmt.Errorf("go list does not report the package %s", name)
		}
		found[i] = files{}
		found[i].add(p, l.root)
		outside[i] = len(found[i]) == 0 && p.Module != nil && p.Module.Main
		for _, dep := range p.Deps {
			found[i].add(all[dep], l.root)
		}
	}
	return found, outside, nil
}

// add adds the files of a package that are below a folder.
func (f files) add(p listed, root string) {
	if p.Standard || p.Dir == "" {
		return
	}
	below, err := filepath.Rel(root, real(p.Dir))
	if err != nil || !filepath.IsLocal(below) {
		return
	}
	below = filepath.ToSlash(below)
	f[below] = true
	for _, e := range p.EmbedFiles {
		f[strings.TrimPrefix(path.Join(below, filepath.ToSlash(e)), "./")] = false
	}
}

// real returns a path without symbolic links.
func real(path string) string {
	if out, err := filepath.EvalSymlinks(path); err == nil {
		return out
	}
	return path
}

func same(dir, other string) bool { return real(dir) == real(other) }
