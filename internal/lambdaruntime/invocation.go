package lambdaruntime

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// invocation is one payload on its way. First the queue owns it, then one process, and then its caller.
type invocation struct {
	work
	tail      bool           // the caller wants the tail of the log
	stream    bool           // the caller wants the answer as it is written
	cold      bool           // set by the process that runs it
	done      chan outcome   // has capacity 1, written once
	pipe      *io.PipeWriter // set once a streamed answer has begun, which is written to it instead of done
	abandoned bool           // the caller has given up, so an answer would have no reader

	since      time.Time   // when it entered the queue
	next, prev *invocation // neighbours in the queue
	queued     bool
}

// work is the answer to a process that asks for work.
type work struct {
	id, trace, qualifier, tenant string
	payload                      []byte
}

var invocations = sync.Pool{New: func() any { return &invocation{done: make(chan outcome, 1)} }}

// take gives an invocation to the process, which is waiting for work. The caller holds the lock.
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

// limit starts the function's timeout.
func (p *process) limit() {
	p.since = time.Now()
	p.timer.Reset(p.spec.Timeout)
}

// answer ends the invocation of a busy process. The caller holds the lock.
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

// limitPassed is called when a time limit has passed.
func (p *process) limitPassed() {
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
		if left := p.spec.Timeout - time.Since(p.since); left > 0 { // it fired as the previous invocation ended
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
