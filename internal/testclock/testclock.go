// Package testclock is a clock for tests, which moves only when a test moves it.
//
// It does not stand in for timers: where code waits, testing/synctest does.
package testclock

import (
	"sync"
	"time"
)

// Clock is a clock that stands still. Make one with [New]. It is safe for use by several goroutines.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// New makes a clock that begins at a time.
func New(at time.Time) *Clock { return &Clock{now: at} }

// Now is the time that the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock on, or back by a negative duration.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
