package lambdaio

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestOtherConnectionsAreLeftAlone makes requests that an answerConn would not serve. A request whose body begins like
// a header would wait forever, and one with 100-continue would wait for one second of the transport.
func TestOtherConnectionsAreLeftAlone(t *testing.T) {
	transport := http.DefaultTransport
	defer func() { http.DefaultTransport = transport }()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_,
			_ = io.Copy(w, r.Body)
	}))
	defer server.Close()
	const body = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
	for name, c := range map[string]struct {
		length int64
		expect string
	}{
		"a body that is a header": {int64(len(body)), ""},
		"the server is asked":     {-1, "100-continue"},
	} {
		t.Run(name, func(t *testing.T) {
			own := transport.(*http.Transport).Clone()
			own.ExpectContinueTimeout = time.Minute
			http.DefaultTransport = own
			SendAnswersAtOnce("127.0.0.1:1")
			defer own.CloseIdleConnections()
			r, err := http.NewRequest("POST", server.URL, io.NopCloser(strings.NewReader(body)))
			if err != nil {
				t.Fatal(err)
			}
			r.ContentLength = c.length
			if c.expect != "" {
				r.Header.Set("Expect", c.expect)
			}
			answer, err := (&http.Client{Transport: own, Timeout: 10 * time.Second}).Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			if got, err := io.ReadAll(answer.Body); err != nil || string(got) != body {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

// TestTheRuntimesConnection checks the opposite: an answer to the runtime is written in one piece.
func TestTheRuntimesConnection(t *testing.T) {
	transport := http.DefaultTransport
	defer func() { http.DefaultTransport = transport }()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	own := transport.(*http.Transport).Clone()
	http.DefaultTransport = own
	SendAnswersAtOnce(listener.Addr().String())
	conn, err := own.DialContext(t.Context(), "tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, ok := conn.(*answerConn); !ok {
		t.Errorf("got a %T, want an *answerConn", conn)
	}
}
