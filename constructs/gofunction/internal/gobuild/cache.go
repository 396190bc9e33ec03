package gobuild

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"
)

// cache keeps executables in files that are named by their keys. A file is the SHA-256 of the executable and then the
// executable, so that one that was damaged, or never written to its end, is not taken. Nothing fails because of the
// cache: what it cannot read or write is built again.
type cache struct {
	dir string // empty: no cache
	now func() time.Time
}

// cacheAge is how long an executable is kept that no build asked for, the same as in go's own cache.
const cacheAge = 5 * 24 * time.Hour

// DefaultCacheDir is the user's, or empty for a user without a home directory.
func DefaultCacheDir() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "gatehouse", "functions")
}

func (c cache) enabled() bool { return c.dir != "" }

func (c cache) file(key string) string { return filepath.Join(c.dir, key) }

func (c cache) get(key string) (*Executable, error) {
	if !c.enabled() || key == "" {
		return nil, errNotCached
	}
	return openExecutable(c.file(key), c.now())
}

// put reports whether the executable is in the cache now.
func (c cache) put(key string, made *Executable) bool {
	if !c.enabled() || key == "" {
		return false
	}
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return false
	}
	f, err := os.CreateTemp(c.dir, "new-")
	if err != nil {
		return false
	}
	defer os.Remove(f.Name())
	_, err = f.Write(made.Digest[:])
	if err == nil {
		_, err = io.Copy(f, made.Open())
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return false
	}
	now := c.now()
	if errors.Join(os.Chtimes(f.Name(), now, now), os.Rename(f.Name(), c.file(key))) != nil {
		return false
	}
	c.trim()
	return true
}

// trim removes what was not asked for in cacheAge.
func (c cache) trim() {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && info.Mode().IsRegular() && c.now().Sub(info.ModTime()) > cacheAge {
			_ = os.Remove(c.file(e.Name()))
		}
	}
}
