package apigateway

import (
	"slices"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// defaultSlowAfter is how long a request may take before its developer wants to know what it waits for.
const defaultSlowAfter = 3 * time.Second

// Pending is a request that is not answered yet, or whose stream has not ended.
type Pending struct {
	Request  *exchange.Request // as it came, without what the gateway adds to it
	Identity []string          // as in [Record]
	Time     time.Time         // when it came
	Function string            // the short name of the function that the request waits for; "" for none
}

// pendings are the requests that are not answered yet.
type pendings struct {
	mu  sync.Mutex
	all map[*Record]*Pending
}

// begin registers a request, and calls Slow if it takes long. The caller calls answered when the request has its
// answer. A stream stays registered then, but does not count as slow.
func (g *Gateway) begin(record *Record) (answered func()) {
	request := *record.Request // a copy, since the gateway changes the record's
	p := &Pending{Request: &request, Identity: g.live.Load().identity, Time: record.Time}
	g.pending.mu.Lock()
	if g.pending.all == nil {
		g.pending.all = map[*Record]*Pending{}
	}
	g.pending.all[record] = p
	g.pending.mu.Unlock()
	if g.options.Slow == nil {
		return func() {}
	}
	stop := g.options.AfterFunc(g.options.SlowAfter, func() {
		if now, ok := g.pending.find(record); ok {
			g.options.Slow(now)
		}
	})
	return func() { stop() }
}

func (p *pendings) find(record *Record) (Pending, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	found := p.all[record]
	if found == nil {
		return Pending{}, false
	}
	return *found, true
}

func (p *pendings) remove(record *Record) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.all, record)
}

// waitsFor records which function a request waits for; "" for none.
func (p *pendings) waitsFor(record *Record, function string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if found := p.all[record]; found != nil {
		found.Function = function
	}
}

// Pending returns the requests that are not answered, the oldest first.
func (g *Gateway) Pending() []Pending {
	g.pending.mu.Lock()
	defer g.pending.mu.Unlock()
	var out []Pending
	for _, p := range g.pending.all {
		out = append(out, *p)
	}
	slices.SortFunc(out, func(x, y Pending) int { return x.Time.Compare(y.Time) })
	return out
}
