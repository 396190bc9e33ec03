package lambdaruntime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestAProcessIsReused(t *testing.T) {
	p := newPool(t, Options{})
	add(t, p, fault("pid"))
	first := invoke(t, p, "pid", "{}")
	second := invoke(t, p, "pid", "{}")
	if string(first.Payload) != string(second.Payload) || first.Error != nil {
		t.Errorf("processes %s and %s", first.Payload, second.Payload)
	}
	if !first.ColdStart || second.ColdStart {
		t.Errorf("cold starts: %v, %v", first.ColdStart, second.ColdStart)
	}
	uuid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	if !uuid.MatchString(first.RequestID) || first.RequestID == second.RequestID {
		t.Errorf("request ids %q and %q", first.RequestID, second.RequestID)
	}
}

func TestOutcomes(t *testing.T) {
	t.Parallel() // it waits for the limit
	p := newPool(t, Options{Now: func() time.Time { return time.Date(2020, 5, 6, 7, 8, 9, 123e6, time.UTC) }})
	const id = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"
	for _, c := range []struct {
		name, handler, payload string
		answer                 int           // the length of the answer
		err                    FunctionError // a prefix of it
		timeout                time.Duration
	}{
		{name: "an answer as large as there can be", handler: "size", payload: fmt.Sprint(maxPayload), answer: maxPayload},
		{name: "one byte more: 413, and Lambda's words", handler: "size", payload: fmt.Sprint(maxPayload + 1),
			err: FunctionError{
				Type:    "Function.ResponseSizeTooLarge",
				Message: "Response payload size exceeded maximum allowed payload size (6291456 bytes).",
			}},
		{name: "much more than it: still 413", handler: "size", payload: fmt.Sprint(20 << 20),
			err: FunctionError{Type: "Function.ResponseSizeTooLarge", Message: "Response payload size exceeded"}},
		{
			name:    "an error as the authorizer sends it",
			handler: "error",
			err:     FunctionError{Type: "errorString", Message: "Unauthorized"},
		},
		{name: "a panic", handler: "panic", err: FunctionError{Type: "string", Message: "out of tea"}},
		{name: "a process that exits", handler: "exit",
			err: FunctionError{
				Type:    "Runtime.ExitError",
				Message: "RequestId: " + id + " Error: Runtime exited with error: exit status 7",
			}},
		{name: "a process that exits well", handler: "quit",
			err: FunctionError{
				Type:    "Runtime.ExitError",
				Message: "RequestId: " + id + " Error: Runtime exited without providing a reason",
			}},
		{name: "time-out", handler: "slow", timeout: limit,
			err: FunctionError{
				Type:    "Sandbox.Timedout",
				Message: "2020-05-06T07:08:09.123Z " + id + " Task timed out after 1.00 seconds",
			}},
		{
			name:    "an answer that breaks off",
			handler: "broken-stream",
			err:     FunctionError{Type: "errorString", Message: "the other half is gone"},
		},
		{
			name:    "init: the report to /init/error",
			handler: "init-error",
			err:     FunctionError{Type: "Config.Missing", Message: "no such table"},
		},
		{name: "init: an exit", handler: "init-exit",
			err: FunctionError{
				Type:    "Runtime.ExitError",
				Message: "RequestId: " + id + " Error: Runtime exited with error: exit status 3",
			}},
		{name: "init: an exit without an error", handler: "init-quit",
			err: FunctionError{
				Type:    "Runtime.ExitError",
				Message: "RequestId: " + id + " Error: Runtime exited without providing a reason",
			}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := fault(c.handler)
			s.Name = strings.ReplaceAll(c.name, " ", "-")
			s.Env = newGate(t).env()
			if c.timeout != 0 {
				s.Timeout = c.timeout
			}
			add(t, p, s)
			for range 2 { // the second time shows that the function works, or fails, again
				r, err := p.Invoke(context.Background(), s.Name, []byte(c.payload), InvokeOptions{RequestID: id})
				if err != nil || r.RequestID != id {
					t.Fatalf("got %+v, %v", r, err)
				}
				if c.err == (FunctionError{}) {
					if r.Error != nil || len(r.Payload) != c.answer {
						t.Fatalf("got %d bytes, %v, want %d bytes", len(r.Payload), r.Error, c.answer)
					}
					continue
				}
				if r.Error == nil || r.Error.Type != c.err.Type || !strings.HasPrefix(r.Error.Message, c.err.Message) {
					t.Fatalf("got %v, want %v", r.Error, &c.err)
				}
				var document struct{ ErrorMessage, ErrorType string }
				if err := json.Unmarshal(r.Payload, &document); err != nil || document.ErrorMessage != r.Error.Message ||
					document.ErrorType != r.Error.Type {
					t.Errorf("the document is %s: %v", r.Payload, err)
				}
				if c.handler == "init-error" && !strings.Contains(string(r.Payload), `"stackTrace"`) {
					t.Errorf("the document is %s, and not all of what the runtime sent", r.Payload)
				}
			}
		})
	}
}

// TestInitLimit lets the limit pass once the process has shown that it runs, because a busy machine may start it
// slowly.
func TestInitLimit(t *testing.T) {
	g, log := newGate(t), newRecord()
	begun := make(chan *time.Timer, 1)
	p := newPool(
		t,
		Options{InitLimit: 300 * time.Millisecond, Log: log.add, initTimer: func(d time.Duration, f func()) *time.Timer {
			if d != 300*time.Millisecond {
				t.Errorf("the limit is %s", d)
			}
			timer := time.AfterFunc(time.Hour, f)
			begun <- timer
			return timer
		}},
	)
	s := fault("init-hang")
	s.Env = g.env()
	add(t, p, s)
	failed := make(chan Result, 1)
	go func() {
		r, err := p.Invoke(context.Background(), s.Name, nil, InvokeOptions{})
		if err != nil {
			t.Error(err)
		}
		failed <- r
	}()
	v := g.wait(t)
	select {
	case r := <-failed:
		t.Fatalf("it failed before the limit: %v", r.Error)
	default:
	}
	(<-begun).Reset(0)
	r := <-failed
	if r.Error == nil ||
		*r.Error != (FunctionError{Type: "Sandbox.Timedout", Message: "Init timed out after 0.30 seconds"}) {
		t.Errorf("got %v", r.Error)
	}
	v.gone(t)
	if l := log.find(t, "INIT_REPORT"); l.Stream != Platform || l.Function != s.Name {
		t.Errorf("logged %+v", l)
	}
}

// TestPanicPlace checks that the error of a function that panics has the place.
func TestPanicPlace(t *testing.T) {
	p := newPool(t, Options{})
	s := fault("panic")
	s.Env = newGate(t).env()
	add(t, p, s)
	r := invoke(t, p, s.Name, "")
	if r.Error == nil ||
		!regexp.MustCompile(`^string: out of tea at faults/main\.go:\d+ \(.+\)$`).MatchString(r.Error.Error()) {
		t.Errorf("got %v", r.Error)
	}
}

// TestWhere reads the stacks of error documents.
func TestWhere(t *testing.T) {
	for _, c := range []struct{ name, document, want string }{
		{
			"Go",
			`{"errorType":"string","stackTrace":[{"path":"example.com/shop/main.go","line":42,"label":"serve"},{"path":"x.go",` +
				`"line":1,"label":"main"}]}`,
			"example.com/shop/main.go:42 (serve)",
		},
		{
			"Go's own runtime before it",
			`{"stackTrace":[{"path":"runtime/panic.go","line":9,"label":"gopanic"},` +
				`{"path":"/usr/local/go/src/runtime/signal.go","line":9,"label":"sigpanic"},` +
				`{"path":"main.go","line":7,"label":"get"}]}`,
			"main.go:7 (get)",
		},
		{"only the runtime", `{"stackTrace":[{"path":"runtime/panic.go","line":9,"label":"gopanic"}]}`, ""},
		{"an error that was returned", `{"errorType":"errorString","errorMessage":"no"}`, ""},
		{
			"Node.js",
			`{"errorType":"TypeError","trace":["TypeError: x is not a function","    at Runtime.handler ` +
				`(/var/task/index.js:3:9)","    at next"]}`,
			"Runtime.handler (/var/task/index.js:3:9)",
		},
		{"Python, whose stack is text", `{"stackTrace":["  File \"/var/task/app.py\", line 3, in handler\n"]}`, ""},
		{"only the local runtime", `{"errorType":"Runtime.MarshalError","trace":["E: m","    at fault ([eval]:46:17)"]}`, ""},
		{"not a stack", `{"stackTrace":7,"trace":{}}`, ""},
	} {
		if got := parseError([]byte(c.document), "").Where; got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestWhatAFunctionSees(t *testing.T) {
	now := time.Now()
	p := newPool(
		t,
		Options{Now: func() time.Time { return now }, Path: "/usr/bin:/bin", Env: map[string]string{"A": "pool", "B": "pool"},
			Credentials: &Credentials{"AKID", "secret", "token"}},
	)
	s := fault("context")
	s.ARN, s.Timeout = "arn:aws:lambda:eu-central-1:123456789012:function:orders", 7*time.Second
	add(t, p, s)
	r, err := p.Invoke(
		context.Background(),
		"context",
		nil,
		InvokeOptions{RequestID: "id-1", TraceID: "Root=1-2-3;Sampled=1", Qualifier: "live"},
	)
	if err != nil {
		t.Fatal(err)
	}
	var saw map[string]any
	if err := json.Unmarshal(r.Payload, &saw); err != nil {
		t.Fatalf("%s: %v", r.Payload, err)
	}
	dir, err := filepath.EvalSymlinks(s.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{
		"id": "id-1", "arn": s.ARN + ":live", "trace": "Root=1-2-3;Sampled=1", "dir": dir,
		"deadline": float64(now.Add(7 * time.Second).UnixMilli()),
	} {
		if saw[name] != want {
			t.Errorf("%s is %v, want %v", name, saw[name], want)
		}
	}

	t.Setenv("LEAKED", "from the parent")
	t.Setenv("AWS_PROFILE", "from the parent")
	s = fault("env")
	s.Region, s.MemoryMB, s.Env = "eu-central-1", 512, map[string]string{"B": "function", "LANG": "C", "TZ": "Asia/Tokyo"}
	s.Logging = Logging{Group: "/shop/orders", Format: "JSON", Level: "WARN"}
	add(t, p, s)
	var env []string
	if err := json.Unmarshal([]byte(answered(t, p, "env", "")), &env); err != nil {
		t.Fatal(err)
	}
	slices.Sort(env)
	for i, v := range env { // what differs from run to run
		v = regexp.MustCompile(`^AWS_LAMBDA_RUNTIME_API=127\.0\.0\.1:\d+$`).
			ReplaceAllString(v, "AWS_LAMBDA_RUNTIME_API=<loopback>")
		v = regexp.MustCompile(`^AWS_LAMBDA_LOG_STREAM_NAME=\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}$`).
			ReplaceAllString(v, "AWS_LAMBDA_LOG_STREAM_NAME=<stream>")
		env[i] = v
	}
	want := []string{
		"A=pool",
		"AWS_ACCESS_KEY_ID=AKID",
		"AWS_DEFAULT_REGION=eu-central-1",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=512",
		"AWS_LAMBDA_FUNCTION_NAME=env",
		"AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
		"AWS_LAMBDA_INITIALIZATION_TYPE=on-demand",
		"AWS_LAMBDA_LOG_FORMAT=JSON",
		"AWS_LAMBDA_LOG_GROUP_NAME=/shop/orders",
		"AWS_LAMBDA_LOG_LEVEL=WARN",
		"AWS_LAMBDA_LOG_STREAM_NAME=<stream>",
		"AWS_LAMBDA_RUNTIME_API=<loopback>",
		"AWS_REGION=eu-central-1",
		"AWS_SECRET_ACCESS_KEY=secret",
		"AWS_SESSION_TOKEN=token",
		"AWS_XRAY_CONTEXT_MISSING=LOG_ERROR",
		"AWS_XRAY_DAEMON_ADDRESS=127.0.0.1:2000",
		"B=function",
		"GOMAXPROCS=1",
		"HOME=" + os.TempDir(),
		"LAMBDA_RUNTIME_DIR=/var/runtime",
		"LAMBDA_TASK_ROOT=" + s.Dir,
		"LANG=C",
		"LD_LIBRARY_PATH=" + s.Dir + ":" + s.Dir + "/lib",
		"PATH=/usr/bin:/bin",
		"TZ=Asia/Tokyo",
		"_HANDLER=env",
		"_X_AMZN_TRACE_ID=", // set by aws-lambda-go itself
	}
	if runtime.GOOS == "windows" {
		env = slices.DeleteFunc(env, func(v string) bool { return strings.HasPrefix(strings.ToUpper(v), "SYSTEMROOT=") })
	}
	if !slices.Equal(env, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(env, "\n"), strings.Join(want, "\n"))
	}
	delete(s.Env, "TZ")
	if env := p.environ(&s, ""); !slices.Contains(env, "TZ=:UTC") {
		t.Errorf("a function that sets no time zone has not UTC: %q", env)
	}
}

func TestALargePayload(t *testing.T) {
	p := newPool(t, Options{})
	add(t, p, fault("length"))
	for _, n := range []int{0, 1, 32 << 10, 1<<20 + 1, maxPayload} {
		if got := answered(t, p, "length", strings.Repeat("x", n)); got != fmt.Sprint(n) {
			t.Errorf("%d bytes arrived as %s", n, got)
		}
	}
}

func TestWhatCannotBeInvoked(t *testing.T) {
	p := newPool(t, Options{})
	add(t, p, fault("pid"))
	ended, cancel := context.WithCancelCause(context.Background())
	cause := errors.New("the caller left")
	cancel(cause)
	for _, c := range []struct {
		name, function string
		ctx            context.Context
		payload        int
		o              InvokeOptions
		want           error
	}{
		{name: "no such function", function: "unknown", want: ErrNotFound},
		{name: "too large a payload", function: "pid", payload: maxPayload + 1, want: ErrPayloadSize},
		{name: "a line end in the request id", function: "pid", o: InvokeOptions{RequestID: "a\r\nb"}, want: ErrHeaderValue},
		{name: "a line end in the qualifier", function: "pid", o: InvokeOptions{Qualifier: "a\nb"}, want: ErrHeaderValue},
		{name: "a line end in the trace id", function: "pid", o: InvokeOptions{TraceID: "a\nb"}, want: ErrHeaderValue},
		{
			name:     "a slash in the request id: it would end the id in the path",
			function: "pid",
			o:        InvokeOptions{RequestID: "a/b"},
			want:     ErrHeaderValue,
		},
		{
			name:     "a request id without end",
			function: "pid",
			o:        InvokeOptions{RequestID: strings.Repeat("a", maxHeaderValue+1)},
			want:     ErrHeaderValue,
		},
		{name: "a context that has ended", function: "pid", ctx: ended, want: context.Canceled},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.ctx == nil {
				c.ctx = context.Background()
			}
			if r, err := p.Invoke(c.ctx, c.function, make([]byte, c.payload), c.o); !errors.Is(err, c.want) {
				t.Errorf("got %+v, %v, want %v", r, err, c.want)
			}
		})
	}
}

func TestWaitingInOrderUpToTheLimit(t *testing.T) {
	g := newGate(t)
	p := newPool(t, Options{MaxProcesses: 2})
	s := fault("gate")
	s.Env = g.env()
	add(t, p, s)

	const callers = 6
	var wg sync.WaitGroup
	answers := make([]string, callers)
	var inside []visitor
	for i := range callers {
		wg.Go(func() { answers[i] = answered(t, p, "gate", fmt.Sprint(i)) })
		if i < 2 {
			inside = append(inside, g.wait(t))
		} else {
			waitForQueue(t, p, "gate", i-1)
		}
	}
	// Both processes are busy, and four callers wait. When a process is released, the caller that came first gets it.
	for i := 2; i < callers; i++ {
		inside[i-2].release()
		v := g.wait(t)
		if v.who != fmt.Sprint(i) {
			t.Fatalf("caller %s came in as number %d", v.who, i)
		}
		inside = append(inside, v)
	}
	inside[callers-2].release()
	inside[callers-1].release()
	wg.Wait()
	for i, a := range answers {
		if a != fmt.Sprint(i) {
			t.Errorf("caller %d got the answer %q", i, a)
		}
	}
	if n := processes(p, "gate"); n != 2 {
		t.Errorf("%d processes", n)
	}
}

// TestAsManyProcessesAsItTakes checks that callers that wait for each other each get a process, but maybe not at once.
func TestAsManyProcessesAsItTakes(t *testing.T) {
	g := newGate(t)
	p := newPool(t, Options{})
	s := fault("gate")
	s.Env = g.env()
	add(t, p, s)
	var wg sync.WaitGroup
	var inside []visitor
	for i := range defaultMaxProcesses {
		wg.Go(func() { answered(t, p, "gate", fmt.Sprint(i)) })
	}
	for range defaultMaxProcesses {
		inside = append(inside, g.wait(t))
	}
	for _, v := range inside {
		v.release()
	}
	wg.Wait()
	if n := processes(p, "gate"); n != defaultMaxProcesses {
		t.Errorf("%d processes", n)
	}
}

func TestACallerThatLeavesWhileItWaits(t *testing.T) {
	g := newGate(t)
	p := newPool(t, Options{MaxProcesses: 1})
	s := fault("gate")
	s.Env = g.env()
	add(t, p, s)
	var wg sync.WaitGroup
	wg.Go(func() { answered(t, p, "gate", "first") })
	first := g.wait(t)

	ctx, leave := context.WithCancelCause(context.Background())
	cause := errors.New("the client hung up")
	left := make(chan error, 1)
	go func() {
		_, err := p.Invoke(ctx, "gate", []byte("left"), InvokeOptions{})
		left <- err
	}()
	waitForQueue(t, p, "gate", 1)
	wg.Go(func() { answered(t, p, "gate", "third") })
	waitForQueue(t, p, "gate", 2)
	leave(cause)
	if err := <-left; !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
	first.release()
	if v := g.wait(t); v.who != "third" {
		t.Errorf("%s came in", v.who)
	} else {
		v.release()
	}
	wg.Wait()
}

func TestACallerThatLeavesWhileTheFunctionWorks(t *testing.T) {
	g := newGate(t)
	p := newPool(t, Options{MaxProcesses: 1})
	s := fault("gate")
	s.Env = g.env()
	add(t, p, s)
	ctx, leave := context.WithCancel(context.Background())
	left := make(chan error, 1)
	go func() {
		_, err := p.Invoke(ctx, "gate", []byte("left"), InvokeOptions{})
		left <- err
	}()
	v := g.wait(t)
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	// The invocation continues, its answer reaches no caller, and the process serves the next caller.
	var wg sync.WaitGroup
	wg.Go(func() {
		if got := answered(t, p, "gate", "next"); got != "next" {
			t.Errorf("the next caller got %q", got)
		}
	})
	waitForQueue(t, p, "gate", 1)
	v.release()
	g.wait(t).release()
	wg.Wait()
}

// waitForQueue waits until n invocations wait. The queue changes in another goroutine, without telling.
func waitForQueue(t *testing.T, p *Pool, name string, n int) {
	t.Helper()
	f := (*p.functions.Load())[name]
	for limit := time.Now().Add(patience); ; time.Sleep(100 * time.Microsecond) {
		f.mu.Lock()
		got := f.queue.len
		f.mu.Unlock()
		if got == n {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("%d invocations wait, want %d", got, n)
		}
	}
}

func processes(p *Pool, name string) int {
	f := (*p.functions.Load())[name]
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.processes)
}
