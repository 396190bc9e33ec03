package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"syscall"
	"time"
)

// process is a server under measurement. It writes into a file: a pipe would cost this process time that the server
// needs.
type process struct {
	cmd   *exec.Cmd
	log   *os.File
	ended chan error
}

// launch starts a program in a folder, with its log in another, which is not watched. It is ended with the context.
func launch(ctx context.Context, logs, dir string, env []string, name string, args ...string) (*process, error) {
	log, err := os.CreateTemp(logs, "log-")
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.CommandContext(ctx, name, args...), log: log, ended: make(chan error, 1)}
	p.cmd.Dir, p.cmd.Env = dir, append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	p.cmd.WaitDelay = endsWithin
	if err := p.cmd.Start(); err != nil {
		return nil, errors.Join(err, log.Close())
	}
	go func() { p.ended <- p.cmd.Wait() }()
	return p, nil
}

// looksEvery is how often a log is read.
const looksEvery = 50 * time.Millisecond

// endsWithin is how long a server may take to end.
const endsWithin = 10 * time.Second

// said is how often the log has a text.
func (p *process) said(text *regexp.Regexp) int {
	log, err := os.ReadFile(p.log.Name())
	if err != nil {
		return 0
	}
	return len(text.FindAll(log, -1))
}

// old is what gatehouse dev says when an edit did not come to anything.
var old = regexp.MustCompile(`the old API is still served`)

// says waits until the log has a text so many times, and returns its first group.
func (p *process) says(text *regexp.Regexp, times int) (found string, err error) {
	for deadline := time.Now().Add(patience); ; time.Sleep(looksEvery) {
		log, err := os.ReadFile(p.log.Name())
		if err != nil {
			return "", err
		}
		if all := text.FindAllSubmatch(log, -1); len(all) >= times {
			if first := all[0]; len(first) > 1 {
				found = string(first[1])
			}
			return found, nil
		}
		select {
		case err := <-p.ended:
			p.ended <- err
			return "", fmt.Errorf("%s ended: %v\n%s", p.cmd.Args[0], err, log)
		default:
		}
		if old.Match(log) || time.Now().After(deadline) {
			return "", fmt.Errorf("%s does not say %s:\n%s", p.cmd.Args[0], text, log)
		}
	}
}

// stop ends it as Ctrl-C does, and kills it if it does not end.
func (p *process) stop() {
	defer p.log.Close()
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	select {
	case <-p.ended:
	case <-time.After(endsWithin):
		_ = p.cmd.Process.Kill()
	}
}
