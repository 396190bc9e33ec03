package functions

import (
	"runtime"
	"time"
)

// How many processes a function has is decided here.
//
// As many as there are processors are started at once, when there is work. Further ones, up to the limit, are started when
// an invocation has waited for a while although no process is on its way: as many as there are, each time. Lambda would
// start one for every invocation that finds no free one. Here a dozen processes for a function that answers in a tenth of a
// millisecond would only take the machine from each other: measured with 32 callers on two cores, an invocation takes 85 us
// of the function's processor time with two processes and 170 us with ten.

const (
	// growAfter is how long an invocation waits before it is worth another process, which takes about as long to start.
	growAfter = 20 * time.Millisecond
	// slowStart is how long it waits for processes that are on their way.
	slowStart = 100 * time.Millisecond
)

// growth is under the function's lock.
type growth struct {
	armed   bool      // grow will be called
	settled time.Time // when there was last a process on its way
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
	waited := time.Since(f.queue.head.since)
	due := min(waited, time.Since(f.growth.settled)) >= growAfter
	if f.starting > 0 {
		due = waited >= slowStart
	}
	if due {
		for n := min(f.live, f.queue.len-f.starting, f.pool.options.MaxProcesses-f.live); n > 0; n-- {
			f.start()
		}
	}
	f.provide()
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
