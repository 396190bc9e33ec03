package front

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// ErrClosed is returned by [Server.Serve] after [Server.Drain] or [Server.Close].
var ErrClosed = errors.New("front: the server is closed")

// Server serves requests. [New] makes one.
type Server struct {
	options Options
	date    atomic.Pointer[date]

	closing atomic.Bool
	done    chan struct{} // closed together with closing
	running sync.WaitGroup
	watched sync.Once

	mu        sync.Mutex
	listeners map[net.Listener]struct{}
	conns     map[*conn]struct{}
}

// New makes a server. It panics without a Func.
func New(o Options) *Server {
	if o.Func == nil {
		panic("front: Options.Func is missing: it answers the requests")
	}
	o.fill()
	return &Server{
		options:   o,
		done:      make(chan struct{}),
		listeners: map[net.Listener]struct{}{},
		conns:     map[*conn]struct{}{},
	}
}

// Serve accepts connections from l, which must be on 127.0.0.1, and closes l when it returns. The error is
// [ErrAddress], [ErrClosed] or one of the listener.
func (s *Server) Serve(l net.Listener) error {
	defer l.Close()
	if err := checkAddress(l); err != nil {
		return err
	}
	s.mu.Lock()
	if s.closing.Load() {
		s.mu.Unlock()
		return ErrClosed
	}
	s.listeners[l] = struct{}{}
	s.mu.Unlock()
	s.watched.Do(func() { go s.watch() })
	for pause := time.Duration(0); ; {
		c, err := l.Accept()
		var passing net.Error
		switch {
		case err == nil:
			pause = 0
			s.start(c)
		case s.closing.Load():
			return ErrClosed
		case errors.As(err, &passing) && !errors.Is(err, net.ErrClosed):
			// For example, too many files are open. This passes when connections end.
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			select {
			case <-time.After(pause):
			case <-s.done:
			}
		default:
			return err
		}
	}
}

// start serves a connection.
func (s *Server) start(nc net.Conn) {
	c := newConn(s, nc)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing.Load() {
		nc.Close()
		return
	}
	s.conns[c] = struct{}{}
	s.running.Add(1)
	go func() {
		defer s.running.Done()
		defer func() {
			s.mu.Lock()
			delete(s.conns, c)
			s.mu.Unlock()
		}()
		c.serve()
	}()
}

// close stops accepting connections.
func (s *Server) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing.Swap(true) {
		return
	}
	close(s.done)
	for l := range s.listeners {
		l.Close()
	}
}

// Drain stops accepting connections and requests, and waits until requests under way are answered. If ctx ends first,
// it returns the error of ctx and leaves their connections open, so that the caller can still report them;
// [Server.Close] ends them.
func (s *Server) Drain(ctx context.Context) error {
	s.close()
	s.mu.Lock()
	for c := range s.conns {
		c.wake()
	}
	s.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		s.running.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close closes the listeners and all connections, and ends the contexts of the requests. It does not wait for the
// requests to return.
func (s *Server) Close() {
	s.close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.kill()
	}
}

// date is the Date header of one second.
type date struct {
	second int64
	text   string
}

// now returns the text of the Date header (RFC 9110, section 6.6.1).
func (s *Server) now() string {
	t := s.options.Now()
	if d := s.date.Load(); d != nil && d.second == t.Unix() {
		return d.text
	}
	d := &date{t.Unix(), t.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")}
	s.date.Store(d)
	return d.text
}
