package jwt

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/elapsed"
)

// The time between a failed fetch and the next one. It begins with the first of these, and doubles with each failure up
// to the second.
const (
	firstBackoff = time.Second
	maxBackoff   = time.Minute
)

// loader fetches an issuer's keys.
type loader func(context.Context) (loaded, error)

// loaded holds an issuer's keys at one time.
type loaded struct {
	keys    []*key
	ignored []ignoredKey
	age     time.Duration // how long they may be used; negative if the answer does not say
}

// keyCache caches the keys of an issuer and fetches new ones when they are needed. All callers share a single fetch at
// a time.
//
// It uses the wall clock (see withDefaults), and works only when it is asked for a key. While a Lambda function is
// frozen between two invocations, timers and the monotonic clock may stop. For the same reason a fetch that a freeze
// interrupted is abandoned by the wall clock.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
type keyCache struct {
	name    string // the issuer's URL, for logs
	load    loader
	options *Options

	maxAge, staleCeiling time.Duration // see [Issuer.MaxKeyAge]

	mu       sync.Mutex
	set      *keySet // the newest; nil before the first fetch
	flight   *flight // the fetch in progress, if any
	started  time.Time
	failed   time.Time
	failures int   // since the last success
	err      error // of the last fetch
}

// flight is a fetch in progress.
type flight struct {
	started time.Time
	cancel  context.CancelFunc
	done    chan struct{} // closed once its result is in the cache, or another fetch has replaced it
	next    *flight       // the fetch that replaced it
}

// within reports whether the fetch has taken less than d. The clock may have been set back since its start.
func (f *flight) within(d time.Duration, now time.Time) bool {
	return elapsed.Within(now, f.started, d)
}

// find returns the key for a token. The error is [ErrUnknownKey], [ErrAmbiguousKey] or [ErrKeyMismatch] if the issuer
// has no such key, and [ErrUnavailable] if that is not known. It may wait for a fetch. If the cached keys are stale but
// have the key, it waits no longer than [Options.StaleWait].
func (c *keyCache) find(ctx context.Context, q query) (*key, error) {
	c.mu.Lock()
	now := c.options.Now()
	switch {
	case c.set.isFresh(now):
		k, err := c.set.find(q)
		if err != ErrUnknownKey || !c.mayAsk(now) {
			c.mu.Unlock()
			return k, err
		}
	case !c.mayRetry(now):
		set, err := c.set, c.err
		c.mu.Unlock()
		if set.isUsable(now) {
			return set.find(q)
		}
		return nil, c.unavailable(err)
	}
	f := c.join(ctx, now)
	if stale := c.set; stale.isUsable(now) && !stale.isFresh(now) {
		if k, err := stale.find(q); err == nil {
			if !f.within(c.options.StaleWait, now) { // it has been slow for as long as a caller is to wait
				c.mu.Unlock()
				return k, nil
			}
			bounded, cancel := context.WithTimeout(ctx, f.started.Add(c.options.StaleWait).Sub(now))
			defer cancel()
			ctx = bounded
		}
	}
	set, err := c.wait(ctx, f)
	if set.isUsable(c.options.Now()) {
		return set.find(q)
	}
	return nil, c.unavailable(err)
}

// newer returns the replacement of a key whose signature is bad, or nil. A replacement may be a rotated secret, a key
// without a name, or new material under a key's old name. It may cause a fetch, within the same cooldown as an unknown
// name. So an issuer that replaced nothing is asked at most once in a cooldown, however many forged tokens arrive.
func (c *keyCache) newer(ctx context.Context, q query, than *key) *key {
	c.mu.Lock()
	set := c.set
	if now := c.options.Now(); c.mayAsk(now) {
		set, _ = c.wait(ctx, c.join(ctx, now))
	} else {
		c.mu.Unlock()
	}
	if !set.isUsable(c.options.Now()) {
		return nil
	}
	if k, err := set.find(q); err == nil && k != than {
		return k
	}
	return nil
}

// start begins the first fetch, if there was none.
func (c *keyCache) start(ctx context.Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.set == nil && c.flight == nil && c.failures == 0 {
		c.join(ctx, c.options.Now())
	}
}

// ready waits for the first fetch. It returns the fetch's error if there are no keys.
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

// mayRetry reports whether a fetch is in progress or may be started because there are no usable keys.
func (c *keyCache) mayRetry(now time.Time) bool {
	if c.flight != nil || c.failures == 0 {
		return true
	}
	return !elapsed.Within(now, c.failed, min(firstBackoff<<min(c.failures-1, 10), maxBackoff))
}

// mayAsk is like mayRetry for fetches that a forged token can cause.
func (c *keyCache) mayAsk(now time.Time) bool {
	return c.flight != nil || c.mayRetry(now) && !elapsed.Within(now, c.started, c.options.Cooldown)
}

// join returns the fetch in progress, or starts one.
func (c *keyCache) join(ctx context.Context, now time.Time) *flight {
	before := c.flight
	if before != nil && before.within(c.options.FetchTimeout, now) {
		return before
	}
	// The fetch serves others too, so it outlives the invocation that first needed it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.options.FetchTimeout)
	f := &flight{started: now, cancel: cancel, done: make(chan struct{})}
	c.flight, c.started = f, now
	if before != nil { // it was frozen, and its connection is gone
		before.cancel()
		before.next = f
		close(before.done)
	}
	go c.run(ctx, f)
	return f
}

// wait unlocks the cache, waits for a fetch or for the context, and returns what the cache then holds.
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

// run makes a fetch. It ends when its time is up, even if a transport does not observe that.
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
			if recover() != nil { // the panic's value might hold anything
				err = errors.New("panic in Options.Transport or Issuer.Secret")
			}
		}()
		l, err = c.load(ctx)
	}()
	smallPrimes() // the key checks need them, and the request is on its way
	select {
	case <-over:
		c.finish(f, l, err)
	case <-ctx.Done():
		c.finish(f, loaded{}, fmt.Errorf("no answer within %v: %w", c.options.FetchTimeout, ctx.Err()))
	}
}

// finish stores the result of a fetch, unless the fetch was abandoned.
func (c *keyCache) finish(f *flight, l loaded, err error) {
	c.mu.Lock()
	o, now := c.options, c.options.Now()
	if c.flight != f {
		stale := c.set.isUsable(now)
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
	stale := c.set.isUsable(now)
	c.mu.Unlock()
	// Callers that wait continue after the report, because the function may be frozen then.
	c.report(event, l.ignored, stale)
	close(f.done)
}

// errGivenUp reports that a fetch took too long by the wall clock, and that another one replaced it. These errors
// reveal an issuer that answers later than [Options.StaleWait] to a function that is frozen in the meantime.
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
