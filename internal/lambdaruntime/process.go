package lambdaruntime

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"sync"
	"time"
)

// state is a phase in the life of a process.
type state uint8

const (
	starting state = iota // has not asked for work yet
	idle                  // waits for work
	busy                  // runs an invocation
	away                  // has answered, and not yet asked for more work
	stopping              // must end, or has ended
)

// drainLimit limits how long the output of a dead process is read. Its sockets and pipes are read to the end, but a
// descendant that left the process group can keep a pipe open forever.
const drainLimit = time.Second

// process is one process of a function and its Runtime API.
//
// The fields under "the lock" are guarded by the function's lock.
type process struct {
	f       *function
	spec    *Spec
	version int

	listener net.Listener
	address  string
	conns    sync.WaitGroup // connections to the Runtime API
	logs     *logs
	tail     tail      // end of the current invocation's log
	work     chan work // has capacity 1, for the process waiting for work

	// The lock.
	state     state
	dropped   bool
	served    bool        // whether the process has had an invocation
	extension bool        // the process wants SIGTERM before it is killed
	inv       *invocation // set for a busy process
	requests  int         // how often the process has asked for work
	since     time.Time   // when inv was given to it
	initError *FunctionError
	document  []byte      // the runtime's report of initError
	timer     *time.Timer // enforces the limit of init, then of each invocation

	lastID string // the request ID that log lines belong to

	kill  sync.Mutex // guards the two below
	cmd   *exec.Cmd  // nil before the start
	ended bool       // the process was reaped: its ID may belong to another process
}

func newProcess(f *function) *process {
	return &process{f: f, spec: f.spec, version: f.version, work: make(chan work, 1)}
}

// run starts the process, and returns when the process is gone and everything about it is settled.
func (p *process) run() {
	pool := p.f.pool
	defer pool.running.Done()
	started, err := p.startAndWait()
	p.reportEnd(started, err)
}

// startAndWait starts the process, waits for its end, and reads the rest of its output. started is false if it never
// ran.
func (p *process) startAndWait() (started bool, err error) {
	pool := p.f.pool
	if p.listener, err = pool.options.Listen(); err != nil {
		return false, fmt.Errorf("the Runtime API has no address: %w", err)
	}
	defer p.listener.Close()
	p.address = p.listener.Addr().String()

	if p.logs, err = newLogs(p); err != nil {
		return false, err
	}
	cmd := &exec.Cmd{
		Path:   p.spec.Command[0],
		Args:   p.spec.Command,
		Dir:    p.spec.Dir,
		Env:    pool.environ(p.spec, p.address),
		Stdout: p.logs.stdout,
		Stderr: p.logs.stderr,
	}
	isolate(cmd)

	p.f.mu.Lock()
	if p.state == stopping {
		p.f.mu.Unlock()
		p.logs.abandon()
		return false, errShuttingDown
	}
	p.timer = time.AfterFunc(time.Hour, p.limitPassed)
	p.timer.Stop() // the time of init begins when the process runs
	p.f.mu.Unlock()

	ctx, closeConns := context.WithCancel(context.Background())
	defer closeConns()
	p.conns.Go(func() { p.accept(ctx) })
	if err := p.spawn(cmd); err != nil {
		p.logs.abandon()
		return false, err
	}
	p.beginInit()
	p.logs.started()
	err = cmd.Wait()

	p.killLeftovers()
	p.listener.Close()
	if !waitFor(&p.conns, drainLimit) { // answers that it sent before it died still count
		p.log("", "a descendant of the process has left its process group and keeps its connections open")
	}
	p.logs.drain(drainLimit)
	return true, err
}

// beginInit starts the time limit of init once the process runs, since on a busy machine the start itself may take as
// long as the limit. It does nothing if the process has already asked for work.
func (p *process) beginInit() {
	p.f.mu.Lock()
	defer p.f.mu.Unlock()
	if p.state == starting {
		p.timer = p.f.pool.options.initTimer(p.f.pool.options.InitLimit, p.limitPassed)
	}
}

// spawn starts the command, unless the process was told to stop in the meantime.
func (p *process) spawn(cmd *exec.Cmd) error {
	p.kill.Lock()
	defer p.kill.Unlock()
	if p.ended {
		return errShuttingDown
	}
	if err := p.f.pool.starter.start(cmd); err != nil {
		return err
	}
	p.cmd = cmd
	p.f.pool.watchdog.add(cmd.Process.Pid)
	if started := p.f.pool.options.Started; started != nil {
		started(p.spec.Name, cmd.Process.Pid)
	}
	return nil
}

// killLeftovers ends what the process has left in its process group.
func (p *process) killLeftovers() {
	p.kill.Lock()
	defer p.kill.Unlock()
	p.ended = true
	killGroup(p.cmd)
	p.f.pool.watchdog.remove(p.cmd.Process.Pid)
}

// reportEnd reports the end of the process to everything that waits for it.
func (p *process) reportEnd(started bool, err error) {
	f := p.f
	f.mu.Lock()
	if p.timer != nil {
		p.timer.Stop()
	}
	text := ""
	switch p.state {
	case starting:
		text = p.failInit(err, started)
	case busy:
		out := exited(p.inv, err, true)
		text = out.result.Error.Message
		p.answer(out)
	case idle, away:
		text = "the process ended between invocations: " + describeExit(err)
	}
	f.drop(p)
	p.state = stopping
	delete(f.processes, p)
	id := p.lastID
	f.mu.Unlock()
	p.log(id, text)
}

// describeExit describes how a process ended.
func describeExit(err error) string {
	if err == nil {
		return "exit status 0"
	}
	return err.Error()
}

// failInit fails the invocation that has waited longest because of a failed start. Each start serves one invocation, so
// if a function cannot start, each invocation fails once and none waits forever. The caller holds the lock.
func (p *process) failInit(err error, started bool) string {
	typ, message := exitWords(err, started)
	if p.initError != nil {
		typ, message = p.initError.Type, p.initError.Message
	}
	if inv := p.f.queue.pop(); inv != nil {
		inv.cold = true
		switch {
		case p.initError == nil:
			inv.done <- exited(inv, err, started)
		case p.document != nil:
			inv.done <- outcome{
				result: Result{RequestID: inv.id, Payload: p.document, Error: p.initError, ColdStart: true},
			}
		default:
			inv.done <- failed(inv, typ, message)
		}
	}
	text := "INIT_REPORT Phase: init Status: error Error Type: " + typ
	if p.document == nil { // otherwise the runtime has logged it
		text += ": " + message
	}
	return text
}

// stop ends the process. Its current invocation fails with err. The caller holds the lock.
func (p *process) stop(err error) {
	if p.state == busy && p.inv != nil {
		p.answer(outcome{err: err})
	}
	p.f.drop(p)
	p.state = stopping
	p.end()
}

// end kills the process, after SIGTERM if the process has asked for that. It does not wait.
func (p *process) end() {
	// Lambda's Shutdown phase gives a function with an internal extension 500 ms, and one without none:
	// https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-shutdown
	grace := time.Duration(0)
	if p.extension {
		grace = 500 * time.Millisecond
	}
	go func() {
		p.kill.Lock()
		defer p.kill.Unlock()
		switch {
		case p.ended:
		case p.cmd == nil:
			p.ended = true
		case grace > 0 && terminate(p.cmd.Process) == nil:
			time.AfterFunc(grace, p.killNow)
		default:
			killGroup(p.cmd)
		}
	}()
}

func (p *process) killNow() {
	p.kill.Lock()
	defer p.kill.Unlock()
	if !p.ended {
		killGroup(p.cmd)
	}
}

// log logs a line as the platform, unless the line is empty. The caller must not hold the lock.
func (p *process) log(id, text string) {
	if text != "" {
		p.f.pool.options.Log(LogLine{Function: p.spec.Name, RequestID: id, Stream: Platform, Text: text})
	}
}

// waitFor reports whether the group finished within the limit.
func waitFor(group *sync.WaitGroup, limit time.Duration) bool {
	done := make(chan struct{})
	go func() {
		group.Wait()
		close(done)
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	}
}
