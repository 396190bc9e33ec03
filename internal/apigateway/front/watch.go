package front

import (
	"net"
	"syscall"
	"time"
)

// watch looks after all connections a few times a second: it ends those that take too long, and tells requests whose
// client has left. One look costs less than deadlines and a second reader on every connection, which is how net/http
// does it: see the benchmark.
func (s *Server) watch() {
	ticker := time.NewTicker(s.options.tick)
	defer ticker.Stop()
	var conns []*conn
	for {
		select {
		case <-ticker.C:
		case <-s.done:
			// Requests that are still being answered are looked after until they are.
			s.mu.Lock()
			left := len(s.conns)
			s.mu.Unlock()
			if left == 0 {
				return
			}
			<-ticker.C
		}
		s.mu.Lock()
		conns = conns[:0]
		for c := range s.conns {
			conns = append(conns, c)
		}
		s.mu.Unlock()
		for _, c := range conns {
			c.check()
		}
		clear(conns)
	}
}

// check is one look at a connection. Only the watch calls it.
func (c *conn) check() {
	state := c.state.Load()
	if state != c.seen {
		c.seen, c.ticks = state, 0
		return
	}
	c.ticks++
	o := &c.server.options
	var limit time.Duration
	switch phase(state % phases) {
	case idle:
		limit = o.IdleTimeout
	case heading:
		limit = o.HeadTimeout
	case reading:
		limit = o.BodyTimeout
	case writing:
		limit = o.WriteTimeout
	case working:
		if c.left() {
			c.leave()
		}
		return
	}
	if time.Duration(c.ticks)*o.tick > limit {
		if at := phase(state % phases); at != idle && o.Refused != nil {
			o.Refused(Refusal{Status: 408, Reason: tooSlow(at, limit).told(), SourceIP: c.source})
		}
		c.kill()
	}
}

// left reports whether the client has closed its end. One that has only said that it sends no more is taken to have
// left as well, as net/http takes it.
func (c *conn) left() bool {
	tcp, ok := c.net.(*net.TCPConn)
	if !ok {
		return false
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return true
	}
	gone := false
	// Control, as Read would wait for the connection's own reader.
	err = raw.Control(func(fd uintptr) { gone = ended(fd) })
	return gone || err != nil
}

var _ syscall.Conn = (*net.TCPConn)(nil)
