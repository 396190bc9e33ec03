package lambdaruntime

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"
)

const (
	maxHeader  = 4 << 20  // a runtime may send 1 MB of X-Ray cause
	maxDiscard = 64 << 20 // of a body that is too long, so that the client gets to see the answer
)

// newServer serves the Runtime API of the process, and the part of the Extensions API that aws-lambda-go uses.
//
// net/http accepts a Content-Length beside chunks, and two equal ones, which the gateway's own server refuses: between
// two servers that read them differently, one request could hide in another. Here there is one server, on a loopback
// address that only the function is told, and a function that lies about its own answer harms no other.
func (p *process) newServer() *http.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", p.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", p.response)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", p.failure)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", p.failedInit)
	mux.HandleFunc("POST /2020-01-01/extension/register", p.register)
	mux.HandleFunc("GET /2020-01-01/extension/event/next", func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done() // there are no events that a process could have registered for
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { replyNotFound.write(w) })
	return &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if p.foreign(r) {
				replyForeign.write(w)
				return
			}
			mux.ServeHTTP(w, r)
		}),
		MaxHeaderBytes: maxHeader,
		ErrorLog:       log.New(platformLog{p}, "", 0),
		ConnState: func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				p.conns.Add(1)
			case http.StateClosed:
				p.conns.Done()
			}
		},
	}
}

// foreign reports whether a request comes from a browser, or from a client that was told another address.
func (p *process) foreign(r *http.Request) bool {
	return r.Host != "" && r.Host != p.address || r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != ""
}

// next is the question for work. It is answered when there is some.
func (p *process) next(w http.ResponseWriter, r *http.Request) {
	f := p.f
	f.mu.Lock()
	switch p.state {
	case starting, away:
	case stopping:
		f.mu.Unlock()
		<-r.Context().Done() // its end is on the way
		return
	default:
		f.mu.Unlock()
		replyState.write(w)
		return
	}
	p.timer.Stop()
	if p.version != f.version || f.gone != nil {
		p.stop(nil)
		f.mu.Unlock()
		<-r.Context().Done()
		return
	}
	if p.state == starting {
		f.started()
	} else {
		f.returning--
	}
	p.questions++
	question := p.questions
	if inv := f.queue.pop(); inv != nil {
		p.take(inv)
	} else {
		p.rest()
	}
	f.mu.Unlock()
	select {
	case work := <-p.work:
		p.send(w, work)
	case <-r.Context().Done():
		p.hungUp(question)
	}
}

// rest makes a process idle. One that has not worked yet has nothing in its memory, and is taken last. The lock is
// held.
func (p *process) rest() {
	p.state = idle
	if p.served {
		p.f.idle = append(p.f.idle, p)
	} else {
		p.f.idle = slices.Insert(p.f.idle, 0, p)
	}
}

// send answers the question for work with an invocation.
func (p *process) send(w http.ResponseWriter, work work) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Lambda-Runtime-Aws-Request-Id", work.id)
	h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(p.f.pool.options.Now().Add(p.spec.Timeout).UnixMilli(), 10))
	// "Indicates if the invoker specified a version number or alias":
	// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
	arn := p.spec.ARN
	if work.qualifier != "" {
		arn += ":" + work.qualifier
	}
	h.Set("Lambda-Runtime-Invoked-Function-Arn", arn)
	if work.trace != "" {
		h.Set("Lambda-Runtime-Trace-Id", work.trace)
	}
	h.Set("Content-Length", strconv.Itoa(len(work.payload)))
	w.Write(work.payload) // after an error the process ends, or its time does
}

// hungUp takes an idle process out of the scheduling when the connection ends on which it waits for work: mostly it is
// dead. One that lives has the function's time-out to ask again.
func (p *process) hungUp(question int) {
	f := p.f
	f.mu.Lock()
	defer f.mu.Unlock()
	if p.state != idle || p.questions != question {
		return
	}
	for i, other := range f.idle {
		if other == p {
			f.idle = append(f.idle[:i], f.idle[i+1:]...)
			break
		}
	}
	p.leave()
	p.limit()
}

var errTooLarge = errors.New("lambdaruntime: the payload is too large")

// readBody reads a request's body, of at most maxPayload bytes. The error is errTooLarge, or one of the connection.
func readBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxPayload+1))
	if err != nil || len(body) <= maxPayload {
		return body, err
	}
	io.Copy(io.Discard, io.LimitReader(r.Body, maxDiscard))
	return nil, errTooLarge
}

// The name of the header or trailer that has the type of an error.
const errorType = "Lambda-Runtime-Function-Error-Type"

// response is the function's answer. An error that came up after its first byte was sent is in trailers.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming
func (p *process) response(w http.ResponseWriter, r *http.Request) {
	if to := p.begun(r.PathValue("id")); to != nil {
		p.stream(w, r, to)
		return
	}
	p.respond(w, r, func(inv *invocation, body []byte) outcome {
		if out, ok := trailed(inv, r.Trailer); ok {
			return out
		}
		return outcome{result: Result{RequestID: inv.id, Payload: body, ColdStart: inv.cold}}
	})
}

// trailed is the error in the trailers of an answer; ok is false without one.
func trailed(inv *invocation, trailer http.Header) (out outcome, ok bool) {
	kind := trailer.Get(errorType)
	if kind == "" {
		return out, false
	}
	document, err := base64.StdEncoding.DecodeString(trailer.Get("Lambda-Runtime-Function-Error-Body"))
	if err != nil {
		document = nil
	}
	return reported(inv, document, kind), true
}

// failure is the function's error.
func (p *process) failure(w http.ResponseWriter, r *http.Request) {
	p.respond(w, r, func(inv *invocation, body []byte) outcome { return reported(inv, body, r.Header.Get(errorType)) })
}

// respond ends the invocation with what its function sent. The first answer for an invocation counts.
func (p *process) respond(w http.ResponseWriter, r *http.Request, read func(*invocation, []byte) outcome) {
	body, err := readBody(r)
	if err != nil && err != errTooLarge {
		w.Header().Set("Connection", "close")
		replyMalformed.write(w)
		return
	}
	p.logs.catchUp() // what the function wrote before it answered is in its pipes by now
	p.answerWith(r.PathValue("id"), func(inv *invocation) (outcome, *reply) {
		if err != nil {
			return failed(inv, typeResponseSize, fmt.Sprintf(
				"Response payload size exceeded maximum allowed payload size (%d bytes).", maxPayload)), replyTooLarge
		}
		return read(inv, body), replyAccepted
	}).write(w)
}

// answerWith ends the invocation that the process is busy with, if it is the one with this id.
func (p *process) answerWith(id string, read func(*invocation) (outcome, *reply)) *reply {
	f := p.f
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case p.state != busy:
		return replyState
	case id != p.inv.id:
		return replyBadID
	}
	out, answer := read(p.inv)
	f.growth.took(time.Since(p.since), p.inv.cold)
	p.leave()
	p.answer(out)
	return answer
}

// leave makes the process one that is expected to ask for work. The lock is held.
func (p *process) leave() {
	p.state = away
	if p.version == p.f.version && p.f.gone == nil {
		p.f.returning++
	}
}

// failedInit is the runtime's report that the function cannot be loaded. What waits for the process fails when it ends,
// which the documentation asks of it next.
func (p *process) failedInit(w http.ResponseWriter, r *http.Request) {
	body, err := readBody(r)
	if err != nil {
		replyMalformed.write(w)
		return
	}
	p.f.mu.Lock()
	defer p.f.mu.Unlock()
	if p.state != starting {
		replyState.write(w)
		return
	}
	e := parseError(body, r.Header.Get(errorType))
	p.initError = &e
	if json.Valid(body) {
		p.document = body
	}
	replyAccepted.write(w)
}

// register makes the process one that is sent SIGTERM before it is killed.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
func (p *process) register(w http.ResponseWriter, _ *http.Request) {
	p.f.mu.Lock()
	defer p.f.mu.Unlock()
	if p.state != starting {
		replyState.write(w)
		return
	}
	p.extension = true
	w.Header().Set("Lambda-Extension-Identifier", "00000000-0000-4000-8000-000000000000")
	(&reply{200, `{}`}).write(w)
}

// platformLog writes what the server itself reports into the function's log.
type platformLog struct{ p *process }

func (l platformLog) Write(b []byte) (int, error) {
	l.p.log("", string(b))
	return len(b), nil
}
