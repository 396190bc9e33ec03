package lambdaruntime

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// limit is the timeout of functions that do not end in time. It is long enough for them to reach the right point on a
// busy machine.
const limit = time.Second

func TestATimeoutKillsTheProcess(t *testing.T) {
	t.Parallel() // it waits for the limit
	g, log := newGate(t), newRecord()
	p := newPool(t, Options{MaxProcesses: 1, Log: log.add})
	s := fault("slow")
	s.Env, s.Timeout = g.env(), limit
	add(t, p, s)
	r := invoke(t, p, "slow", "")
	if r.Error == nil || r.Error.Type != "Sandbox.Timedout" {
		t.Fatalf("got %v", r.Error)
	}
	g.wait(t).gone(t)
	if l := log.find(t, "Task timed out after 1.00 seconds"); l.RequestID != r.RequestID || l.Stream != Platform {
		t.Errorf("logged %+v", l)
	}
	if r := invoke(t, p, "slow", "at once"); !r.ColdStart || r.Error != nil {
		t.Errorf("got %+v, want the answer of another process", r)
	}
}

func TestAProcessKilledFromOutside(t *testing.T) {
	g, log := newGate(t), newRecord()
	p := newPool(t, Options{MaxProcesses: 1, Log: log.add})
	s := fault("leak")
	s.Env = g.env()
	add(t, p, fault("pid"), s)

	kill := func(pid int) {
		process, err := os.FindProcess(pid)
		if err != nil {
			t.Fatal(err)
		}
		if err := process.Kill(); err != nil {
			t.Fatal(err)
		}
	}
	// An idle process: the next invocation runs in a new process. The test waits until the gateway knows that the old
	// process has ended, because an invocation in it would fail.
	first := answered(t, p, "pid", "")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	kill(pid)
	if runtime.GOOS == "windows" {
		log.find(t, "the process ended between invocations: exit status 1")
	} else {
		log.find(t, "the process ended between invocations: signal: killed")
	}
	waitForProcesses(t, p, "pid", 0)
	if r := invoke(t, p, "pid", ""); r.Error != nil || string(r.Payload) == first || !r.ColdStart {
		t.Errorf("got %+v", r)
	}
	// A process with a descendant, which must end too.
	answered(t, p, "leak", "")
	a, b := g.wait(t), g.wait(t)
	killAll(p, "leak")
	a.gone(t)
	b.gone(t)
}

func TestAProcessKilledAtWork(t *testing.T) {
	g := newGate(t)
	p := newPool(t, Options{})
	s := fault("slow")
	s.Env = g.env()
	add(t, p, s)
	done := make(chan Result, 1)
	go func() { done <- invoke(t, p, "slow", "") }()
	v := g.wait(t)
	killAll(p, "slow")
	v.gone(t)
	r := <-done
	want := "RequestId: " + r.RequestID + " Error: Runtime exited with error: signal: killed"
	if runtime.GOOS == "windows" {
		want = "RequestId: " + r.RequestID + " Error: Runtime exited with error: exit status 1"
	}
	if r.Error == nil || r.Error.Type != "Runtime.ExitError" || r.Error.Message != want {
		t.Errorf("got %v", r.Error)
	}
}

func TestAProcessThatAnswersAndThenHangs(t *testing.T) {
	t.Parallel() // it waits for the limit
	g, log := newGate(t), newRecord()
	p := newPool(t, Options{MaxProcesses: 1, Log: log.add})
	s := fault("linger")
	s.Env, s.Timeout = g.env(), limit
	add(t, p, s)
	first := answered(t, p, "linger", "")
	second := answered(t, p, "linger", "")
	if first == second {
		t.Error("both answers are from one process")
	}
	g.wait(t).gone(t)
	log.find(t, "does not ask for more work")
}

func TestAProcessThatHangsUpInsteadOfWorking(t *testing.T) {
	t.Parallel() // it waits for the limit
	log := newRecord()
	p := newPool(t, Options{MaxProcesses: 1, Log: log.add})
	s := fault("hang-up")
	s.Timeout = limit
	add(t, p, s)
	if r := invoke(t, p, "hang-up", ""); r.Error == nil || r.Error.Type != "Sandbox.Timedout" {
		t.Errorf("got %+v", r)
	}
	log.find(t, "hangs up")
}

func TestLogLines(t *testing.T) {
	log := newRecord()
	p := newPool(t, Options{Log: log.add})
	add(t, p, fault("log"), fault("init-exit"))
	r := invoke(t, p, "log", "")
	if r.Error == nil || r.Error.Type != "Runtime.ExitError" {
		t.Fatalf("got %+v", r)
	}
	log.find(t, "exit status 5") // by then all is read
	log.mu.Lock()
	var got []string
	for _, l := range log.lines {
		if l.Function != "log" || l.RequestID != r.RequestID {
			t.Errorf("%s", fmt.Sprintf("%+.80v", l))
		}
		if l.Stream == Stdout {
			got = append(got, fmt.Sprintf("%.3s %d %v", l.Text, len(l.Text), l.Cut))
		}
	}
	log.mu.Unlock()
	want := []string{
		"one 3 false",
		fmt.Sprintf("xxx %d true", maxLine),
		fmt.Sprintf("xxx %d false", 70000-maxLine),
		"no  11 false",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q, want %q", got, want)
	}
	if l := log.find(t, "two"); l.Stream != Stderr {
		t.Errorf("got %+v", l)
	}
	invoke(t, p, "init-exit", "")
	if l := log.find(t, "cannot find the table"); l.Stream != Stderr || l.Function != "init-exit" || l.RequestID != "" {
		t.Errorf("got %+v", l)
	}
}

func TestSIGTERMForThoseWhoAskedForIt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no SIGTERM")
	}
	log := newRecord()
	p := newPool(t, Options{Log: log.add})
	add(t, p, fault("sigterm"))
	answered(t, p, "sigterm", "")
	p.Close()
	log.find(t, "told to end")
}

func TestReplaceLosesNothing(t *testing.T) {
	g := newGate(t)
	p := newPool(t, Options{MaxProcesses: 1})
	version := func(v string) Spec {
		s := fault("gate")
		s.Env = g.env()
		s.Env["VERSION"] = v
		return s
	}
	add(t, p, version("v1 "))
	var wg sync.WaitGroup
	var under, waiting string
	wg.Go(func() { under = answered(t, p, "gate", "under way") })
	old := g.wait(t)
	wg.Go(func() { waiting = answered(t, p, "gate", "waiting") })
	waitForQueue(t, p, "gate", 1)

	add(t, p, version("v2 "))
	// Waiting invocations run at once in the new version, while others still run in the old one.
	g.wait(t).release()
	waitForProcesses(t, p, "gate", 2)
	old.release()
	wg.Wait()
	if under != "v1 under way" || waiting != "v2 waiting" {
		t.Errorf("got %q and %q", under, waiting)
	}
	waitForProcesses(t, p, "gate", 1) // the old process has ended by itself
	wg.Go(func() { waiting = answered(t, p, "gate", "later") })
	g.wait(t).release()
	wg.Wait()
	if waiting != "v2 later" {
		t.Errorf("got %q", waiting)
	}
}

func TestReplaceUnderLoad(t *testing.T) {
	p := newPool(t, Options{MaxProcesses: 2})
	add(t, p, fault("pid"))
	var wg sync.WaitGroup
	stop := make(chan struct{})
	seen := make(chan string, 4)
	for range 4 {
		wg.Go(func() {
			last := ""
			for {
				select {
				case <-stop:
					seen <- last
					return
				default:
					last = answered(t, p, "pid", "")
				}
			}
		})
	}
	for range 5 {
		add(t, p, fault("pid"))
		answered(t, p, "pid", "")
	}
	close(stop)
	wg.Wait()
	for range 4 {
		if last := <-seen; last == "" {
			t.Error("a caller was never served")
		}
	}
	waitUntil(t, func() bool { return processes(p, "pid") <= 2 }) // the old versions have ended
}

func TestRemove(t *testing.T) {
	g := newGate(t)
	p := newPool(t, Options{MaxProcesses: 1})
	s := fault("gate")
	s.Env = g.env()
	add(t, p, s)
	var wg sync.WaitGroup
	wg.Go(func() {
		if got := answered(t, p, "gate", "under way"); got != "under way" {
			t.Errorf("got %q", got)
		}
	})
	v := g.wait(t)
	waiting := make(chan error, 1)
	go func() {
		_, err := p.Invoke(context.Background(), "gate", nil, InvokeOptions{})
		waiting <- err
	}()
	waitForQueue(t, p, "gate", 1)
	f := (*p.functions.Load())["gate"]
	if err := p.Remove("gate"); err != nil {
		t.Fatal(err)
	}
	const want = `lambdaruntime: there is no such function: "gate"`
	if err := <-waiting; err == nil || err.Error() != want {
		t.Errorf("what waited got %v", err)
	}
	if _, err := p.Invoke(context.Background(), "gate", nil, InvokeOptions{}); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	if err := p.Remove("gate"); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	v.release()
	wg.Wait()
	waitUntil(t, func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		return len(f.processes) == 0
	})
}

// killAll kills the processes of a function from outside: without a word to the pool, and not their
// descendants.
func killAll(p *Pool, name string) {
	f := (*p.functions.Load())[name]
	f.mu.Lock()
	defer f.mu.Unlock()
	for q := range f.processes {
		q.kill.Lock()
		q.cmd.Process.Kill()
		q.kill.Unlock()
	}
}

func waitForProcesses(t *testing.T, p *Pool, name string, n int) {
	t.Helper()
	waitUntil(t, func() bool { return processes(p, name) == n })
}

func waitUntil(t *testing.T, done func() bool) {
	t.Helper()
	for limit := time.Now().Add(patience); !done(); time.Sleep(100 * time.Microsecond) {
		if time.Now().After(limit) {
			t.Fatal("it does not happen")
		}
	}
}
