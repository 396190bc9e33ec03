package introspection

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/clientauth"
	"github.com/gatehouse-cdk/gatehouse/internal/elapsed"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

// ErrUnavailable means that the endpoint gave no usable answer. The token may be good.
var ErrUnavailable = errors.New("introspection: no answer")

// The limits of a [Client].
const (
	maxKept      = 512     // answers about active tokens
	maxKeptBytes = 1 << 20 // roughly the memory that they use together

	maxRefused  = 2048 // digests of tokens that are not active
	refusedKeep = 10 * time.Second

	maxCalls = 8 // at a time
)

// Client asks one endpoint. It is safe for concurrent use.
type Client struct {
	options Options
	auth    *clientauth.Client
	slots   chan struct{} // one for each call in progress

	mu      sync.Mutex
	kept    cache // answers about active tokens
	refused cache // answers about tokens that are not active
	flights map[digest]*flight
	breaker breaker
	allowed allowance
	last    time.Time // when the last call was made
}

// flight is a call that all requests with one token wait for.
type flight struct {
	started time.Time
	done    chan struct{} // closed once the fields below are set
	answer  *Answer
	err     error
}

// New returns a client. Nothing is fetched yet. The error lists everything that is wrong with the options.
func New(o Options) (*Client, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	c := &Client{options: o, slots: make(chan struct{}, maxCalls)}
	c.kept.most, c.kept.mostBytes = maxKept, maxKeptBytes
	c.refused.most, c.refused.mostBytes = maxRefused, maxRefused*entrySize
	var err error
	c.auth, err = clientauth.New(o.client())
	return c, err
}

// Start fetches the credential in the background, so that the first call need not wait for it.
func (c *Client) Start(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.options.Timeout)
	go func() {
		defer cancel()
		_, _ = c.auth.Current(ctx) // the first call reports any error
	}()
}

// Ask returns the endpoint's answer about an active token: a cached answer, or the answer to a call. It waits at most
// as long as one call may take, and no longer than the context.
//
// The error is jwt.ErrRejected for a token that is not active or malformed, or [ErrUnavailable].
func (c *Client) Ask(ctx context.Context, token string) (*Answer, error) {
	if err := checkForm(token); err != nil {
		return nil, err
	}
	d := sha256.Sum256([]byte(token))
	c.mu.Lock()
	now := c.options.Now()
	if a := c.kept.get(d, now); a != nil {
		c.mu.Unlock()
		return a, nil
	}
	if c.refused.get(d, now) != nil {
		c.mu.Unlock()
		return nil, jwt.ErrInactive
	}
	f := c.flights[d]
	// A flight that has taken too long by the wall clock was frozen with the function, and its connection is gone.
	if f == nil || !elapsed.Within(now, f.started, c.options.Timeout) {
		if err := c.breaker.check(now); err != nil {
			c.mu.Unlock()
			return nil, c.unavailable(err)
		}
		f = &flight{started: now, done: make(chan struct{})}
		if c.flights == nil {
			c.flights = map[digest]*flight{}
		}
		c.flights[d] = f
		// The call serves others too, so it outlives the request that first needed it.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.options.Timeout)
		go c.run(ctx, cancel, f, d, token)
	}
	c.mu.Unlock()
	select {
	case <-f.done:
		return f.answer, f.err
	case <-ctx.Done():
		return nil, c.unavailable(context.Cause(ctx))
	}
}

// run makes a flight's call once there is room for it. The flight ends when its time is up, even if a transport does
// not observe that.
func (c *Client) run(ctx context.Context, cancel context.CancelFunc, f *flight, d digest, token string) {
	defer cancel()
	select {
	case c.slots <- struct{}{}:
	case <-ctx.Done():
		c.land(f, d, nil, c.unavailable(errBusy))
		return
	}
	if err := c.admit(); err != nil {
		<-c.slots
		c.land(f, d, nil, c.unavailable(err))
		return
	}
	type result struct {
		answer *Answer
		err    error
	}
	over := make(chan result, 1)
	go func() {
		defer func() { <-c.slots }()
		r := result{err: &failure{err: errPanic}}
		defer func() {
			_ = recover() // the panic's value might hold anything
			over <- r
		}()
		r.answer, r.err = c.call(ctx, token)
	}()
	select {
	case r := <-over:
		c.settle(f, d, r.answer, r.err)
	case <-ctx.Done():
		c.settle(f, d, nil, &failure{err: fmt.Errorf("no answer within %v", c.options.Timeout)})
	}
}

var (
	errBusy  = fmt.Errorf("%d calls are under way, and none ended in time", maxCalls)
	errPanic = errors.New("panic in the transport or in the credential's source")
	errFlood = errors.New("too many tokens that are not active came in a short time: unknown ones are not asked about " +
		"for a moment")
)

// admit lets a call begin, unless the endpoint is being left alone or too many tokens were not active.
func (c *Client) admit() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.options.Now()
	if err := c.breaker.enter(now); err != nil {
		return err
	}
	if !c.allowed.take(now) {
		c.breaker.leave()
		return errFlood
	}
	return nil
}

// settle processes a call's result.
func (c *Client) settle(f *flight, d digest, answer *Answer, err error) {
	c.mu.Lock()
	now := c.options.Now()
	failure, isFailure := errors.AsType[*failure](err)
	switch {
	case isFailure && failure.ofToken:
		c.breaker.succeeded()
		err = c.unavailable(failure.err)
	case isFailure:
		c.breaker.failed(now, failure)
		err = c.unavailable(failure.err)
	case err != nil: // the token is not active
		c.breaker.succeeded()
		if c.options.Keep > 0 {
			c.refused.put(d, &Answer{until: f.started.Add(min(refusedKeep, c.options.Keep))}, now)
		}
	default:
		c.breaker.succeeded()
		c.allowed.refund()
		answer.until = f.started.Add(max(c.options.Keep, 0))
		if answer.expires != noTime && answer.until.Unix() >= answer.expires {
			answer.until = time.Unix(answer.expires, 0)
		}
		c.kept.put(d, answer, now)
	}
	c.mu.Unlock()
	c.land(f, d, answer, err)
}

// land ends a flight.
func (c *Client) land(f *flight, d digest, answer *Answer, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f.answer, f.err = answer, err
	if c.flights[d] == f {
		delete(c.flights, d)
	}
	close(f.done)
}

func (c *Client) unavailable(err error) error {
	return fmt.Errorf("%w from %s: %w", ErrUnavailable, c.options.Endpoint, err)
}

// checkForm refuses a token that is too long or not a b64token (RFC 6750, section 2.1).
func checkForm(token string) error {
	if len(token) > jwt.MaxTokenSize {
		return jwt.ErrTooLong
	}
	n := len(token)
	for n > 0 && token[n-1] == '=' {
		n--
	}
	for i := range n {
		switch c := token[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '-' || c == '.' || c == '_' || c == '~' || c == '+' || c == '/':
		default:
			return jwt.ErrForm
		}
	}
	if n == 0 {
		return jwt.ErrForm
	}
	return nil
}
