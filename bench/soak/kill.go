//go:build linux

package main

import (
	"context"
	"math/rand/v2"
	"sync"
	"syscall"
	"time"
)

// kills kills functions' processes and counts the kills.
type kills struct {
	mu    sync.Mutex
	count int
	last  []time.Time // the recent ones
}

// slack is how long after a kill a request may start and still fail because of it. The gateway may choose a process for
// a request and then the process dies before it gets the request. Clocks are also read at different times.
const slack = 500 * time.Millisecond

// run kills processes, one at a time at random intervals, until the context ends.
func (k *kills) run(ctx context.Context, every time.Duration, gateway int) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(every/4 + rand.N(every*3/2)):
		}
		if running := functionsOf(gateway); len(running) > 0 {
			if victim := choose(rand.New(rand.NewPCG(rand.Uint64(), 0)), running); runs(victim.Identity) {
				k.note()
				_ = syscall.Kill(victim.PID, syscall.SIGKILL) // it may have ended already
			}
		}
	}
}

func (k *kills) note() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.count++
	now := time.Now()
	k.last = append(k.last, now)
	for len(k.last) > 0 && now.Sub(k.last[0]) > 2*hangs {
		k.last = k.last[1:]
	}
}

// during reports whether a process was killed during a request.
func (k *kills) during(start, end time.Time) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, at := range k.last {
		if at.After(start.Add(-slack)) && at.Before(end) {
			return true
		}
	}
	return false
}

func (k *kills) total() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.count
}
