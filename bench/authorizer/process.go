package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/bench/internal/machine"
)

// process is a function's process with its Runtime API.
type process struct {
	*authztest.Runtime
	cmd     *exec.Cmd
	log     *os.File
	started time.Time
	ready   time.Time
}

// launch starts a function with the access table and waits until it asks for its first event.
func (b *bench) launch(env map[string]string, name string, args ...string) (*process, error) {
	runtime, err := authztest.StartRuntime()
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(b.dir, "access.json"), accessTable(), 0o600); err != nil {
		return nil, err
	}
	// Log to a file, because a pipe would wake this process for each line.
	log, err := os.CreateTemp(b.dir, "log-")
	if err != nil {
		return nil, err
	}
	p := &process{Runtime: runtime, cmd: exec.Command(name, args...), log: log}
	p.cmd.Env = []string{"AWS_LAMBDA_RUNTIME_API=" + runtime.Address(), "LAMBDA_TASK_ROOT=" + b.dir}
	for name, value := range env {
		p.cmd.Env = append(p.cmd.Env, name+"="+value)
	}
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.started = time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if p.ready, err = p.Ready(ctx); err != nil {
		defer p.stop()
		return nil, fmt.Errorf("%w\n%s", err, p.logged())
	}
	return p, nil
}

// logged returns the log so far.
func (p *process) logged() string {
	text, _ := os.ReadFile(p.log.Name())
	return string(text)
}

func (p *process) stop() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
	p.Close()
	p.log.Close()
	os.Remove(p.log.Name())
}

// peakRSS returns the process's peak resident memory, in MB.
func (p *process) peakRSS() (float64, error) {
	kb, err := machine.Status(p.cmd.Process.Pid, "VmHWM")
	return kb / 1024, err
}
