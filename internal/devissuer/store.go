package devissuer

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/gatehouse-cdk/gatehouse/internal/private"
)

// Folder is where the keys are kept, below the user's cache folder (see [os.UserCacheDir]).
func Folder(userCache string) string { return filepath.Join(userCache, "gatehouse", "keys") }

// KeyOptions say where keys are kept.
type KeyOptions struct {
	// Dir is the folder, which is made with mode 0700 if it is not there; see [Folder]. Required.
	Dir string

	// Shared gives a folder that has no keys those that the process made for the first such folder, as an RSA key takes a
	// tenth of a second to make. Default: new keys.
	Shared bool
}

// KeyStore keeps the keys in a file, which only the user can read. All processes of the user share them, so that a
// token made by one is accepted by what another one runs; if the file is deleted, the first to look makes new keys, and
// the others see them at once. Any number of goroutines may use it.
//
// The file is written under another name and then linked to its own, which fails if there is such a file already. So it
// is never seen half written, and of two processes that make keys at the same time one wins, and the other one takes
// what it wrote.
type KeyStore struct {
	options KeyOptions
	link    func(from, to string) error // [os.Link]
	make    func() (*keyring, error)    // [newKeyring]

	mu   sync.Mutex
	ring *keyring
	info fs.FileInfo // of the file that ring is from

	revocations revocations
	grants      grants
}

// OpenKeys opens the keys in a folder, and makes them if the folder has no keys.
//
// The error is [ErrExposed] if others can read the folder or the file, or [ErrKeyFile] if the file cannot be read as
// one.
func OpenKeys(o KeyOptions) (*KeyStore, error) {
	if o.Dir == "" {
		return nil, fmt.Errorf("%w: the keys have no folder", ErrConfig)
	}
	s := &KeyStore{options: o, link: os.Link, make: newKeyring}
	if _, err := s.current(); err != nil {
		return nil, err
	}
	return s, nil
}

// current are the keys as the folder has them now.
func (s *KeyStore) current() (*keyring, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.load(); err != nil {
		return nil, err
	}
	return s.ring, nil
}

// attempts bound how often the folder may change while it is looked at.
const attempts = 20

// load reads the file, unless it was read before, or makes it.
func (s *KeyStore) load() error {
	if err := s.openFolder(); err != nil {
		return err
	}
	for range attempts {
		err := s.read()
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		ring, err := s.first()
		if err != nil {
			return err
		}
		if err := s.write(ring); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return fmt.Errorf("devissuer: %s: the keys change all the time: is another process replacing them?", s.options.Dir)
}

// first are the keys of a folder that has none.
func (s *KeyStore) first() (*keyring, error) {
	if s.options.Shared {
		return sharedKeys()
	}
	return s.make()
}

// sharedKeys are those of [KeyOptions.Shared].
var sharedKeys = sync.OnceValues(newKeyring)

func (s *KeyStore) openFolder() error {
	dir := s.options.Dir
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("devissuer: no folder for the keys: %w", err)
		}
		info, err = os.Stat(dir)
	}
	switch {
	case err != nil:
		return fmt.Errorf("devissuer: no folder for the keys: %w", err)
	case !info.IsDir():
		return fmt.Errorf("devissuer: %s is not a folder, and the keys are kept there: move it away", dir)
	}
	return checkPrivate(dir, info, "700")
}

// checkPrivate refuses what other users can read or change. mode is what the way out gives it.
func checkPrivate(path string, info fs.FileInfo, mode string) error {
	if err := private.Check(path, info); err != nil {
		return fmt.Errorf("%w: %w: delete it for new keys, or, if no other user has read it, chmod %s %s",
			ErrExposed, err, mode, path)
	}
	return nil
}

func (s *KeyStore) file() string { return filepath.Join(s.options.Dir, "issuer-1.json") }

// read reads the file, unless it is the one that was read before.
func (s *KeyStore) read() error {
	path := s.file()
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("devissuer: %w", err)
	}
	defer f.Close()
	info, err := f.Stat() // of what was opened, so that nothing can change in between
	if err != nil {
		return fmt.Errorf("devissuer: %w", err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%w: %s is not a regular file: delete it, and new keys are made", ErrKeyFile, path)
	}
	if err := checkPrivate(path, info, "600"); err != nil {
		return err
	}
	if s.ring != nil && os.SameFile(info, s.info) && info.ModTime().Equal(s.info.ModTime()) {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	if err != nil {
		return fmt.Errorf("devissuer: %w", err)
	}
	ring, err := parseKeys(text)
	if err != nil {
		return fmt.Errorf("%w: %s: %w: delete it, and new keys are made", ErrKeyFile, path, err)
	}
	s.ring, s.info = ring, info
	return nil
}

// write writes the file, which is not there yet; the error is [fs.ErrExist] if it is.
func (s *KeyStore) write(k *keyring) error {
	text, err := k.format()
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(s.options.Dir, ".keys-*") // with mode 0600
	if err != nil {
		return fmt.Errorf("devissuer: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("devissuer: %w", err)
	}
	path := s.file()
	err = s.link(f.Name(), path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		// A file system without hard links. Who comes last wins then, and the others take its keys when they next look.
		if _, lost := os.Lstat(path); lost == nil {
			return fs.ErrExist
		}
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("devissuer: %w", err)
	}
	return nil
}
