package lambdaruntime

import (
	"net/http"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

// TestPanic has the clock panic while the Runtime API answers a function: that invocation fails, the log has the
// reason, and the next invocation has an answer.
func TestPanic(t *testing.T) {
	log := newRecord()
	var breaks, broke atomic.Bool
	p := newPool(t, Options{
		MaxProcesses: 1,
		Log:          log.add,
		Now: func() time.Time {
			if breaks.Load() && !broke.Swap(true) {
				panic("the clock is broken")
			}
			return time.Now()
		},
	})
	add(t, p, Spec{Name: "echo", Runtime: "provided.al2023", Dir: filepath.Join(built, "echo"), Timeout: patience})
	answered(t, p, "echo", `"tea"`)
	breaks.Store(true) // not before the start, which reads the clock, too
	if r := invoke(t, p, "echo", `"tea"`); r.Error == nil || r.Error.Type != "Runtime.ExitError" {
		t.Errorf("got %+v, want a Runtime.ExitError", r)
	}
	if l := log.find(t, "gatehouse itself failed: the clock is broken"); l.Stream != Platform || l.Function != "echo" {
		t.Errorf("got the line %+v", l)
	}
	log.find(t, "panic_test.go:") // in the stack
	if got := answered(t, p, "echo", `"tea"`); got == "" {
		t.Error("the next invocation has no answer")
	}
}

// TestPanicAnswer checks that the function gets a 500 as the last answer of the connection.
func TestPanicAnswer(t *testing.T) {
	p, _ := busyProcess(t)
	p.f.mu.Lock()
	p.state = away
	p.f.pool.options.Now = func() time.Time { panic("the clock is broken") }
	p.f.queue.push(&invocation{work: work{id: "id-2"}, done: make(chan outcome, 1)})
	p.f.mu.Unlock()
	_, in, send := dial(t, p)
	send(nextHead + "\r\n")
	answer, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != 500 || !answer.Close {
		t.Errorf("got %s, closing %t; want 500 and the end of the connection", answer.Status, answer.Close)
	}
}
