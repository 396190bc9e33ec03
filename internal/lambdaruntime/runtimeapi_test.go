package lambdaruntime

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// busyProcess is the Runtime API of a process that has the invocation "id-1". The test plays the process.
func busyProcess(t *testing.T) (p *process, inv *invocation) {
	t.Helper()
	p, inv, _ = listening(t, func(l net.Listener) net.Listener { return l })
	return p, inv
}

// listening is busyProcess with a listener that the test may change. end closes the connections, as the end of the
// process does.
func listening(t *testing.T, by func(net.Listener) net.Listener) (p *process, inv *invocation, end func()) {
	t.Helper()
	pool := New(Options{})
	f := &function{pool: pool, name: "f", spec: &Spec{Name: "f", Timeout: time.Hour}, processes: map[*process]struct{}{}}
	p = newProcess(f)
	var err error
	if p.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	p.listener = by(p.listener)
	p.address = p.listener.Addr().String()
	if p.logs, err = newLogs(p); err != nil {
		t.Fatal(err)
	}
	p.timer = time.NewTimer(time.Hour)
	inv = &invocation{work: work{id: "id-1"}, done: make(chan outcome, 1)}
	p.state, p.inv = busy, inv
	ctx, end := context.WithCancel(t.Context())
	p.conns.Go(func() { p.accept(ctx) })
	t.Cleanup(func() {
		end()
		p.listener.Close()
		p.conns.Wait()
		p.logs.abandon()
		pool.Close()
	})
	return p, inv, end
}

// TestRuntimeAPI sends requests as runtimes and others do, byte by byte.
func TestRuntimeAPI(t *testing.T) {
	const (
		respond = "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nhost:HOST\r\n"
		failure = "POST /2018-06-01/runtime/invocation/id-1/error HTTP/1.1\r\nHost: HOST\r\n"
	)
	for _, c := range []struct {
		name, in string
		status   int
		want     string // of the invocation: its payload, or the type of its error; "" if it goes on
	}{
		{"an answer with its length", respond + "Content-Length: 2\r\n\r\n{}", 202, "{}"},
		{"an answer in chunks", respond + "transfer-ENCODING: Chunked\r\n\r\n1;x=y\r\n{\r\n1\r\n}\r\n0\r\n\r\n", 202, "{}"},
		{"an empty answer", respond + "Content-Length: 0\r\n\r\n", 202, "nothing"},
		{"no body at all", respond + "\r\n", 202, "nothing"},
		{"an error with its type", failure + errorType + ": A.B\r\nContent-Length: 1\r\n\r\n{", 202, "error A.B"},
		{"trailers of an answer that broke off", respond + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\n" + errorType +
			": A\r\nLambda-Runtime-Function-Error-Body: eyJlcnJvclR5cGUiOiJCIn0=\r\nX: y\r\n\r\n", 202, "error B"},
		{"an X-Ray cause of 1 MB", failure + "Lambda-Runtime-Function-Xray-Error-Cause: " + strings.Repeat("x", 1<<20) +
			"\r\n" + errorType + ": A\r\nContent-Length: 1\r\n\r\ny", 202, "error A"},
		{"curl waits to be asked for a large body", respond + "Expect: 100-continue\r\nContent-Length: 1\r\n\r\nx", 202, "x"},
		{"a body over the limit is read over", respond + fmt.Sprintf("Content-Length: %d\r\n\r\n", maxPayload+1) +
			strings.Repeat("x", maxPayload+1), 413, "error Function.ResponseSizeTooLarge"},
		{"in chunks, too", respond + fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n", maxPayload) +
			strings.Repeat("x", maxPayload) + "\r\n1\r\nx\r\n0\r\n\r\n", 413, "error Function.ResponseSizeTooLarge"},
		{"HTTP/1.0", strings.Replace(respond, "HTTP/1.1", "HTTP/1.0", 1) + "Content-Length: 1\r\n\r\nx", 202, "x"},

		{"a question for more work", nextHead + "\r\n", 403, ""},
		{"another path", "GET / HTTP/1.1\r\nHost: HOST\r\n\r\n", 404, ""},
		{"a path that ends as one for answers", "GET /response HTTP/1.1\r\nHost: HOST\r\n\r\n", 404, ""},
		{"a path that ends as one for errors", "POST /error HTTP/1.1\r\nHost: HOST\r\n\r\n", 404, ""},
		{"another verb", strings.Replace(respond, "POST", "PUT", 1) + "Content-Length: 1\r\n\r\nx", 404, ""},
		{"another id", strings.Replace(respond, "id-1", "id-2", 1) + "Content-Length: 1\r\n\r\nx", 400, ""},
		{"another Host", "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403, ""},
		{
			"an answer from another Host",
			strings.Replace(respond, "HOST", "evil.example", 1) + "Content-Length: 1\r\n\r\nx",
			403,
			"",
		},
		{"a browser", respond + "Origin: http://evil.example\r\nContent-Length: 1\r\n\r\nx", 403, ""},
		{"a browser without Origin", respond + "Sec-Fetch-Site: cross-site\r\nContent-Length: 1\r\n\r\nx", 403, ""},

		{"two lengths", respond + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nx", 400, ""},
		{"a negative length", respond + "Content-Length: -1\r\n\r\n", 400, ""},
		{"another transfer encoding", respond + "Transfer-Encoding: gzip, chunked\r\n\r\n", 400, ""},
		{"a chunk without a size", respond + "Transfer-Encoding: chunked\r\n\r\nx\r\n", 400, ""},
		{"a chunk that is longer than it says", respond + "Transfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n", 400, ""},
		{"a header without a colon", respond + "nonsense\r\n\r\n", 400, ""},
		{"HTTP/2", "PRI * HTTP/2.0\r\n\r\n", 400, ""},
		{"TLS", "\x16\x03\x01\r\n\r\n", 400, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, inv := busyProcess(t)
			conn, err := net.Dial("tcp", p.address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			conn.SetDeadline(time.Now().Add(patience))
			if _, err := io.WriteString(conn, strings.Replace(c.in, "HOST", p.address, 1)); err != nil {
				t.Fatal(err)
			}
			in := bufio.NewReader(conn)
			answer, err := http.ReadResponse(in, nil)
			if err == nil && answer.StatusCode == http.StatusContinue {
				answer, err = http.ReadResponse(in, nil)
			}
			if err != nil {
				t.Fatal(err)
			}
			if answer.StatusCode != c.status {
				t.Errorf("got %s, want %d", answer.Status, c.status)
			}
			got := ""
			select {
			case out := <-inv.done:
				switch {
				case out.result.Error != nil:
					got = "error " + out.result.Error.Type
				case len(out.result.Payload) == 0:
					got = "nothing"
				default:
					got = string(out.result.Payload)
				}
			default:
			}
			if got != c.want {
				t.Errorf("the invocation ended with %.80q, want %q", got, c.want)
			}
		})
	}
}

// TestAnAnswerThatBreaksOff ends the connection in the midst of a body: that is not an answer.
func TestAnAnswerThatBreaksOff(t *testing.T) {
	p, inv := busyProcess(t)
	conn, err := net.Dial("tcp", p.address)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(
		conn,
		"POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: %s\r\nContent-Length: 2\r\n\r\n{",
		p.address,
	)
	conn.(*net.TCPConn).CloseWrite()
	io.Copy(io.Discard, conn)
	conn.Close()
	select {
	case out := <-inv.done:
		t.Errorf("got %+v, want no answer", out)
	default:
	}
}

// TestLogTail has functions that write just before they answer. The result must always have these lines.
func TestLogTail(t *testing.T) {
	p := newPool(t, Options{MaxProcesses: 2})
	add(t, p, fault("tail"))
	for n := range 200 {
		text := fmt.Sprintf("line %d", n)
		r, err := p.Invoke(t.Context(), "tail", []byte(text), InvokeOptions{LogTail: true})
		if err != nil || r.Error != nil {
			t.Fatal(err, r.Error)
		}
		slices.Sort(r.LogTail) // the two streams have no common order
		if got := strings.Join(r.LogTail, "|"); got != "err "+text+"|out "+text {
			t.Fatalf("got %q", got)
		}
	}
	r, err := p.Invoke(t.Context(), "tail", []byte("x"), InvokeOptions{})
	if err != nil || r.LogTail != nil {
		t.Errorf("got %q, %v of a log that was not requested", r.LogTail, err)
	}
	r, err = p.Invoke(t.Context(), "tail", bytes.Repeat([]byte("x\n"), tailSize), InvokeOptions{LogTail: true})
	if n := len(strings.Join(r.LogTail, "")); err != nil || n > tailSize || n < tailSize-len("err x") {
		t.Errorf("%d bytes, %v, want the last %d", n, err, tailSize)
	}
}

// TestLogTailOfAnError checks the lines of a function that fails, and of one whose process ends.
func TestLogTailOfAnError(t *testing.T) {
	p := newPool(t, Options{})
	add(t, p, fault("tail-error"))
	add(t, p, fault("tail-exit"))
	for _, name := range []string{"tail-error", "tail-exit"} {
		r, err := p.Invoke(t.Context(), name, nil, InvokeOptions{LogTail: true})
		if err != nil || r.Error == nil || len(r.LogTail) == 0 ||
			!strings.Contains(strings.Join(r.LogTail, "|"), "before the end") {
			t.Errorf("%s: got %+v, %v", name, r, err)
		}
	}
}
