package gobuild

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"runtime"
	"time"
)

// Executable is what a build made, with the SHA-256 of its bytes, which is computed once for all functions that have
// it. The bytes are in the cache's file, which stays open: an app may have a hundred functions of 10 MB.
type Executable struct {
	Digest [sha256.Size]byte

	bytes    io.ReaderAt
	from, to int64

	file *os.File    // nil: in memory
	info fs.FileInfo // of the file, when its bytes were compared with the digest
}

// NewExecutable returns one whose bytes are in memory.
func NewExecutable(data []byte) *Executable {
	return &Executable{Digest: sha256.Sum256(data), bytes: bytes.NewReader(data), to: int64(len(data))}
}

// Open reads the bytes. Several goroutines may read the same executable, each with a reader of its own.
func (e *Executable) Open() io.Reader { return io.NewSectionReader(e.bytes, e.from, e.to-e.from) }

// damaged reports whether the file may have other bytes by now. The cache itself never writes to a file of its own.
func (e *Executable) damaged() bool {
	if e.file == nil {
		return false
	}
	now, err := e.file.Stat()
	return err != nil || now.Size() != e.info.Size() || !now.ModTime().Equal(e.info.ModTime())
}

var errNotCached = errors.New("not in the cache")

// openExecutable opens a file that has the SHA-256 of an executable and then the executable, and notes that it was used
// now.
func openExecutable(name string, now time.Time) (*Executable, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	_ = os.Chtimes(name, now, now) // before it is read, as the time says whether it is written to later
	made, err := readExecutable(f)
	if err != nil || runtime.GOOS == "windows" {
		f.Close()
	}
	return made, err
}

func readExecutable(f *os.File) (*Executable, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	e := &Executable{bytes: f, from: sha256.Size, to: info.Size(), file: f, info: info}
	want := make([]byte, sha256.Size)
	if _, err := f.ReadAt(want, 0); err != nil || e.to == e.from {
		return nil, errNotCached
	}
	if runtime.GOOS == "windows" { // which does not remove or replace an open file
		data, err := io.ReadAll(e.Open())
		if err != nil {
			return nil, err
		}
		e.bytes, e.from, e.to, e.file = bytes.NewReader(data), 0, int64(len(data)), nil
	}
	h := sha256.New()
	if _, err := io.Copy(h, e.Open()); err != nil {
		return nil, err
	}
	if e.Digest = [sha256.Size]byte(h.Sum(nil)); !bytes.Equal(e.Digest[:], want) {
		return nil, errNotCached
	}
	return e, nil
}
