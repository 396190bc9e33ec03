package introspection

import (
	"fmt"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/elapsed"
)

// How long an endpoint is left alone after failures. The pause begins with firstBackoff and doubles with each failure
// up to maxBackoff. A longer Retry-After is respected up to maxRetryAfter.
const (
	firstBackoff  = time.Second
	maxBackoff    = time.Minute
	maxRetryAfter = 5 * time.Minute
)

// failure tells why a call gave no usable answer.
type failure struct {
	err        error
	retryAfter time.Duration // what the endpoint asks for; 0 if it does not say
	ofToken    bool          // the token may be at fault, so that it says nothing about other tokens
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// breaker leaves a failing endpoint alone. It uses the wall clock and no timers, because timers do not run while a
// Lambda function is frozen between two invocations.
type breaker struct {
	failures int // since the last answer
	at       time.Time
	pause    time.Duration
	last     error
	trying   int // calls in progress
}

// check returns why no call may begin now, or nil.
func (b *breaker) check(now time.Time) error {
	switch {
	case b.failures == 0:
		return nil
	case elapsed.Within(now, b.at, b.pause):
		return fmt.Errorf("it is left alone for %v after %d failures in a row, the last one: %w", b.pause, b.failures, b.last)
	case b.trying > 0: // one call finds out whether the endpoint works again
		return fmt.Errorf("another call is trying it after %d failures in a row, the last one: %w", b.failures, b.last)
	}
	return nil
}

// enter is like check, and counts the call that begins.
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
	if b.failures == 0 || !elapsed.Within(now, b.at, b.pause) { // calls that fail together count as one failure
		b.failures++
		pause = max(pause, min(firstBackoff<<min(b.failures-1, 10), maxBackoff))
	} else {
		pause = max(pause, b.at.Add(b.pause).Sub(now))
	}
	b.at, b.pause, b.last = now, pause, f.err
}

// allowance limits the calls that a flood of invented tokens can cause. It limits how many calls at once, and how many
// a second after that, may find that a token is not active. A call that finds its token active costs nothing, so the
// limit does not affect an API whose callers have good tokens, however many there are.
type allowance struct {
	spent float64 // calls, less those that have been allowed again since
	at    time.Time
}

// The limits of an allowance.
const (
	allowedAtOnce    = 50
	allowedPerSecond = 10
)

// take spends a call. It returns false if nothing is left.
func (a *allowance) take(now time.Time) bool {
	if passed := now.Sub(a.at); passed > 0 {
		a.spent = max(0, a.spent-passed.Seconds()*allowedPerSecond)
	}
	a.at = now // also if the clock was set back
	if a.spent+1 > allowedAtOnce {
		return false
	}
	a.spent++
	return true
}

func (a *allowance) refund() { a.spent = max(0, a.spent-1) }
