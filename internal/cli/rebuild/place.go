package rebuild

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/gobundle"
	"github.com/gatehouse-cdk/gatehouse/internal/routermark"
)

// place makes an asset of a new executable and the other files of an old asset, in the assembly. It returns the asset's
// hash, which is the one that gofunction would have given it, so that the app's next run finds it there.
func (f *Functions) place(scratch, old, executable string) (asset string, err error) {
	from := filepath.Join(f.options.Assembly, gobundle.Folder(old))
	data, err := os.ReadFile(executable)
	if err != nil {
		return "", err
	}
	before, err := os.ReadFile(filepath.Join(from, gobundle.Executable))
	if err != nil {
		return "", err
	}
	if routermark.In(before) != routermark.In(data) {
		return "", fmt.Errorf("%w: it checks how the function finds the handler of a request, and that has changed", ErrApp)
	}
	to, err := os.MkdirTemp(scratch, "asset-")
	if err != nil {
		return "", err
	}
	bundle := []gobundle.File{{Name: gobundle.Executable, Mode: 0o755, Digest: sha256.Sum256(data)}}
	err = filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		below, err := filepath.Rel(from, path)
		if err != nil || below == gobundle.Executable {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		bundle = append(bundle, gobundle.File{Name: filepath.ToSlash(below), Mode: 0o644, Digest: sha256.Sum256(text)})
		return write(filepath.Join(to, below), text, 0o644)
	})
	if err == nil {
		err = write(filepath.Join(to, gobundle.Executable), data, 0o755)
	}
	if err != nil {
		return "", err
	}
	slices.SortFunc(bundle[1:], func(a, b gobundle.File) int { return strings.Compare(a.Name, b.Name) })
	asset = gobundle.AssetHash(gobundle.Fingerprint(bundle))
	return asset, f.moveIn(to, asset)
}

// moveIn moves a folder into the assembly as an asset, unless it exists: a running function may use it.
func (f *Functions) moveIn(from, asset string) error {
	to := filepath.Join(f.options.Assembly, gobundle.Folder(asset))
	if files, ok := filesOf(from); ok && sameFiles(to, from, files) {
		return nil
	}
	return errors.Join(os.Chmod(from, 0o755), os.RemoveAll(to), os.Rename(from, to)) // MkdirTemp sets 0700
}

func write(path string, text []byte, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(path, text, mode); err != nil {
		return err
	}
	return os.Chmod(path, mode) // independent of the umask
}

// rename replaces the names of old assets by the new ones in the files of an assembly and of the assemblies in it:
// templates, lists of assets, and the tree.
func rename(assembly string, renamed map[string]string) error {
	return filepath.WalkDir(assembly, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if strings.HasPrefix(entry.Name(), gobundle.Folder("")) {
				return fs.SkipDir
			}
			return nil
		}
		if filepath.Ext(path) != ".json" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		out := text
		for old, asset := range renamed {
			out = bytes.ReplaceAll(out, []byte(old), []byte(asset))
		}
		if bytes.Equal(out, text) {
			return nil
		}
		return os.WriteFile(path, out, 0o644)
	})
}
