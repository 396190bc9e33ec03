package lambdaruntime

import (
	"context"
	"fmt"
	"io"
	"net/http"
)

// maxStream is the size limit of a streamed answer, in bytes.
// Source: "Response streaming: 200 MB" in https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const maxStream = 200 << 20

// StreamedAnswer is an answer that a function is writing.
type StreamedAnswer struct {
	RequestID string
	ColdStart bool

	// Body must be read to its end, or closed. Its error is a *[FunctionError] if the function failed after its answer
	// began, or an error of the pool. Closing Body does not end the function, which continues without a listener, as in
	// Lambda.
	Body io.ReadCloser
}

// InvokeStream runs a function and returns when its answer begins. A function does not know that it is invoked this
// way: its runtime sends the answer as it is written, or at once. If the function fails before it answers, the [Result]
// has the error and no stream.
//
// The context applies until the answer begins, and the function's timeout until it ends. For errors see [Pool.Invoke].
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

// beginStream begins the stream that answers the process's current invocation. It returns nil if that invocation has
// another ID or is not to be streamed. The caller gets the stream, and the process continues with an invocation that
// its answer ends.
func (p *process) beginStream(id string) *io.PipeWriter {
	f := p.f
	f.mu.Lock()
	defer f.mu.Unlock()
	inv := p.inv
	if p.state != busy || inv.id != id || !inv.stream || inv.pipe != nil {
		return nil
	}
	read, write := io.Pipe()
	p.inv = &invocation{work: inv.work, cold: inv.cold, pipe: write, done: make(chan outcome, 1)}
	if inv.abandoned {
		read.Close()
	}
	inv.done <- outcome{result: Result{RequestID: inv.id, ColdStart: inv.cold, stream: read}}
	return write
}

// abandon closes the stream of an invocation whose caller has given up, whether it has begun or not. Without a reader
// the function would block in its first write until its timeout. The caller holds the lock.
func (inv *invocation) abandon() {
	inv.abandoned = true
	select {
	case out := <-inv.done:
		if out.result.stream != nil {
			out.result.stream.Close()
		}
	default:
	}
}

// stream passes on what the function writes. If the listener leaves, the function continues.
func (p *process) stream(r *http.Request, id string, to *io.PipeWriter) *reply {
	n, err := io.Copy(&readPipe{to: to}, io.LimitReader(r.Body, maxStream+1))
	if err != nil {
		return replyMalformed // usually the process has died, and its end says how
	}
	p.logs.catchUp()
	return p.answerWith(id, func(inv *invocation) (outcome, *reply) {
		if n > maxStream {
			return failed(inv, typeResponseSize, fmt.Sprintf(
				"Response payload size exceeded maximum allowed payload size (%d bytes).", maxStream)), replyTooLarge
		}
		if out, ok := trailerError(inv, r.Trailer); ok {
			return out, replyAccepted
		}
		return outcome{}, replyAccepted
	})
}

// readPipe writes into a pipe as long as it has a reader.
type readPipe struct {
	to   *io.PipeWriter
	left bool
}

func (l *readPipe) Write(b []byte) (int, error) {
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
