package devissuer

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/private"
)

// defaultOverlap is how long keys stay published after they were replaced.
const defaultOverlap = 24 * time.Hour

// Folder is where the keys are kept, below the user's cache folder (see [os.UserCacheDir]).
func Folder(userCache string) string { return filepath.Join(userCache, "gatehouse", "keys") }

// KeyOptions say where keys are kept.
type KeyOptions struct {
	// Dir is the folder, which is made with mode 0700 if it is not there; see [Folder]. Required.
	Dir string

	// Overlap is how long keys stay published after they were replaced. Default: [defaultOverlap].
	Overlap time.Duration

	// Now is the clock. Default: [time.Now].
	Now func() time.Time

	// Random is where the HMAC key comes from. Default: [rand.Reader], which key pairs always come from.
	Random io.Reader

	// Shared gives a folder that has no keys those that the process made for the first such folder, as an RSA key takes a
	// tenth of a second to make. They differ once they are replaced. Random is not read then. Default: new keys.
	Shared bool
}

// KeyStore keeps the keys in a folder: in one file, which only the user can read. All processes of the user share them,
// so that a token made by one is accepted by what another one runs; a change that one makes, the others see at once.
// Any number of goroutines may use it.
//
// The file has a number in its name. It is written under another name and then linked to its own, which fails if there
// is such a file already. So it is never seen half written, and of two processes that make or replace keys at the same
// time one wins, and the other one takes what it wrote.
type KeyStore struct {
	options KeyOptions
	link    func(from, to string) error              // [os.Link]
	make    func(random io.Reader) (*keyring, error) // [newKeyring]

	mu     sync.Mutex
	ring   *keyring
	number int         // of the file that ring is from
	info   fs.FileInfo // of it

	revocations revocations
	grants      grants
}

// OpenKeys opens the keys in a folder, and makes them if the folder has no keys.
//
// The error is [ErrExposed] if others can read the folder or the file, or [ErrKeyFile] if the file cannot be read as
// one.
func OpenKeys(o KeyOptions) (*KeyStore, error) {
	if o.Overlap == 0 {
		o.Overlap = defaultOverlap
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Dir == "" || o.Overlap < 0 {
		return nil, fmt.Errorf(
			"%w: the keys' folder %q and overlap %v: want a folder, and an overlap that is not negative",
			ErrConfig,
			o.Dir,
			o.Overlap,
		)
	}
	s := &KeyStore{options: o, link: os.Link, make: newKeyring}
	if _, err := s.current(); err != nil {
		return nil, err
	}
	return s, nil
}

// Rotate replaces all keys by new ones. Those that were signed with until now stay published for the overlap; the HMAC
// key, of which there is always one alone, does not. Verifiers see it when they next ask for the keys.
//
// If another process does the same at the same time, the keys are replaced once.
func (s *KeyStore) Rotate() error {
	ring, err := s.current()
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if ring != s.ring {
		return nil // replaced since
	}
	now := s.options.Now()
	made, err := s.make(s.options.Random)
	if err != nil {
		return err
	}
	next, old := ring.replacedBy(made, now, now.Add(s.options.Overlap)), s.number
	if err := s.write(next, old+1); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := s.load(); err != nil {
		return err
	}
	for number := old; number < s.number; number++ {
		// Not read any more. The one that was just written may be among them: others had been faster by two.
		_ = os.Remove(s.file(number))
	}
	return nil
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

// load reads the newest file, unless it is the one that was read before, or makes the first one.
func (s *KeyStore) load() error {
	if err := s.openFolder(); err != nil {
		return err
	}
	for range attempts {
		number, err := s.newest()
		if err != nil {
			return err
		}
		if number == 0 {
			ring, err := s.first()
			if err != nil {
				return err
			}
			if err := s.write(ring, 1); err != nil && !errors.Is(err, fs.ErrExist) {
				return err
			}
			continue
		}
		err = s.read(number)
		if errors.Is(err, fs.ErrNotExist) {
			continue // replaced and deleted since
		}
		return err
	}
	return fmt.Errorf("devissuer: %s: the keys change all the time: is another process replacing them?", s.options.Dir)
}

// first are the keys of a folder that has none.
func (s *KeyStore) first() (*keyring, error) {
	if s.options.Shared {
		return sharedKeys()
	}
	return s.make(s.options.Random)
}

// sharedKeys are those of [KeyOptions.Shared].
var sharedKeys = sync.OnceValues(func() (*keyring, error) { return newKeyring(rand.Reader) })

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

const (
	filePrefix = "issuer-"
	fileSuffix = ".json"
)

func (s *KeyStore) file(number int) string {
	return filepath.Join(s.options.Dir, filePrefix+strconv.Itoa(number)+fileSuffix)
}

// newest is the number of the newest file; 0 without one.
func (s *KeyStore) newest() (int, error) {
	entries, err := os.ReadDir(s.options.Dir)
	if err != nil {
		return 0, fmt.Errorf("devissuer: no folder for the keys: %w", err)
	}
	newest := 0
	for _, e := range entries {
		text := strings.TrimSuffix(strings.TrimPrefix(e.Name(), filePrefix), fileSuffix)
		if n, err := strconv.Atoi(text); err == nil && n > newest && e.Name() == filepath.Base(s.file(n)) {
			newest = n
		}
	}
	return newest, nil
}

// read reads a file, unless it is the one that was read before.
func (s *KeyStore) read(number int) error {
	path := s.file(number)
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
	if s.ring != nil && s.number == number && os.SameFile(info, s.info) && info.ModTime().Equal(s.info.ModTime()) {
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
	s.ring, s.number, s.info = ring, number, info
	return nil
}

// write writes a file that is not there yet; the error is [fs.ErrExist] if it is.
func (s *KeyStore) write(k *keyring, number int) (err error) {
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
	path := s.file(number)
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
