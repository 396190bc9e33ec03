package lambdaruntime

import (
	"context"
	"fmt"
	"io"
	"net/http"
)

// maxStream is how large a streamed answer may be, in bytes.
// Source: "Response streaming: 200 MB" in https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const maxStream = 200 << 20

// StreamedAnswer is an answer that a function is writing.
type StreamedAnswer struct {
	RequestID string
	ColdStart bool

	// Body is to be read to its end, or closed. Its error is a *[FunctionError] if the function failed after it had begun,
	// or one of the pool's. Closing it does not end the function, which goes on without a listener, as it does in Lambda.
	Body io.ReadCloser
}

// InvokeStream runs a function and returns when its answer begins. A function does not know that it is invoked this
// way: its runtime sends any answer as it is written, or at once. One that fails before it answers is the [Result] of
// such an invocation, without a stream.
//
// The context counts until the answer begins; the function's time-out until it ends. For errors see [Pool.Invoke].
// Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming
func (p *Pool) InvokeStream(
	ctx context.Context, name string, payload []byte, o InvokeOptions,
) (*StreamedAnswer, Result, error) {
	o.stream = true
	result, err := p.Invoke(ctx, name, payload, o)
	if err != nil || result.stream == nil {
		return nil, result, err
	}
	return &StreamedAnswer{RequestID: result.RequestID, ColdStart: result.ColdStart, Body: result.stream}, Result{}, nil
}

// begun is the invocation that the process answers by a stream; nil if it is not the one with this id, or not to be
// answered so. Its caller gets the stream, and the process goes on with an invocation whose answer ends it.
func (p *process) begun(id string) *io.PipeWriter {
	f := p.f
	f.mu.Lock()
	defer f.mu.Unlock()
	inv := p.inv
	if p.state != busy || inv.id != id || !inv.stream || inv.pipe != nil {
		return nil
	}
	read, write := io.Pipe()
	p.inv = &invocation{work: inv.work, cold: inv.cold, pipe: write, done: make(chan outcome, 1)}
	if inv.left {
		read.Close()
	}
	inv.done <- outcome{result: Result{RequestID: inv.id, ColdStart: inv.cold, stream: read}}
	return write
}

// abandon closes the stream of an invocation whose caller has given up, whether it has begun or not: without a reader
// the function would wait at its first write until its time-out. The lock is held.
func (inv *invocation) abandon() {
	inv.left = true
	select {
	case out := <-inv.done:
		if out.result.stream != nil {
			out.result.stream.Close()
		}
	default:
	}
}

// stream passes on what the function writes. A listener that has left does not end the function.
func (p *process) stream(r *http.Request, id string, to *io.PipeWriter) *reply {
	n, err := io.Copy(&listened{to: to}, io.LimitReader(r.Body, maxStream+1))
	if err != nil {
		return replyMalformed // the process has died, mostly, and its end says how
	}
	p.logs.catchUp()
	return p.answerWith(id, func(inv *invocation) (outcome, *reply) {
		if n > maxStream {
			return failed(inv, typeResponseSize, fmt.Sprintf(
				"Response payload size exceeded maximum allowed payload size (%d bytes).", maxStream)), replyTooLarge
		}
		if out, ok := trailed(inv, r.Trailer); ok {
			return out, replyAccepted
		}
		return outcome{}, replyAccepted
	})
}

// listened writes into a pipe for as long as it is read.
type listened struct {
	to   *io.PipeWriter
	left bool
}

func (l *listened) Write(b []byte) (int, error) {
	if !l.left {
		_, err := l.to.Write(b)
		l.left = err != nil
	}
	return len(b), nil
}

// end ends the stream of an invocation with its outcome.
func (inv *invocation) end(out outcome) {
	switch {
	case out.err != nil:
		inv.pipe.CloseWithError(out.err)
	case out.result.Error != nil:
		inv.pipe.CloseWithError(out.result.Error)
	default:
		inv.pipe.Close()
	}
}
