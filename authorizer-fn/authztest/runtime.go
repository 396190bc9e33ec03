package authztest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Runtime is Lambda's Runtime API on loopback for one process of a function. The process asks for the next event and
// sends its answer back. Runtime hands out one event at a time, as Lambda does.
//
// Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
type Runtime struct {
	// Timeout is how long the function may take, which sets its deadline. Set it before the first event. Default: 10 s.
	Timeout time.Duration

	listener net.Listener
	ready    chan struct{} // closed once the process asked for its first event
	isReady  sync.Once
	readyAt  time.Time
	events   chan *invocation
	stopping chan struct{}

	mu    sync.Mutex
	open  map[string]*invocation
	conns []net.Conn
	count int
}

type invocation struct {
	id      string
	payload []byte
	handed  time.Time
	done    chan Result
}

// Result is the result of invoking a function with an event.
type Result struct {
	Payload []byte         // of an answer, or the error's JSON as it came
	Error   *FunctionError // nil after a success
	Took    time.Duration  // from handing the event over to having the whole answer
}

// FunctionError is the error that a function returns.
type FunctionError struct {
	Message string `json:"errorMessage"`
	Type    string `json:"errorType"`
}

const apiPrefix = "/2018-06-01/runtime/"

// StartRuntime starts a Runtime API on a free port. Close it when done.
//
// It reads requests from connections itself, because a net/http server would take as long as the functions being
// measured.
func StartRuntime() (*Runtime, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("authztest: %w", err)
	}
	r := &Runtime{
		Timeout: 10 * time.Second, listener: listener, ready: make(chan struct{}), events: make(chan *invocation),
		open: map[string]*invocation{}, stopping: make(chan struct{}),
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			r.mu.Lock()
			r.conns = append(r.conns, conn)
			r.mu.Unlock()
			go r.serve(conn)
		}
	}()
	return r, nil
}

// Address returns the value of AWS_LAMBDA_RUNTIME_API for the process.
func (r *Runtime) Address() string { return r.listener.Addr().String() }

// Close stops the API. The process, which you started, then exits by itself.
func (r *Runtime) Close() {
	close(r.stopping)
	r.listener.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, conn := range r.conns {
		conn.Close()
	}
}

// Ready waits until the process asks for its first event, and returns the time at which it did.
func (r *Runtime) Ready(ctx context.Context) (time.Time, error) {
	select {
	case <-r.ready:
		return r.readyAt, nil
	case <-ctx.Done():
		return time.Time{}, fmt.Errorf("authztest: the function asks for no event: %w", ctx.Err())
	}
}

// Invoke sends an event to the process and waits for its answer.
func (r *Runtime) Invoke(ctx context.Context, payload []byte) (Result, error) {
	r.mu.Lock()
	r.count++
	i := &invocation{
		id:      fmt.Sprintf("8476a536-e9f4-11e8-9739-%012d", r.count),
		payload: payload,
		done:    make(chan Result, 1),
	}
	r.mu.Unlock()
	select {
	case r.events <- i:
	case <-ctx.Done():
		return Result{}, fmt.Errorf("authztest: the function takes no event: %w", ctx.Err())
	}
	select {
	case result := <-i.done:
		return result, nil
	case <-ctx.Done():
		return Result{}, fmt.Errorf("authztest: the function gives no answer: %w", ctx.Err())
	}
}

// serve answers the requests of one connection.
func (r *Runtime) serve(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	for {
		q, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		path, ok := strings.CutPrefix(q.URL.Path, apiPrefix)
		answer := "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
		switch {
		case !ok:
			answer = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
		case path == "invocation/next" && q.Method == http.MethodGet:
			r.isReady.Do(func() {
				r.readyAt = time.Now()
				close(r.ready)
			})
			select {
			case i := <-r.events:
				answer = r.hand(i)
			case <-r.stopping:
				return
			}
		case path == "init/error":
			io.Copy(io.Discard, q.Body)
		default:
			id, what, _ := strings.Cut(strings.TrimPrefix(path, "invocation/"), "/")
			if err := r.finish(id, what, q.Body); err != nil {
				answer = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
			}
		}
		if _, err := io.WriteString(conn, answer); err != nil {
			return
		}
	}
}

// hand is the answer that hands an invocation over.
func (r *Runtime) hand(i *invocation) string {
	r.mu.Lock()
	r.open[i.id] = i
	r.mu.Unlock()
	i.handed = time.Now()
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"+
		"Lambda-Runtime-Aws-Request-Id: %s\r\nLambda-Runtime-Deadline-Ms: %d\r\n"+
		"Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:123456789012:function:authorizer\r\n"+
		"Lambda-Runtime-Trace-Id: Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1\r\n\r\n%s",
		len(i.payload), i.id, i.handed.Add(r.Timeout).UnixMilli(), i.payload)
}

func (r *Runtime) finish(id, what string, body io.Reader) error {
	payload, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	r.mu.Lock()
	i := r.open[id]
	delete(r.open, id)
	r.mu.Unlock()
	if i == nil {
		return errors.New("authztest: no such invocation")
	}
	result := Result{Payload: payload, Took: time.Since(i.handed)}
	if what == "error" {
		result.Error = new(FunctionError)
		if err := json.Unmarshal(payload, result.Error); err != nil {
			return err
		}
	}
	i.done <- result
	return nil
}
