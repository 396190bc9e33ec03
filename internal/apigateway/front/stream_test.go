package front

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// streaming serves answers from a pipe. The bytes that are written to the pipe are the body of the current answer.
func streaming(t *testing.T) (address string, next func() *io.PipeWriter, left chan struct{}) {
	t.Helper()
	pipes, left := make(chan *io.PipeWriter, 1), make(chan struct{}, 10)
	f := func(ctx context.Context, r *exchange.Request) exchange.Answer {
		read, write := io.Pipe()
		pipes <- write
		context.AfterFunc(ctx, func() { left <- struct{}{} })
		return exchange.Answer{Status: 200, Stream: read, Headers: exchange.Headers{{Name: "Content-Length", Value: "5"}}}
	}
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := New(Options{Func: f, tick: 5 * time.Millisecond, WriteTimeout: time.Minute})
	go server.Serve(l)
	t.Cleanup(server.Close)
	return l.Addr().String(), func() *io.PipeWriter { return <-pipes }, left
}

func ask(t *testing.T, address, request string) (net.Conn, *bufio.Reader) {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(20 * time.Second))
	io.WriteString(c, request)
	return c, bufio.NewReader(c)
}

// line reads up to the end of a line.
func line(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	text, err := r.ReadString('\n')
	if err != nil {
		t.Fatalf("%q, %v", text, err)
	}
	return strings.TrimSuffix(text, "\r\n")
}

// headOf reads the head of an answer, and returns its status line and the lines that frame the body.
func headOf(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	out := line(t, r)
	for {
		switch l := line(t, r); {
		case l == "":
			return out
		case !strings.HasPrefix(l, "Date: "):
			out += ", " + l
		}
	}
}

// TestStream checks that each part is sent at once, and that the connection serves the next request after the last
// part.
func TestStream(t *testing.T) {
	address, next, _ := streaming(t)
	_, r := ask(t, address, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
	w := next()
	if got, want := headOf(t, r), "HTTP/1.1 200 OK, Transfer-Encoding: chunked"; got != want {
		t.Errorf("want %s, got %s", want, got)
	}
	for _, part := range []string{"one", "data: two\n\n"} {
		io.WriteString(w, part)
		size := line(t, r)
		got := make([]byte, len(part)+2)
		if _, err := io.ReadFull(r, got); err != nil || fmt.Sprintf("%x", len(part)) != size || string(got) != part+"\r\n" {
			t.Errorf("want %q, got %s %q, %v", part, size, got, err)
		}
	}
	w.Close()
	if got := line(t, r) + line(t, r); got != "0" {
		t.Errorf("want the last chunk, got %q", got)
	}
}

// Two requests on one connection. The answer to HEAD has no body.
func TestStreamPersists(t *testing.T) {
	address, next, _ := streaming(t)
	_, r := ask(t, address, "HEAD /a HTTP/1.1\r\nHost: a\r\n\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n")
	next()
	if got := headOf(t, r); !strings.HasPrefix(got, "HTTP/1.1 200") {
		t.Error(got)
	}
	next().Close()
	if got := headOf(t, r) + line(t, r); got != "HTTP/1.1 200 OK, Transfer-Encoding: chunked0" {
		t.Error(got)
	}
}

// TestStreamFails checks that a stream that fails cuts the connection without a last chunk.
func TestStreamFails(t *testing.T) {
	address, next, _ := streaming(t)
	_, r := ask(t, address, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
	w := next()
	io.WriteString(w, "one")
	w.CloseWithError(errors.New("no more"))
	headOf(t, r)
	if got, err := io.ReadAll(r); err != nil || string(got) != "3\r\none\r\n" {
		t.Errorf("got %q, %v", got, err)
	}
}

// For HTTP/1.0 the body is sent unframed, and ends with the connection.
func TestStreamOld(t *testing.T) {
	address, next, _ := streaming(t)
	_, r := ask(t, address, "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
	w := next()
	if got, want := headOf(t, r), "HTTP/1.0 200 OK, Connection: close"; got != want {
		t.Errorf("want %s, got %s", want, got)
	}
	io.WriteString(w, "one")
	w.Close()
	if got, err := io.ReadAll(r); err != nil || string(got) != "one" {
		t.Errorf("got %q, %v", got, err)
	}
}

// A client that leaves ends the request's context while the stream waits, and the stream is closed.
func TestStreamLeft(t *testing.T) {
	address, next, left := streaming(t)
	c, r := ask(t, address, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
	w := next()
	headOf(t, r)
	c.Close()
	select {
	case <-left:
	case <-time.After(20 * time.Second):
		t.Fatal("the context did not end")
	}
	for { // until the server has seen that the client has left
		if _, err := io.WriteString(w, "x"); err != nil {
			break
		}
	}
}

// TestStreamHandler does the same with a server of net/http.
func TestStreamHandler(t *testing.T) {
	pipes := make(chan *io.PipeWriter, 1)
	server := httptest.NewServer(Handler(func(context.Context, *exchange.Request) exchange.Answer {
		read, write := io.Pipe()
		pipes <- write
		return exchange.Answer{Status: 201, Stream: read}
	}))
	defer server.Close()
	for _, fails := range []error{nil, errors.New("no more")} {
		go func() {
			w := <-pipes
			io.WriteString(w, "one")
			w.CloseWithError(fails)
		}()
		answer, err := http.Get(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode != 201 || string(body) != "one" || (err == nil) != (fails == nil) {
			t.Errorf("%v: got %d %q, %v", fails, answer.StatusCode, body, err)
		}
	}
}
