package gofunction

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction/internal/gobuild"
	"github.com/gatehouse-cdk/gatehouse/internal/gobundle"
)

// bundle is what Lambda unpacks for a function.
type bundle []bundleFile

type bundleFile struct {
	name       string // with slashes
	open       func() io.Reader
	digest     [sha256.Size]byte // of what is read
	executable bool
}

func newBundle(executable *gobuild.Executable, files map[string][]byte) bundle {
	b := bundle{{name: handler, open: executable.Open, digest: executable.Digest, executable: true}}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		data := files[name]
		b = append(b, bundleFile{
			name:   name,
			open:   func() io.Reader { return bytes.NewReader(data) },
			digest: sha256.Sum256(data),
		})
	}
	return b
}

// mode is what the file has in the bundle whatever the umask is: the CDK command line puts modes into the zip file.
func (f bundleFile) mode() fs.FileMode {
	if f.executable {
		return 0o755
	}
	return 0o644
}

// fingerprint is the same for the same names, contents and modes.
func (b bundle) fingerprint() string {
	files := make([]gobundle.File, len(b))
	for i, f := range b {
		files[i] = gobundle.File{Name: f.name, Mode: f.mode(), Digest: f.digest}
	}
	return gobundle.Fingerprint(files)
}

// stage writes the bundle into a directory that CDK copies into the cloud assembly when the function is made. The
// caller then calls done, which removes it. With "cdk synth --no-staging" CDK copies nothing and refers to the
// directory itself, so it lies in the assembly and stays.
func (b bundle) stage(outdir, hash string, noStaging bool) (dir string, done func(), err error) {
	if noStaging {
		dir = filepath.Join(outdir, "gofunction-"+hash)
		if !b.is(dir, nil) {
			err = errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o755), b.write(dir))
		}
		return dir, func() {}, err
	}
	// CDK takes a directory with the asset's name for the asset, even if its contents are others: a copy that was
	// interrupted, for instance. (AssetStaging names it so for the hash type CUSTOM.)
	staged := filepath.Join(outdir, gobundle.Folder(gobundle.AssetHash(hash)))
	known := b.isKnown(staged, hash)
	if !known {
		if err := os.RemoveAll(staged); err != nil {
			return "", nil, err
		}
	}
	if dir, err = os.MkdirTemp("", "gofunction-"); err != nil {
		return "", nil, temporary(err)
	}
	if known {
		// CDK copies nothing, so the directory stays empty. It cannot be the asset's own: CDK takes what follows the
		// dot in its name for an extension, and copies it to asset.HASH.HASH.
		return dir, func() { _ = os.RemoveAll(dir) }, nil
	}
	if err := b.write(dir); err != nil {
		return "", nil, errors.Join(temporary(err), os.RemoveAll(dir))
	}
	return dir, func() { _ = os.RemoveAll(dir) }, nil
}

// temporary adds the way out to an error of the folder for temporary files, which may be full or not writable.
func temporary(err error) error {
	return fmt.Errorf("%w: the folder for temporary files is %s: make room in it and let this user write to it, or "+
		"name another one with TMPDIR (TMP on Windows)",
		err, os.TempDir())
}

func (b bundle) write(dir string) error {
	for _, f := range b {
		path := filepath.Join(dir, filepath.FromSlash(f.name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := f.write(path); err != nil {
			return err
		}
	}
	return nil
}

func (f bundleFile) write(path string) error {
	to, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, f.mode())
	if err != nil {
		return err
	}
	written := sha256.New()
	_, err = io.Copy(io.MultiWriter(to, written), f.open())
	if err = errors.Join(err, to.Close(), os.Chmod(path, f.mode())); err != nil {
		return err
	}
	if !bytes.Equal(written.Sum(nil), f.digest[:]) {
		return fmt.Errorf("%s changed in %s while it was read: synthesize again", f.name, gobuild.DefaultCacheDir())
	}
	return nil
}

// read are the bundles that this process has found in directories, by directory.
var read sync.Map

// found is a bundle that a directory held, with its files and directories as they were before they were read.
type found struct {
	hash  string
	infos map[string]fs.FileInfo
}

// isKnown is [bundle.is], but what it has read it reads again only when something about a file or a directory has
// changed. Many functions of an app share an executable of some megabytes.
func (b bundle) isKnown(dir, hash string) bool {
	if known, ok := read.Load(dir); ok && known.(found).hash == hash && known.(found).unchanged() {
		return true
	}
	infos := map[string]fs.FileInfo{}
	if !b.is(dir, infos) {
		return false
	}
	read.Store(dir, found{hash, infos})
	return true
}

func (f found) unchanged() bool {
	for path, before := range f.infos {
		now, err := os.Lstat(path)
		if err != nil || !os.SameFile(before, now) || now.Size() != before.Size() || now.Mode() != before.Mode() ||
			!now.ModTime().Equal(before.ModTime()) {
			return false
		}
	}
	return true
}

var errOtherBundle = errors.New("another bundle")

// is reports whether a directory holds this bundle and nothing else. It notes what it found in infos, unless that is
// nil.
func (b bundle) is(dir string, infos map[string]fs.FileInfo) bool {
	want := map[string]bundleFile{}
	for _, f := range b {
		want[filepath.Join(dir, filepath.FromSlash(f.name))] = f
	}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if infos != nil {
			infos[path] = info
		}
		if entry.IsDir() {
			return nil
		}
		f, ok := want[path]
		if !ok || !entry.Type().IsRegular() {
			return errOtherBundle
		}
		delete(want, path)
		if runtime.GOOS != "windows" && info.Mode().Perm() != f.mode() { // Windows has no such modes.
			return errOtherBundle
		}
		return f.compare(path)
	})
	return err == nil && len(want) == 0
}

// compare reads a file, without all of it in memory.
func (f bundleFile) compare(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return err
	}
	if !bytes.Equal(h.Sum(nil), f.digest[:]) {
		return errOtherBundle
	}
	return nil
}
