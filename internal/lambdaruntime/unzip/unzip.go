// Package unzip unpacks the zip archives of functions into folders in which the functions can run.
//
// It does not unpack layers, and it does not change the content of an archive: a program that is not executable in it
// is not executable on Lambda either.
package unzip

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"
)

// ErrArchive reports an archive that Lambda would reject.
var ErrArchive = errors.New("not a zip archive that Lambda takes")

// maxSize limits the total size of the files in an archive, in bytes.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (250 MB, unzipped)
const maxSize = 262144000

// Folders unpacks archives below one temporary folder. Its zero value is ready to use, and it is safe for concurrent
// use.
type Folders struct {
	Temp string // the folder for temporary files; "" for os.TempDir

	mu     sync.Mutex
	parent string
}

// Of returns the folder with the files of an archive. Archives with the same content share a folder, so a function
// whose archive was rewritten without a change is recognized as the same.
func (f *Folders) Of(archive string) (string, error) {
	file, err := os.Open(archive)
	if err != nil {
		return "", err
	}
	defer file.Close()
	sum := sha256.New()
	size, err := io.Copy(sum, file)
	if err != nil {
		return "", err
	}

	f.mu.Lock()
	defer f.mu.Unlock()
	if f.parent == "" {
		if f.parent, err = os.MkdirTemp(f.Temp, "gatehouse-zip-"); err != nil {
			return "", err
		}
	}
	dir := path.Join(f.parent, hex.EncodeToString(sum.Sum(nil)))
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	partial, err := os.MkdirTemp(f.parent, "partial-")
	if err != nil {
		return "", err
	}
	err = os.Chmod(partial, 0o755)
	if err == nil {
		err = extract(file, size, partial)
	}
	if err == nil {
		err = os.Rename(partial, dir)
	}
	if err != nil {
		return "", errors.Join(fmt.Errorf("unzip: %s: %w", archive, err), os.RemoveAll(partial))
	}
	return dir, nil
}

// Remove removes all folders. Of may be called again afterwards.
func (f *Folders) Remove() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.parent == "" {
		return nil
	}
	parent := f.parent
	f.parent = ""
	return os.RemoveAll(parent)
}

// extract writes the files of an archive into a folder, and nothing outside of it.
func extract(r io.ReaderAt, size int64, dir string) error {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrArchive, err)
	}
	var total uint64
	for _, f := range archive.File {
		// If this size is wrong, package zip returns an error when the file is read.
		if total += f.UncompressedSize64; total > maxSize || f.UncompressedSize64 > maxSize {
			return fmt.Errorf("%w: its files have more than the %d bytes that Lambda allows", ErrArchive, maxSize)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, f := range archive.File {
		if err := add(root, f); err != nil {
			return fmt.Errorf("%w: %s: %w", ErrArchive, f.Name, err)
		}
	}
	return nil
}

// add writes one file, folder or symbolic link.
func add(root *os.Root, f *zip.File) error {
	name := strings.TrimSuffix(f.Name, "/")
	if !fs.ValidPath(name) {
		return errors.New("its name is not a path inside the archive")
	}
	mode := f.Mode()
	if mode.IsDir() {
		return root.MkdirAll(name, 0o755)
	}
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	content, err := f.Open()
	if err != nil {
		return err
	}
	defer content.Close()
	switch {
	case mode&fs.ModeSymlink != 0:
		target, err := io.ReadAll(content)
		if err != nil {
			return err
		}
		return root.Symlink(string(target), name)
	case !mode.IsRegular():
		return fmt.Errorf("a file of the type %s", mode.Type())
	}
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	// Set the mode last, since the file may be read-only. Its owner can always read it.
	return errors.Join(err, file.Chmod(mode.Perm()|0o400), file.Close())
}
