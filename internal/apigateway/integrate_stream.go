package apigateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/events"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

// How long a stream may pause: "For Regional or private endpoints, the timeout is 5 minutes. For edge-optimized
// endpoints, the timeout is 30 seconds."
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
const (
	idleRegional = 5 * time.Minute
	idleEdge     = 30 * time.Second
)

// stream is the body of a streamed answer. It ends with an error when it pauses for too long, when the integration's
// timeout has passed, or when the client has left.
type stream struct {
	from   io.ReadCloser
	cancel context.CancelFunc
	idle   time.Duration
	pause  *time.Timer
	record *Record
	done   func(*Record)
	failed func(*lambdaruntime.FunctionError) // records how the function failed; nil without a function
	unread bool                               // the answer has no body, such as one to HEAD: the stream is not read

	mu    sync.Mutex
	why   string // why the gateway ended the stream; "" if it did not
	ended bool
}

// newStream begins the body of an answer. The context carries the integration's timeout.
func (st *stage) newStream(
	ctx context.Context, cancel context.CancelFunc, from io.ReadCloser, record *Record, m *method,
) *stream {
	idle := st.served.gateway.idle[0]
	if st.edge {
		idle = st.served.gateway.idle[1]
	}
	s := &stream{from: from, cancel: cancel, idle: idle, record: record}
	s.pause = time.AfterFunc(idle, func() {
		s.end(fmt.Sprintf("the stream paused for more than %s, which is longer than API Gateway waits", idle))
	})
	context.AfterFunc(ctx, func() {
		why := "the client left before the end of the stream"
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			why = fmt.Sprintf("the stream took longer than the integration's time-out of %s", timeoutOf(m))
		}
		s.end(why)
	})
	return s
}

// end ends the stream with a reason, unless it has ended before.
func (s *stream) end(why string) {
	s.mu.Lock()
	if !s.ended && s.why == "" {
		s.why = why
	}
	s.mu.Unlock()
	s.from.Close()
}

func (s *stream) Read(b []byte) (int, error) {
	s.pause.Reset(s.idle)
	n, err := s.from.Read(b)
	s.pause.Stop()
	s.record.facts.sent += int64(n)
	if err != nil {
		s.mu.Lock()
		if why := s.why; why != "" {
			err = errors.New(why)
		}
		s.mu.Unlock()
		s.finish(err)
	}
	return n, err
}

// Close ends the stream before its end is reached.
func (s *stream) Close() error {
	why := errors.New("the client left before the end of the stream")
	if s.unread {
		why = io.EOF
	}
	s.finish(why)
	return s.from.Close()
}

// finish records the request, once.
func (s *stream) finish(err error) {
	s.mu.Lock()
	again := s.ended
	s.ended = true
	s.mu.Unlock()
	if again {
		return
	}
	s.pause.Stop()
	s.cancel()
	if err != io.EOF {
		s.record.Reason = withoutPackage(err)
		if errors.Is(err, io.ErrUnexpectedEOF) {
			s.record.Reason = "the integration cut its answer before the end, which cuts the connection"
		}
		var of *lambdaruntime.FunctionError
		if errors.As(err, &of) {
			if s.failed != nil {
				s.failed(of)
			}
			s.record.Reason = fmt.Sprintf("the function failed after the stream had begun, which cuts the connection: %v", err)
		}
	}
	if s.done != nil {
		s.done(s.record)
	}
}

// resumedStream reads the part of a stream that was read already, and then the rest.
type resumedStream struct {
	io.Reader
	io.Closer
}

// invokeStreamed calls the route's function for a streamed answer, and returns the answer once its metadata has
// arrived.
func (st *stage) invokeStreamed(
	ctx context.Context, m *method, call *checks.Call, event []byte, tenantID string, record *Record,
) (exchange.Answer, *mapping.Failure) {
	gateway := st.served.gateway
	limited, cancel := context.WithTimeout(ctx, timeoutOf(m))
	start := gateway.options.Now()
	body, result, err := gateway.pool.InvokeStream(limited, m.function.Name, event,
		gateway.integrationOf(record, m, tenantID, call.TraceID))
	if err != nil || body == nil {
		cancel()
		if result.Error != nil {
			gateway.failed(record, m.function, result.Error, result.Payload)
		}
		gateway.integrated(record, start, invokeStatus(err))
		return exchange.Answer{}, notInvoked(ctx, m, result, err)
	}
	stop := context.AfterFunc(limited, func() { body.Body.Close() })
	metadata, rest, err := readMetadata(body.Body)
	gateway.integrated(record, start, http.StatusOK)
	if !stop() || err != nil {
		var of *lambdaruntime.FunctionError
		if errors.As(err, &of) {
			gateway.failed(record, m.function, of, nil)
		}
		body.Body.Close()
		defer cancel()
		if errors.Is(limited.Err(), context.DeadlineExceeded) && ctx.Err() == nil {
			return exchange.Answer{}, notInvoked(ctx, m, lambdaruntime.Result{}, context.DeadlineExceeded)
		}
		f := mapping.Internal(502, withoutPackage(err))
		f.Untraced = true
		return exchange.Answer{}, f
	}
	answer, err := events.StreamedAnswer(metadata)
	if err != nil {
		body.Body.Close()
		cancel()
		f := mapping.Internal(502, withoutPackage(err))
		f.Untraced = true
		return exchange.Answer{}, f
	}
	record.trace = answerTrace(call.TraceID)
	resumed := resumedStream{io.MultiReader(bytes.NewReader(rest), body.Body), body.Body}
	s := st.newStream(limited, cancel, resumed, record, m)
	s.failed = func(e *lambdaruntime.FunctionError) { gateway.failed(record, m.function, e, nil) }
	answer.Stream = s
	return answer, nil
}

// readMetadata reads up to the delimiter. It returns what precedes the delimiter, and what it has read after it.
func readMetadata(from io.Reader) (metadata, rest []byte, err error) {
	read := make([]byte, 0, events.MaxMetadata+len(events.Delimiter))
	for {
		n, err := from.Read(read[len(read):cap(read)])
		read = read[:len(read)+n]
		if at := bytes.Index(read, events.Delimiter); at >= 0 {
			return read[:at], read[at+len(events.Delimiter):], nil
		}
		switch {
		case err == io.EOF:
			return nil, nil, errors.New("the function's answer is not a stream: 8 null bytes after the metadata are " +
				"missing. lambdahttp.Start writes them for the routes in GATEHOUSE_STREAMED_ROUTES, aws-lambda-go for an " +
				"events.LambdaFunctionURLStreamingResponse, and Node.js for awslambda.HttpResponseStream.from in a handler of " +
				"awslambda.streamifyResponse")
		case err != nil:
			return nil, nil, fmt.Errorf("the function failed: %w", err)
		case len(read) == cap(read):
			return nil, nil, fmt.Errorf("the metadata of the function's answer has no end within %d bytes: 8 null bytes "+
				"are missing", events.MaxMetadata)
		}
	}
}

// streamHTTP calls an HTTP_PROXY integration, and passes its answer on as it arrives.
func (st *stage) streamHTTP(
	ctx context.Context, m *method, out *mapping.Call, u *url.URL, record *Record,
) (exchange.Answer, *mapping.Failure) {
	gateway := st.served.gateway
	limited, cancel := context.WithTimeout(ctx, timeoutOf(m))
	start := gateway.options.Now()
	response, f := roundTrip(gateway.transport, m, newRequest(limited, out, u))
	gateway.integrated(record, start, statusOf(response))
	if f != nil {
		cancel()
		return exchange.Answer{}, f
	}
	return exchange.Answer{
		Status:  response.StatusCode,
		Headers: passedHeaders(headersOf(response)),
		Stream:  st.newStream(limited, cancel, response.Body, record, m),
	}, nil
}
