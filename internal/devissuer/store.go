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

// Folder returns the folder of the keys, below the user's cache folder (see [os.UserCacheDir]).
func Folder(userCache string) string { return filepath.Join(userCache, "gatehouse", "keys") }

// KeyOptions says where keys are kept.
type KeyOptions struct {
	// Dir is the folder; see [Folder]. It is created with mode 0700 if it does not exist. Required.
	Dir string

	// Shared gives a folder without keys those that the process made for the first such folder, since making an RSA key
	// takes a tenth of a second. Default: new keys.
	Shared bool
}

// KeyStore keeps the keys in a file that only the user can read. All processes of the user share them, so that a token
// made by one is accepted by what another runs. If the file is deleted, the first process to look makes new keys, and
// the others see them at once. It is safe for concurrent use.
//
// The file is written under another name and then linked to its own, which fails if that file exists. So it is never
// seen half written. If two processes make keys at the same time, one wins, and the other uses what it wrote.
type KeyStore struct {
	options KeyOptions
	link    func(from, to string) error // [os.Link]
	make    func() (*keyring, error)    // [newKeyring]

	mu   sync.Mutex
	ring *keyring
	info fs.FileInfo // of the file that ring was read from

	revocations revocations
	grants      grants
}

// OpenKeys opens the keys in a folder, and makes keys if the folder has none.
//
// The error is [ErrConfig] without a folder, [ErrExposed] if others can read the folder or the file, or [ErrKeyFile] if
// the file is not a valid key file.
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

// current returns the keys that the folder has now.
func (s *KeyStore) current() (*keyring, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.load(); err != nil {
		return nil, err
	}
	return s.ring, nil
}

// attempts limits how often the folder may change while it is read.
const attempts = 20

// load reads the file, unless it was read before, or creates it.
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

// first returns the keys for a folder that has none.
func (s *KeyStore) first() (*keyring, error) {
	if s.options.Shared {
		return sharedKeys()
	}
	return s.make()
}

// sharedKeys are the keys of [KeyOptions.Shared].
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

// checkPrivate rejects a file or folder that other users can read or change. mode is the one that the error recommends.
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
	info, err := f.Stat() // of the open file, so that nothing can change in between
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

// write writes the file, which must not exist yet; the error is [fs.ErrExist] if it does.
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
		// The file system has no hard links. The last process wins, and the others use its keys when they next look.
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
