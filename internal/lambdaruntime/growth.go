package lambdaruntime

import (
	"runtime"
	"time"
)

// This file decides how many processes a function has.
//
// Up to the number of processors, processes start as soon as there is work. Beyond that, up to the limit, their number
// doubles when an invocation has waited for a while, no process is starting, and the function is slow. Lambda would
// start a process for every invocation that finds none free. Here a dozen processes of a function that answers in a
// tenth of a millisecond would only compete for the machine: measured with 32 callers on two cores, an invocation takes
// 85 us of the function's processor time with two processes, and 170 us with ten. So if invocations of a quick function
// wait, they lack processors and not processes.

const (
	// growAfter is how long an invocation waits before another process is worth its cost: it takes about as long to start.
	growAfter = 20 * time.Millisecond
	// slowStart is how long an invocation waits for processes that are starting.
	slowStart = 100 * time.Millisecond
	// slowInvocation is the duration from which invocations count as waiting for something, and not only computing.
	slowInvocation = 5 * time.Millisecond
	// stuck is the duration from which a single invocation makes its function slow. On a busy machine a quick invocation
	// can take some tens of milliseconds.
	stuck = 100 * time.Millisecond
	// recent is the approximate number of invocations of which the usual time is the average.
	recent = 8
)

// growth is guarded by the function's lock.
type growth struct {
	armed   bool      // a timer will call grow
	settled time.Time // when a process was last starting

	usual time.Duration // the usual duration of recent invocations
}

// recordDuration records the duration of an invocation. The first invocation of a process does not count, since it does
// more work.
func (g *growth) recordDuration(d time.Duration, cold bool) {
	if !cold {
		g.usual += (d - g.usual) / recent
	}
}

// slow reports whether further processes help: invocations usually take long, or running ones do and may even wait for
// those in the queue. The caller holds the lock.
func (f *function) slow(now time.Time) bool {
	if f.growth.usual >= slowInvocation {
		return true
	}
	for p := range f.processes {
		if p.version == f.version && (p.state == busy || p.state == away) && now.Sub(p.since) >= stuck {
			return true
		}
	}
	return false
}

// ensureProcesses makes sure that waiting invocations will be run. The caller holds the lock.
func (f *function) ensureProcesses() {
	if f.queue.len == 0 || f.closedErr != nil {
		return
	}
	for f.starting+f.returning < f.queue.len && f.live < min(runtime.NumCPU(), f.pool.options.MaxProcesses) {
		f.start()
	}
	if f.live < f.pool.options.MaxProcesses && !f.growth.armed {
		f.growth.armed = true
		time.AfterFunc(growAfter, f.grow)
	}
}

// grow starts further processes if invocations have waited long enough.
func (f *function) grow() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.growth.armed = false
	if f.queue.len == 0 || f.closedErr != nil {
		return
	}
	if f.waitedLongEnough(time.Now()) {
		for n := min(f.live, f.queue.len-f.starting, f.pool.options.MaxProcesses-f.live); n > 0; n-- {
			f.start()
		}
	}
	f.ensureProcesses()
}

// waitedLongEnough reports whether invocations have waited long enough for a further process. The caller holds the
// lock.
//
// It waits for a process that has answered and will soon ask for work, which takes longer on a busy machine. Otherwise
// a function that keeps state in memory would show one caller two states, where Lambda would hardly have used a second
// environment.
func (f *function) waitedLongEnough(now time.Time) bool {
	waited := now.Sub(f.queue.head.since)
	if f.starting > 0 {
		return waited >= slowStart
	}
	if f.returning >= f.queue.len && waited < slowStart {
		return false
	}
	return min(waited, now.Sub(f.growth.settled)) >= growAfter && f.slow(now)
}

// start starts one process. The caller holds the lock.
func (f *function) start() {
	f.live++
	f.starting++
	p := newProcess(f)
	f.processes[p] = struct{}{}
	f.pool.running.Add(1)
	go p.run()
}

// started notes that a process is no longer starting: it asks for work, or has failed. The caller holds the lock.
func (f *function) started() {
	if f.starting--; f.starting == 0 {
		f.growth.settled = time.Now()
	}
}
