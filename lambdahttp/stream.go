package lambdahttp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// StreamedRoutes is the name of the environment variable that lists the routes whose answers [Start] streams. Its value
// is their patterns in the API's table, separated by semicolons, such as "GET /orders/events;ANY /files/{proxy+}". A
// function needs the list because events do not say whether a route is streamed, and the answer's format differs.
// secureapi.Streamed sets the variable.
const StreamedRoutes = "GATEHOUSE_STREAMED_ROUTES"

// streamed maps the resources of streamed routes to their verbs.
type streamed map[string][]string

// readStreamed parses the variable [StreamedRoutes].
func readStreamed(text string) (streamed, error) {
	out := streamed{}
	for pattern := range strings.SplitSeq(text, ";") {
		if pattern = strings.TrimSpace(pattern); pattern == "" {
			continue
		}
		p, err := route.Parse(pattern)
		if err != nil {
			return nil, fmt.Errorf("lambdahttp: the environment variable %s: %w", StreamedRoutes, err)
		}
		out[p.Path()] = append(out[p.Path()], p.Verb)
	}
	return out, nil
}

func (s streamed) has(e events.APIGatewayProxyRequest) bool {
	for _, verb := range s[e.Resource] {
		if verb == e.HTTPMethod || verb == route.Any {
			return true
		}
	}
	return false
}

// streamBuffer is how much of an answer is buffered until it is flushed, as in net/http.
const streamBuffer = 4 << 10

// streamContentType announces an answer that begins with its status and headers.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/response-streaming-tutorial.html, and
// events.LambdaFunctionURLStreamingResponse of aws-lambda-go.
const streamContentType = "application/vnd.awslambda.http-integration-response"

// delimiter separates status and headers from the body.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
var delimiter = make([]byte, 8)

// stream answers a request by a stream. It returns when the handler has begun its answer. If the handler panics
// earlier, stream panics, as with a buffered answer. If it panics later, its stream ends with an error, which cuts the
// client's connection.
func stream(h http.Handler, r *http.Request) io.Reader {
	read, write := io.Pipe()
	w := &streamWriter{header: http.Header{}, to: write, begun: make(chan struct{})}
	w.buffer = bufio.NewWriterSize(write, streamBuffer)
	w.head = r.Method == http.MethodHead
	done := make(chan struct{})
	var panicked any
	go func() {
		defer close(done)
		defer func() {
			if panicked = recover(); panicked == nil {
				write.Close()
				return
			}
			if w.started() {
				if panicked != http.ErrAbortHandler {
					fmt.Fprintf(os.Stderr, "lambdahttp: panic after the answer had begun: %v\n%s", panicked, debug.Stack())
				}
				write.CloseWithError(fmt.Errorf("panic: %v", panicked))
			}
		}()
		h.ServeHTTP(w, r)
		w.finish()
	}()
	select {
	case <-w.begun:
	case <-done:
		if !w.started() {
			panic(panicked)
		}
	}
	return &streamReader{prelude: w.prelude(), from: read, done: done}
}

// streamReader is the answer in the form that aws-lambda-go sends.
type streamReader struct {
	prelude *bytes.Reader
	from    *io.PipeReader
	done    <-chan struct{} // closed when the handler has returned
}

var _ io.ReadCloser = (*streamReader)(nil)

func (s *streamReader) Read(b []byte) (int, error) {
	if s.prelude.Len() > 0 {
		return s.prelude.Read(b)
	}
	return s.from.Read(b)
}

// ContentType returns the answer's Content-Type for the Runtime API.
func (s *streamReader) ContentType() string { return streamContentType }

// Close waits for the handler, because one process serves one request at a time. The handler's further writes fail.
func (s *streamReader) Close() error {
	s.from.CloseWithError(errors.New("lambdahttp: the stream has ended"))
	<-s.done
	return nil
}

// streamWriter is an http.ResponseWriter and http.Flusher that sends its answer while it is written.
type streamWriter struct {
	header http.Header
	to     *io.PipeWriter
	buffer *bufio.Writer
	head   bool

	mu     sync.Mutex
	status int           // 0 until it is written
	sent   http.Header   // a copy from when the answer began, because later changes do not count
	begun  chan struct{} // closed when status and headers can be sent
}

var _ http.Flusher = (*streamWriter)(nil)

func (w *streamWriter) Header() http.Header { return w.header }

func (w *streamWriter) WriteHeader(status int) {
	if status < 100 || status > 999 {
		panic(fmt.Sprintf("lambdahttp: status %d: want three digits", status)) // as net/http does
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.status == 0 && status >= 200 {
		w.status, w.sent = status, w.header.Clone()
	}
}

func (w *streamWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if !bodyAllowed(w.status) {
		return 0, http.ErrBodyNotAllowed
	}
	if !w.started() {
		sniff(w.sent, p)
	}
	if w.head {
		return len(p), nil
	}
	if w.buffer.Available() < len(p) {
		w.begin()
	}
	return w.buffer.Write(p)
}

// Flush sends what was written.
func (w *streamWriter) Flush() { _ = w.FlushError() }

// FlushError is like Flush, and reports if the client has left.
func (w *streamWriter) FlushError() error {
	w.WriteHeader(http.StatusOK)
	w.begin()
	return w.buffer.Flush()
}

// finish sends the rest of an answer after its handler has returned.
func (w *streamWriter) finish() { _ = w.FlushError() }

// begin allows status and headers to be sent, once.
func (w *streamWriter) begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case <-w.begun:
	default:
		close(w.begun)
	}
}

func (w *streamWriter) started() bool {
	select {
	case <-w.begun:
		return true
	default:
		return false
	}
}

// prelude returns the status and the headers in API Gateway's format, and the delimiter.
func (w *streamWriter) prelude() *bytes.Reader {
	w.mu.Lock()
	defer w.mu.Unlock()
	text, err := json.Marshal(struct {
		StatusCode        int                 `json:"statusCode"`
		MultiValueHeaders map[string][]string `json:"multiValueHeaders,omitempty"`
	}{w.status, w.sent})
	if err != nil {
		panic(err) // cannot happen: a number and strings
	}
	return bytes.NewReader(append(text, delimiter...))
}

// streamer streams the answers to events of streamed routes, and sends other answers as a whole.
type streamer struct {
	handler http.Handler
	routes  streamed
}

// answer returns a value that lambda.Start sends unchanged.
func (s *streamer) answer(ctx context.Context, payload json.RawMessage) (io.Reader, error) {
	e, err := read(payload)
	if err != nil {
		return nil, err
	}
	r, err := newRequest(ctx, e)
	if err != nil {
		return nil, err
	}
	if s.routes.has(e) {
		return stream(s.handler, r), nil
	}
	w := &response{header: http.Header{}}
	s.handler.ServeHTTP(w, r)
	body, err := json.Marshal(w.event(r.Method))
	return bytes.NewReader(body), err
}
