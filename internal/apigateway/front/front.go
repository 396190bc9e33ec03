// Package front is an HTTP/1.1 server on 127.0.0.1 that keeps what API Gateway keeps and net/http does not: the case
// and the order of header names, and the path as it came.
//
//	l, err := front.Listen("127.0.0.1:3000")
//	server := front.New(front.Options{Func: func(ctx context.Context, r *exchange.Request) exchange.Answer {
//		return exchange.Answer{Status: 200, Body: []byte(r.RawPath)}
//	}})
//	err = server.Serve(l)
//
// It reads requests whole, hands them to a [Func] and writes its answers, one after the other on each connection. It
// does not know of stages and paths, it does not compress, and it does no TLS, HTTP/2 or upgrades. It is for
// one machine's own clients and is strict with them: what two servers could read differently is refused.
//
// [Handler] serves requests of net/http that were made by hand, such as those of httptest.
//
// # Why it is not a server of net/http
//
// Functions get the names of header lines in the case and order in which the client sent them, and API Gateway's own
// words come with a request that is malformed or too large. net/http keeps neither: it makes names canonical, sorts the
// lines of an answer, and refuses requests before a handler or a hook sees them. To record the head of each request on
// the connection would keep the names, but to find where the next head begins is to frame the bodies a second time. It
// would also serve 21 of the 76 requests that TestRefusals wants refused (with Go 1.26), among them a Content-Length
// beside a Transfer-Encoding, folded lines and lines that end in LF. BenchmarkServer shows what a request costs either
// of the two.
package front

import (
	"context"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// Func answers a request.
//
// The request has Verb, RawPath, RawQuery, Headers, Body, Host, Protocol and SourceIP; the other fields are the
// function's to fill in. The RawPath begins with a slash, or it is "*" (of OPTIONS alone). The function owns the
// request and may keep it.
//
// The context ends when the client leaves, which is noticed some 250 ms later, and when the server is closed. It is
// that of the connection: what is started for one request and goes on after it is the function's own to end.
//
// Of the answer, the server leaves out header lines that cannot be sent and those that say how the body is framed
// (Connection, Content-Length, Transfer-Encoding), as it writes these itself; a Date is added. A status below 200 or
// above 599 becomes 500.
type Func func(ctx context.Context, r *exchange.Request) exchange.Answer

// API Gateway's limits.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
const (
	defaultMaxHead = 10_240     // "Total combined size of request line and header values"
	DefaultMaxBody = 10_485_760 // "Payload size"; the number is in the message that API Gateway answers with
)

// Options say how requests are served. The zero value but for Func is that of API Gateway.
type Options struct {
	Func Func // required

	MaxHead int   // of the request line and the header together, in bytes; default [defaultMaxHead]
	MaxBody int64 // in bytes; default [DefaultMaxBody]

	// How long a client may take. They are kept to within half a second.
	HeadTimeout  time.Duration // for the request line and the header; default 30 s
	BodyTimeout  time.Duration // between two parts of the body; default 30 s
	WriteTimeout time.Duration // to take an answer; default 30 s
	IdleTimeout  time.Duration // between two requests; default 2 min

	// Refused is called for requests that Func does not see, and for connections that are closed as the client is too
	// slow. It is called on many goroutines. If nil, they are discarded.
	Refused func(Refusal)

	// Panicked is told of panics of Func, with the stack; the client gets a 500. Default: the panic is not caught.
	Panicked func(value any, stack []byte)

	Now func() time.Time // for the Date header; default [time.Now]

	tick time.Duration // how often connections are looked after
}

// Refusal is a request that was not understood, is too large or came too slowly.
type Refusal struct {
	Status   int    // what the client got; 408 if the connection was closed without an answer
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
