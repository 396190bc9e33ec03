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

// conn is a connection. One goroutine reads its requests and writes their answers in turn. So answers to pipelined
// requests are in order, and no request begins before the previous answer is written.
type conn struct {
	server *Server
	net    net.Conn
	in     reader
	out    []byte // reused for each answer
	source string // the client's IP address

	ctx   context.Context
	leave context.CancelFunc

	state          atomic.Uint64 // a count, and the phase in its last three bits
	lastState      uint64        // the state that watch saw last; only watch uses it
	unchangedTicks int           // for how many ticks the state has not changed; only watch uses it
}

// phase is what a connection is doing.
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

// enter begins a phase. Only the connection's own goroutine calls it.
func (c *conn) enter(p phase) { c.state.Store((c.state.Load()/phases+1)*phases + uint64(p)) }

// progress reads from the connection. Each part of a body that arrives counts as progress, and restarts the phase's
// time.
type progress struct{ c *conn }

func (p progress) Read(b []byte) (int, error) {
	for {
		n, err := p.c.net.Read(b)
		at := phase(p.c.state.Load() % phases)
		if n == 0 && at != idle && errors.Is(err, os.ErrDeadlineExceeded) {
			// The connection was woken as an idle one just when it had stopped being idle.
			p.c.net.SetReadDeadline(time.Time{})
			continue
		}
		if n > 0 && at == reading {
			p.c.enter(reading)
		}
		return n, err
	}
}

// serve answers requests until the client or the server closes the connection.
func (c *conn) serve() {
	defer c.kill()
	for c.awaitRequest() {
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

// awaitRequest waits for the first byte of a request.
func (c *conn) awaitRequest() bool {
	c.enter(idle)
	for c.in.start == c.in.end {
		// This check must follow enter: [Server.Drain] wakes only connections that were idle when it looked.
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

// answer calls the server's Func.
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

// keptOut is the size up to which a buffer is kept for the next answer.
const keptOut = 64 << 10

// write writes an answer, and reports whether the connection can stay open. It sends header and body at once unless the
// body is large.
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

// refuse answers a request that is not passed on.
func (c *conn) refuse(h *head, refused *refusal) {
	if c.server.options.Refused != nil {
		c.server.options.Refused(Refusal{Status: refused.status, Reason: refused.logReason(), SourceIP: c.source})
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

// How much, and for how long, a refused client may still send before the connection is cut.
const (
	lingerBytes = 64 << 20
	lingerTime  = 2 * time.Second
)

// linger waits for the client to read the answer. Closing a connection with unread bytes resets it, and the answer may
// be lost (RFC 9112, section 9.6).
func (c *conn) linger() {
	half, ok := c.net.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	c.net.SetReadDeadline(time.Now().Add(lingerTime))
	io.Copy(io.Discard, io.LimitReader(c.net, lingerBytes))
}

// wake ends the connection if it is idle.
func (c *conn) wake() {
	if phase(c.state.Load()%phases) == idle {
		c.net.SetReadDeadline(time.Unix(1, 0))
	}
}

// kill ends the connection, and then the context of its requests. In this order, no answer about the ended context is
// still sent.
func (c *conn) kill() {
	c.net.Close()
	c.leave()
}
