package introspection

import (
	"fmt"
	"time"
)

// How long after a failure the endpoint is left alone: the first of these, doubled with each failure that follows, up
// to the second; as long as Retry-After says, if that is longer, up to the third.
const (
	firstBackoff  = time.Second
	maxBackoff    = time.Minute
	maxRetryAfter = 5 * time.Minute
)

// failure says why a call gave no answer that counts.
type failure struct {
	err        error
	retryAfter time.Duration // what the endpoint asks for; 0 where it does not say
	ofToken    bool          // it may be the token's fault, and says nothing of other tokens
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// breaker leaves an endpoint alone that fails. It works by the wall clock and without timers, which do not run while a
// Lambda function is frozen between two invocations.
type breaker struct {
	failures int // since the last answer
	at       time.Time
	pause    time.Duration
	last     error
	trying   int // calls under way
}

// check is why no call may begin now, or nil.
func (b *breaker) check(now time.Time) error {
	switch {
	case b.failures == 0:
		return nil
	case within(now, b.at, b.pause):
		return fmt.Errorf("it is left alone for %v after %d failures in a row, the last one: %w", b.pause, b.failures, b.last)
	case b.trying > 0: // one call finds out whether it is well again
		return fmt.Errorf("another call is trying it after %d failures in a row, the last one: %w", b.failures, b.last)
	}
	return nil
}

// enter is check, and counts the call that begins.
func (b *breaker) enter(now time.Time) error {
	if err := b.check(now); err != nil {
		return err
	}
	b.trying++
	return nil
}

// leave ends a call that found out nothing.
func (b *breaker) leave() { b.trying-- }

func (b *breaker) succeeded() {
	b.trying--
	b.failures, b.last = 0, nil
}

func (b *breaker) failed(now time.Time, f *failure) {
	b.trying--
	pause := min(f.retryAfter, maxRetryAfter)
	if b.failures == 0 || !within(now, b.at, b.pause) { // calls that fail together are one failure
		b.failures++
		pause = max(pause, min(firstBackoff<<min(b.failures-1, 10), maxBackoff))
	} else {
		pause = max(pause, b.at.Add(b.pause).Sub(now))
	}
	b.at, b.pause, b.last = now, pause, f.err
}

// allowance bounds what a flood of invented tokens can cause: so many calls at once, and so many a second after that,
// may find that a token is not active. A call that finds it active costs nothing, so the bound does not touch an API
// whose callers have good tokens, however many they are.
type allowance struct {
	spent float64 // calls, less what has been allowed again since
	at    time.Time
}

// The bounds of an allowance.
const (
	allowedAtOnce    = 50
	allowedPerSecond = 10
)

// take spends a call, or reports that it has nothing left.
func (a *allowance) take(now time.Time) bool {
	if passed := now.Sub(a.at); passed > 0 {
		a.spent = max(0, a.spent-passed.Seconds()*allowedPerSecond)
	}
	a.at = now // also where the clock was set back
	if a.spent+1 > allowedAtOnce {
		return false
	}
	a.spent++
	return true
}

func (a *allowance) refund() { a.spent = max(0, a.spent-1) }
