package lambdaruntime

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
)

// This file reads the requests of the Runtime API: HTTP/1.1 (RFC 9112) as far as one known kind of client needs it. It is
// written by hand because it is on the way of every invocation: with net/http's server an invocation takes 15 to 20 us more
// of this process's time, of some 40 in all.

// op is what a request asks for.
type op uint8

const (
	opUnknown op = iota
	opNext
	opResponse
	opError
	opInitError
	opRegister
	opExtensionNext
)

// request is one request. Its fields are valid until the next read, but for body and trailerBody, which are their owner's.
type request struct {
	op      op
	id      []byte // of the invocation in the path
	body    []byte
	close   bool // the connection ends after the answer
	foreign bool // it comes from a browser, or from a client that was told another address

	tooLarge    bool   // the body was longer than MaxPayload, and is left out
	errorType   string // Lambda-Runtime-Function-Error-Type
	trailerType string // the same as a trailer: the function failed while it was sending its answer
	trailerBody []byte
}

var errMalformed = errors.New("functions: malformed request to the Runtime API")

const (
	maxHeaderValue = 1024     // of what is sent to a process: ids, an ARN
	maxHeader      = 4 << 20  // a runtime may send 1 MB of X-Ray cause
	maxDiscard     = 64 << 20 // of a body that is too long, so that the client gets to see the answer
)

// wire reads requests from a connection.
type wire struct {
	r    *bufio.Reader
	w    io.Writer
	host string
	req  request
	id   [maxHeaderValue]byte
}

func newWire(conn io.ReadWriter, host string) *wire {
	return &wire{r: bufio.NewReaderSize(conn, 4096), w: conn, host: host}
}

// read returns the next request. Any error ends the connection.
func (w *wire) read() (*request, error) {
	w.req = request{}
	line, err := w.line()
	if err != nil {
		return nil, err
	}
	method, rest, _ := bytes.Cut(line, []byte(" "))
	target, version, _ := bytes.Cut(rest, []byte(" "))
	switch string(version) {
	case "HTTP/1.1":
	case "HTTP/1.0":
		w.req.close = true
	default:
		return nil, errMalformed
	}
	w.route(method, target)

	length, chunked, err := w.headers()
	if err != nil {
		return nil, err
	}
	switch {
	case chunked:
		err = w.chunks()
	case length > 0:
		err = w.fixed(length)
	}
	return &w.req, err
}

// route understands the paths of the Runtime API, and those of the Extensions API that aws-lambda-go uses.
func (w *wire) route(method, target []byte) {
	switch string(target) { // no allocation: the compiler compares in place
	case "/2018-06-01/runtime/invocation/next":
		w.is(method, "GET", opNext)
		return
	case "/2018-06-01/runtime/init/error":
		w.is(method, "POST", opInitError)
		return
	case "/2020-01-01/extension/register":
		w.is(method, "POST", opRegister)
		return
	case "/2020-01-01/extension/event/next":
		w.is(method, "GET", opExtensionNext)
		return
	}
	rest, ok := bytes.CutPrefix(target, []byte("/2018-06-01/runtime/invocation/"))
	if !ok {
		return
	}
	id, verb, _ := bytes.Cut(rest, []byte("/"))
	switch string(verb) {
	case "response":
		w.is(method, "POST", opResponse)
	case "error":
		w.is(method, "POST", opError)
	}
	w.req.id = append(w.id[:0], id...)
}

func (w *wire) is(method []byte, want string, o op) {
	if string(method) == want {
		w.req.op = o
	}
}

// headers reads up to the empty line. length is -1 without a Content-Length.
func (w *wire) headers() (length int, chunked bool, err error) {
	length = -1
	expect := false
	for total := 0; ; {
		line, err := w.line()
		if err != nil {
			return 0, false, err
		}
		if len(line) == 0 {
			break
		}
		if total += len(line); total > maxHeader {
			return 0, false, errMalformed
		}
		name, value, found := bytes.Cut(line, []byte(":"))
		if !found {
			return 0, false, errMalformed
		}
		value = bytes.TrimSpace(value)
		switch len(name) { // most headers are of no interest: tell them by the length first
		case len("Host"):
			if fold(name, "Host") && string(value) != w.host {
				w.req.foreign = true
			}
		case len("Expect"): // and Origin
			if fold(name, "Expect") {
				expect = true
			} else if fold(name, "Origin") {
				w.req.foreign = true
			}
		case len("Connection"):
			if fold(name, "Connection") && fold(value, "close") {
				w.req.close = true
			}
		case len("Content-Length"): // and Sec-Fetch-Site
			if fold(name, "Content-Length") {
				n, err := strconv.ParseUint(string(value), 10, 31)
				if err != nil || length >= 0 {
					return 0, false, errMalformed
				}
				length = int(n)
			} else if fold(name, "Sec-Fetch-Site") {
				w.req.foreign = true
			}
		case len("Transfer-Encoding"):
			if fold(name, "Transfer-Encoding") {
				if !fold(value, "chunked") {
					return 0, false, errMalformed
				}
				chunked = true
			}
		case len("Lambda-Runtime-Function-Error-Type"):
			if fold(name, "Lambda-Runtime-Function-Error-Type") {
				w.req.errorType = string(value)
			}
		}
	}
	if chunked && length >= 0 {
		return 0, false, errMalformed // RFC 9112 section 6.3: a sign of an attack
	}
	if expect && (chunked || length > 0) { // curl waits a second for this otherwise
		_, err = io.WriteString(w.w, "HTTP/1.1 100 Continue\r\n\r\n")
	}
	return length, chunked, err
}

func fold(b []byte, s string) bool { return len(b) == len(s) && bytes.EqualFold(b, []byte(s)) }

// line is one line without its end. A line that is longer than the buffer is cut: only headers of no interest are.
func (w *wire) line() ([]byte, error) {
	line, err := w.r.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		kept := bytes.Clone(line)
		for total := 0; err == bufio.ErrBufferFull; {
			if total += len(line); total > maxHeader {
				return nil, errMalformed
			}
			line, err = w.r.ReadSlice('\n')
		}
		line = kept
	}
	if err != nil {
		return nil, err
	}
	return bytes.TrimRight(line, "\r\n"), nil
}

// headerValue tells what may be written into a header of ours.
func headerValue(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return len(s) <= maxHeaderValue
}

// pathSegment tells what can be a request id: runtimes put it into the path of their answer as it is.
func pathSegment(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.') {
			return false
		}
	}
	return len(s) <= maxHeaderValue
}
