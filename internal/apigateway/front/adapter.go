package front

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// Handler returns f as an http.Handler, for servers of net/http and httptest. It has the limits of a [Server].
//
// It differs from a Server where net/http has already read the request: header names are canonical and sorted, after
// Host, and only lines of the same name keep their order. net/http decides what is malformed.
func Handler(f Func) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		r, refused := fromHTTP(hr)
		if refused != nil {
			toHTTP(w, refused.answer())
			return
		}
		toHTTP(w, f(hr.Context(), r))
	})
}

func fromHTTP(hr *http.Request) (*exchange.Request, *refusal) {
	r := &exchange.Request{Verb: hr.Method, Host: hr.Host, Protocol: hr.Proto, SourceIP: hr.RemoteAddr}
	if ip, _, err := net.SplitHostPort(hr.RemoteAddr); err == nil {
		r.SourceIP = ip
	}
	raw := hr.RequestURI
	if raw == "" { // the request was not read by a server
		raw = hr.URL.RequestURI()
	}
	h := head{verb: hr.Method}
	if refused := h.target(raw); refused != nil {
		return nil, refused
	}
	r.RawPath, r.RawQuery = h.path, h.query
	size := len(hr.Method) + len(raw) + len(hr.Proto) + len("  \r\n\r\n")
	add := func(name, v string) {
		r.Headers = append(r.Headers, exchange.Header{Name: name, Value: v})
		size += len(name) + len(": \r\n") + len(v)
	}
	if hr.Host != "" {
		add("Host", hr.Host)
	}
	for _, name := range slices.Sorted(maps.Keys(hr.Header)) {
		for _, v := range hr.Header[name] {
			add(name, v)
		}
	}
	if size > defaultMaxHead {
		return nil, headTooLarge(defaultMaxHead, nil)
	}
	if hr.Body == nil {
		return r, nil
	}
	body, err := io.ReadAll(io.LimitReader(hr.Body, DefaultMaxBody+1))
	switch {
	case err != nil:
		return nil, malformed("the body cannot be read: %v", err)
	case len(body) > DefaultMaxBody:
		return nil, bodyTooLarge(int64(len(body)), DefaultMaxBody, false)
	case len(body) > 0:
		r.Body = body
	}
	return r, nil
}

// streamHTTP sends each part of a stream as it arrives. A stream that fails cuts the connection.
func streamHTTP(w http.ResponseWriter, from io.ReadCloser) {
	defer from.Close()
	part := make([]byte, streamPart)
	for control := http.NewResponseController(w); ; {
		control.Flush() // sends the head; a writer without Flush sends everything at the end
		n, err := from.Read(part)
		if _, writing := w.Write(part[:n]); writing != nil || err == io.EOF {
			return
		}
		if err != nil {
			panic(http.ErrAbortHandler)
		}
	}
}

func toHTTP(w http.ResponseWriter, a exchange.Answer) {
	for _, line := range a.Headers {
		if sendable(line) {
			w.Header().Add(line.Name, line.Value)
		}
	}
	status := a.Status
	if status < 200 || status > 599 {
		status = 500
	}
	w.WriteHeader(status)
	if a.Stream != nil {
		streamHTTP(w, a.Stream)
		return
	}
	if status != http.StatusNoContent && status != http.StatusNotModified && status != http.StatusResetContent {
		w.Write(a.Body) // it fails if the client has left
	}
}

// FromHandler returns h as a [Func], for parts of a server that are written for net/http. It collects the whole answer
// before it is sent, even if the handler flushes. The request has a RequestURI, as on a server.
func FromHandler(h http.Handler) Func {
	return func(ctx context.Context, r *exchange.Request) exchange.Answer {
		target := r.RawPath
		if r.RawQuery != "" {
			target += "?" + r.RawQuery
		}
		u, err := url.ParseRequestURI(target)
		if err != nil {
			return malformed("the target %q: %v", target, err).answer()
		}
		hr := &http.Request{
			Method: r.Verb, URL: u, RequestURI: target, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: http.Header{}, Host: r.Host, RemoteAddr: net.JoinHostPort(r.SourceIP, "0"),
			Body: io.NopCloser(bytes.NewReader(r.Body)), ContentLength: int64(len(r.Body)),
		}
		for _, line := range r.Headers {
			if !strings.EqualFold(line.Name, "Host") { // net/http has it in r.Host
				hr.Header.Add(line.Name, line.Value)
			}
		}
		w := collector{header: http.Header{}}
		h.ServeHTTP(&w, hr.WithContext(ctx))
		w.WriteHeader(http.StatusOK) // ignored if the handler wrote one
		return w.answer
	}
}

// collector collects an answer. Header lines that are set after the status was written are ignored.
type collector struct {
	header http.Header
	answer exchange.Answer
}

func (c *collector) Header() http.Header { return c.header }

func (c *collector) WriteHeader(status int) {
	if c.answer.Status != 0 || status < 200 { // informational answers are not sent
		return
	}
	c.answer.Status = status
	for _, name := range slices.Sorted(maps.Keys(c.header)) {
		for _, value := range c.header[name] {
			c.answer.Headers = append(c.answer.Headers, exchange.Header{Name: name, Value: value})
		}
	}
}

func (c *collector) Write(p []byte) (int, error) {
	c.WriteHeader(http.StatusOK)
	c.answer.Body = append(c.answer.Body, p...)
	return len(p), nil
}
