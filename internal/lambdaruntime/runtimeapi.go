package lambdaruntime

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// handle answers a request to the Runtime API of the process, or to the part of the Extensions API that aws-lambda-go
// uses. The result is nil if the connection must end without an answer.
//
// http.ReadRequest accepts a Content-Length beside chunks, and two equal ones, which the gateway's own server rejects:
// if two servers read such a request differently, another one could hide in it. Here there is only one server, on a
// loopback address that only the function knows, and a function that lies about its own answer harms no other function.
func (p *process) handle(c *conn, r *http.Request) *reply {
	if p.isForeign(r) {
		return replyForeign
	}
	switch route := r.Method + " " + r.URL.Path; route {
	case "GET /2018-06-01/runtime/invocation/next":
		return p.next(c, r)
	case "POST /2018-06-01/runtime/init/error":
		return p.failedInit(r)
	case "POST /2020-01-01/extension/register":
		return p.register()
	case "GET /2020-01-01/extension/event/next":
		c.await(r, nil) // there are no events to register for
		return nil
	default:
		rest, ok := strings.CutPrefix(route, "POST /2018-06-01/runtime/invocation/")
		id, what, _ := strings.Cut(rest, "/")
		switch {
		case ok && what == "response":
			return p.response(r, id)
		case ok && what == "error":
			return p.failure(r, id)
		}
		return replyNotFound
	}
}

// isForeign reports whether a request comes from a browser, or from a client that was told another address.
func (p *process) isForeign(r *http.Request) bool {
	return r.Host != "" && r.Host != p.address || r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != ""
}

// next handles a request for work. It answers when there is work.
func (p *process) next(c *conn, r *http.Request) *reply {
	question, refused := p.ask()
	switch {
	case refused != nil:
		return refused
	case question == 0:
		c.await(r, nil) // the process is about to end
		return nil
	}
	given, ok := c.await(r, p.work)
	if !ok {
		p.hungUp(question)
		return nil
	}
	return p.invocation(given)
}

// ask gives the process the next invocation, or makes it idle. It returns the number of this request for work; 0 if the
// process is about to end.
func (p *process) ask() (question int, refused *reply) {
	f := p.f
	f.mu.Lock()
	defer f.mu.Unlock()
	switch p.state {
	case starting, away:
	case stopping:
		return 0, nil
	default:
		return 0, replyState
	}
	p.timer.Stop()
	if p.version != f.version || f.closedErr != nil {
		p.stop(nil)
		return 0, nil
	}
	if p.state == starting {
		f.started()
	} else {
		f.returning--
	}
	p.requests++
	if inv := f.queue.pop(); inv != nil {
		p.take(inv)
	} else {
		p.becomeIdle()
	}
	return p.requests, nil
}

// becomeIdle makes a process idle. A process that has not worked yet has nothing in its memory, and is used last. The
// caller holds the lock.
func (p *process) becomeIdle() {
	p.state = idle
	if p.served {
		p.f.idle = append(p.f.idle, p)
	} else {
		p.f.idle = slices.Insert(p.f.idle, 0, p)
	}
}

// invocation returns the answer to a request for work.
func (p *process) invocation(w work) *reply {
	deadline := p.f.pool.options.Now().Add(p.spec.Timeout)
	// "Indicates if the invoker specified a version number or alias":
	// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
	arn := p.spec.ARN
	if w.qualifier != "" {
		arn += ":" + w.qualifier
	}
	h := http.Header{
		"Lambda-Runtime-Aws-Request-Id":       {w.id},
		"Lambda-Runtime-Deadline-Ms":          {strconv.FormatInt(deadline.UnixMilli(), 10)},
		"Lambda-Runtime-Invoked-Function-Arn": {arn},
	}
	if w.trace != "" {
		h["Lambda-Runtime-Trace-Id"] = []string{w.trace}
	}
	if w.tenant != "" {
		// https://github.com/aws/aws-lambda-go/pull/604
		h["Lambda-Runtime-Aws-Tenant-Id"] = []string{w.tenant}
	}
	return &reply{200, h, w.payload}
}

// hungUp removes an idle process from the scheduling when the connection on which it waits for work ends. Usually the
// process is dead. One that is alive may ask again within the function's timeout.
func (p *process) hungUp(question int) {
	f := p.f
	f.mu.Lock()
	defer f.mu.Unlock()
	if p.state != idle || p.requests != question {
		return
	}
	for i, other := range f.idle {
		if other == p {
			f.idle = append(f.idle[:i], f.idle[i+1:]...)
			break
		}
	}
	p.becomeAway()
	p.limit()
}

var errTooLarge = errors.New("lambdaruntime: the payload is too large")

// readBody reads a request's body of at most maxPayload bytes. The error is errTooLarge, or one of the connection.
func readBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxPayload+1))
	if err == nil && len(body) > maxPayload {
		return nil, errTooLarge
	}
	return body, err
}

// errorType is the header or trailer with the type of an error.
const errorType = "Lambda-Runtime-Function-Error-Type"

// response handles the function's answer. An error after its first byte was sent is in trailers.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming
func (p *process) response(r *http.Request, id string) *reply {
	if to := p.beginStream(id); to != nil {
		return p.stream(r, id, to)
	}
	return p.respond(r, id, func(inv *invocation, body []byte) outcome {
		if out, ok := trailerError(inv, r.Trailer); ok {
			return out
		}
		return outcome{result: Result{RequestID: inv.id, Payload: body, ColdStart: inv.cold}}
	})
}

// trailerError returns the error in the trailers of an answer; ok is false without one.
func trailerError(inv *invocation, trailer http.Header) (out outcome, ok bool) {
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

// failure handles an error that the function reports.
func (p *process) failure(r *http.Request, id string) *reply {
	return p.respond(r, id, func(inv *invocation, body []byte) outcome {
		return reported(inv, body, r.Header.Get(errorType))
	})
}

// respond ends the invocation with the function's answer or error. The first one for an invocation counts.
func (p *process) respond(r *http.Request, id string, read func(*invocation, []byte) outcome) *reply {
	body, err := readBody(r)
	if err != nil && err != errTooLarge {
		return replyMalformed
	}
	p.logs.catchUp() // the pipes now contain everything that the function wrote before it answered
	return p.answerWith(id, func(inv *invocation) (outcome, *reply) {
		if err != nil {
			return failed(inv, typeResponseSize, fmt.Sprintf(
				"Response payload size exceeded maximum allowed payload size (%d bytes).", maxPayload)), replyTooLarge
		}
		return read(inv, body), replyAccepted
	})
}

// answerWith ends the process's current invocation, if it has this ID.
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
	f.growth.recordDuration(time.Since(p.since), p.inv.cold)
	p.becomeAway()
	p.answer(out)
	return answer
}

// becomeAway marks the process as one that will ask for work. The caller holds the lock.
func (p *process) becomeAway() {
	p.state = away
	if p.version == p.f.version && p.f.closedErr == nil {
		p.f.returning++
	}
}

// failedInit handles the runtime's report that the function cannot be loaded. Invocations that wait for the process
// fail when it ends, which the documentation requires of it next.
func (p *process) failedInit(r *http.Request) *reply {
	body, err := readBody(r)
	if err != nil {
		return replyMalformed
	}
	p.f.mu.Lock()
	defer p.f.mu.Unlock()
	if p.state != starting {
		return replyState
	}
	e := parseError(body, r.Header.Get(errorType))
	p.initError = &e
	if json.Valid(body) {
		p.document = body
	}
	return replyAccepted
}

// register marks the process as one that gets SIGTERM before it is killed.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
func (p *process) register() *reply {
	p.f.mu.Lock()
	defer p.f.mu.Unlock()
	if p.state != starting {
		return replyState
	}
	p.extension = true
	return replyRegistered
}
