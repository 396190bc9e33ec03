// Package lambdaruntime runs Lambda functions as local processes that speak the Lambda Runtime API, and invokes them.
//
//	pool := lambdaruntime.New(lambdaruntime.Options{})
//	defer pool.Close()
//	err := pool.Replace(lambdaruntime.Spec{Name: "Orders", Runtime: "provided.al2023", Dir: "cdk.out/asset.1234"})
//	result, err := pool.Invoke(ctx, "Orders", event, lambdaruntime.InvokeOptions{})
//
// Each process has its own Runtime API on 127.0.0.1. Processes start when there is work for them, run one invocation at
// a time, are reused, and are replaced when they crash or exceed their timeout. They end with the pool.
//
// The package does not build functions, limit their memory or CPU, or freeze a process between invocations as Lambda
// does. It is not a sandbox: the functions are the developer's own code and run with the developer's rights. It does
// not implement SnapStart, or extensions beyond what aws-lambda-go's WithEnableSIGTERM needs.
//
// The Runtime API is described at https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. What that leaves open
// follows AWS's own https://github.com/aws/aws-lambda-runtime-interface-emulator.
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

// The kinds of errors that keep a function from being invoked, for errors.Is. An error of the function itself is a
// [FunctionError] in the [Result].
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

// initLimit is how long a process may take from its start to its first request for work.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib
const initLimit = 10 * time.Second

// defaultMaxProcesses is how many processes of one function run at the same time if [Options] does not say.
const defaultMaxProcesses = 10

// Options configures a [Pool]. The zero value is ready to use.
type Options struct {
	// MaxProcesses is how many invocations of one function run at the same time, each in its own process; default
	// [defaultMaxProcesses]. Further invocations wait, first come, first served, until their context ends. Beyond the
	// number of processors, a process is started only if an invocation has waited for some 20 ms and the function is slow.
	MaxProcesses int

	// MaxTenants is for how many tenants the processes of one function with tenant isolation are kept; default
	// [defaultMaxTenants]. For a further tenant, those of the least recently used one without an invocation are ended, and
	// its next invocation starts cold. MaxProcesses applies to each tenant.
	MaxTenants int

	// Credentials are the AWS credentials of the functions. Default: placeholders that no AWS service accepts, so that a
	// function under test does not act with the developer's rights.
	Credentials *Credentials

	// Path is the PATH of the processes; default Lambda's. Nothing else of this process's environment reaches them. See
	// [Spec] for the variables that they get.
	Path string

	// Env is added to the environment of every process. A function's own variable takes precedence.
	Env map[string]string

	// Log receives every line that the functions write, and what Lambda itself would log. It is called by several
	// goroutines at the same time. Lines that a function writes before it answers arrive before Invoke returns, except
	// where pipes block. Until Log returns, the process whose line it is can neither answer nor write further lines, and
	// its end is not noticed.
	Log func(LogLine)

	// Started receives the function's name and the process ID of every process that starts. If nil, processes are not
	// reported.
	Started func(function string, pid int)

	// InitLimit limits the time to the first request for work, for tests and debuggers; default [initLimit].
	InitLimit time.Duration
	initTimer func(time.Duration, func()) *time.Timer // default [time.AfterFunc]

	maxFiles int // how many files of a function are compared; default [maxFiles]

	Listen func() (net.Listener, error) // opens one process's Runtime API; default 127.0.0.1, any free port
	Now    func() time.Time             // the wall clock, for deadlines and texts; default [time.Now]
	NewID  func() string                // makes request IDs; default a random UUID
}

// Credentials are the AWS credentials with which a function calls AWS.
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

// New returns a pool without functions.
func New(o Options) *Pool {
	if o.MaxProcesses <= 0 {
		o.MaxProcesses = defaultMaxProcesses
	}
	if o.MaxTenants <= 0 {
		o.MaxTenants = defaultMaxTenants
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

// Replace adds a function, or replaces the one with the same name by a new version. No invocation is lost: running ones
// finish in their process, which then ends, and waiting ones go to the new version. No process starts before there is
// work for it.
//
// Replace does nothing if the function exists with the same description and the same files in its folder: its processes
// continue, with everything that they remember. If that is uncertain, for example because a file was written just
// before, the function is replaced.
//
// The error says why the function cannot run here: it is [ErrSpec], [ErrRuntime] or [ErrExecutable].
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
	code := takeSnapshot(&s, p.options.maxFiles)
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

// Remove removes a function. Running invocations finish, and waiting ones fail with [ErrNotFound].
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

// InvokeOptions configures one invocation.
type InvokeOptions struct {
	RequestID string // default a random UUID
	TraceID   string // the X-Amzn-Trace-Id of the request; default none
	Qualifier string // the alias or version that is invoked, which then ends the function's ARN; default none
	Tenant    string // the tenant ID, for a function with tenant isolation alone; default none
	LogTail   bool   // include the last lines that the function wrote in the result

	stream bool // see [Pool.InvokeStream]
}

// Invoke runs a function with a payload and waits for its answer. The payload is only read, but possibly after Invoke
// has returned, such as after a timeout: do not change it.
//
// An error means that the function was not invoked, or not to the end: it does not exist, the payload is larger than
// [maxPayload], the context has ended, or the pool is closed ([ErrClosed]). If the context ends, an invocation that has
// begun continues without a listener, as in Lambda when a caller leaves. [ErrTenant] reports a tenant that Lambda
// refuses.
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
	for {
		own, err := f.forTenant(o.Tenant)
		if err != nil {
			return Result{}, err
		}
		result, err := own.invoke(ctx, payload, o)
		if !errors.Is(err, errEnded) {
			return result, err
		}
	}
}

// Close ends all processes at once, and returns when they are gone. Running and waiting invocations fail with
// [ErrClosed]. A second Close does nothing.
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

// NewUUID returns a random UUID of version 4 (RFC 9562, section 5.4), the form of the request IDs of Lambda and API
// Gateway.
func NewUUID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails, see crypto/rand
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	s := hex.EncodeToString(b[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}
