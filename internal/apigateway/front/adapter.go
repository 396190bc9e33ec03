package front

import (
	"io"
	"maps"
	"net"
	"net/http"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// Handler is f as an http.Handler, for servers of net/http and httptest. It has the same limits as a [Server].
//
// It differs where net/http has done its work before: header names are in their canonical form and in the order of the
// alphabet, after Host; only lines of one name keep their order. What is malformed is net/http's to judge.
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
	if raw == "" { // a request that was made by hand
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
	if size > DefaultMaxHead {
		return nil, headTooLarge(DefaultMaxHead, nil)
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
	if status != http.StatusNoContent && status != http.StatusNotModified && status != http.StatusResetContent {
		w.Write(a.Body) // an error is the client's leaving
	}
}
