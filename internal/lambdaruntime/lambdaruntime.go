// Package lambdaruntime runs Lambda functions as local processes that speak the Lambda Runtime API, and invokes them.
//
//	pool := lambdaruntime.New(lambdaruntime.Options{})
//	defer pool.Close()
//	err := pool.Replace(lambdaruntime.Spec{Name: "Orders", Runtime: "provided.al2023", Dir: "cdk.out/asset.1234"})
//	result, err := pool.Invoke(ctx, "Orders", event, lambdaruntime.InvokeOptions{})
//
// Each process has a Runtime API of its own on 127.0.0.1. Processes are started when there is work for them, take one
// invocation at a time, are reused, and are replaced when they crash or run out of time; with the pool, they end.
//
// It does not build functions, it does not limit their memory or CPU, it does not freeze a process between invocations
// as Lambda does, and it is not a sandbox: the functions are the developer's own code and run with the developer's
// rights. It does not implement SnapStart, or extensions beyond what aws-lambda-go's WithEnableSIGTERM needs.
//
// The Runtime API: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. What the documentation leaves out is
// taken from AWS's own https://github.com/aws/aws-lambda-runtime-interface-emulator.
package lambdaruntime

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// The kinds of error that keep a function from being invoked, for errors.Is. What a function does wrong once it is
// invoked is a [FunctionError] in the [Result] instead.
var (
	ErrNotFound     = errors.New("lambdaruntime: there is no such function")
	ErrClosed       = errors.New("lambdaruntime: the pool is closed")
	ErrPayloadSize  = errors.New("lambdaruntime: the payload is larger than Lambda takes")
	ErrHeaderValue  = errors.New("lambdaruntime: the request id, trace id or qualifier is not one")
	ErrSpec         = errors.New("lambdaruntime: the function is not described correctly")
	ErrRuntime      = errors.New("lambdaruntime: this runtime cannot be run here")
	ErrExecutable   = errors.New("lambdaruntime: the function's executable cannot be run on this host")
	errShuttingDown = errors.New("lambdaruntime: the process was stopped")
)

// maxPayload is the largest request and response of a synchronous invocation, in bytes.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (6 MB each).
const maxPayload = 6 << 20

// initLimit is how long a process may take from when it runs to its first question for work.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib
const initLimit = 10 * time.Second

// defaultMaxProcesses is how many processes of one function run at a time where [Options] does not say.
const defaultMaxProcesses = 10

// Options configure a [Pool]. The zero value is usable.
type Options struct {
	// MaxProcesses is how many invocations of one function run at the same time, each in a process of its own; default
	// [defaultMaxProcesses]. Further ones wait, first come, first served, for as long as their context lets them.
	// Beyond the number of processors, a process is started only when an invocation has waited for some 20 ms, and only
	// for a function that takes its time.
	MaxProcesses int

	// Credentials are given to the functions. By default they get placeholders that no AWS service accepts, so that a
	// function under test does not act with the developer's rights.
	Credentials *Credentials

	// Path is the PATH of the processes; default Lambda's. Besides it, nothing of this process's environment reaches
	// them. See [Spec] for what they get.
	Path string

	// Env is added to the environment of every process. A variable of the function's own wins over it.
	Env map[string]string

	// Log receives every line that the functions write, and what Lambda itself would log. It is called from several
	// goroutines at a time. What a function writes before it answers, Log receives before Invoke returns, where pipes
	// do not block. While Log does not return, the process whose line it is can neither answer nor write further lines,
	// and its end is not noticed.
	Log func(LogLine)

	// Started receives the function and the process id of every process that runs. If nil, processes are not reported.
	Started func(function string, pid int)

	// InitLimit is for tests and debuggers; default [initLimit].
	InitLimit time.Duration
	initTimer func(time.Duration, func()) *time.Timer // default [time.AfterFunc]

	maxFiles int // of a function that are looked at; default [maxFiles]

	Listen func() (net.Listener, error) // makes the Runtime API of one process; default 127.0.0.1, any free port
	Now    func() time.Time             // the wall clock, for deadlines and texts; default [time.Now]
	NewID  func() string                // makes request ids; default a random UUID
}

// Credentials are what a function calls AWS with.
type Credentials struct {
	AccessKeyID, SecretAccessKey, SessionToken string
}

// Pool is a set of functions with their processes. It is safe for concurrent use.
type Pool struct {
	options  Options
	starter  *starter
	watchdog *watchdog

	functions atomic.Pointer[map[string]*function] // copied on write, under mu
	mu        sync.Mutex
	closed    bool
	running   sync.WaitGroup // one for each process
}

// New makes a pool without functions.
func New(o Options) *Pool {
	if o.MaxProcesses <= 0 {
		o.MaxProcesses = defaultMaxProcesses
	}
	if o.Credentials == nil {
		o.Credentials = &Credentials{"AKIDLOCALGATEWAY", "local-gateway-placeholder", "local-gateway-placeholder"}
	}
	if o.Path == "" {
		o.Path = lambdaPath
	}
	if o.Log == nil {
		o.Log = func(LogLine) {}
	}
	if o.InitLimit <= 0 {
		o.InitLimit = initLimit
	}
	if o.maxFiles <= 0 {
		o.maxFiles = maxFiles
	}
	if o.initTimer == nil {
		o.initTimer = time.AfterFunc
	}
	if o.Listen == nil {
		o.Listen = func() (net.Listener, error) { return net.Listen("tcp", "127.0.0.1:0") }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.NewID == nil {
		o.NewID = NewUUID
	}
	o.Env = maps.Clone(o.Env)
	p := &Pool{options: o, starter: newStarter(), watchdog: newWatchdog()}
	p.functions.Store(&map[string]*function{})
	return p
}

// Replace adds a function, or puts a new version in the place of the one with the same name. No invocation is lost:
// those under way finish in their process, which then ends; those that wait go to the new version. No process is
// started before there is work for it.
//
// Nothing happens if the function is there already, with the same description and the same files in its folder: its
// processes go on, with all that they remember. In doubt, as where a file was written just before, it is replaced.
//
// The error says why the function cannot be run here, as [ErrSpec], [ErrRuntime] or [ErrExecutable].
func (p *Pool) Replace(s Spec) error {
	s, err := s.resolve(p.options.Path)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return ErrClosed
	}
	old := *p.functions.Load()
	code := lookAt(&s, p.options.maxFiles)
	if f := old[s.Name]; f != nil {
		if !f.unchanged(&s, code) {
			f.replace(&s, code)
		}
		return nil
	}
	added := maps.Clone(old)
	added[s.Name] = &function{pool: p, name: s.Name, spec: &s, code: code, processes: map[*process]struct{}{}}
	p.functions.Store(&added)
	return nil
}

// Remove takes a function out. Invocations under way finish, those that wait fail with [ErrNotFound].
func (p *Pool) Remove(name string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	old := *p.functions.Load()
	f := old[name]
	if f == nil {
		return notFound(name)
	}
	left := maps.Clone(old)
	delete(left, name)
	p.functions.Store(&left)
	f.retire(notFound(name))
	return nil
}

func notFound(name string) error { return fmt.Errorf("%w: %q", ErrNotFound, name) }

// InvokeOptions go with one invocation.
type InvokeOptions struct {
	RequestID string // default a random UUID
	TraceID   string // the X-Amzn-Trace-Id of the request; default none
	Qualifier string // the alias or version that is invoked, which the function's ARN ends with then; default none
	LogTail   bool   // the result has the last lines that the function wrote

	stream bool // see [Pool.InvokeStream]
}

// Invoke runs a function with a payload and waits for its answer. The payload is only read, but it may be read after
// Invoke has returned (when the time is up, say): do not change it.
//
// An error means that the function was not, or not to the end, looked after: no such function, a payload over
// [maxPayload], the context's end, or [ErrClosed]. When the context ends, an invocation that has begun runs on without
// a listener, as it does in Lambda when a caller leaves.
func (p *Pool) Invoke(ctx context.Context, name string, payload []byte, o InvokeOptions) (Result, error) {
	f := (*p.functions.Load())[name]
	switch {
	case f == nil:
		return Result{}, notFound(name)
	case len(payload) > maxPayload:
		return Result{}, fmt.Errorf("%w: %d bytes, at most %d", ErrPayloadSize, len(payload), maxPayload)
	case !pathSegment(o.RequestID) || !headerValue(o.TraceID) || !headerValue(o.Qualifier):
		return Result{}, fmt.Errorf(
			"%w: want letters, digits, \"-\", \"_\" and \".\", and visible ASCII, of at most %d bytes; got %q, %q and %q",
			ErrHeaderValue,
			maxHeaderValue,
			o.RequestID,
			o.TraceID,
			o.Qualifier,
		)
	}
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	if o.RequestID == "" {
		o.RequestID = p.options.NewID()
	}
	return f.invoke(ctx, payload, o)
}

// Close ends all processes, at once, and returns when they are gone. Invocations under way and those that wait fail
// with [ErrClosed]. A second Close does nothing.
func (p *Pool) Close() {
	p.mu.Lock()
	already := p.closed
	p.closed = true
	p.mu.Unlock()
	if already {
		return
	}
	for _, f := range *p.functions.Load() {
		f.close()
	}
	p.running.Wait()
	p.watchdog.close()
	p.starter.close()
}

// NewUUID makes a random UUID of version 4 (RFC 9562, section 5.4), the form of the request ids of Lambda and API
// Gateway.
func NewUUID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails, see crypto/rand
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	s := hex.EncodeToString(b[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}
