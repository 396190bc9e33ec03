package lambdaruntime

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// pipe is a connection with everything that will come already there.
type pipe struct {
	io.Reader
	bytes.Buffer
}

func (p *pipe) Read(b []byte) (int, error) { return p.Reader.Read(b) }

func TestWire(t *testing.T) {
	const host = "127.0.0.1:9"
	const next = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: " + host + "\r\n"
	const respond = "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nhost:" + host + "\r\n"
	for _, c := range []struct {
		name, in string
		want     string // "op id body", and what is set besides; or the error
		written  string
	}{
		{name: "a question for work", in: next + "\r\n", want: "1  "},
		{name: "line ends of one byte", in: strings.ReplaceAll(next+"\r\n", "\r", ""), want: "1  "},
		{name: "an answer with its length", in: respond + "Content-Length: 2\r\n\r\n{}", want: "2 id-1 {}"},
		{name: "an answer in chunks", in: respond + "transfer-ENCODING: Chunked\r\n\r\n1;x=y\r\n{\r\n1\r\n}\r\n0\r\n\r\n", want: "2 id-1 {}"},
		{name: "an empty answer", in: respond + "Content-Length: 0\r\n\r\n", want: "2 id-1 "},
		{name: "no body at all", in: respond + "\r\n", want: "2 id-1 "},
		{name: "an error with its type", in: strings.Replace(respond, "response", "error", 1) + "Lambda-Runtime-Function-Error-Type: A.B\r\nContent-Length: 1\r\n\r\n{", want: "3 id-1 { errorType=A.B"},
		{name: "trailers of an answer that broke off", in: respond + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\nLambda-Runtime-Function-Error-Type: A\r\nLambda-Runtime-Function-Error-Body: e30=\r\nX: y\r\n\r\n",
			want: "2 id-1 { trailer=A {}"},
		{name: "init error", in: "POST /2018-06-01/runtime/init/error HTTP/1.1\r\nContent-Length: 1\r\n\r\nx", want: "4  x"},
		{name: "an extension", in: "POST /2020-01-01/extension/register HTTP/1.1\r\n\r\n", want: "5  "},
		{name: "an extension's question", in: "GET /2020-01-01/extension/event/next HTTP/1.1\r\n\r\n", want: "6  "},
		{name: "another path", in: "GET / HTTP/1.1\r\n\r\n", want: "0  "},
		{name: "an X-Ray cause longer than the buffer", in: respond + "Lambda-Runtime-Function-Xray-Error-Cause: " + strings.Repeat("x", 1<<20) + "\r\nContent-Length: 1\r\n\r\ny", want: "2 id-1 y"},
		{name: "HTTP/1.0 ends the connection", in: "GET /2018-06-01/runtime/invocation/next HTTP/1.0\r\n\r\n", want: "1   close"},
		{name: "so does the header", in: next + "Connection: close\r\n\r\n", want: "1   close"},
		{name: "curl waits to be asked for a large body", in: respond + "Expect: 100-continue\r\nContent-Length: 1\r\n\r\nx", want: "2 id-1 x", written: "HTTP/1.1 100 Continue\r\n\r\n"},
		{name: "another Host", in: "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: evil.example\r\n\r\n", want: "1   foreign"},
		{name: "a browser", in: next + "Origin: http://evil.example\r\n\r\n", want: "1   foreign"},
		{name: "a browser without Origin", in: next + "Sec-Fetch-Site: cross-site\r\n\r\n", want: "1   foreign"},
		{name: "a body over the limit is read over", in: respond + fmt.Sprintf("Content-Length: %d\r\n\r\n", MaxPayload+1) + strings.Repeat("x", MaxPayload+1), want: "2 id-1  tooLarge"},
		{name: "in chunks, too", in: respond + fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n", MaxPayload) + strings.Repeat("x", MaxPayload) + "\r\n1\r\nx\r\n0\r\n\r\n", want: "2 id-1  tooLarge"},

		{name: "a length twice", in: respond + "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx", want: errMalformed.Error()},
		{name: "a length and chunks", in: respond + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", want: errMalformed.Error()},
		{name: "a negative length", in: respond + "Content-Length: -1\r\n\r\n", want: errMalformed.Error()},
		{name: "a length past all limits", in: respond + "Content-Length: 2000000000\r\n\r\n", want: errMalformed.Error()},
		{name: "another transfer encoding", in: respond + "Transfer-Encoding: gzip, chunked\r\n\r\n", want: errMalformed.Error()},
		{name: "a chunk without a size", in: respond + "Transfer-Encoding: chunked\r\n\r\nx\r\n", want: errMalformed.Error()},
		{name: "a chunk that is longer than it says", in: respond + "Transfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n", want: errMalformed.Error()},
		{name: "a header without a colon", in: respond + "nonsense\r\n\r\n", want: errMalformed.Error()},
		{name: "HTTP/2", in: "PRI * HTTP/2.0\r\n\r\n", want: errMalformed.Error()},
		{name: "TLS", in: "\x16\x03\x01\n", want: errMalformed.Error()},
		{name: "the end of the connection", in: "", want: "EOF"},
		{name: "the end in a body", in: respond + "Content-Length: 2\r\n\r\n{", want: "unexpected EOF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn := &pipe{Reader: strings.NewReader(c.in)}
			req, err := newWire(conn, host).read()
			var got string
			if err != nil {
				got = strings.TrimSpace(err.Error())
			} else {
				got = fmt.Sprintf("%d %s %s", req.op, req.id, req.body)
				for name, set := range map[string]bool{" close": req.close, " foreign": req.foreign, " tooLarge": req.tooLarge,
					" errorType=" + req.errorType: req.errorType != "", " trailer=" + req.trailerType + " " + string(req.trailerBody): req.trailerType != ""} {
					if set {
						got += name
					}
				}
			}
			if got != c.want {
				t.Errorf("got %.200q, want %.200q", got, c.want)
			}
			if conn.Buffer.String() != c.written {
				t.Errorf("wrote %q, want %q", conn.Buffer.String(), c.written)
			}
		})
	}
}

func TestWireReadsOneAfterTheOther(t *testing.T) {
	w := newWire(&pipe{Reader: strings.NewReader("POST /2018-06-01/runtime/invocation/a/response HTTP/1.1\r\nContent-Length: 1\r\n\r\n1" +
		"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n")}, "")
	first, err := w.read()
	if err != nil {
		t.Fatal(err)
	}
	body := first.body
	if second, err := w.read(); err != nil || second.op != opNext || second.body != nil {
		t.Errorf("got %+v, %v", second, err)
	}
	if string(body) != "1" {
		t.Errorf("the first body became %q", body)
	}
}

// FuzzWire: whatever a process sends, reading it ends, does not panic, and keeps no more than the limits.
func FuzzWire(f *testing.F) {
	f.Add([]byte("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\nPOST /2018-06-01/runtime/invocation/a/response HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\nA: b\r\n\r\n"))
	f.Add([]byte("POST /2018-06-01/runtime/invocation/a/error HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello"))
	f.Add([]byte("\n\n\n: \r\n"))
	f.Add([]byte("POST  HTTP/1.1\nTransfer-Encoding: chunked\n\n7fffffff\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		w := newWire(&pipe{Reader: bytes.NewReader(in)}, "x")
		for n := 0; ; n++ {
			req, err := w.read()
			if err != nil {
				if req != nil && req.op > opExtensionNext {
					t.Errorf("op %d", req.op)
				}
				if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, errMalformed) {
					t.Errorf("got %v", err)
				}
				return
			}
			if len(req.body) > len(in) || len(req.id) > maxHeaderValue*4 || n > len(in) {
				t.Fatalf("from %d bytes: request %d, body %d, id %d", len(in), n, len(req.body), len(req.id))
			}
		}
	})
}
