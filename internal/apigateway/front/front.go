// Package front is an HTTP/1.1 server on 127.0.0.1 that preserves what API Gateway preserves and net/http does not: the
// case and the order of header names, and the undecoded path.
//
//	l, err := front.Listen("127.0.0.1:3000")
//	server := front.New(front.Options{Func: func(ctx context.Context, r *exchange.Request) exchange.Answer {
//		return exchange.Answer{Status: 200, Body: []byte(r.RawPath)}
//	}})
//	err = server.Serve(l)
//
// It reads whole requests, passes them to a [Func] and writes the answers, one after the other on each connection. It
// knows nothing of stages and paths, it does not compress, and it does no TLS, HTTP/2 or upgrades. It serves clients on
// the same machine and is strict with them: it refuses whatever two servers could read differently.
//
// [Handler] serves requests of net/http, such as those of httptest.
//
// # Why it is not a server of net/http
//
// Functions receive header names in the case and order in which the client sent them, and a request that is malformed
// or too large gets API Gateway's own message. net/http preserves neither: it makes names canonical, sorts the lines of
// an answer, and refuses requests before a handler or a hook sees them. Recording the head of each request on the
// connection would preserve the names, but finding where the next head begins means framing the bodies a second time.
// net/http would also serve 21 of the 76 requests that TestRefusals expects to be refused (with Go 1.26), among them a
// Content-Length beside a Transfer-Encoding, folded lines and lines that end in LF. BenchmarkServer compares the cost
// of a request in the two servers.
package front

import (
	"context"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// Func answers a request.
//
// The request has Verb, RawPath, RawQuery, Headers, Body, Host, Protocol and SourceIP; the function fills in the other
// fields. RawPath begins with a slash, or it is "*" (only for OPTIONS). The function owns the request and may keep it.
//
// The context ends when the client leaves, which is noticed within some 250 ms, and when the server is closed. All
// requests of a connection share it. The function itself must end what it started for one request and what outlives
// that request.
//
// The server writes the headers that frame the body (Connection, Content-Length, Transfer-Encoding) itself and adds a
// Date. It leaves these out of the function's answer, and also lines that cannot be sent. A status below 200 or above
// 599 becomes 500.
type Func func(ctx context.Context, r *exchange.Request) exchange.Answer

// API Gateway's limits.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
const (
	defaultMaxHead = 10_240     // "Total combined size of request line and header values"
	DefaultMaxBody = 10_485_760 // "Payload size"; API Gateway's message contains the number
)

// Options configures a server. Apart from Func, the zero value behaves like API Gateway.
type Options struct {
	Func Func // required

	MaxHead int   // limit of the request line and the header together, in bytes; default [defaultMaxHead]
	MaxBody int64 // limit of the body, in bytes; default [DefaultMaxBody]

	// How long a client may take. The server enforces these times to within half a second.
	HeadTimeout  time.Duration // for the request line and the header; default 30 s
	BodyTimeout  time.Duration // between two parts of the body; default 30 s
	WriteTimeout time.Duration // to read an answer; default 30 s
	IdleTimeout  time.Duration // between two requests; default 2 min

	// Refused is called for requests that are not passed to Func, and for connections that are closed because the client
	// is too slow. It must be safe for concurrent use. If nil, refusals are discarded.
	Refused func(Refusal)

	// Panicked is called with the value and the stack of a panic in Func; the client gets a 500. Default: panics are not
	// recovered.
	Panicked func(value any, stack []byte)

	Now func() time.Time // for the Date header; default [time.Now]

	tick time.Duration // how often connections are checked
}

// Refusal is a request that was malformed, too large or sent too slowly.
type Refusal struct {
	Status   int    // the status that the client got; 408 if the connection was closed without an answer
	Reason   string // in words
	SourceIP string
}

func (o *Options) fill() {
	defaultTo(&o.MaxHead, defaultMaxHead)
	defaultTo(&o.MaxBody, DefaultMaxBody)
	defaultTo(&o.HeadTimeout, 30*time.Second)
	defaultTo(&o.BodyTimeout, 30*time.Second)
	defaultTo(&o.WriteTimeout, 30*time.Second)
	defaultTo(&o.IdleTimeout, 2*time.Minute)
	defaultTo(&o.tick, 125*time.Millisecond)
	if o.Now == nil {
		o.Now = time.Now
	}
}

func defaultTo[T int | int64 | time.Duration](v *T, to T) {
	if *v <= 0 {
		*v = to
	}
}
