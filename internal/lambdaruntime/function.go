package lambdaruntime

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// function is the scheduler of one function: a queue of invocations, and the processes that run them.
//
// One lock guards all of its fields and the state of its processes. It is held only for bookkeeping, and never during a
// system call in the course of an invocation.
type function struct {
	pool *Pool
	name string

	mu        sync.Mutex
	spec      *Spec // the current version
	code      snapshot
	version   int
	closedErr error // set when the function is removed or the pool is closed
	queue     queue
	idle      []*process // processes of the current version; the last has the warmest memory, so it is used first
	live      int        // processes of the current version that can run invocations, now or once they have started
	starting  int        // how many of them have not asked for work yet
	returning int        // processes that have answered, and will soon ask for more work
	processes map[*process]struct{}
	growth    growth

	// With tenant isolation the function has no processes, and one of these for each tenant. Their locks are taken within
	// its own.
	tenants map[string]*function
	used    []string // the tenants, the least recently used first
}

// invoke runs an invocation to its end.
func (f *function) invoke(ctx context.Context, payload []byte, o InvokeOptions) (Result, error) {
	inv := invocations.Get().(*invocation)
	inv.work = work{o.RequestID, o.TraceID, o.Qualifier, o.Tenant, payload}
	inv.tail, inv.cold, inv.stream = o.LogTail, false, o.stream

	f.mu.Lock()
	if f.closedErr != nil {
		err := f.closedErr
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
		f.ensureProcesses()
		f.mu.Unlock()
	}

	select {
	case out := <-inv.done:
		inv.work = work{}
		invocations.Put(inv) // after its outcome no other goroutine holds it
		return out.result, out.err
	case <-ctx.Done():
		f.mu.Lock()
		f.queue.remove(inv)
		inv.abandon()
		f.mu.Unlock()
		return Result{}, fmt.Errorf("lambdaruntime: function %q: %w", f.name, context.Cause(ctx))
	}
}

// drop removes a process from the scheduling, once, and replaces it if needed. The caller holds the lock.
func (f *function) drop(p *process) {
	if p.dropped {
		return
	}
	p.dropped = true
	if p.version != f.version || f.closedErr != nil {
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
	f.ensureProcesses()
}

// replace installs a new version.
func (f *function) replace(s *Spec, code snapshot) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.spec, f.code = s, code
	f.version++
	f.stopUnused()
	f.live, f.starting, f.returning, f.idle = 0, 0, 0, nil
	f.replaceTenants()
	f.ensureProcesses()
}

// retire ends the function: waiting invocations fail with err, and running ones finish.
func (f *function) retire(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closedErr = err
	f.stopUnused()
	for inv := f.queue.pop(); inv != nil; inv = f.queue.pop() {
		inv.done <- outcome{err: err}
	}
	for _, own := range f.tenants {
		own.retire(err)
	}
}

// close works like retire, and also ends running invocations.
func (f *function) close() {
	f.retire(ErrClosed)
	f.mu.Lock()
	defer f.mu.Unlock()
	for p := range f.processes {
		p.stop(ErrClosed)
	}
	for _, own := range f.tenants {
		own.close()
	}
}

// stopUnused stops the processes without an invocation. The others stop when they ask for the next one.
func (f *function) stopUnused() {
	for p := range f.processes {
		if p.state != busy {
			p.stop(nil)
		}
	}
}

// queue is a list from whose middle an invocation can be removed, when its caller gives up.
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

// pop returns the first invocation; nil if none is waiting.
func (q *queue) pop() *invocation {
	inv := q.head
	if inv != nil {
		q.remove(inv)
	}
	return inv
}

// remove does nothing if the invocation is not in the queue.
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
