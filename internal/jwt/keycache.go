package jwt

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// How long after a failed fetch the next one is made: the first of these, doubled with each failure up to the second.
const (
	firstBackoff = time.Second
	maxBackoff   = time.Minute
)

// loader gets an issuer's keys.
type loader func(context.Context) (loaded, error)

// loaded is what an issuer's keys are at one time.
type loaded struct {
	keys    []*key
	ignored []ignoredKey
	age     time.Duration // how long they may be used; less than 0 where that is not said
}

// keyCache holds the keys of an issuer and gets new ones when they are needed, by one fetch at a time that all who need
// it share.
//
// It works by the wall clock (see withDefaults) and only when it is asked for a key. Timers would not do: while a
// Lambda function is frozen between two invocations, neither they nor the monotonic clock need to run. For the same
// reason a fetch that a freeze interrupted is given up by the wall clock.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
type keyCache struct {
	name    string // for logs: the issuer's URL
	load    loader
	options *Options

	maxAge, staleCeiling time.Duration // see [Issuer.MaxKeyAge]

	mu       sync.Mutex
	set      *keySet // the newest; nil before the first
	flight   *flight // the fetch that is under way, if any
	started  time.Time
	failed   time.Time
	failures int   // since the last success
	err      error // of the last fetch
}

// flight is one fetch.
type flight struct {
	started time.Time
	cancel  context.CancelFunc
	done    chan struct{} // closed once its result is in the cache, or another fetch took its place
	next    *flight       // that one
}

// within reports whether the fetch has taken less than d. The clock may have been set back since.
func (f *flight) within(d time.Duration, now time.Time) bool { return within(now, f.started, d) }

// find is the key for a token: [ErrUnknownKey], [ErrAmbiguousKey] and [ErrKeyMismatch] if the issuer has none, and
// [ErrUnavailable] if that cannot be told. It may wait for a fetch: no longer than [Options.StaleWait] if the keys at
// hand, although stale, have the one that is asked for.
func (c *keyCache) find(ctx context.Context, q query) (*key, error) {
	c.mu.Lock()
	now := c.options.Now()
	switch {
	case c.set.fresh(now):
		k, err := c.set.find(q)
		if err != ErrUnknownKey || !c.mayAsk(now) {
			c.mu.Unlock()
			return k, err
		}
	case !c.mayRetry(now):
		set, err := c.set, c.err
		c.mu.Unlock()
		if set.usable(now) {
			return set.find(q)
		}
		return nil, c.unavailable(err)
	}
	f := c.join(ctx, now)
	if stale := c.set; stale.usable(now) && !stale.fresh(now) {
		if k, err := stale.find(q); err == nil {
			if !f.within(c.options.StaleWait, now) { // it has hung for as long as one is to wait
				c.mu.Unlock()
				return k, nil
			}
			bounded, cancel := context.WithTimeout(ctx, f.started.Add(c.options.StaleWait).Sub(now))
			defer cancel()
			ctx = bounded
		}
	}
	set, err := c.wait(ctx, f)
	if set.usable(c.options.Now()) {
		return set.find(q)
	}
	return nil, c.unavailable(err)
}

// newer is the key in the place of one whose signature is bad, if it was replaced: a secret was rotated, a key without
// a name, or a key whose issuer has put new material under its old name. It may cause a fetch, within the same cooldown
// as an unknown name: an issuer that does neither is asked at most once in it, however many forged tokens come.
func (c *keyCache) newer(ctx context.Context, q query, than *key) *key {
	c.mu.Lock()
	set := c.set
	if now := c.options.Now(); c.mayAsk(now) {
		set, _ = c.wait(ctx, c.join(ctx, now))
	} else {
		c.mu.Unlock()
	}
	if !set.usable(c.options.Now()) {
		return nil
	}
	if k, err := set.find(q); err == nil && k != than {
		return k
	}
	return nil
}

// start begins the first fetch, unless there was one.
func (c *keyCache) start(ctx context.Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.set == nil && c.flight == nil && c.failures == 0 {
		c.join(ctx, c.options.Now())
	}
}

// ready waits for the first fetch and is its error, if there are no keys.
func (c *keyCache) ready(ctx context.Context) error {
	c.mu.Lock()
	set, err := c.set, c.err
	if now := c.options.Now(); set == nil && c.mayRetry(now) {
		set, err = c.wait(ctx, c.join(ctx, now))
	} else {
		c.mu.Unlock()
	}
	if set == nil {
		return c.unavailable(err)
	}
	return nil
}

// mayRetry reports whether a fetch is under way or may be started, for want of usable keys.
func (c *keyCache) mayRetry(now time.Time) bool {
	if c.flight != nil || c.failures == 0 {
		return true
	}
	return !within(now, c.failed, min(firstBackoff<<min(c.failures-1, 10), maxBackoff))
}

// mayAsk is mayRetry for what a forged token can bring about.
func (c *keyCache) mayAsk(now time.Time) bool {
	return c.flight != nil || c.mayRetry(now) && !within(now, c.started, c.options.Cooldown)
}

// join is the fetch under way, or a new one.
func (c *keyCache) join(ctx context.Context, now time.Time) *flight {
	before := c.flight
	if before != nil && before.within(c.options.FetchTimeout, now) {
		return before
	}
	// The fetch serves others too: it outlives the invocation that needed it first.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.options.FetchTimeout)
	f := &flight{started: now, cancel: cancel, done: make(chan struct{})}
	c.flight, c.started = f, now
	if before != nil { // it was frozen; its connection is gone
		before.cancel()
		before.next = f
		close(before.done)
	}
	go c.run(ctx, f)
	return f
}

// wait unlocks the cache, waits for a fetch or for the context, and is what the cache holds then.
func (c *keyCache) wait(ctx context.Context, f *flight) (*keySet, error) {
	defer c.mu.Unlock()
	for f != nil {
		c.mu.Unlock()
		var interrupted error
		select {
		case <-f.done:
		case <-ctx.Done():
			interrupted = context.Cause(ctx)
		}
		c.mu.Lock()
		if interrupted != nil {
			return c.set, interrupted
		}
		f = f.next
	}
	return c.set, c.err
}

// run makes a fetch. It is over when its time is up, even should a transport not observe that.
func (c *keyCache) run(ctx context.Context, f *flight) {
	defer f.cancel()
	var (
		l    loaded
		err  error
		over = make(chan struct{})
	)
	go func() {
		defer close(over)
		defer func() {
			if recover() != nil { // what was thrown might hold anything
				err = errors.New("panic in Options.Transport or Issuer.Secret")
			}
		}()
		l, err = c.load(ctx)
	}()
	smallPrimes() // which checking keys takes, while the request for them is on its way
	select {
	case <-over:
		c.finish(f, l, err)
	case <-ctx.Done():
		c.finish(f, loaded{}, fmt.Errorf("no answer within %v: %w", c.options.FetchTimeout, ctx.Err()))
	}
}

// finish takes the result of a fetch over, unless the fetch was given up.
func (c *keyCache) finish(f *flight, l loaded, err error) {
	c.mu.Lock()
	o, now := c.options, c.options.Now()
	if c.flight != f {
		stale := c.set.usable(now)
		c.mu.Unlock()
		c.report(Fetch{Issuer: c.name, Duration: now.Sub(f.started), Err: errGivenUp}, nil, stale)
		return
	}
	event := Fetch{Issuer: c.name, Duration: now.Sub(f.started), Keys: len(l.keys), Ignored: len(l.ignored), Err: err}
	c.flight, c.err = nil, err
	if err != nil {
		c.failures++
		c.failed = now
	} else {
		c.failures = 0
		set, changed := newKeySet(c.set, l.keys)
		if l.age < 0 {
			l.age = o.Age
		}
		set.loaded, set.freshFor, set.usableFor = f.started, min(max(l.age, o.MinAge), c.maxAge), c.staleCeiling
		c.set, event.Changed = set, changed
	}
	stale := c.set.usable(now)
	c.mu.Unlock()
	// Those who wait for it go on after the report, as the function may be frozen then.
	c.report(event, l.ignored, stale)
	close(f.done)
}

// errGivenUp: a fetch took longer than it may by the wall clock, and another one took its place. An issuer that answers
// later than [Options.StaleWait] to a function that is frozen in between shows itself by these.
var errGivenUp = errors.New("given up: the function was frozen before there was an answer")

// report logs a fetch.
func (c *keyCache) report(event Fetch, ignored []ignoredKey, stale bool) {
	log := func(warning bool, message string, attributes ...any) {
		c.options.Log(warning, message, append([]any{"issuer", c.name, "duration", event.Duration}, attributes...)...)
	}
	switch {
	case event.Err != nil:
		log(true, "jwt: keys not fetched", "error", event.Err, "older_keys_serve", stale)
	case event.Changed:
		log(false, "jwt: new keys", "keys", event.Keys, "ignored", event.Ignored)
		for _, k := range ignored {
			log(false, "jwt: key ignored", "kid", k.id, "reason", k.why)
		}
	}
	c.options.Observe(event)
}

func (c *keyCache) unavailable(err error) error {
	if err == nil {
		err = errors.New("none within the stale ceiling")
	}
	return fmt.Errorf("%w of issuer %q: %w", ErrUnavailable, c.name, err)
}
