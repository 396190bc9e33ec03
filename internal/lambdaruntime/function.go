package lambdaruntime

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// function is the scheduler of one function: a queue of invocations, and the processes that take them.
//
// Everything of it, and the state of its processes, is under one lock. It is held for the bookkeeping only, never over
// a system call on the way of an invocation.
type function struct {
	pool *Pool
	name string

	mu        sync.Mutex
	spec      *Spec // of the current version
	code      snapshot
	version   int
	gone      error // set when it is removed or the pool is closed
	queue     queue
	idle      []*process // of the current version; the last is the one whose memory is warm, so it is taken first
	live      int        // processes of the current version that can take work, now or once they have started
	starting  int        // those of them that have not asked for work yet
	returning int        // those that have answered, and will ask for more work in a moment
	processes map[*process]struct{}
	growth    growth
}

// invoke sees an invocation through.
func (f *function) invoke(ctx context.Context, payload []byte, o InvokeOptions) (Result, error) {
	inv := invocations.Get().(*invocation)
	inv.work, inv.tail, inv.cold, inv.stream = work{o.RequestID, o.TraceID, o.Qualifier, payload}, o.LogTail, false, o.stream

	f.mu.Lock()
	if f.gone != nil {
		err := f.gone
		f.mu.Unlock()
		return Result{}, err
	}
	if n := len(f.idle); n > 0 {
		p := f.idle[n-1]
		f.idle = f.idle[:n-1]
		p.take(inv)
		f.mu.Unlock()
	} else {
		inv.since = time.Now()
		f.queue.push(inv)
		f.provide()
		f.mu.Unlock()
	}

	select {
	case out := <-inv.done:
		inv.work = work{}
		invocations.Put(inv) // its outcome is there: no other goroutine holds it
		return out.result, out.err
	case <-ctx.Done():
		f.mu.Lock()
		f.queue.remove(inv)
		inv.abandon()
		f.mu.Unlock()
		return Result{}, fmt.Errorf("lambdaruntime: function %q: %w", f.name, context.Cause(ctx))
	}
}

// drop takes a process out of the scheduling, once, and sees to its replacement. The lock is held.
func (f *function) drop(p *process) {
	if p.dropped {
		return
	}
	p.dropped = true
	if p.version != f.version || f.gone != nil {
		return
	}
	f.live--
	switch p.state {
	case starting:
		f.started()
	case away:
		f.returning--
	}
	f.idle = slices.DeleteFunc(f.idle, func(other *process) bool { return other == p })
	f.provide()
}

// replace puts a new version in place.
func (f *function) replace(s *Spec, code snapshot) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.spec, f.code = s, code
	f.version++
	f.dismiss()
	f.live, f.starting, f.returning, f.idle = 0, 0, 0, nil
	f.provide()
}

// retire ends the function: what waits fails with err, what is under way finishes.
func (f *function) retire(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.gone = err
	f.dismiss()
	for inv := f.queue.pop(); inv != nil; inv = f.queue.pop() {
		inv.done <- outcome{err: err}
	}
}

// close is retire, and ends what is under way, too.
func (f *function) close() {
	f.retire(ErrClosed)
	f.mu.Lock()
	defer f.mu.Unlock()
	for p := range f.processes {
		p.stop(ErrClosed)
	}
}

// dismiss stops the processes that are not in the middle of an invocation; the others stop when they ask for the next
// one.
func (f *function) dismiss() {
	for p := range f.processes {
		if p.state != busy {
			p.stop(nil)
		}
	}
}

// queue is a list that an invocation can leave in the middle, when its caller gives up.
type queue struct {
	head, tail *invocation
	len        int
}

func (q *queue) push(inv *invocation) {
	inv.queued, inv.prev, inv.next = true, q.tail, nil
	if q.tail == nil {
		q.head = inv
	} else {
		q.tail.next = inv
	}
	q.tail = inv
	q.len++
}

// pop is nil when nothing waits.
func (q *queue) pop() *invocation {
	inv := q.head
	if inv != nil {
		q.remove(inv)
	}
	return inv
}

// remove does nothing with an invocation that is not in the queue.
func (q *queue) remove(inv *invocation) {
	if !inv.queued {
		return
	}
	if inv.prev == nil {
		q.head = inv.next
	} else {
		inv.prev.next = inv.next
	}
	if inv.next == nil {
		q.tail = inv.prev
	} else {
		inv.next.prev = inv.prev
	}
	inv.queued, inv.next, inv.prev = false, nil, nil
	q.len--
}
