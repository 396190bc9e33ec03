package apigateway

import (
	"slices"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// defaultSlowAfter is how long a request may take before people want to know what it waits for.
const defaultSlowAfter = 3 * time.Second

// Pending is a request that is not answered yet, or whose stream has not ended.
type Pending struct {
	Request  *exchange.Request // as it came: what the gateway adds to it is not there
	Identity []string          // as in [Record]
	Time     time.Time         // when it came
	Function string            // the short name of the function that it waits for; "" if it waits for none
}

// pendings are the requests that are not answered yet.
type pendings struct {
	mu  sync.Mutex
	all map[*Record]*Pending
}

// begin notes a request, and has Slow called if it takes long. The result is called when the request has its answer; a
// stream goes on without being slow.
func (g *Gateway) begin(record *Record) (answered func()) {
	request := *record.Request // the gateway changes its own
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
		if now, ok := g.pending.of(record); ok {
			g.options.Slow(now)
		}
	})
	return func() { stop() }
}

func (p *pendings) of(record *Record) (Pending, bool) {
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

// waitsFor notes the function that a request waits for; "" for none.
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
