package lambdaruntime

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"sync"
	"time"
)

// state is where a process is in its life.
type state uint8

const (
	starting state = iota // it has not asked for work yet
	idle                  // its question for work waits for an answer
	busy                  // it has an invocation
	away                  // it has answered, and not yet asked for more
	stopping              // it is to end, or has ended
)

// How long a process that is dead already may hold up its burial: what its sockets and pipes still hold is read to the
// end, but a descendant that left the process group can keep a pipe open for ever.
const drainLimit = time.Second

// process is one process of a function and its Runtime API.
//
// The fields under "the lock" are guarded by the function's.
type process struct {
	f       *function
	spec    *Spec
	version int

	listener net.Listener
	address  string
	conns    sync.WaitGroup // of the Runtime API
	logs     *logs
	tail     tail      // of the log, for the invocation that the process has
	work     chan work // of capacity 1, for the question for work that waits

	// The lock.
	state     state
	dropped   bool
	served    bool        // it has had an invocation
	extension bool        // it wants SIGTERM before it is killed
	inv       *invocation // of a busy process
	questions int         // for work, that it has asked
	since     time.Time   // when inv was given to it
	initError *FunctionError
	document  []byte      // that the runtime reported initError with
	timer     *time.Timer // the limit of init, then of each invocation

	lastID string // the request id that its log lines belong to

	kill  sync.Mutex // guards the two below
	cmd   *exec.Cmd  // nil before the start
	ended bool       // the process is reaped: its id may be another's
}

func newProcess(f *function) *process {
	return &process{f: f, spec: f.spec, version: f.version, work: make(chan work, 1)}
}

// run starts the process and stays until it is gone and everything about it is settled.
func (p *process) run() {
	pool := p.f.pool
	defer pool.running.Done()
	started, err := p.live()
	p.settle(started, err)
}

// live starts the process, waits for its end, and reads what it left behind. started is false if it never ran.
func (p *process) live() (started bool, err error) {
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
	p.timer = time.AfterFunc(time.Hour, p.late)
	p.timer.Stop() // the limit of init begins when the process runs
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

	p.bury()
	p.listener.Close()
	if !waitFor(&p.conns, drainLimit) { // what it sent before it died still counts
		p.log("", "a descendant of the process has left its process group and keeps its connections open")
	}
	p.logs.drain(drainLimit)
	return true, err
}

// beginInit starts the limit of init, now that the process runs: on a busy machine the start itself may take as long as
// the limit. A process that has asked for work already is past it.
func (p *process) beginInit() {
	p.f.mu.Lock()
	defer p.f.mu.Unlock()
	if p.state == starting {
		p.timer = p.f.pool.options.initTimer(p.f.pool.options.InitLimit, p.late)
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

// bury ends what the process left in its process group.
func (p *process) bury() {
	p.kill.Lock()
	defer p.kill.Unlock()
	p.ended = true
	killGroup(p.cmd)
	p.f.pool.watchdog.remove(p.cmd.Process.Pid)
}

// settle says what became of the process to whom it concerns.
func (p *process) settle(started bool, err error) {
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
		text = "the process ended between invocations: " + ending(err)
	}
	f.drop(p)
	p.state = stopping
	delete(f.processes, p)
	id := p.lastID
	f.mu.Unlock()
	p.log(id, text)
}

// ending is how a process ended.
func ending(err error) string {
	if err == nil {
		return "exit status 0"
	}
	return err.Error()
}

// failInit gives the failure of a start to the invocation that has waited longest: each start serves one, so that a
// function that cannot start fails each invocation once and none waits for ever. The lock is held.
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
	if p.document == nil { // else the runtime has written it
		text += ": " + message
	}
	return text
}

// stop ends the process; what it is busy with fails with err. The lock is held.
func (p *process) stop(err error) {
	if p.state == busy && p.inv != nil {
		p.answer(outcome{err: err})
	}
	p.f.drop(p)
	p.state = stopping
	p.end()
}

// end kills the process, and tells it before if it has asked for that. It does not wait.
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

// log writes a line of the platform's, unless it is empty. The lock is not held.
func (p *process) log(id, text string) {
	if text != "" {
		p.f.pool.options.Log(LogLine{Function: p.spec.Name, RequestID: id, Stream: Platform, Text: text})
	}
}

// waitFor reports whether the group was done in time.
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
