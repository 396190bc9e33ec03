package dev

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
)

// accessLog is the file of --access-log.
type accessLog struct {
	to     io.Writer
	file   *os.File // nil for standard error
	failed func(error)
	once   sync.Once
}

// openAccessLog opens the file with a name, to append to it; "-" is standard error. It returns nil for no name.
func openAccessLog(p *command.Process, name string) (*accessLog, error) {
	l := &accessLog{to: p.Stderr, failed: func(err error) {
		p.Note("dev", "the access log is incomplete: %v", err)
	}}
	switch {
	case name == "":
		return nil, nil
	case name == "-":
		return l, nil
	case !filepath.IsAbs(name):
		name = filepath.Join(p.Dir, name)
	}
	// Only this user may read it: a format may log personal data.
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("--access-log: %w", err)
	}
	l.to, l.file = file, file
	return l, nil
}

// writer returns where to write lines; nil without a log.
func (l *accessLog) writer() io.Writer {
	if l == nil {
		return nil // not an interface that holds a nil pointer
	}
	return l
}

// Write writes a line. The first error is noted; requests are answered nevertheless.
func (l *accessLog) Write(line []byte) (int, error) {
	n, err := l.to.Write(line)
	if err != nil {
		l.once.Do(func() { l.failed(err) })
	}
	return n, err
}

// files returns the file, whose changes are not those of a source.
func (l *accessLog) files() (out []fs.FileInfo) {
	if l != nil && l.file != nil {
		if info, err := l.file.Stat(); err == nil {
			out = append(out, info)
		}
	}
	return out
}

func (l *accessLog) close() {
	if l != nil && l.file != nil {
		l.file.Close()
	}
}
