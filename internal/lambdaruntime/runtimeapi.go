package lambdaruntime

import (
	"net"
	"strconv"
	"time"
)

// The answers that have no content of their own. Their bodies are those of AWS's emulator (lambda/rapi/rendering).
var (
	answerAccepted  = plain("202 Accepted", `{"status":"OK"}`)
	answerRegister  = plain("200 OK\r\nLambda-Extension-Identifier: 00000000-0000-4000-8000-000000000000", `{}`)
	answerBadID     = plain("400 Bad Request", `{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}`)
	answerState     = plain("403 Forbidden", `{"errorMessage":"State transition is not allowed","errorType":"InvalidStateTransition"}`)
	answerForeign   = plain("403 Forbidden", `{"errorMessage":"This address is for one function process","errorType":"Forbidden"}`)
	answerNotFound  = plain("404 Not Found", `{"errorMessage":"Not found","errorType":"NotFound"}`)
	answerTooLarge  = plain("413 Request Entity Too Large", `{"errorMessage":"Exceeded maximum allowed payload size (`+strconv.Itoa(MaxPayload)+` bytes).","errorType":"RequestEntityTooLarge"}`)
	answerMalformed = plain("400 Bad Request\r\nConnection: close", `{"errorMessage":"Malformed request","errorType":"BadRequest"}`)
)

func plain(status, body string) []byte {
	return []byte("HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body)
}

// accept serves the connections of the process until its listener is closed.
func (p *process) accept() {
	defer p.conns.Done()
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.conns.Add(1)
		go p.serve(conn)
	}
}

// serve answers the requests of one connection.
//
// A question for work is not answered here: whoever has the work writes the answer (see send), while this goroutine is
// already waiting for what comes next on the connection, which is the function's answer or the connection's end. That
// saves a change of goroutines on the way in, and tells at once when an idle process goes away.
func (p *process) serve(conn net.Conn) {
	defer p.conns.Done()
	defer conn.Close()
	defer p.hungUp(conn)
	in := newWire(conn, p.address)
	for {
		req, err := in.read()
		if err != nil {
			if err == errMalformed {
				conn.Write(answerMalformed)
			}
			return
		}
		var answer []byte
		switch {
		case req.foreign:
			answer = answerForeign
		case req.op == opNext:
			answer = p.next(conn)
		case req.op == opExtensionNext:
			continue // never answered: there are no events that a process could have registered for
		case req.op == opResponse, req.op == opError:
			answer = p.respond(req)
		case req.op == opInitError:
			answer = p.failedInit(req)
		case req.op == opRegister:
			answer = p.register()
		default:
			answer = answerNotFound
		}
		if answer == nil {
			continue
		}
		if _, err := conn.Write(answer); err != nil || req.close {
			return
		}
	}
}

// next is the question for work. It returns an answer only when the question is out of turn.
func (p *process) next(conn net.Conn) []byte {
	f := p.f
	f.mu.Lock()
	switch p.state {
	case starting, away:
	case stopping:
		f.mu.Unlock()
		return nil // its end is on the way
	default:
		f.mu.Unlock()
		return answerState
	}
	p.timer.Stop()
	if p.version != f.version || f.gone != nil {
		p.stop(nil)
		f.mu.Unlock()
		return nil
	}
	if p.state == starting {
		f.started()
	} else {
		f.returning--
	}
	p.conn = conn
	inv := f.queue.pop()
	if inv == nil {
		p.state = idle
		f.idle = append(f.idle, p)
		f.mu.Unlock()
		return nil
	}
	work := inv.work
	p.take(inv)
	f.mu.Unlock()
	p.send(work)
	return nil
}

// hungUp takes an idle process out of the scheduling when the connection ends on which it waits for work: mostly it is
// dead. One that lives has the function's time-out to ask again.
func (p *process) hungUp(conn net.Conn) {
	f := p.f
	f.mu.Lock()
	defer f.mu.Unlock()
	if p.state != idle || p.conn != conn {
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

// respond is the function's answer or its error. The first one for an invocation counts.
func (p *process) respond(req *request) []byte {
	f := p.f
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case p.state != busy:
		return answerState
	case string(req.id) != p.inv.id:
		return answerBadID
	}
	inv, answer := p.inv, answerAccepted
	var out outcome
	switch {
	case req.tooLarge:
		out, answer = failed(inv, typeResponseSize,
			"Response payload size exceeded maximum allowed payload size ("+strconv.Itoa(MaxPayload)+" bytes)."), answerTooLarge
	case req.op == opError:
		out = reported(inv, req.body, req.errorType)
	case req.trailerType != "": // the answer broke off in the middle
		out = reported(inv, req.trailerBody, req.trailerType)
	default:
		out = outcome{result: Result{RequestID: inv.id, Payload: req.body, ColdStart: inv.cold}}
	}
	f.growth.took(time.Since(p.since), inv.cold)
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
func (p *process) failedInit(req *request) []byte {
	p.f.mu.Lock()
	defer p.f.mu.Unlock()
	if p.state != starting {
		return answerState
	}
	e := parseError(req.body, req.errorType)
	p.initError = &e
	return answerAccepted
}

// register makes the process one that is sent SIGTERM before it is killed.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
func (p *process) register() []byte {
	p.f.mu.Lock()
	defer p.f.mu.Unlock()
	if p.state != starting {
		return answerState
	}
	p.extension = true
	return answerRegister
}

// Payloads up to this size go out in one piece with the header, copied. Above it the copy costs more than the second piece.
const copyLimit = 32 << 10

// send answers the question for work with the invocation that take has given to the process. The invocation itself may be
// its caller's again by now, when its time is up.
func (p *process) send(w work) {
	b := append(p.out[:0], "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: "...)
	b = append(b, w.id...)
	b = append(b, "\r\nLambda-Runtime-Deadline-Ms: "...)
	b = strconv.AppendInt(b, p.f.pool.options.Now().Add(p.spec.Timeout).UnixMilli(), 10)
	b = append(b, "\r\nLambda-Runtime-Invoked-Function-Arn: "...)
	b = append(b, p.spec.ARN...)
	if w.trace != "" {
		b = append(b, "\r\nLambda-Runtime-Trace-Id: "...)
		b = append(b, w.trace...)
	}
	b = append(b, "\r\nContent-Length: "...)
	b = strconv.AppendInt(b, int64(len(w.payload)), 10)
	b = append(b, "\r\n\r\n"...)
	// An error is not looked at: the connection is broken then, so the process ends or its time does.
	if len(w.payload) <= copyLimit {
		b = append(b, w.payload...)
		p.out = b
		p.conn.Write(b)
		return
	}
	p.out = b
	pieces := net.Buffers{b, w.payload}
	pieces.WriteTo(p.conn)
}
