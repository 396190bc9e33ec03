// Package server installs, starts and stops the servers that a benchmark measures, and waits for texts in their logs.
package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"regexp"
	"syscall"
	"time"
)

// Program is a server to start.
type Program struct {
	Name string
	Args []string
	Dir  string   // "" for the working directory
	Env  []string // in addition to this process's environment
	Logs string   // the folder for its log; the server must not watch it
}

// Process is a running server. It logs to a file, because reading a pipe would take processor time from the servers.
type Process struct {
	Started time.Time

	cmd   *exec.Cmd
	log   *os.File
	ended chan error
}

// endsWithin is how long a server may take to end.
const endsWithin = 10 * time.Second

// Start starts the program. It ends when the context ends.
func (p Program) Start(ctx context.Context) (*Process, error) {
	log, err := os.CreateTemp(p.Logs, "log-")
	if err != nil {
		return nil, err
	}
	s := &Process{cmd: exec.CommandContext(ctx, p.Name, p.Args...), log: log, ended: make(chan error, 1)}
	s.cmd.Dir, s.cmd.Env = p.Dir, append(os.Environ(), p.Env...)
	s.cmd.Stdout, s.cmd.Stderr = log, log
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) }
	s.cmd.WaitDelay = endsWithin
	s.Started = time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, errors.Join(err, log.Close())
	}
	go func() { s.ended <- s.cmd.Wait() }()
	return s, nil
}

// PID returns the ID of the process.
func (s *Process) PID() int { return s.cmd.Process.Pid }

// Count returns how often a text occurs in the log.
func (s *Process) Count(text *regexp.Regexp) int {
	log, err := os.ReadFile(s.log.Name())
	if err != nil {
		return 0
	}
	return len(text.FindAll(log, -1))
}

// Await is a text to wait for.
type Await struct {
	Text    *regexp.Regexp
	Times   int            // how often it must occur in the log
	Failure *regexp.Regexp // a text that means that Text will not come; nil for none
	Every   time.Duration  // how often the log is read
	Within  time.Duration
}

// Await waits for a text and returns the groups of its first match. It fails at once if the server ends or the log has
// the text of a failure.
func (s *Process) Await(a Await) ([]string, error) {
	for deadline := time.Now().Add(a.Within); ; time.Sleep(a.Every) {
		log, err := os.ReadFile(s.log.Name())
		if err != nil {
			return nil, err
		}
		if matches := a.Text.FindAllStringSubmatch(string(log), -1); len(matches) > 0 && len(matches) >= a.Times {
			return matches[0], nil
		}
		select {
		case err := <-s.ended:
			s.ended <- err // for Stop
			return nil, fmt.Errorf("%s ended: %v\n%s", s.cmd.Args[0], err, log)
		default:
		}
		if a.Failure != nil && a.Failure.Match(log) || time.Now().After(deadline) {
			return nil, fmt.Errorf("%s does not write %s:\n%s", s.cmd.Args[0], a.Text, log)
		}
	}
}

// Stop ends the server with SIGTERM, and kills it if it does not end.
func (s *Process) Stop() error {
	defer s.log.Close()
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	select {
	case err := <-s.ended:
		s.ended <- err // for another Stop
		return nil
	case <-time.After(endsWithin):
		return errors.Join(fmt.Errorf("%s does not end", s.cmd.Args[0]), s.cmd.Process.Kill())
	}
}

// FreePort returns a port of 127.0.0.1 that was free a moment ago.
func FreePort() (int, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
