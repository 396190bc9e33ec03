package lambdaio

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// wire is a connection that records what is written to it.
type wire struct {
	net.Conn
	writes []string
	err    error
}

func (w *wire) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	w.writes = append(w.writes, string(p))
	return len(p), nil
}

func TestAnswersAreWrittenAtOnce(t *testing.T) {
	const get, post = "GET /next HTTP/1.1\r\n\r\n", "POST /response HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
	big := strings.Repeat("x", maxHeld)
	for name, c := range map[string]struct{ in, want []string }{
		"a request without a body": {[]string{get}, []string{get}},
		"an answer": {[]string{post, "2\r\n{}\r\n", "0\r\n\r\n"},
			[]string{post + "2\r\n{}\r\n0\r\n\r\n"}},
		"the one after it": {[]string{post, "0\r\n\r\n", get, post, "0\r\n\r\n"},
			[]string{post + "0\r\n\r\n", get, post + "0\r\n\r\n"}},
		"one that says what went wrong": {[]string{post, "0\r\nLambda-Runtime-Function-Error-Type: x\r\n\r\n"},
			[]string{post + "0\r\nLambda-Runtime-Function-Error-Type: x\r\n\r\n"}},
		"one whose length is known": {[]string{"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n", "{}"},
			[]string{"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n", "{}"}},
		"a header in parts": {[]string{"POST / HTTP/1.1\r\nTransfer-", "Encoding: chunked\r\n\r\n"},
			[]string{"POST / HTTP/1.1\r\nTransfer-", "Encoding: chunked\r\n\r\n"}},
		"a body that looks like its end": {[]string{post, "6\r\na\r\n\r\n\r\n", "0\r\n\r\n"},
			[]string{post + "6\r\na\r\n\r\n\r\n", "0\r\n\r\n"}},
		"one that is longer than is held":   {[]string{post, big, "0\r\n\r\n"}, []string{post + big, "0\r\n\r\n"}},
		"an empty write is not a new start": {[]string{post, "", "0\r\n\r\n"}, []string{post + "0\r\n\r\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := &wire{}
			conn := &answerConn{Conn: w}
			for _, part := range c.in {
				if n, err := conn.Write([]byte(part)); n != len(part) || err != nil {
					t.Fatalf("%d %v", n, err)
				}
			}
			if got := strings.Join(w.writes, "|"); got != strings.Join(c.want, "|") {
				t.Errorf("written %q, want %q", w.writes, c.want)
			}
		})
	}
	t.Run("an error is told", func(t *testing.T) {
		w := &wire{err: errors.New("gone")}
		conn := &answerConn{Conn: w}
		_, _ = conn.Write([]byte(post))
		if _, err := conn.Write([]byte("0\r\n\r\n")); err != w.err {
			t.Error(err)
		}
	})
}

// TestAnswersArriveWhole sends bodies of many lengths and in many parts as the Lambda runtime does: without a length,
// and with declared trailers.
func TestAnswersArriveWhole(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("Said", r.Trailer.Get("Said"))
		_, _ = w.Write(body)
	}))
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network,
		address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return &answerConn{Conn: conn}, err
	}}}
	defer client.CloseIdleConnections()
	for _, part := range []string{"", "x", "\r\n\r\n", "0\r\n\r\n", strings.Repeat("abc\r\n", 700),
		strings.Repeat("y", maxHeld)} {
		for _, times := range []int{1, 2, 33} {
			want := strings.Repeat(part, times)
			readers := make([]io.Reader, times)
			for i := range readers {
				readers[i] = strings.NewReader(part)
			}
			r, err := http.NewRequest("POST", server.URL, io.NopCloser(io.MultiReader(readers...)))
			if err != nil {
				t.Fatal(err)
			}
			r.Trailer = http.Header{"Said": {"all"}}
			answer, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(answer.Body)
			answer.Body.Close()
			if err != nil || !bytes.Equal(got, []byte(want)) || answer.Header.Get("Said") != "all" && want != "" {
				t.Errorf("%d bytes %d times: %d bytes, %v, trailer %q", len(part), times, len(got), err, answer.Header.Get("Said"))
			}
		}
	}
}
