package dev

import (
	"slices"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
)

// slowAfter is how long a request may take before its developer wants to know what it waits for.
const slowAfter = 3 * time.Second

// pending is a request that is not answered yet, or whose stream has not ended.
type pending struct {
	apigateway.Arrival
	function string // the short name of the function that the request waits for; "" for none
}

// pendings are the requests that are not answered yet. It reports the slow ones.
type pendings struct {
	slow  func(pending) // receives a request that has no answer after slowAfter
	after func(time.Duration, func()) (stop func() bool)

	mu  sync.Mutex
	all map[string]*open // by request ID
}

// open is a pending request with its timer.
type open struct {
	pending
	stop func() bool
}

var _ apigateway.Watcher = (*pendings)(nil)

func newPendings(slow func(pending)) *pendings {
	return &pendings{
		slow:  slow,
		after: func(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop },
		all:   map[string]*open{},
	}
}

// Began registers a request.
func (p *pendings) Began(a apigateway.Arrival) {
	id := a.Request.RequestID
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all[id] = &open{
		pending: pending{Arrival: a},
		stop: p.after(slowAfter, func() {
			if now, ok := p.find(id); ok {
				p.slow(now)
			}
		}),
	}
}

func (p *pendings) find(id string) (pending, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	found := p.all[id]
	if found == nil {
		return pending{}, false
	}
	return found.pending, true
}

// WaitsFor records which function a request waits for.
func (p *pendings) WaitsFor(id, function string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if found := p.all[id]; found != nil {
		found.function = function
	}
}

// Answered stops the timer of a request. If the answer is streamed, the request stays registered, but is not slow.
func (p *pendings) Answered(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if found := p.all[id]; found != nil {
		found.stop()
	}
}

// ended removes a request.
func (p *pendings) ended(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if found := p.all[id]; found != nil {
		found.stop()
		delete(p.all, id)
	}
}

// list returns the requests that are not answered, the oldest first.
func (p *pendings) list() (out []pending) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, found := range p.all {
		out = append(out, found.pending)
	}
	slices.SortFunc(out, func(x, y pending) int { return x.Time.Compare(y.Time) })
	return out
}
