package apigateway

import "sync"

// using knows what requests are being answered by, so that a function that an assembly no longer has stays in the pool
// for those that began before.
type using struct {
	mu   sync.Mutex
	by   map[*served]int // how many requests there are
	left map[string]bool // functions that were kept for them
}

// enter returns what a request is answered by. Its functions stay until leave is called.
func (g *Gateway) enter() *served {
	g.using.mu.Lock()
	defer g.using.mu.Unlock()
	s := g.live.Load()
	if g.using.by == nil {
		g.using.by = map[*served]int{}
	}
	g.using.by[s]++
	return s
}

func (g *Gateway) leave(s *served) {
	g.using.mu.Lock()
	defer g.using.mu.Unlock()
	if g.using.by[s]--; g.using.by[s] == 0 {
		delete(g.using.by, s)
	}
}

// swap serves s from now on, and removes the functions that neither it nor a request needs. One that a request needs is
// removed by a later swap.
func (g *Gateway) swap(s *served) {
	g.using.mu.Lock()
	defer g.using.mu.Unlock()
	unused := g.using.left
	if unused == nil {
		unused = map[string]bool{}
	}
	for name := range g.live.Swap(s).functionNames() {
		unused[name] = true
	}
	g.using.left = map[string]bool{}
	for name := range unused {
		if s.names[name] {
			continue
		}
		if g.using.needs(name) {
			g.using.left[name] = true
			continue
		}
		_ = g.pool.Remove(name) // it may never have run
	}
}

// needs reports whether a request may still need a function. The lock is held.
func (u *using) needs(function string) bool {
	for s := range u.by {
		if s.names[function] {
			return true
		}
	}
	return false
}
