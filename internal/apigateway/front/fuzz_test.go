package front

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/textproto"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// FuzzRead checks that net/http reads every accepted request from the same bytes, with the same method, target, header
// and body, and that it ends at the same byte. The next request is the same, too. The reverse need not be true, because
// this parser rejects more.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		lines("GET /a?b HTTP/1.1", "Host: a", "x-Y:  1", "", ""),
		lines("POST / HTTP/1.1", "Host: a", "Content-Length: 3", "", "abcGET / HTTP/1.1", "Host: b", "", ""),
		lines("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked", "Trailer: t", "", "3;x=y", "abc", "0", "T: v",
			"", "GET / HTTP/1.0", "", ""),
		lines("GET http://a:1/b HTTP/1.1", "Host: [::1]", "Connection: close, x", "", ""),
		lines("OPTIONS * HTTP/1.1", "Host: a", "Expect: 100-continue", "Content-Length: 1", "", "a"),
		lines("POST / HTTP/1.1", "Host: a", "Content-Length: 3", "Transfer-Encoding: chunked", "", "0", "", ""),
		lines("GET / HTTP/1.0", "Connection: keep-alive", "Pragma: no-cache", "", ""),
		"GET / HTTP/1.1\nHost: a\n\n", lines("GET / HTTP/1.1", "Host: a", " b", "", ""), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		all, err := readAll(bytes.NewReader(input))
		slow, slowErr := readAll(iotest.OneByteReader(bytes.NewReader(input)))
		if diff := cmp.Diff(all, slow); diff != "" {
			t.Fatalf("read byte by byte it is another request: %v, %v\n%s", err, slowErr, diff)
		}
		// A request with two faults may be rejected for either, but with the same status.
		var refused, slowly *refusal
		if errors.As(err, &refused) && errors.As(slowErr, &slowly) {
			if refused.status != slowly.status {
				t.Fatalf("read byte by byte it is refused otherwise: %v, %v", err, slowErr)
			}
		} else if err.Error() != slowErr.Error() {
			t.Fatalf("read byte by byte it ends otherwise: %v, %v", err, slowErr)
		}
		if refused == nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			t.Fatalf("want a refusal or the end, got %v", err)
		}
		peer := bufio.NewReader(bytes.NewReader(input))
		for i, got := range all {
			want, err := http.ReadRequest(peer)
			if err != nil {
				t.Fatalf("request %d is accepted, and not by net/http: %v", i, err)
			}
			body, err := io.ReadAll(want.Body)
			if err != nil {
				t.Fatalf("the body of request %d is accepted, and not by net/http: %v", i, err)
			}
			compare(t, want, body, got)
		}
	})
}

func compare(t *testing.T, want *http.Request, body []byte, got *exchange.Request) {
	t.Helper()
	raw := got.RawPath
	if got.RawQuery != "" || strings.HasSuffix(want.RequestURI, "?") {
		raw += "?" + got.RawQuery
	}
	if !strings.HasSuffix(want.RequestURI, raw) && !strings.HasPrefix(raw, "/?") && raw != "/" {
		t.Fatalf("target: want the end of %q, got %q", want.RequestURI, raw)
	}
	if got.Verb != want.Method || got.Protocol != want.Proto || got.Host != want.Host || !bytes.Equal(got.Body, body) {
		t.Fatalf("want %s %s %q %q\n got %s %s %q %q",
			want.Method, want.Proto, want.Host, body, got.Verb, got.Protocol, got.Host, got.Body)
	}
	header := http.Header{}
	for _, line := range got.Headers {
		name := textproto.CanonicalMIMEHeaderKey(line.Name)
		header[name] = append(header[name], line.Value)
	}
	// net/http removes these, and adds a line for old caches.
	for _, name := range []string{"Host", "Transfer-Encoding", "Trailer"} {
		header.Del(name)
		want.Header.Del(name)
	}
	if header.Get("Pragma") == "no-cache" && header.Get("Cache-Control") == "" {
		want.Header.Del("Cache-Control")
	}
	if diff := cmp.Diff(want.Header, header); diff != "" {
		t.Fatalf("header: -want +got:\n%s", diff)
	}
}

// Whatever a function answers, a client of net/http reads one answer, with this body, and then the next one.
func FuzzWrite(f *testing.F) {
	f.Add(200, "a", "b", []byte("body"), "GET", true)
	f.Add(204, "Content-Length", "7", []byte("body"), "GET", true)
	f.Add(99, "a\r\nb", "c", []byte(nil), "HEAD", false)
	f.Add(304, "a", "b\r\n\r\nHTTP/1.1 200 OK", []byte("x"), "GET", true)
	f.Add(205, "transfer-encoding", "chunked", []byte("x"), "GET", true)
	f.Fuzz(func(t *testing.T, status int, name, value string, body []byte, verb string, persist bool) {
		o := reply{verb: verb, protocol: "HTTP/1.1", persist: persist, date: "Sun, 06 Nov 1994 08:49:37 GMT"}
		a := exchange.Answer{
			Status:  status,
			Headers: exchange.Headers{{Name: name, Value: value}, {Name: "Content-Type", Value: "text/plain"}},
			Body:    body,
		}
		b, has := o.appendHead(nil, &a)
		if has {
			b = append(b, body...)
		}
		b = append(b, "HTTP/1.1 202 Next\r\nContent-Length: 0\r\n\r\n"...)
		peer := bufio.NewReader(bytes.NewReader(b))
		answer, err := http.ReadResponse(peer, &http.Request{Method: verb})
		if err != nil {
			t.Fatalf("%v: %q", err, b)
		}
		got, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		if has && !bytes.Equal(got, body) || !has && len(got) != 0 {
			t.Fatalf("body: want %q, got %q", body, got)
		}
		if answer.Close == persist {
			t.Fatalf("the connection: want persist %t, got close %t", persist, answer.Close)
		}
		if status >= 200 && status <= 599 && answer.StatusCode != status {
			t.Fatalf("status: want %d, got %d", status, answer.StatusCode)
		}
		if next, err := http.ReadResponse(peer, nil); err != nil || next.StatusCode != 202 {
			t.Fatalf("the answer does not end where it ends: %v", err)
		}
	})
}
