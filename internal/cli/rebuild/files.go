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

// files are what a program is built from: the folders of its packages, marked by true, and the files that it embeds.
// They are relative to the folder that is watched, with slashes.
type files map[string]bool

// built are the extensions of what go compiles without cgo. See "go help packages", GoFiles, SFiles, HFiles and
// SysoFiles.
var built = []string{".go", ".s", ".S", ".h", ".syso"}

// have reports whether a file is one of them: by itself, or as a source, which may be new, in a package's folder.
func (f files) have(file string) bool {
	folder, known := f[path.Dir(file)]
	_, embedded := f[file]
	return embedded || known && folder && slices.Contains(built, path.Ext(file))
}

// listing is a question for "go list".
type listing struct {
	dir      string
	flags    []string
	environ  []string
	packages []string
	root     string // the files that count are below it
}

// listed is what go says of a package.
type listed struct {
	Dir, ImportPath string
	DepOnly         bool
	Standard        bool
	Deps            []string
	EmbedFiles      []string
	Module          *struct{ Main bool } // which the user works on, if it is Main
}

// list returns the files of each of some packages, with all that they import, and whether the package itself is one of
// the user's and not below the root.
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
		if name == "." { // as gobuild calls the package in the folder where go runs
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

// real is a path without symbolic links.
func real(path string) string {
	if out, err := filepath.EvalSymlinks(path); err == nil {
		return out
	}
	return path
}

func same(dir, other string) bool { return real(dir) == real(other) }
