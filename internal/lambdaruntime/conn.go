package lambdaruntime

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

const (
	maxHead    = 4 << 20  // a runtime may send 1 MB of X-Ray cause
	maxDiscard = 64 << 20 // limit of an unused body that is read, so that the client sees the answer

	acceptPause = 100 * time.Millisecond // after a connection could not be accepted
)

// accept accepts connections until the listener is closed. It closes them when ctx ends.
func (p *process) accept(ctx context.Context) {
	for {
		nc, err := p.listener.Accept()
		switch {
		case err == nil:
			p.conns.Go(func() {
				defer nc.Close()
				defer context.AfterFunc(ctx, func() { nc.Close() })()
				newConn(p, nc).serve()
			})
		case errors.Is(err, net.ErrClosed):
			return
		default: // such as too many open files, which passes when some are closed
			p.log("", "the Runtime API could not take a connection: "+err.Error())
			time.Sleep(acceptPause)
		}
	}
}

// conn is a connection to the Runtime API. One goroutine reads its requests and writes their answers in turn.
//
// It uses http.ReadRequest and not an http.Server, since the rest of the server's work took a fifth of this process's
// time for an invocation: the server watches for a client that hangs up during each request, which matters only while a
// client waits for work.
type conn struct {
	p    *process
	head *io.LimitedReader // the connection, limited while the head of a request is read
	in   *bufio.Reader     // of head
	out  *bufio.Writer

	watched chan struct{} // closed when the client hangs up or sends more; nil while nothing watches
}

func newConn(p *process, nc net.Conn) *conn {
	head := &io.LimitedReader{R: nc}
	return &conn{p: p, head: head, in: bufio.NewReader(head), out: bufio.NewWriterSize(nc, 16<<10)}
}

// serve answers requests until the client hangs up or is told to.
func (c *conn) serve() {
	for {
		r, refused := c.read()
		switch {
		case refused != nil:
			refused.write(c.out, true)
			return
		case r == nil:
			return
		}
		answer := c.answer(r)
		if answer == nil {
			return
		}
		last := answer == replyPanicked || r.Close || !r.ProtoAtLeast(1, 1) || !discard(r.Body)
		if answer.write(c.out, last) != nil || last {
			return
		}
	}
}

// answer handles a request. A panic ends the function's process, since its state is unknown then, and not the gateway.
func (c *conn) answer(r *http.Request) (a *reply) {
	defer func() {
		if value := recover(); value != nil {
			c.p.end()
			for line := range strings.Lines(fmt.Sprintf("gatehouse itself failed: %v\n%s", value, debug.Stack())) {
				c.p.log("", strings.TrimSuffix(line, "\n"))
			}
			a = replyPanicked
		}
	}()
	return c.p.handle(c, r)
}

// read reads the head of a request, and asks for the body if the client waits for that. The request is nil if the
// client has hung up, or if refused is set.
func (c *conn) read() (r *http.Request, refused *reply) {
	if c.watched != nil {
		<-c.watched
		c.watched = nil
	}
	c.head.N = maxHead
	r, err := http.ReadRequest(c.in)
	switch {
	case err != nil && c.head.N <= 0:
		return nil, replyHeadTooLarge
	case err == io.EOF:
		return nil, nil
	case err != nil || r.ProtoMajor != 1:
		return nil, replyMalformed
	}
	c.head.N = math.MaxInt64 // the body has its own limits
	if strings.EqualFold(r.Header.Get("Expect"), "100-continue") {
		io.WriteString(c.out, "HTTP/1.1 100 Continue\r\n\r\n")
		c.out.Flush() // the answer returns the error again
	}
	return r, nil
}

// await waits for work, and watches the connection meanwhile; nothing else does. ok is false if the client hangs up, or
// sends more before it has its answer.
func (c *conn) await(r *http.Request, from <-chan work) (given work, ok bool) {
	select {
	case given = <-from: // under load, work is waiting already
		return given, true
	default:
	}
	if !discard(r.Body) {
		return given, false
	}
	c.watched = make(chan struct{})
	go func() {
		c.in.Peek(1)
		close(c.watched)
	}()
	select {
	case given = <-from:
		return given, true
	case <-c.watched:
		return given, false
	}
}

// discard reads the rest of a body, and reports whether it reached the end.
func discard(body io.Reader) bool {
	n, err := io.Copy(io.Discard, io.LimitReader(body, maxDiscard))
	return err == nil && n < maxDiscard
}
