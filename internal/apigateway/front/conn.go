package front

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// conn is a connection. One goroutine reads its requests and writes their answers in turn, so that answers to pipelined
// requests are in order and a request is not begun before the answer to the one before it is written.
type conn struct {
	server *Server
	net    net.Conn
	in     reader
	out    []byte // kept from answer to answer
	source string // the client's IP address

	ctx   context.Context
	leave context.CancelFunc

	state atomic.Uint64 // a count, and the phase in its last three bits
	seen  uint64        // the state that the watch saw last; its own
	ticks int           // for how many ticks it has been that; its own
}

// phase is what a connection is about.
type phase uint64

const (
	idle    phase = iota // it waits for a request
	heading              // it reads a request line and header
	reading              // it reads a body
	working              // the request is being answered
	writing              // it writes the answer
	phases  = 8
)

func newConn(s *Server, nc net.Conn) *conn {
	c := &conn{server: s, net: nc, source: nc.RemoteAddr().String()}
	if ip, _, err := net.SplitHostPort(c.source); err == nil {
		c.source = ip
	}
	c.in.src = progress{c}
	c.ctx, c.leave = context.WithCancel(context.Background())
	return c
}

// enter begins a phase. Only the connection's own goroutine does it.
func (c *conn) enter(p phase) { c.state.Store((c.state.Load()/phases+1)*phases + uint64(p)) }

// progress is the connection as its reader sees it: of a body, each part that comes counts as progress.
type progress struct{ c *conn }

func (p progress) Read(b []byte) (int, error) {
	for {
		n, err := p.c.net.Read(b)
		at := phase(p.c.state.Load() % phases)
		if n == 0 && at != idle && errors.Is(err, os.ErrDeadlineExceeded) {
			// The wake-up of an idle connection that came when it had just ceased to be idle.
			p.c.net.SetReadDeadline(time.Time{})
			continue
		}
		if n > 0 && at == reading {
			p.c.enter(reading)
		}
		return n, err
	}
}

// serve answers requests until the client or the server has had enough.
func (c *conn) serve() {
	defer c.kill()
	for c.waits() {
		r, h, err := c.read()
		if err != nil {
			var refused *refusal
			if errors.As(err, &refused) {
				c.refuse(h, refused)
			}
			return
		}
		c.enter(working)
		a := c.answer(r)
		persist := h.persist && !c.server.closing.Load()
		if persist, err = c.write(h, &a, persist); err != nil || !persist {
			return
		}
	}
}

// waits waits for the first byte of a request.
func (c *conn) waits() bool {
	c.enter(idle)
	for c.in.start == c.in.end {
		// After enter: [Server.Drain] wakes what was idle when it looked.
		if c.server.closing.Load() || c.in.fill(c.server.options.MaxHead) != nil {
			return false
		}
	}
	c.enter(heading)
	return true
}

// read reads a request.
func (c *conn) read() (*exchange.Request, *head, error) {
	text, count, err := c.in.head(c.server.options.MaxHead)
	if err != nil {
		return nil, nil, err
	}
	h, refused := parseHead(text, count)
	if refused != nil {
		return nil, &h, refused
	}
	r := &exchange.Request{
		Verb:     h.verb,
		RawPath:  h.path,
		RawQuery: h.query,
		Headers:  h.headers,
		Host:     h.host,
		Protocol: h.protocol,
		SourceIP: c.source,
	}
	if h.length == 0 {
		return r, &h, nil
	}
	c.enter(reading)
	if h.expects && h.length <= c.server.options.MaxBody && c.in.start == c.in.end {
		if _, err := io.WriteString(c.net, "HTTP/1.1 100 Continue\r\n\r\n"); err != nil {
			return nil, &h, err
		}
	}
	r.Body, err = c.in.body(&h, c.server.options.MaxBody)
	return r, &h, err
}

// answer calls the function.
func (c *conn) answer(r *exchange.Request) (a exchange.Answer) {
	if c.server.options.Panicked != nil {
		defer func() {
			if value := recover(); value != nil {
				c.server.options.Panicked(value, debug.Stack())
				a = (&refusal{status: 500, reason: "Internal server error"}).answer()
			}
		}()
	}
	return c.server.options.Func(c.ctx, r)
}

// keptOut is how large a buffer is kept for the next answer.
const keptOut = 64 << 10

// write writes an answer, its header and body at once unless the body is large, and reports whether the connection can
// go on.
func (c *conn) write(h *head, a *exchange.Answer, persist bool) (bool, error) {
	c.enter(writing)
	o := reply{verb: h.verb, protocol: h.protocol, persist: persist, date: c.server.now()}
	b, body := o.appendHead(c.out[:0], a)
	if cap(b) <= keptOut {
		c.out = b
	}
	if a.Stream != nil {
		return o.persist, c.stream(b, a.Stream, body, o.chunked())
	}
	if body && len(b)+len(a.Body) > keptOut {
		buffers := net.Buffers{b, a.Body}
		_, err := buffers.WriteTo(c.net)
		return persist, err
	}
	if body {
		b = append(b, a.Body...)
		c.out = b
	}
	_, err := c.net.Write(b)
	return persist, err
}

// refuse answers a request that is not handed on.
func (c *conn) refuse(h *head, refused *refusal) {
	if c.server.options.Refused != nil {
		c.server.options.Refused(Refusal{Status: refused.status, Reason: refused.told(), SourceIP: c.source})
	}
	if h == nil {
		h = &head{}
	}
	if h.protocol != "HTTP/1.0" {
		h.protocol = "HTTP/1.1"
	}
	a := refused.answer()
	if _, err := c.write(h, &a, false); err == nil {
		c.linger()
	}
}

// What a refused client may still send before the connection is cut.
const (
	lingerBytes = 64 << 20
	lingerTime  = 2 * time.Second
)

// linger waits for the client to read the answer: to close a connection with bytes that were not read resets it, and
// the answer may be lost (RFC 9112, section 9.6).
func (c *conn) linger() {
	half, ok := c.net.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	c.net.SetReadDeadline(time.Now().Add(lingerTime))
	io.Copy(io.Discard, io.LimitReader(c.net, lingerBytes))
}

// wake ends an idle connection, and no other.
func (c *conn) wake() {
	if phase(c.state.Load()%phases) == idle {
		c.net.SetReadDeadline(time.Unix(1, 0))
	}
}

// kill ends the connection and then the context of its requests, so that no answer that says so is sent any more.
func (c *conn) kill() {
	c.net.Close()
	c.leave()
}
