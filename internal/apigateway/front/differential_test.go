package front

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
)

// Streams that are composed of significant pieces, good and bad, get further than those of [FuzzRead]. If a stream is
// accepted, net/http must read it the same way.
func TestAgainstNetHTTP(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	often := func() bool { return random.IntN(4) > 0 }
	requestLine := func() string {
		if often() {
			target := pick("/", "/a/b?c=d&e", "//x/", "/%41", "http://h:1?q", "/;/:@!$&'()*+,=")
			return pick("GET", "POST") + " " + target + " HTTP/1.1"
		}
		return pick("GET", "POST", "POST", "OPTIONS", "get", "X-Y!", "G(T") + pick(" ", " ", " ", " ", "  ", "\t") +
			pick(
				"/",
				"/a",
				"/a/b?c=d&e",
				"//x/",
				"/%41%zz",
				"/%4",
				"*",
				"http://h/p",
				"http://h:1?q",
				"http://h:x/",
				"HTTPS://[::1]/",
				"http://[::g]/",
				"/é",
				"/a#b",
				"a",
				"/?a|b",
				"/?%zz",
				"/;/:@!$&'()*+,=",
				"/?",
				"/\x01",
				"/a\"<>^`b",
				"http://h%41/",
				"?a",
			) +
			pick(
				" ",
				" ",
				" ",
				" ",
				"",
			) + pick("HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/1.2", "http/1.1")
	}
	line := func() string {
		if often() {
			return pick(
				"X: y",
				"x-Long-name:z\t",
				"X: \xFF",
				"Content-Length: 3",
				"Content-Length: 3",
				"Transfer-Encoding: chunked",
				"Transfer-Encoding: chunked",
				"Trailer: t",
				"Connection: keep-alive, X",
				"Expect: 100-continue",
				"Pragma: no-cache",
			)
		}
		return pick(
			"Host: a",
			"Host: a:80",
			"host:b",
			"Host: [::1]:1",
			"Host: a b",
			"Host:",
			"X: y",
			"x-Long-name:z\t",
			"X: \xFF",
			"X: a\rb",
			"X:\x00",
			"X : y",
			"Content-Length: 3",
			"Content-Length: 3",
			"content-length:5",
			"Content-Length: 03",
			"Content-Length: +3",
			"Content-Length: 3, 3",
			"Content-Length: 0",
			"Transfer-Encoding: chunked",
			"Transfer-Encoding: chunked",
			"transfer-encoding: CHUNKED",
			"Transfer-Encoding: gzip, chunked",
			"Transfer-Encoding: identity",
			"Trailer: t",
			"Trailer: Content-Length",
			"Trailer: a, Transfer-Encoding",
			"Connection: close",
			"Connection: keep-alive, X",
			"Expect: 100-continue",
			"Pragma: no-cache",
			" folded",
			"\tfolded",
			": z",
			"",
			"noColon",
			"Upgrade: websocket",
			"Connection: upgrade",
		)
	}
	end := func() string {
		if random.IntN(8) > 0 {
			return "\r\n"
		}
		return pick("\n", "\r\r\n")
	}
	body := func() string {
		return pick(
			"",
			"",
			"abc",
			"abc",
			"hello",
			"3\r\nabc\r\n0\r\n\r\n",
			"3\r\nabc\r\n0\r\n\r\n",
			"3;a=b\r\nabc\r\n1\r\nd\r\n00\r\nT: v\r\n\r\n",
			"5\r\nabc\r\n0\r\n\r\n",
			"3\nabc\n0\n\n",
			"0\r\nbad\r\n\r\n",
			"0\r\nContent-Length: 4\r\n\r\n",
			"3 ;x\r\nabc\r\n0\r\n\r\n",
			"A\r\n0123456789\r\n0\r\n\r\n",
			"0003\r\nabc\r\n0;x\r\n\r\n",
			"3\r\nabcd\r\n0\r\n\r\n",
		)
	}
	accepted, withBody := 0, 0
	for range 60_000 {
		var b strings.Builder
		for range 1 + random.IntN(3) {
			b.WriteString(requestLine() + end())
			b.WriteString(pick("Host: a\r\n", "Host: a\r\n", "Host: a\r\n", ""))
			for range random.IntN(4) {
				b.WriteString(line() + end())
			}
			b.WriteString(end())
			b.WriteString(body())
		}
		input := b.String()
		all, err := readAll(strings.NewReader(input))
		var refused *refusal
		if !errors.As(err, &refused) && err != io.EOF && err != io.ErrUnexpectedEOF {
			t.Fatalf("%q: want a refusal or the end, got %v", input, err)
		}
		peer := bufio.NewReader(strings.NewReader(input))
		for _, got := range all {
			want, err := http.ReadRequest(peer)
			if err != nil {
				t.Fatalf("%q: %s %s is accepted, and not by net/http: %v", input, got.Verb, got.RawPath, err)
			}
			var content bytes.Buffer
			if _, err := content.ReadFrom(want.Body); err != nil {
				t.Fatalf("%q: a body is accepted, and not by net/http: %v", input, err)
			}
			compare(t, want, content.Bytes(), got)
			if accepted++; len(got.Body) > 0 {
				withBody++
			}
		}
		if t.Failed() {
			t.Fatalf("%q", input)
		}
	}
	if accepted < 10_000 || withBody < 1_000 {
		t.Errorf("the pieces make too few good requests: %d, %d of them with a body", accepted, withBody)
	}
	t.Logf("%d requests accepted, %d with a body", accepted, withBody)
}
