package front

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// serve starts a server for a test, which ends with it.
func serve(t *testing.T, o Options) (s *Server, address string) {
	t.Helper()
	if o.Func == nil {
		o.Func = echo
	}
	if o.Now == nil {
		o.Now = func() time.Time { return time.Date(1994, 11, 6, 8, 49, 37, 0, time.UTC) }
	}
	s = New(o)
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	t.Cleanup(func() {
		s.Close()
		if err := <-ended; !errors.Is(err, ErrClosed) {
			t.Errorf("Serve: want ErrClosed, got %v", err)
		}
		s.running.Wait()
	})
	return s, l.Addr().String()
}

// echo answers with the request's first line and body.
func echo(_ context.Context, r *exchange.Request) exchange.Answer {
	return exchange.Answer{Status: 200, Headers: exchange.Headers{{Name: "x-Case", Value: "kept"}},
		Body: fmt.Appendf(nil, "%s %s %s", r.Verb, r.RawPath, r.Body)}
}

// dial connects, with a time-out for a test that would hang.
func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	c.SetDeadline(time.Now().Add(2 * time.Minute))
	t.Cleanup(func() { c.Close() })
	return c
}

// talk sends a text and reads the answers until the server closes the connection.
func talk(t *testing.T, address, text string) string {
	t.Helper()
	c := dial(t, address)
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The bytes of answers.
func TestAnswers(t *testing.T) {
	answers := map[string]exchange.Answer{
		"/plain": {
			Status:  200,
			Headers: exchange.Headers{{Name: "x-B", Value: "1"}, {Name: "X-a", Value: "2"}, {Name: "x-B", Value: "3"}},
			Body:    []byte("hi"),
		},
		"/empty":   {Status: 200},
		"/204":     {Status: 204, Body: []byte("not sent")},
		"/304":     {Status: 304, Headers: exchange.Headers{{Name: "ETag", Value: "x"}}, Body: []byte("not sent")},
		"/205":     {Status: 205, Body: []byte("not sent")},
		"/dated":   {Status: 200, Headers: exchange.Headers{{Name: "date", Value: "then"}}},
		"/unknown": {Status: 499},
		"/100":     {Status: 100},
		"/framing": {
			Status: 200,
			Headers: exchange.Headers{
				{Name: "content-length", Value: "99"},
				{Name: "Transfer-Encoding", Value: "chunked"},
				{
					Name:  "Connection",
					Value: "upgrade",
				},
				{Name: "Upgrade", Value: "x"},
				{Name: "a\r\nb", Value: "c"},
				{Name: "d", Value: "e\r\n\r\nf"},
				{Name: "", Value: "g"},
			},
		},
	}
	_, address := serve(
		t,
		Options{Func: func(_ context.Context, r *exchange.Request) exchange.Answer { return answers[r.RawPath] }},
	)
	const date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
	for _, c := range []struct{ name, request, want string }{
		{"header in its case and order", "GET /plain HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
			"HTTP/1.1 200 OK\r\nx-B: 1\r\nX-a: 2\r\nx-B: 3\r\n" + date + "Content-Length: 2\r\nConnection: close\r\n\r\nhi"},
		{"HEAD has the length and no body", "HEAD /plain HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
			"HTTP/1.1 200 OK\r\nx-B: 1\r\nX-a: 2\r\nx-B: 3\r\n" + date + "Content-Length: 2\r\nConnection: close\r\n\r\n"},
		{
			"no body",
			"GET /empty HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
			"HTTP/1.1 200 OK\r\n" + date + "Content-Length: 0\r\nConnection: close\r\n\r\n",
		},
		{
			"204 has neither body nor length",
			"GET /204 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
			"HTTP/1.1 204 No Content\r\n" + date + "Connection: close\r\n\r\n",
		},
		{
			"304 likewise",
			"GET /304 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
			"HTTP/1.1 304 Not Modified\r\nETag: x\r\n" + date + "Connection: close\r\n\r\n",
		},
		{
			"205 has no content",
			"GET /205 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
			"HTTP/1.1 205 Reset Content\r\n" + date + "Content-Length: 0\r\nConnection: close\r\n\r\n",
		},
		{
			"its own date",
			"GET /dated HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
			"HTTP/1.1 200 OK\r\ndate: then\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		},
		{
			"a status without a name",
			"GET /unknown HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
			"HTTP/1.1 499 \r\n" + date + "Content-Length: 0\r\nConnection: close\r\n\r\n",
		},
		{
			"a status that is not an answer",
			"GET /100 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
			"HTTP/1.1 500 Internal Server Error\r\n" + date + "Content-Length: 0\r\nConnection: close\r\n\r\n",
		},
		{
			"lines that frame the body, or cannot be sent",
			"GET /framing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
			"HTTP/1.1 200 OK\r\n" + date + "Content-Length: 0\r\nConnection: close\r\n\r\n",
		},
		{
			"HTTP/1.0 closes",
			"GET /empty HTTP/1.0\r\n\r\n",
			"HTTP/1.0 200 OK\r\n" + date + "Content-Length: 0\r\nConnection: close\r\n\r\n",
		},
		{"HTTP/1.0 may keep", "GET /empty HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\nGET /empty HTTP/1.0\r\n\r\n",
			"HTTP/1.0 200 OK\r\n" + date + "Content-Length: 0\r\nConnection: keep-alive\r\n\r\nHTTP/1.0 200 OK\r\n" + date +
				"Content-Length: 0\r\nConnection: close\r\n\r\n"},
		{
			"pipelined requests are answered in order",
			"GET /plain HTTP/1.1\r\nHost: a\r\n\r\n" +
				"HEAD /plain HTTP/1.1\r\nHost: a\r\n\r\n" +
				"GET /204 HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE\r\n\r\n" +
				"GET /never HTTP/1.1\r\n",
			"HTTP/1.1 200 OK\r\nx-B: 1\r\nX-a: 2\r\nx-B: 3\r\n" + date + "Content-Length: 2\r\n\r\nhi" +
				"HTTP/1.1 200 OK\r\nx-B: 1\r\nX-a: 2\r\nx-B: 3\r\n" + date + "Content-Length: 2\r\n\r\n" +
				"HTTP/1.1 204 No Content\r\n" + date + "Connection: close\r\n\r\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := talk(t, address, c.request); got != c.want {
				t.Errorf("want %q\n got %q", c.want, got)
			}
		})
	}
}

// TestRefused checks that a rejected request is answered with the reason and ends the connection, so that the following
// bytes are not read as a request.
func TestRefused(t *testing.T) {
	var mu sync.Mutex
	var told []Refusal
	var served []string
	_, address := serve(t, Options{
		Func: func(ctx context.Context, r *exchange.Request) exchange.Answer {
			mu.Lock()
			defer mu.Unlock()
			served = append(served, r.RawPath)
			return echo(ctx, r)
		},
		Refused: func(r Refusal) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, r)
		},
	})
	for _, c := range []struct {
		name, request, status, reason string
	}{
		{
			"smuggling",
			"POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
				"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
			"400 Bad Request",
			"both Content-Length and Transfer-Encoding are there",
		},
		{
			"bare LF",
			"GET /first HTTP/1.1\nHost: a\n\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
			"400 Bad Request",
			"a line ends in LF without CR",
		},
		{"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n", "400 Bad Request", "a line ends in LF without CR"},
		{
			"header too large",
			"GET / HTTP/1.1\r\nHost: a\r\nCookie: " + strings.Repeat("c", 20_000) + "\r\n\r\n",
			"431 Request Header Fields Too Large",
			"HTTP header is larger than 10240 bytes.",
		},
		{
			"body too large, which is sent all the same",
			"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10485761\r\n\r\n" + strings.Repeat("b", 10_485_761),
			"413 Request Entity Too Large",
			"HTTP content length exceeded 10485760 bytes.",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := talk(t, address, c.request)
			head, body, _ := strings.Cut(got, "\r\n\r\n")
			if !strings.HasPrefix(head, "HTTP/1.1 "+c.status+"\r\n") || body != c.reason ||
				!strings.Contains(head, "\r\nConnection: close") ||
				!strings.Contains(head, "\r\nContent-Type: text/plain; charset=utf-8\r\n") {
				t.Errorf("want %s with %q, got %q", c.status, c.reason, got)
			}
		})
	}
	mu.Lock()
	defer mu.Unlock()
	if len(served) != 0 {
		t.Errorf("want no request to be served, got %q", served)
	}
	const header, lines = "HTTP header is larger than 10240 bytes: 10",
		"in 3 lines have come, and API Gateway takes 10240; the longest line is Cookie, of which 10"
	const length = "HTTP content length exceeded 10485760 bytes: " +
		"the body has 10485761 bytes, and API Gateway takes 10485760"
	if len(told) != 5 || told[0].Status != 400 || told[0].SourceIP != "127.0.0.1" ||
		!strings.HasPrefix(told[3].Reason, header) || !strings.Contains(told[3].Reason, lines) ||
		told[4].Reason != length {
		t.Errorf("want a call of Refused for each, got %+v", told)
	}
}

// TestManySmallHeaders checks that the log has the total and the limit, and does not blame a single line.
func TestManySmallHeaders(t *testing.T) {
	var small, large strings.Builder
	for i := range 400 {
		fmt.Fprintf(&small, "X-%03d: %s\r\n", i, strings.Repeat("v", 20))
	}
	fmt.Fprintf(&large, "Cookie: %s\r\n", strings.Repeat("c", 3_000))
	const request = "GET / HTTP/1.1\r\nHost: a-name-that-is-longer-than-the-other-lines.example.com\r\n"
	for _, c := range []struct{ name, head, want string }{
		{"small lines", request + small.String() + "\r\n",
			"HTTP header is larger than 10240 bytes: 11680 bytes in 402 lines have come, and API Gateway takes 10240"},
		{"one that is large", request + large.String() + small.String()[:29*250] + "\r\n",
			"HTTP header is larger than 10240 bytes: 10340 bytes in 253 lines have come, and API Gateway takes 10240; the " +
				"longest line is Cookie, of which 3009 bytes have come"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := headTooLarge(10240, []byte(c.head)).logReason(); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// RFC 9110, section 10.1.1.
func TestExpectContinue(t *testing.T) {
	_, address := serve(t, Options{MaxBody: 100})
	c := dial(t, address)
	b := bufio.NewReader(c)
	io.WriteString(c, "POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n")
	if line, err := b.ReadString('\n'); line != "HTTP/1.1 100 Continue\r\n" {
		t.Fatalf("want a 100 before the body, got %q, %v", line, err)
	}
	b.ReadString('\n')
	io.WriteString(c, "hi")
	answer, err := http.ReadResponse(b, nil)
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := io.ReadAll(answer.Body); string(body) != "POST /a hi" {
		t.Errorf("want the body to be read, got %q", body)
	}
	t.Run("a body that is there already needs no 100", func(t *testing.T) {
		got := talk(
			t,
			address,
			"POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi",
		)
		if !strings.HasPrefix(got, "HTTP/1.1 200 ") {
			t.Errorf("want only the answer, got %q", got)
		}
	})
	t.Run("too large: refused, and the body is not asked for", func(t *testing.T) {
		got := talk(t, address, "POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 101\r\n\r\n")
		if !strings.HasPrefix(got, "HTTP/1.1 413 ") {
			t.Errorf("want 413, got %q", got)
		}
	})
}

// TestWithHTTPClient uses the client of net/http, with persistent connections and bodies of all sizes.
func TestWithHTTPClient(t *testing.T) {
	_, address := serve(t, Options{Func: func(_ context.Context, r *exchange.Request) exchange.Answer {
		return exchange.Answer{
			Status:  200,
			Body:    r.Body,
			Headers: exchange.Headers{{Name: "Content-Type", Value: "application/octet-stream"}},
		}
	}})
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j, size := range []int{0, 1, 4000, 5000, 70_000, 1 << 20} {
				sent := strings.Repeat(string(rune('a'+i)), size)
				var body io.Reader = strings.NewReader(sent)
				if j%2 == 1 {
					body = io.MultiReader(body) // without a length: chunked
				}
				answer, err := client.Post("http://"+address+"/x", "text/plain", body)
				if err != nil {
					t.Error(err)
					return
				}
				got, err := io.ReadAll(answer.Body)
				answer.Body.Close()
				if err != nil || string(got) != sent {
					t.Errorf("%d bytes: got %d, %v", size, len(got), err)
				}
			}
		}()
	}
	wg.Wait()
}

func TestOnlyLoopback(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", ":0", "[::1]:0", "localhost:0", "127.0.0.2:0", "192.0.2.1:0"} {
		if l, err := Listen(address); !errors.Is(err, ErrAddress) {
			t.Errorf("Listen(%q): want ErrAddress, got %v", address, err)
			if l != nil {
				l.Close()
			}
		}
	}
	if _, err := Listen("127.0.0.1"); err == nil {
		t.Error("Listen without a port: want an error")
	}
	l, err := net.Listen("tcp4", "127.0.0.2:0")
	if err != nil {
		t.Skip("this system has no 127.0.0.2:", err)
	}
	if err := New(Options{Func: echo}).Serve(l); !errors.Is(err, ErrAddress) {
		t.Errorf("Serve on %s: want ErrAddress, got %v", l.Addr(), err)
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("want the listener closed, got %v", err)
	}
}

func TestPortInUse(t *testing.T) {
	_, address := serve(t, Options{})
	var system *net.OpError
	if _, err := Listen(address); !errors.As(err, &system) {
		t.Errorf("want the system's error, got %v", err)
	}
}

func TestPanic(t *testing.T) {
	told := make(chan any, 1)
	_, address := serve(t, Options{
		Func:     func(context.Context, *exchange.Request) exchange.Answer { panic("boom") },
		Panicked: func(value any, stack []byte) { told <- value },
	})
	got := talk(t, address, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	if !strings.HasPrefix(got, "HTTP/1.1 500 ") || strings.Contains(got, "boom") {
		t.Errorf("want a 500 that does not tell, got %q", got)
	}
	if value := <-told; value != "boom" {
		t.Errorf("want the panic boom, got %v", value)
	}
}

func TestNoFunc(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("want a panic without Func")
		}
	}()
	New(Options{})
}
