// Package devrecord lets the commands of a user find the "gatehouse dev" processes that run from a folder: each process
// keeps a small file with its process ID and its address in the user's cache folder while it listens.
//
// A record is a hint and not a proof: the process may have been killed, and another one may listen at its address. The
// reader asks the address for its run. Records that other users could have written are rejected.
package devrecord

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/private"
)

// ErrExposed is returned for a folder or a file that belongs to another user, or that others can write or read.
var ErrExposed = errors.New("devrecord: not private")

// Record describes a running "gatehouse dev".
type Record struct {
	PID     int       `json:"pid"`
	URL     string    `json:"url"`     // the address of the process, such as "http://127.0.0.1:3000"
	Run     string    `json:"run"`     // identifies the process; it answers with this ID
	Folder  string    `json:"folder"`  // the folder that it runs from, absolute and without symbolic links
	Started time.Time `json:"started"` // when the process began to listen

	path string // the path of the record's file
}

// Dir returns the folder of records, below the user's cache folder (see [os.UserCacheDir]).
func Dir(userCache string) string { return filepath.Join(userCache, "gatehouse", "dev") }

// Project returns the name of a folder in records: absolute, and the same for every symbolic link to it. An empty
// folder is the process's own.
func Project(folder string) (string, error) {
	path, err := filepath.Abs(folder)
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err != nil {
		return "", fmt.Errorf("devrecord: folder %q: %w", folder, err)
	}
	return path, nil
}

// prefix begins the names of the files for a project.
func prefix(project string) string {
	sum := sha256.Sum256([]byte(project))
	return hex.EncodeToString(sum[:8]) + "-"
}

const suffix = ".json"

// Write writes a record into a folder, which it creates with mode 0700 if necessary. The file has mode 0600. The
// returned function removes the record.
//
// The error is [ErrExposed] if others can write or read the folder.
func Write(dir string, r Record) (remove func(), err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("devrecord: %w", err)
	}
	if err := checkDir(dir); err != nil {
		return nil, err
	}
	text, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("devrecord: %w", err)
	}
	// Write under another name first, so that no reader sees half a file. CreateTemp makes files with mode 0600.
	f, err := os.CreateTemp(dir, "new-")
	if err != nil {
		return nil, fmt.Errorf("devrecord: %w", err)
	}
	_, err = f.Write(text)
	path := filepath.Join(dir, fmt.Sprintf("%s%d%s", prefix(r.Folder), r.PID, suffix))
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return nil, fmt.Errorf("devrecord: %w", err)
	}
	r.path = path
	return r.Remove, nil
}

// Remove deletes the record's file, unless another run has replaced it.
func (r Record) Remove() {
	if now, err := read(r.path); err == nil && now.Run == r.Run {
		_ = os.Remove(r.path)
	}
}

// Find returns the records of a project, the newest first.
//
// The error is [ErrExposed] if the folder or one of the files is not exclusively the user's. A file that is not a valid
// record is an error that names it.
func Find(dir, project string) ([]Record, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("devrecord: %w", err)
	}
	if err := checkDir(dir); err != nil {
		return nil, err
	}
	var found []Record
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), prefix(project)) || !strings.HasSuffix(e.Name(), suffix) {
			continue
		}
		r, err := read(filepath.Join(dir, e.Name()))
		switch {
		case errors.Is(err, fs.ErrNotExist): // the process has just ended
		case err != nil:
			return nil, err
		case r.Folder == project:
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b Record) int { return b.Started.Compare(a.Started) })
	return found, nil
}

// most is the size limit of a record's file, in bytes.
const most = 64 << 10

func read(path string) (Record, error) {
	before, err := os.Lstat(path)
	if err != nil {
		return Record{}, fmt.Errorf("devrecord: %w", err)
	}
	if !before.Mode().IsRegular() { // a link may lead to another user's file, and a pipe would block
		return Record{}, fmt.Errorf("%w: %s is not a regular file: delete it", ErrExposed, path)
	}
	f, err := os.Open(path)
	if err != nil {
		return Record{}, fmt.Errorf("devrecord: %w", err)
	}
	defer f.Close()
	info, err := f.Stat() // of the open file, so that nothing can change in between
	if err != nil {
		return Record{}, fmt.Errorf("devrecord: %w", err)
	}
	if !os.SameFile(before, info) {
		return Record{}, fmt.Errorf("%w: %s was replaced while it was opened: run the command again", ErrExposed, path)
	}
	if err := private.Check(path, info); err != nil {
		return Record{}, exposed(err)
	}
	text, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return Record{}, fmt.Errorf("devrecord: %w", err)
	}
	r := Record{path: path}
	if err := json.Unmarshal(text, &r); err != nil {
		return Record{}, fmt.Errorf("devrecord: %s is not a record: %w: delete it", path, err)
	}
	if u, err := url.Parse(r.URL); err != nil || u.Scheme != "http" || u.Hostname() != "127.0.0.1" || r.Run == "" {
		return Record{}, fmt.Errorf("devrecord: %s: url %q, run %q: want http://127.0.0.1:PORT and a run: delete it",
			path, r.URL, r.Run)
	}
	return r, nil
}

func checkDir(dir string) error {
	info, err := os.Lstat(dir)
	switch {
	case err != nil:
		return fmt.Errorf("devrecord: %w", err)
	case !info.IsDir():
		return fmt.Errorf("%w: %s is not a folder: move it away", ErrExposed, dir)
	}
	if err := private.Check(dir, info); err != nil {
		return exposed(err)
	}
	return nil
}

func exposed(why error) error { return fmt.Errorf("%w: %w: delete it", ErrExposed, why) }
