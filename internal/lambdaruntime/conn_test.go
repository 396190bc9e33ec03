package lambdaruntime

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// dial connects to the Runtime API of a process. send writes requests, in which HOST is its address.
func dial(t *testing.T, p *process) (c net.Conn, in *bufio.Reader, send func(string)) {
	t.Helper()
	c, err := net.Dial("tcp", p.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return c, bufio.NewReader(c), func(text string) {
		t.Helper()
		if _, err := io.WriteString(c, strings.ReplaceAll(text, "HOST", p.address)); err != nil {
			t.Fatal(err)
		}
	}
}

const (
	nextHead    = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: HOST\r\n"
	respondHead = "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: HOST\r\n"
)

// TestConnection sends several requests on one connection without waiting. They are answered in order, each after its
// start, until one is the last.
func TestConnection(t *testing.T) {
	const (
		answer = respondHead + "Content-Length: 2\r\n\r\n{}"
		line   = "GET / HTTP/1.1\r\nX: "
	)
	chunked := func(size int, trailer string) string {
		return respondHead + fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n%s\r\n",
			size, strings.Repeat("x", size), trailer)
	}
	for _, c := range []struct {
		name, in string
		want     []int // and then the end of the connection
	}{
		{"two answers", answer + answer, []int{202, 403}},
		{"after a trailer", chunked(2, "X: y\r\n") + answer, []int{202, 403}},
		{"after a body that is too long", chunked(maxPayload+1, "") + answer, []int{413, 403}},
		{"after a body that was not read",
			strings.Replace(answer, respondHead, strings.Replace(respondHead, "id-1/response", "x", 1), 1) + answer,
			[]int{404, 202}},
		{"after the body of a question", nextHead + "Content-Length: 2\r\n\r\n{}" + answer, []int{403, 202}},
		{"after one from elsewhere", strings.Replace(answer, "HOST", "127.0.0.1:1", 1) + answer, []int{403, 202}},
		{"after one that closes",
			strings.Replace(answer, "Content-Length", "Connection: close\r\nContent-Length", 1) + answer, []int{202}},
		{"after HTTP/1.0",
			strings.Replace(answer, "HTTP/1.1", "HTTP/1.0\r\nConnection: keep-alive", 1) + answer, []int{202}},
		{"after a body that is not one", respondHead + "Transfer-Encoding: chunked\r\n\r\nx\r\n" + answer, []int{400}},
		{"after a broken chunk that was not read", strings.Replace(respondHead, "id-1", "id-2", 1) +
			"Transfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n" + answer, []int{400}},
		{"after a head that is not one", "nonsense\r\n\r\n" + answer, []int{400}},
		{"a head that does not end", line + strings.Repeat("x", maxHead-len(line)), []int{431}},
		{"a request line that does not end", strings.Repeat("x", maxHead), []int{431}},
		{"a head that breaks off", respondHead, []int{400}},
		{"nothing", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, _ := busyProcess(t)
			conn, in, send := dial(t, p)
			send(c.in)
			conn.(*net.TCPConn).CloseWrite()
			for _, want := range c.want {
				answer, err := http.ReadResponse(in, nil)
				if err != nil {
					t.Fatalf("want %d, got %v", want, err)
				}
				body, err := io.ReadAll(answer.Body)
				if answer.StatusCode != want || err != nil || answer.Header.Get("Content-Type") != "application/json" {
					t.Errorf("want %d, got %s, %q, %v", want, answer.Status, body, err)
				}
			}
			// Unread data makes the system reset the connection.
			if rest, err := io.ReadAll(in); len(rest) > 0 || errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("after the last answer: %q, %v", rest, err)
			}
		})
	}
}

// TestExpectContinue has a client that does not send the body before it gets 100 Continue.
func TestExpectContinue(t *testing.T) {
	p, inv := busyProcess(t)
	_, in, send := dial(t, p)
	send(respondHead + "Expect: 100-Continue\r\nContent-Length: 2\r\n\r\n")
	if answer, err := http.ReadResponse(in, nil); err != nil || answer.StatusCode != 100 {
		t.Fatalf("want 100, got %v, %v", answer, err)
	}
	send("{}")
	if answer, err := http.ReadResponse(in, nil); err != nil || answer.StatusCode != 202 {
		t.Errorf("want 202, got %v, %v", answer, err)
	}
	if out := <-inv.done; string(out.result.Payload) != "{}" {
		t.Errorf("got %+v", out)
	}
}

// TestAwait closes the connection of a process that waits for work. The process gets no work, and may ask again.
func TestAwait(t *testing.T) {
	const next = nextHead + "\r\n"
	for _, c := range []struct {
		name, in string
		end      func(c net.Conn, end func())
	}{
		{"the client hangs up", next, func(c net.Conn, _ func()) { c.Close() }},
		{"the client closes its side", next, func(c net.Conn, _ func()) { c.(*net.TCPConn).CloseWrite() }},
		{"the client sends more", next, func(c net.Conn, _ func()) { io.WriteString(c, "GET") }},
		{"the body of the question breaks off", nextHead + "Content-Length: 2\r\n\r\n{",
			func(c net.Conn, _ func()) { c.Close() }},
		{"the process has ended", next, func(_ net.Conn, end func()) { end() }},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, _, end := listening(t, func(l net.Listener) net.Listener { return l })
			p.f.mu.Lock()
			p.becomeAway()
			p.f.mu.Unlock()
			conn, in, send := dial(t, p)
			send(c.in)
			waitForState(t, p, idle)
			c.end(conn, end)
			waitForState(t, p, away)
			if rest, err := io.ReadAll(in); len(rest) > 0 || errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("got %q, %v", rest, err)
			}
			if len(p.f.idle) > 0 {
				t.Error("it would be given work")
			}
		})
	}
}

func waitForState(t *testing.T, p *process, want state) {
	t.Helper()
	waitUntil(t, func() bool {
		p.f.mu.Lock()
		defer p.f.mu.Unlock()
		return p.state == want
	})
}

// TestAcceptAgain has a listener that fails once, as it does without file descriptors. The next connection must be
// served.
func TestAcceptAgain(t *testing.T) {
	p, _, _ := listening(t, func(l net.Listener) net.Listener { return &failing{Listener: l} })
	_, in, send := dial(t, p)
	send(nextHead + "\r\n")
	if answer, err := http.ReadResponse(in, nil); err != nil || answer.StatusCode != 403 {
		t.Errorf("want 403, got %v, %v", answer, err)
	}
}

type failing struct {
	net.Listener
	failed bool
}

func (l *failing) Accept() (net.Conn, error) {
	if !l.failed {
		l.failed = true
		return nil, syscall.EMFILE
	}
	return l.Listener.Accept()
}
