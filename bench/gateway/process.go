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

// process is a server under measurement. It writes into a file: a pipe would cost this process time that the servers
// need.
type process struct {
	cmd     *exec.Cmd
	log     *os.File
	started time.Time
	ended   chan error
}

// launch starts a program in a folder, "" for this one. It is ended with the context.
func (b *bench) launch(ctx context.Context, dir string, env []string, name string, args ...string) (*process, error) {
	log, err := os.CreateTemp(b.dir, "log-")
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.CommandContext(ctx, name, args...), log: log, ended: make(chan error, 1)}
	p.cmd.Dir = dir
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	p.cmd.WaitDelay = patience
	p.started = time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, errors.Join(err, log.Close())
	}
	go func() { p.ended <- p.cmd.Wait() }()
	return p, nil
}

// wait waits until the log has a text, and tells how long that took from the start.
func (p *process) wait(text *regexp.Regexp) (found []string, took time.Duration, err error) {
	for deadline := p.started.Add(time.Minute); ; time.Sleep(2 * time.Millisecond) {
		so, err := os.ReadFile(p.log.Name())
		if err != nil {
			return nil, 0, err
		}
		if found := text.FindStringSubmatch(string(so)); found != nil {
			return found, time.Since(p.started), nil
		}
		select {
		case err := <-p.ended:
			return nil, 0, fmt.Errorf("%s ended: %v\n%s", p.cmd.Args[0], err, so)
		default:
		}
		if time.Now().After(deadline) {
			return nil, 0, errors.Join(fmt.Errorf("%s says nothing like %s:\n%s", p.cmd.Args[0], text, so), p.stop())
		}
	}
}

// stop ends it as Ctrl-C does, and kills it if it does not end.
func (p *process) stop() error {
	defer p.log.Close()
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	select {
	case <-p.ended:
		return nil
	case <-time.After(patience):
		return errors.Join(fmt.Errorf("%s does not end", p.cmd.Args[0]), p.cmd.Process.Kill())
	}
}
