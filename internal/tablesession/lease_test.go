package tablesession_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
	"github.com/gatehouse-cdk/gatehouse/internal/testclock"
)

// crash leaves a lease behind, like a function that ends while the provider answers.
func crash(t *testing.T, f *fixture, o *tablesession.Opened,
	answered func(ctx context.Context, x *session.Session) error) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Error("the crash is missing")
		}
	}()
	_, _ = f.Renew(t.Context(), o, func(ctx context.Context, x *session.Session) error {
		if answered != nil {
			_ = answered(ctx, x)
		}
		panic("a crash")
	})
}

// TestALeaseThatIsLeft checks that it expires after its time by any clock, because another clock is not trusted.
func TestALeaseThatIsLeft(t *testing.T) {
	for _, tt := range []struct {
		name        string
		skew, later time.Duration
		most        time.Duration // how long the next request waits
	}{
		{"at once", 0, 0, tablesession.LeaseFor + tablesession.LeaseSkew},
		{"an hour later", 0, 30 * time.Minute, 0},
		{"a clock ahead by less than the allowance", 4 * time.Second, 0, tablesession.LeaseFor + tablesession.LeaseSkew},
		{"a clock behind", -50 * time.Second, 0, tablesession.LeaseFor + tablesession.LeaseSkew},
		{"a clock behind, later", -50 * time.Second, 40 * time.Second, tablesession.LeaseFor + tablesession.LeaseSkew},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			_, o := f.expired(t)
			crash(t, f, o, nil)
			other := f.another(t, tt.skew)
			other.clock.Advance(tt.later)
			start := other.clock.now()
			next, err := other.Renew(t.Context(), o, newProvider(other).ask)
			wantToken(t, next, err, "token-2")
			waited := other.clock.now().Sub(start)
			if waited > tt.most+time.Second {
				t.Errorf("waited %v, want %v at most", waited, tt.most)
			}
			if tt.later == 0 && waited < tablesession.LeaseFor {
				t.Errorf("waited %v: the owner might still be about to write", waited)
			}
		})
	}
}

// TestWaitingEndsWithTheContext checks that a request that may not wait long enough leaves the session unchanged.
func TestWaitingEndsWithTheContext(t *testing.T) {
	f := newFixture(t)
	header, o := f.expired(t)
	crash(t, f, o, nil)
	ctx, cancel := context.WithCancel(t.Context())
	other := newFixtureOver(t, f.clock, f.table, func(o *tablesession.Options) {
		o.Wait = func(ctx context.Context, _ time.Duration) error { cancel(); return ctx.Err() }
	})
	_, err := other.Renew(ctx, o, newProvider(f).ask)
	is(t, err, session.ErrUnavailable)
	f.opened(t, header)
}

// TestATokenThatACrashUsed covers a crash after the provider's answer, when the refresh token is used up. The session
// ends, but not before the request that used the token had time to write.
func TestATokenThatACrashUsed(t *testing.T) {
	f := newFixture(t)
	header, o := f.expired(t)
	p := newProvider(f)
	crash(t, f, o, p.ask)
	start := f.clock.now()
	_, err := f.Renew(t.Context(), o, p.ask)
	is(t, err, session.ErrEnded)
	is(t, err, tablesession.ErrRefused)
	if waited := f.clock.now().Sub(start); waited < tablesession.LeaseFor+tablesession.Settling {
		t.Errorf("it ended after %v: the owner might still be about to write", waited)
	}
	f.wantEnded(t, header)
}

// TestImpatientRequestsEndIt checks that requests that may wait for only a second have the same result.
func TestImpatientRequestsEndIt(t *testing.T) {
	f := newFixture(t)
	header, o := f.expired(t)
	p := newProvider(f)
	crash(t, f, o, p.ask)
	for range 100 {
		ctx, cancel := context.WithCancel(t.Context())
		end := f.clock.now().Add(time.Second)
		other := newFixtureOver(t, f.clock, f.table, func(o *tablesession.Options) {
			o.Wait = func(ctx context.Context, d time.Duration) error {
				if f.clock.Advance(d); f.clock.now().After(end) {
					cancel()
				}
				return ctx.Err()
			}
		})
		_, err := other.Renew(ctx, o, p.ask)
		cancel()
		if errors.Is(err, session.ErrEnded) {
			f.wantEnded(t, header)
			return
		}
		is(t, err, session.ErrUnavailable)
		f.clock.Advance(500 * time.Millisecond)
	}
	t.Error("the session does not end")
}

// TestASlowOwner covers a provider that answers after another request has taken over the lease. The provider refuses
// that request, because the refresh token is used up. Both get the slow request's result.
func TestASlowOwner(t *testing.T) {
	for _, tt := range []struct {
		name    string
		skew    time.Duration // of the other environment's clock
		crashed bool          // a request before has left its lease
	}{
		{"slower than the lease", 0, false},
		{"a clock ahead by a minute", time.Minute, false},
		{"a clock behind by a minute", -time.Minute, false},
		{"a clock ahead, and a lease that was left before", 20 * time.Second, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			long := func(o *tablesession.Options) { o.IdleTimeout = 6 * time.Hour }
			f := newFixture(t, long)
			header, o := f.expired(t)
			if tt.crashed {
				crash(t, f, o, nil)
				f.clock.Advance(10 * time.Minute)
			}
			p := newProvider(f)
			answer, done := make(chan struct{}), make(chan struct{}) // the slow one's
			var second error
			wrote := false
			other := newFixtureOver(t, &clock{testclock.New(f.clock.now()), tt.skew}, &faulty{Table: f.table.Table}, long,
				func(o *tablesession.Options) {
					wait := o.Wait
					o.Wait = func(ctx context.Context, d time.Duration) error {
						if p.asked == 2 && !wrote { // it was refused
							wrote = true
							close(answer)
							<-done
						}
						return wait(ctx, d)
					}
				})
			result := make(chan *tablesession.Opened)
			p.during = func() {
				go func() {
					next, err := other.Renew(t.Context(), o, p.ask)
					second = err
					result <- next
				}()
				<-answer
			}
			first, err := f.Renew(t.Context(), o, p.ask)
			close(done)
			next := <-result
			wantToken(t, first, err, "token-2")
			wantToken(t, next, second, "token-2")
			wantToken(t, f.opened(t, header), nil, "token-2")
			if p.asked != 2 {
				t.Errorf("asked %d times, want 2", p.asked)
			}
		})
	}
}

// TestAHastyRequest covers a request whose clock is ahead, so that it takes over a lease whose owner is about to ask.
// The provider then refuses the owner, which does not end the session before the hasty request has written.
func TestAHastyRequest(t *testing.T) {
	p := &provider{next: 2, alive: "refresh-1"}
	answered, write, wrote := make(chan struct{}), make(chan struct{}), make(chan struct{})
	waited := false
	f := newFixture(t, func(o *tablesession.Options) {
		wait := o.Wait
		o.Wait = func(ctx context.Context, d time.Duration) error {
			if !waited {
				waited = true
				close(write)
				<-wrote
			}
			return wait(ctx, d)
		}
	})
	p.clock = f.clock
	header, o := f.expired(t)
	hasty := f.another(t, 20*time.Second)
	p.during = func() { close(answered); <-write }
	first, err := f.Renew(t.Context(), o, func(ctx context.Context, x *session.Session) error {
		go func() {
			defer close(wrote)
			next, err := hasty.Renew(t.Context(), o, p.ask)
			wantToken(t, next, err, "token-2")
		}()
		<-answered
		return p.ask(ctx, x)
	})
	wantToken(t, first, err, "token-2")
	wantToken(t, f.opened(t, header), nil, "token-2")
	if p.asked != 2 {
		t.Errorf("asked %d times, want 2", p.asked)
	}
}

// TestRenewedByTheOther covers a provider with a grace period that answers both requests. The session keeps the tokens
// that were written first, and both requests get them.
func TestRenewedByTheOther(t *testing.T) {
	f := newFixture(t)
	header, o := f.expired(t)
	other := f.another(t, 0)
	p := newProvider(f)
	p.during = func() {
		p.during, p.alive = nil, "refresh-1" // the provider's grace
		next, err := other.Renew(t.Context(), o, p.ask)
		wantToken(t, next, err, "token-3")
	}
	next, err := f.Renew(t.Context(), o, p.ask)
	wantToken(t, next, err, "token-3")
	wantToken(t, f.opened(t, header), nil, "token-3")
}

// TestAClientThatGoes covers a request that is canceled while the provider answers. The session still gets the tokens.
func TestAClientThatGoes(t *testing.T) {
	f := newFixture(t)
	header, o := f.expired(t)
	p := newProvider(f)
	ctx, cancel := context.WithCancel(t.Context())
	p.during = cancel
	next, err := f.Renew(ctx, o, p.ask)
	wantToken(t, next, err, "token-2")
	wantToken(t, f.opened(t, header), nil, "token-2")
}

// TestATableThatIsAway covers a table that fails after the provider has answered. The write is repeated until it
// succeeds.
func TestATableThatIsAway(t *testing.T) {
	f := newFixture(t)
	header, o := f.expired(t)
	p := newProvider(f)
	p.during = func() {
		n := 0
		f.table.set(func(string, string) error {
			if n++; n < 20 {
				return errLost
			}
			return nil
		}, nil)
	}
	next, err := f.Renew(t.Context(), o, p.ask)
	wantToken(t, next, err, "token-2")
	wantToken(t, f.opened(t, header), nil, "token-2")
}
