package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// began is when the time of a world begins.
var began = time.Unix(1_700_000_000, 0)

// latency is how long a call of the table takes at most, each way, and the provider's answer.
const latency = 500 * time.Millisecond

// world runs actors one at a time, in an order that is drawn. Each runs from one parking to the next: before and after
// a call of the table or of the provider, and while it waits. Time is the world's own and passes between the steps
// alone.
type world struct {
	rng    *rand.Rand
	now    time.Time
	seq    int // steps so far
	live   []*actor
	parked chan *actor
	trace  []string
	fault  error // the first

	faults      int // calls of the table that may still be lost
	outageFrom  time.Time
	outageUntil time.Time
	final       bool // no more faults
}

func newWorld(rng *rand.Rand) *world { return &world{rng: rng, now: began, parked: make(chan *actor)} }

// chance is true once in n times.
func (w *world) chance(n int) bool { return w.rng.IntN(n) == 0 }

// fail notes that something is not as it has to be.
func (w *world) fail(format string, a ...any) {
	if w.fault == nil {
		w.fault = fmt.Errorf(format, a...)
	}
	w.log(nil, "FAULT: "+format, a...)
}

// log adds a line to the trace.
func (w *world) log(a *actor, format string, args ...any) {
	who := ""
	if a != nil {
		who = a.name
	}
	w.trace = append(w.trace, fmt.Sprintf("%5d %9.3fs %-14s %s", w.seq, w.now.Sub(began).Seconds(), who,
		fmt.Sprintf(format, args...)))
}

// actor is a request, a logout, a notice of the provider.
type actor struct {
	w          *world
	name       string
	env        *environment
	resume     chan struct{}
	ready, due time.Time // when it may go on, and when it has to
	done       bool

	patience time.Time // until when it may wait; zero for as long as it takes
	crashIn  int       // steps until its function ends; 0 for never
	crashed  bool
	faulted  bool // a call of its was lost
	used     bool // it has used a refresh token, and what it got for it is not yet written
}

type crash struct{}

// spawn begins an actor at a time.
func (w *world) spawn(name string, env *environment, at time.Time, script func(a *actor)) *actor {
	a := &actor{w: w, name: name, env: env, resume: make(chan struct{}), ready: at, due: at.Add(latency)}
	w.live = append(w.live, a)
	go func() {
		defer func() {
			switch r := recover(); r.(type) {
			case nil:
			case crash:
				a.crashed = true
				w.log(a, "crashes")
			default:
				w.fail("%s: panic: %v", a.name, r)
			}
			a.done = true
			w.parked <- a
		}()
		<-a.resume
		script(a)
	}()
	return a
}

// park lets others run until a while has passed, and up to the latency longer.
func (a *actor) park(d time.Duration) {
	a.ready = a.w.now.Add(d)
	a.due = a.ready.Add(latency)
	a.w.parked <- a
	<-a.resume
	if a.crashIn > 0 && !a.w.final {
		if a.crashIn--; a.crashIn == 0 {
			panic(crash{})
		}
	}
}

// mostSteps is after how many steps a case counts as one that does not end.
const mostSteps = 20_000

// run runs all actors to their ends.
func (w *world) run() {
	for steps := 0; len(w.live) > 0; steps++ {
		if steps == mostSteps {
			w.fail("the case does not end") // its goroutines are left behind: the command ends
			return
		}
		end := w.live[0].due
		for _, a := range w.live {
			if a.due.Before(end) {
				end = a.due
			}
		}
		var may []int
		for i, a := range w.live {
			if !a.ready.After(end) {
				may = append(may, i)
			}
		}
		i := may[w.rng.IntN(len(may))]
		a := w.live[i]
		switch {
		case a.ready.After(w.now):
			w.now = a.ready
		case w.chance(2):
			w.now = w.now.Add(time.Duration(w.rng.Int64N(int64(end.Sub(w.now)) + 1)))
		}
		w.seq++
		a.resume <- struct{}{}
		if b := <-w.parked; b.done {
			w.live[i] = w.live[len(w.live)-1]
			w.live = w.live[:len(w.live)-1]
		}
	}
}

type actorKey struct{}

func (a *actor) context() context.Context {
	return context.WithValue(context.Background(), actorKey{}, a)
}

func actorOf(ctx context.Context) *actor { return ctx.Value(actorKey{}).(*actor) }

// wait is the stores'. A request whose patience ends gives up, but not with tokens in hand that are not written.
func wait(ctx context.Context, d time.Duration) error {
	a := actorOf(ctx)
	if !a.patience.IsZero() && !a.used && a.w.now.Add(d).After(a.patience) {
		return context.DeadlineExceeded
	}
	a.park(d)
	return nil
}
