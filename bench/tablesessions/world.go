package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// began is the time at which a world begins.
var began = time.Unix(1_700_000_000, 0)

// latency is the maximum time of a call's way to the table or the provider, and of the way back.
const latency = 500 * time.Millisecond

// world runs actors one at a time, in a random order. An actor runs until it parks: before and after each call of the
// table or of the provider, and when it waits. The time is simulated and passes only between these steps.
type world struct {
	rng    *rand.Rand
	now    time.Time
	seq    int // the number of steps so far
	live   []*actor
	parked chan *actor
	trace  []string
	fault  error // the first fault

	faults      int // the number of the table's calls that may still be lost
	outageFrom  time.Time
	outageUntil time.Time
	final       bool // whether faults have stopped, for the final checks
}

func newWorld(rng *rand.Rand) *world { return &world{rng: rng, now: began, parked: make(chan *actor)} }

// chance returns true with a probability of 1/n.
func (w *world) chance(n int) bool { return w.rng.IntN(n) == 0 }

// fail records a fault.
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

// actor is a request, a login, a logout or a notice of the provider.
type actor struct {
	w          *world
	name       string
	env        *environment
	resume     chan struct{}
	ready, due time.Time // the earliest and the latest time at which it continues
	done       bool

	patience time.Time // the time until which it waits; zero if it waits forever
	crashIn  int       // the number of steps until its function crashes; 0 for never
	crashed  bool
	faulted  bool // a call or an answer was lost
	used     bool // it has used a refresh token and not yet written the new tokens
}

type crash struct{}

// spawn adds an actor that starts at a given time.
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

// park stops the actor and lets others run. The actor continues after d, or up to the latency later.
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

// maxSteps is the number of steps after which a case fails because it does not end.
const maxSteps = 20_000

// run runs all actors until they end.
func (w *world) run() {
	for steps := 0; len(w.live) > 0; steps++ {
		if steps == maxSteps {
			w.fail("the case does not end") // its goroutines keep waiting until the command ends
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

// wait is the stores' function to wait. A request whose patience ends gives up, unless it has new tokens to write.
func wait(ctx context.Context, d time.Duration) error {
	a := actorOf(ctx)
	if !a.patience.IsZero() && !a.used && a.w.now.Add(d).After(a.patience) {
		return context.DeadlineExceeded
	}
	a.park(d)
	return nil
}
