package lambdaruntime

import (
	"runtime"
	"time"
)

// How many processes a function has is decided here.
//
// As many as there are processors are started at once, when there is work. Further ones, up to the limit, are started
// when an invocation has waited for a while although no process is on its way and the function is a slow one: as many
// as there are, each time. Lambda would start one for every invocation that finds no free one. Here a dozen processes
// for a function that answers in a tenth of a millisecond would only take the machine from each other: measured with 32
// callers on two cores, an invocation takes 85 us of the function's processor time with two processes and 170 us with
// ten. So where invocations wait although the function is quick, it is processors that are missing.

const (
	// growAfter is how long an invocation waits before it is worth another process, which takes about as long to start.
	growAfter = 20 * time.Millisecond
	// slowStart is how long it waits for processes that are on their way.
	slowStart = 100 * time.Millisecond
	// slowInvocation is what invocations take that do more than to compute: they wait for something.
	slowInvocation = 5 * time.Millisecond
	// stuck is how long one invocation may take before it counts by itself. On a busy machine a quick one can take
	// some tens of milliseconds.
	stuck = 100 * time.Millisecond
	// recent is of how many invocations, more or less, the usual time is taken.
	recent = 8
)

// growth is under the function's lock.
type growth struct {
	armed   bool      // grow will be called
	settled time.Time // when there was last a process on its way

	usual time.Duration // what recent invocations took
}

// took notes what an invocation took. The first one of a process does not count: it has more to do.
func (g *growth) took(d time.Duration, cold bool) {
	if !cold {
		g.usual += (d - g.usual) / recent
	}
}

// slow reports whether further processes are of use: invocations take their time, or those under way do and may even
// wait for those in the queue. The lock is held.
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

// provide sees to it that what waits will be served. The lock is held.
func (f *function) provide() {
	if f.queue.len == 0 || f.gone != nil {
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

// grow starts further processes where what waits has waited long enough.
func (f *function) grow() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.growth.armed = false
	if f.queue.len == 0 || f.gone != nil {
		return
	}
	if f.due(time.Now()) {
		for n := min(f.live, f.queue.len-f.starting, f.pool.options.MaxProcesses-f.live); n > 0; n-- {
			f.start()
		}
	}
	f.provide()
}

// due reports whether what waits has waited long enough for a further process. The lock is held.
//
// A process that has answered asks for work in a moment, which is longer on a busy machine. It is waited for: a
// function that keeps something in its memory would otherwise show one caller two memories, where Lambda would hardly
// have had a second environment.
func (f *function) due(now time.Time) bool {
	waited := now.Sub(f.queue.head.since)
	if f.starting > 0 {
		return waited >= slowStart
	}
	if f.returning >= f.queue.len && waited < slowStart {
		return false
	}
	return min(waited, now.Sub(f.growth.settled)) >= growAfter && f.slow(now)
}

// start starts one process. The lock is held.
func (f *function) start() {
	f.live++
	f.starting++
	p := newProcess(f)
	f.processes[p] = struct{}{}
	f.pool.running.Add(1)
	go p.run()
}

// started counts a process that is not on its way any more: it asks for work, or it has failed. The lock is held.
func (f *function) started() {
	if f.starting--; f.starting == 0 {
		f.growth.settled = time.Now()
	}
}
