package lambdaruntime

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// invocation is one payload on its way. It belongs to the queue, then to one process, and then to its caller.
type invocation struct {
	work
	tail   bool           // the caller wants the tail of the log
	stream bool           // the caller wants the answer as it is written
	cold   bool           // set by the process that takes it
	done   chan outcome   // of capacity 1, written once
	pipe   *io.PipeWriter // once the answer has begun: what it is written to, in place of done
	left   bool           // the caller has given up: an answer that begins has no reader

	since      time.Time   // when it was put into the queue
	next, prev *invocation // in the queue
	queued     bool
}

// work is what a process is told.
type work struct {
	id, trace, qualifier string
	payload              []byte
}

var invocations = sync.Pool{New: func() any { return &invocation{done: make(chan outcome, 1)} }}

// take gives an invocation to the process, whose question for work waits. The lock is held.
func (p *process) take(inv *invocation) {
	p.state = busy
	p.inv = inv
	inv.cold = !p.served
	p.served = true
	p.lastID = inv.id
	p.tail.begin(inv.tail)
	p.work <- inv.work
	p.limit()
}

// limit starts the function's time-out.
func (p *process) limit() {
	p.since = time.Now()
	p.timer.Reset(p.spec.Timeout)
}

// answer ends the invocation of a busy process. The lock is held.
func (p *process) answer(out outcome) {
	inv := p.inv
	p.inv = nil
	if inv.pipe != nil {
		p.tail.end()
		inv.end(out)
		return
	}
	out.result.LogTail = p.tail.end()
	inv.done <- out
}

// late is called when a limit has passed.
func (p *process) late() {
	f := p.f
	f.mu.Lock()
	id, text := p.lastID, ""
	switch p.state {
	case starting:
		p.initError = &FunctionError{
			Type:    typeTimeout,
			Message: fmt.Sprintf("Init timed out after %.2f seconds", f.pool.options.InitLimit.Seconds()),
		}
		p.document = nil
		text = p.failInit(nil, true)
		p.stop(nil)
	case busy, away:
		if left := p.spec.Timeout - time.Since(p.since); left > 0 { // it fired as the invocation before this one ended
			p.timer.Reset(left)
			break
		}
		text = "the function has answered, but its runtime does not ask for more work: the process is replaced"
		if p.state == busy {
			out := timedOut(p.inv, f.pool.options.Now(), p.spec.Timeout)
			text = out.result.Error.Message
			p.answer(out)
		}
		p.stop(nil)
	}
	f.mu.Unlock()
	p.log(id, text)
}
