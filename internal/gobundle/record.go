package gobundle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
)

// RecordVariable names the file to which package gofunction adds a [Record] for each function that it builds to run on
// this machine. Without it nothing is recorded.
const RecordVariable = "GATEHOUSE_BUILD_RECORD"

// DebugVariable has package gofunction build functions that run on this machine for a debugger, if it is not empty.
const DebugVariable = "GATEHOUSE_DEBUG_BUILD"

// Record is how a function was built.
type Record struct {
	Function string `json:"function"` // the path of its construct, such as "Shop/Orders"
	Asset    string `json:"asset"`    // the hash of its asset
	Build    Build  `json:"build"`
	App      App    `json:"app"`
}

// Build is a run of the go command that builds an executable.
type Build struct {
	Dir     string   `json:"dir"`     // the folder in which go runs
	Package string   `json:"package"` // as go is told it: an import path, or "." for that of Dir
	Flags   []string `json:"flags"`   // that "go list" and "go build" have in common
	Linker  string   `json:"linker"`  // the value of -ldflags
	Environ []string `json:"environ"` // NAME=value, which come before the environment
}

// Same reports whether two builds make the same executable.
func (b Build) Same(other Build) bool {
	return b.Dir == other.Dir && b.Package == other.Package && b.Linker == other.Linker &&
		slices.Equal(b.Flags, other.Flags) && slices.Equal(b.Environ, other.Environ)
}

// App is the program that wrote a record.
type App struct {
	Package string   `json:"package"` // the import path of its main package
	Dir     string   `json:"dir"`     // the folder in which it ran
	Flags   []string `json:"flags"`   // of the go command that built it, as far as they choose files
}

// Add adds a record to a file. Several processes may do so at once.
func Add(file string, r Record) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}

// Read reads the records of a file. A file that is missing has no records: the app has no functions of gofunction, or
// it has a release of it that writes none.
func Read(file string) (records []Record, err error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return parse(text)
}

// parse reads records, one a line.
func parse(text []byte) (records []Record, err error) {
	n := 0
	for line := range bytes.Lines(text) {
		n++
		var r Record
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, fmt.Errorf("gobundle: line %d of the build record: %w", n, err)
		}
		if !isHash(r.Asset) {
			return nil, fmt.Errorf("gobundle: line %d of the build record: asset %q: want 64 hexadecimal digits", n, r.Asset)
		}
		records = append(records, r)
	}
	return records, nil
}

// isHash reports whether a text is that of a SHA-256. What is a part of a path has to be.
func isHash(text string) bool {
	for _, c := range text {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(text) == 64
}
