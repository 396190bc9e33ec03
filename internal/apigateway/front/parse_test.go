package front

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// readAll reads all requests of a stream, as a connection does.
func readAll(src io.Reader) (all []*exchange.Request, err error) {
	r := reader{src: src}
	for {
		text, count, err := r.head(defaultMaxHead)
		if err != nil {
			return all, err
		}
		h, refused := parseHead(text, count)
		if refused != nil {
			return all, refused
		}
		body, err := r.body(&h, DefaultMaxBody)
		if err != nil {
			return all, err
		}
		all = append(all, &exchange.Request{
			Verb: h.verb, RawPath: h.path, RawQuery: h.query, Headers: h.headers, Body: body, Host: h.host, Protocol: h.protocol,
		})
	}
}

func lines(list ...string) string { return strings.Join(list, "\r\n") }

func TestParse(t *testing.T) {
	host := exchange.Header{Name: "Host", Value: "a"}
	for _, c := range []struct {
		name, input string
		want        []*exchange.Request
	}{
		{"the least", lines("GET / HTTP/1.1", "Host: a", "", ""), []*exchange.Request{
			{Verb: "GET", RawPath: "/", Host: "a", Protocol: "HTTP/1.1", Headers: exchange.Headers{host}}}},
		{
			"names keep their case and order, and may be there twice",
			lines("GET / HTTP/1.1", "hOsT: a", "x-B: 2", "X-a:1", "x-B:  \t1 2\t ", "Empty:", "", ""),
			[]*exchange.Request{
				{
					Verb:     "GET",
					RawPath:  "/",
					Host:     "a",
					Protocol: "HTTP/1.1",
					Headers: exchange.Headers{{Name: "hOsT", Value: "a"}, {Name: "x-B", Value: "2"},
						{Name: "X-a", Value: "1"}, {Name: "x-B", Value: "1 2"}, {Name: "Empty"}},
				}},
		},
		{"the path as it came", lines("GET //a%2Fb/../%7e?x=%zz&y HTTP/1.1", "Host: a:80", "", ""), []*exchange.Request{
			{
				Verb:     "GET",
				RawPath:  "//a%2Fb/../%7e",
				RawQuery: "x=%zz&y",
				Host:     "a:80",
				Protocol: "HTTP/1.1",
				Headers:  exchange.Headers{{Name: "Host", Value: "a:80"}},
			}}},
		{"bytes above 0x7F", lines("GET /\xC3\xA9 HTTP/1.1", "Host: a", "x: \xFF", "", ""), []*exchange.Request{
			{
				Verb:     "GET",
				RawPath:  "/\xC3\xA9",
				Host:     "a",
				Protocol: "HTTP/1.1",
				Headers:  exchange.Headers{host, {Name: "x", Value: "\xFF"}},
			}}},
		{"length", lines("POST / HTTP/1.1", "Host: a", "Content-Length: 5", "", "h\r\nGE"), []*exchange.Request{
			{
				Verb:     "POST",
				RawPath:  "/",
				Host:     "a",
				Protocol: "HTTP/1.1",
				Body:     []byte("h\r\nGE"),
				Headers:  exchange.Headers{host, {Name: "Content-Length", Value: "5"}},
			}}},
		{
			"chunked, with extensions and a trailer",
			lines("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: Chunked", "", "5;a=b", "hello", "00A", "0123456789",
				"0;x", "T: v", "", ""),
			[]*exchange.Request{
				{
					Verb:     "POST",
					RawPath:  "/",
					Host:     "a",
					Protocol: "HTTP/1.1",
					Body:     []byte("hello0123456789"),
					Headers:  exchange.Headers{host, {Name: "Transfer-Encoding", Value: "Chunked"}},
				}},
		},
		{"HTTP/1.0 has no need of a host", lines("GET / HTTP/1.0", "", ""), []*exchange.Request{
			{Verb: "GET", RawPath: "/", Protocol: "HTTP/1.0", Headers: exchange.Headers{}}}},
		{
			"absolute form: its host counts (RFC 9112, 3.2.2)",
			lines("GET HTTP://b:1?q HTTP/1.1", "Host: a", "", ""),
			[]*exchange.Request{
				{
					Verb:     "GET",
					RawPath:  "/",
					RawQuery: "q",
					Host:     "b:1",
					Protocol: "HTTP/1.1",
					Headers:  exchange.Headers{{Name: "Host", Value: "b:1"}},
				}},
		},
		{"an IPv6 host", lines("GET / HTTP/1.1", "Host: [::1]:80", "", ""), []*exchange.Request{
			{
				Verb:     "GET",
				RawPath:  "/",
				Host:     "[::1]:80",
				Protocol: "HTTP/1.1",
				Headers:  exchange.Headers{{Name: "Host", Value: "[::1]:80"}},
			}}},
		{"asterisk form", lines("OPTIONS * HTTP/1.1", "Host: a", "", ""), []*exchange.Request{
			{Verb: "OPTIONS", RawPath: "*", Host: "a", Protocol: "HTTP/1.1", Headers: exchange.Headers{host}}}},
		{
			"pipelined",
			lines("POST /1 HTTP/1.1", "Host: a", "Content-Length: 2", "", "hiGET /2 HTTP/1.1", "Host: a", "", ""),
			[]*exchange.Request{
				{
					Verb:     "POST",
					RawPath:  "/1",
					Host:     "a",
					Protocol: "HTTP/1.1",
					Body:     []byte("hi"),
					Headers:  exchange.Headers{host, {Name: "Content-Length", Value: "2"}},
				},
				{Verb: "GET", RawPath: "/2", Host: "a", Protocol: "HTTP/1.1", Headers: exchange.Headers{host}}},
		},
		{
			"as long as may be",
			lines(
				"GET / HTTP/1.1",
				"Host: a",
				"x: "+strings.Repeat("a", defaultMaxHead-len("GET / HTTP/1.1\r\nHost: a\r\nx: \r\n\r\n")),
				"",
				"",
			),
			[]*exchange.Request{
				{
					Verb:     "GET",
					RawPath:  "/",
					Host:     "a",
					Protocol: "HTTP/1.1",
					Headers:  exchange.Headers{host, {Name: "x", Value: strings.Repeat("a", defaultMaxHead-32)}},
				}},
		},
	} {
		for how, src := range map[string]io.Reader{
			"at once":      strings.NewReader(c.input),
			"byte by byte": iotest.OneByteReader(strings.NewReader(c.input)),
			"by halves":    iotest.HalfReader(strings.NewReader(c.input)),
		} {
			t.Run(c.name+"/"+how, func(t *testing.T) {
				got, err := readAll(src)
				if err != io.EOF {
					t.Fatalf("want io.EOF at the end, got %v", err)
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			})
		}
	}
}

// TestRefusals checks that ambiguous requests are rejected. Most are known from attacks on servers behind other servers
// (RFC 9112, section 11.2).
func TestRefusals(t *testing.T) {
	const first = "POST / HTTP/1.1\r\nHost: a\r\n"
	for _, c := range []struct {
		name, input string
		status      int
		reason      string
	}{
		{
			"both length and coding",
			first + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
			400,
			"both Content-Length and Transfer-Encoding",
		},
		{"the other way round", first + "transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\n", 400, "both"},
		{"two lengths", first + "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde", 400, "Content-Length is there twice"},
		{
			"two lengths, the same",
			first + "Content-Length: 4\r\ncontent-length: 4\r\n\r\nabcd",
			400,
			"content-length is there twice",
		},
		{"a list of lengths", first + "Content-Length: 4, 4\r\n\r\nabcd", 400, "not a number"},
		{"length with a sign", first + "Content-Length: +4\r\n\r\nabcd", 400, "not a number"},
		{"length negative", first + "Content-Length: -1\r\n\r\n", 400, "not a number"},
		{"length hexadecimal", first + "Content-Length: 0x4\r\n\r\nabcd", 400, "not a number"},
		{"length empty", first + "Content-Length:\r\n\r\n", 400, "not a number"},
		{"length of 19 digits", first + "Content-Length: 1000000000000000004\r\n\r\n", 400, "not a number"},
		{
			"two codings",
			first + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n",
			400,
			"Transfer-Encoding is there twice",
		},
		{"a list of codings", first + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501, "only chunked"},
		{"chunked, obfuscated", first + "Transfer-Encoding: \x0Bchunked\r\n\r\n", 400, "control character"},
		{"not quite chunked", first + "Transfer-Encoding: xchunked\r\n\r\n", 501, "only chunked"},
		{"space before the colon", first + "Transfer-Encoding : chunked\r\n\r\n", 400, "no valid name"},
		{"tab before the colon", first + "Content-Length\t: 4\r\n\r\n", 400, "no valid name"},
		{"folded line", first + "X: a\r\n b\r\n\r\n", 400, "folded"},
		{"folded first line", "POST / HTTP/1.1\r\n Host: a\r\n\r\n", 400, "folded"},
		{"bare LF", first + "X: a\nContent-Length: 4\r\n\r\n", 400, "LF without CR"},
		{"bare LF at the end", first + "\n", 400, "LF without CR"},
		{"bare CR in a value", first + "X: a\rContent-Length: 4\r\n\r\n", 400, "control character"},
		{"CR CR LF", first + "X: a\r\r\n\r\n", 400, "control character"},
		{"NUL in a value", first + "X: a\x00\r\n\r\n", 400, "control character"},
		{"no colon", first + "X\r\n\r\n", 400, "no valid name"},
		{"no name", first + ": a\r\n\r\n", 400, "no valid name"},
		{"a name that is not a token", first + "X(: a\r\n\r\n", 400, "no valid name"},
		{
			"coding in HTTP/1.0",
			"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
			400,
			"HTTP/1.0 has no Transfer-Encoding",
		},
		{"no host", "GET / HTTP/1.1\r\n\r\n", 400, "no Host"},
		{"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400, "Host is there twice"},
		{"host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "not a host"},
		{"host with a user", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400, "not a host"},
		{"host empty", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400, "not a host"},
		{"host with a bad port", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", 400, "not a host"},
		{"host half an address", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400, "not a host"},
		{"empty line first", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "request line is empty"},
		{"two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "must be encoded"},
		{"tab in the request line", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "request line is not"},
		{"space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "must be encoded"},
		{"fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "must be encoded"},
		{"no path", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400, "not a path"},
		{"authority form", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "not a path"},
		{"asterisk for another verb", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400, "not a path"},
		{"another scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "not a path"},
		{"absolute form without a host", "GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n", 400, "no valid host"},
		{"absolute form with a user", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "no valid host"},
		{"half an escape in the path", "GET /%4 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "percent sign"},
		{"no escape in the path", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400, "percent sign"},
		{"a pipe in the query, as AWS documents", "GET /?a|b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "must be encoded"},
		{"braces in the query, as AWS documents", "GET /?{a} HTTP/1.1\r\nHost: a\r\n\r\n", 400, "must be encoded"},
		{"method no token", "G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "method"},
		{"HTTP/2", "PRI * HTTP/2.0\r\n\r\n", 505, "HTTP/2.0"},
		{"HTTP/0.9", "GET /\r\n\r\n", 400, "request line is not"},
		{"version in another case", "GET / http/1.1\r\nHost: a\r\n\r\n", 400, "does not end in HTTP/1.1"},
		{"version with more digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400, "does not end in HTTP/1.1"},
		{"another expectation", first + "Expect: 200-ok\r\n\r\n", 417, "only 100-continue"},
		{
			"header too large",
			first + "X: " + strings.Repeat("a", defaultMaxHead) + "\r\n\r\n",
			431,
			"HTTP header is larger than 10240 bytes.",
		},
		{
			"header too large and without end",
			first + "X: " + strings.Repeat("a", 3*defaultMaxHead),
			431,
			"HTTP header is larger than 10240 bytes.",
		},
		{
			"header too large by many lines",
			first + strings.Repeat("X: a\r\n", 2000) + "\r\n",
			431,
			"HTTP header is larger than 10240 bytes.",
		},
		{"request line too long", "GET /" + strings.Repeat("a", 2*defaultMaxHead), 414, "longer than 10240 bytes"},
		{"body too large", first + "Content-Length: 10485761\r\n\r\n", 413, "HTTP content length exceeded 10485760 bytes."},

		{"chunk size no number", first + "Transfer-Encoding: chunked\r\n\r\nx\r\n", 400, "not a number"},
		{"chunk size empty", first + "Transfer-Encoding: chunked\r\n\r\n\r\n", 400, "not a number"},
		{"chunk size with a sign", first + "Transfer-Encoding: chunked\r\n\r\n+1\r\na\r\n0\r\n\r\n", 400, "not a number"},
		{"chunk size 0x1", first + "Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n", 400, "not a number"},
		{"space after the chunk size", first + "Transfer-Encoding: chunked\r\n\r\n1 \r\na\r\n0\r\n\r\n", 400, "not a number"},
		{
			"chunk size overflows",
			first + "Transfer-Encoding: chunked\r\n\r\n10000000000000001\r\na\r\n",
			400,
			"too many digits",
		},
		{"chunk too large", first + "Transfer-Encoding: chunked\r\n\r\nA00001\r\na\r\n", 413, "exceeded"},
		{"chunks too large together", first + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\nA00000\r\n", 413, "exceeded"},
		{
			"chunk longer than it says",
			first + "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
			400,
			"longer than it says",
		},
		{"chunk without CR", first + "Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n", 400, "LF without CR"},
		{"chunk's end without CR", first + "Transfer-Encoding: chunked\r\n\r\n1\r\na\n0\r\n\r\n", 400, "LF without CR"},
		{"extension without end", first + "Transfer-Encoding: chunked\r\n\r\n1;" + strings.Repeat("a", 300), 400, "too long"},
		{
			"extension with a control character",
			first + "Transfer-Encoding: chunked\r\n\r\n1;\x00\r\na\r\n0\r\n\r\n",
			400,
			"not a number",
		},
		{"trailer no header", first + "Transfer-Encoding: chunked\r\n\r\n0\r\nx\r\n\r\n", 400, "no valid name"},
		{"trailer folded", first + "Transfer-Encoding: chunked\r\n\r\n0\r\nx: a\r\n b\r\n\r\n", 400, "folded"},
		{
			"trailer too long",
			first + "Transfer-Encoding: chunked\r\n\r\n0\r\n" + strings.Repeat("x: abcdefghijkl\r\n", 1000) + "\r\n",
			400,
			"too long",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			all, err := readAll(iotest.HalfReader(strings.NewReader(c.input)))
			var refused *refusal
			if !errors.As(err, &refused) || refused.status != c.status || !strings.Contains(refused.reason, c.reason) {
				t.Errorf("want %d %q, got %v", c.status, c.reason, err)
			}
			if len(all) != 0 {
				t.Errorf("want no request, got %+v", all[0])
			}
		})
	}
}

// TestCutShort checks that a connection that ends within a request has no request.
func TestCutShort(t *testing.T) {
	whole := lines("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked", "", "3", "abc", "0", "", "")
	for i := 1; i < len(whole); i++ {
		all, err := readAll(strings.NewReader(whole[:i]))
		if len(all) != 0 || err != io.EOF && err != io.ErrUnexpectedEOF {
			t.Errorf("%q: want an end of the connection, got %v, %v", whole[:i], all, err)
		}
	}
}
