package apigateway

import "sync"

// inUse counts the requests that each reading of the assembly answers. A function that a new assembly no longer has
// stays in the pool until the requests that began before are done.
type inUse struct {
	mu       sync.Mutex
	requests map[*served]int // how many requests each answers
	retained map[string]bool // functions that stay in the pool for them
}

// enter returns the assembly that answers a new request. Its functions stay until leave is called.
func (g *Gateway) enter() *served {
	g.using.mu.Lock()
	defer g.using.mu.Unlock()
	s := g.live.Load()
	if g.using.requests == nil {
		g.using.requests = map[*served]int{}
	}
	g.using.requests[s]++
	return s
}

func (g *Gateway) leave(s *served) {
	g.using.mu.Lock()
	defer g.using.mu.Unlock()
	if g.using.requests[s]--; g.using.requests[s] == 0 {
		delete(g.using.requests, s)
	}
}

// swap serves s from now on, and removes the functions that neither s nor a request under way needs. A function that is
// still needed is removed by a later swap.
func (g *Gateway) swap(s *served) {
	g.using.mu.Lock()
	defer g.using.mu.Unlock()
	unused := g.using.retained
	if unused == nil {
		unused = map[string]bool{}
	}
	for name := range g.live.Swap(s).functionNames() {
		unused[name] = true
	}
	g.functionLog.Know(s.model.Functions, s.dirs)
	g.using.retained = map[string]bool{}
	for name := range unused {
		if s.names[name] {
			continue
		}
		if g.using.isNeeded(name) {
			g.using.retained[name] = true
			continue
		}
		_ = g.pool.Remove(name) // the function may never have run
	}
}

// isNeeded reports whether a request under way may still call a function. The caller holds the lock.
func (u *inUse) isNeeded(function string) bool {
	for s := range u.requests {
		if s.names[function] {
			return true
		}
	}
	return false
}
