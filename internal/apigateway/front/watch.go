package front

import (
	"net"
	"syscall"
	"time"
)

// watch checks all connections a few times a second: it ends those that take too long, and cancels requests whose
// client has left. This costs less than what net/http does, which is deadlines and a second reader on every connection:
// see the benchmark.
func (s *Server) watch() {
	ticker := time.NewTicker(s.options.tick)
	defer ticker.Stop()
	var conns []*conn
	for {
		select {
		case <-ticker.C:
		case <-s.done:
			// Connections whose requests are still being answered are watched until they are done.
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

// check checks a connection once. Only watch calls it.
func (c *conn) check() {
	state := c.state.Load()
	if state != c.lastState {
		c.lastState, c.unchangedTicks = state, 0
		return
	}
	c.unchangedTicks++
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
		if c.clientLeft() {
			c.leave()
		}
		return
	}
	if time.Duration(c.unchangedTicks)*o.tick > limit {
		if at := phase(state % phases); at != idle && o.Refused != nil {
			o.Refused(Refusal{Status: 408, Reason: tooSlow(at, limit).logReason(), SourceIP: c.source})
		}
		c.kill()
	}
}

// clientLeft reports whether the client has closed its end. A client that has only announced to send no more counts as
// gone, as in net/http.
func (c *conn) clientLeft() bool {
	tcp, ok := c.net.(*net.TCPConn)
	if !ok {
		return false
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return true
	}
	gone := false
	// Use Control, since Read would wait for the connection's own reader.
	err = raw.Control(func(fd uintptr) { gone = streamEnded(fd) })
	return gone || err != nil
}

var _ syscall.Conn = (*net.TCPConn)(nil)
