package rebuild

import (
	"bytes"
	"crypto/sha256"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/gobundle"
)

// Folder is a function whose code is a folder that the app passed to CDK unchanged, such as one in JavaScript or
// Python.
type Folder struct {
	Function string // the construct's path
	Path     string // the folder of its asset
}

// folder is the source of such a function: all files below it belong to the function. It is relative to the watched
// folder, with slashes.
type folder string

func (f folder) contains(file string) bool { return strings.HasPrefix(file, string(f)+"/") }

// mostFiles is how many files of a folder are compared. The app handles larger folders.
const mostFiles = 2000

// unseen are folders that are not watched, and that contain no sources.
var unseen = []string{"node_modules", "cdk.out", "__pycache__"}

// SourceOf finds the folder below root that an asset was copied from: the only one with the same files. It is relative
// to root, with slashes. An assembly does not name that folder. If a bundler made the asset, its files differ, and no
// folder is found.
func SourceOf(root, asset string) (source string, found bool) {
	files, ok := filesOf(asset)
	if !ok || len(files) == 0 {
		return "", false
	}
	probe := slices.MinFunc(files, func(a, b string) int { return strings.Compare(a, b) })
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		name := ""
		if err == nil {
			name = entry.Name()
		}
		switch {
		case err != nil:
			return nil // just deleted
		case path != root && entry.IsDir() && (slices.Contains(unseen, name) || strings.HasPrefix(name, ".")):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(filepath.ToSlash(path), "/"+probe):
			return nil
		}
		candidate := strings.TrimSuffix(filepath.ToSlash(path), "/"+probe)
		if candidate == filepath.ToSlash(root) || !sameFiles(filepath.FromSlash(candidate), asset, files) {
			return nil
		}
		if found {
			found = false // two match, and only the app knows which is the source
			return fs.SkipAll
		}
		source, found = candidate, true
		return nil
	})
	if !found {
		return "", false
	}
	below, err := filepath.Rel(root, filepath.FromSlash(source))
	return filepath.ToSlash(below), err == nil
}

// filesOf lists the files below a folder, with slashes. It reports false for a folder with a link, or with too many
// files.
func filesOf(dir string) (files []string, ok bool) {
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == "__pycache__":
			return fs.SkipDir // Python creates it when it runs
		case entry.IsDir():
			return nil
		case !entry.Type().IsRegular() || len(files) >= mostFiles:
			return fs.ErrInvalid
		}
		below, err := filepath.Rel(dir, path)
		files = append(files, filepath.ToSlash(below))
		return err
	})
	return files, err == nil
}

// sameFiles reports whether a folder has exactly the files of an asset.
func sameFiles(dir, asset string, want []string) bool {
	got, ok := filesOf(dir)
	if !ok || !slices.Equal(got, want) {
		return false
	}
	return !slices.ContainsFunc(want, func(name string) bool {
		a, err1 := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		b, err2 := os.ReadFile(filepath.Join(asset, filepath.FromSlash(name)))
		return err1 != nil || err2 != nil || !bytes.Equal(a, b)
	})
}

// copyFolder makes an asset of a function's folder in the assembly, and returns its hash.
func (f *Functions) copyFolder(scratch string, source folder) (asset string, err error) {
	from := filepath.Join(f.options.Root, filepath.FromSlash(string(source)))
	names, ok := filesOf(from)
	if !ok {
		return "", ErrApp
	}
	to, err := os.MkdirTemp(scratch, "asset-")
	if err != nil {
		return "", err
	}
	var bundle []gobundle.File
	for _, name := range names {
		path := filepath.Join(from, filepath.FromSlash(name))
		info, err := os.Stat(path)
		if err != nil {
			return "", err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		bundle = append(bundle, gobundle.File{Name: name, Mode: info.Mode().Perm(), Digest: sha256.Sum256(text)})
		if err := write(filepath.Join(to, filepath.FromSlash(name)), text, info.Mode().Perm()); err != nil {
			return "", err
		}
	}
	asset = gobundle.AssetHash(gobundle.Fingerprint(bundle))
	return asset, f.moveIn(to, asset)
}

// hashOf returns the hash in the name of an asset's folder; "" if the name has another form.
func hashOf(asset string) string {
	hash, ok := strings.CutPrefix(path.Base(filepath.ToSlash(asset)), gobundle.Folder(""))
	if !ok || len(hash) != 2*sha256.Size {
		return ""
	}
	return hash
}
