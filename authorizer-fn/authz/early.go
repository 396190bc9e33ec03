package authz

import (
	"context"
	"sync"
	"time"
)

// answerMargin is how long before the function's deadline it stops waiting for keys or for a hook. That leaves time to
// answer and to log. A function that runs out of time is stopped, and its log does not say why.
const answerMargin = 100 * time.Millisecond

// early is the context of an invocation, ended earlier by answerMargin. Its timer starts only when a caller waits,
// which few decisions do. It is released when the wait is over.
type early struct {
	context.Context

	mu     sync.Mutex
	timed  context.Context // nil until a caller waits
	cancel context.CancelFunc
}

func (e *early) Deadline() (time.Time, bool) {
	deadline, ok := e.Context.Deadline()
	return deadline.Add(-answerMargin), ok
}

func (e *early) Done() <-chan struct{} { return e.start().Done() }

func (e *early) Err() error { return e.start().Err() }

func (e *early) start() context.Context {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.timed == nil {
		e.timed, e.cancel = e.Context, func() {}
		if deadline, ok := e.Deadline(); ok {
			e.timed, e.cancel = context.WithDeadline(e.Context, deadline)
		}
	}
	return e.timed
}

func (e *early) release() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.cancel != nil {
		e.cancel()
	}
}
