package tablesession_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
	"github.com/gatehouse-cdk/gatehouse/internal/testclock"
)

// provider gives newer tokens for each refresh token, once.
type provider struct {
	mu     sync.Mutex
	clock  *clock
	next   int
	alive  string
	asked  int
	during func() // while it answers
}

func newProvider(f *fixture) *provider { return &provider{clock: f.clock, next: 2, alive: "refresh-1"} }

func (p *provider) ask(_ context.Context, x *session.Session) error {
	p.mu.Lock()
	p.asked++
	if x.Refresh != p.alive {
		p.mu.Unlock()
		return fmt.Errorf("invalid_grant for %s: %w", x.Refresh, tablesession.ErrRefused)
	}
	p.alive = fmt.Sprintf("refresh-%d", p.next)
	x.Token, x.Refresh = fmt.Sprintf("token-%d", p.next), p.alive
	p.next++
	p.mu.Unlock()
	now := p.clock.now()
	x.Got, x.Expires = now, now.Add(5*time.Minute)
	if p.during != nil {
		p.during()
	}
	return nil
}

// expired returns a session whose token has expired.
func (f *fixture) expired(t testing.TB) (header string, o *tablesession.Opened) {
	t.Helper()
	header = f.created(t, "sid-1")
	f.clock.Advance(5 * time.Minute)
	return header, f.opened(t, header)
}

func wantToken(t testing.TB, o *tablesession.Opened, err error, want string) {
	t.Helper()
	if err != nil || o.Token != want {
		t.Errorf("got %+v, %v, want %s", o, err, want)
	}
}

func TestRenew(t *testing.T) {
	f := newFixture(t)
	header, o := f.expired(t)
	p := newProvider(f)
	next, err := f.Renew(t.Context(), o, p.ask)
	wantToken(t, next, err, "token-2")
	if !next.Active.Equal(f.clock.now()) || !next.Started.Equal(t0) {
		t.Errorf("active %v, started %v", next.Active, next.Started)
	}
	wantToken(t, f.opened(t, header), nil, "token-2")
	wantToken(t, f.another(t, 0).opened(t, header), nil, "token-2")
	if o.Token != "token-1" {
		t.Error("the session that was given has changed")
	}

	again, err := f.Renew(t.Context(), o, p.ask)
	wantToken(t, again, err, "token-2")
	if p.asked != 1 {
		t.Errorf("asked %d times: a request with the old session gets the new one", p.asked)
	}
	again, err = f.Renew(t.Context(), again, p.ask)
	wantToken(t, again, err, "token-3")
	f.clock.Advance(10 * time.Minute)
	again, err = f.Renew(t.Context(), o, p.ask)
	wantToken(t, again, err, "token-4") // since the newer token has expired, too
}

// TestRenewAtOnce checks that of simultaneous requests in two environments only one asks the provider, and that the
// others wait for its result.
func TestRenewAtOnce(t *testing.T) {
	const requests = 8
	c := &clock{Clock: testclock.New(t0)}
	var waits atomic.Int32
	waiting := make(chan struct{})
	wait := func(o *tablesession.Options) {
		o.Wait = func(ctx context.Context, _ time.Duration) error {
			if waits.Add(1) == requests-1 {
				close(waiting)
			}
			runtime.Gosched()
			return ctx.Err()
		}
	}
	base := newFixture(t)
	a, b := newFixtureOver(t, c, base.table, wait), newFixtureOver(t, c, base.table, wait)
	_, o := a.expired(t)
	p := newProvider(a)
	p.during = func() { <-waiting }
	var wg sync.WaitGroup
	for i := range requests {
		wg.Go(func() {
			store := []*fixture{a, b}[i%2]
			next, err := store.Renew(t.Context(), o, p.ask)
			wantToken(t, next, err, "token-2")
		})
	}
	wg.Wait()
	if p.asked != 1 {
		t.Errorf("asked %d times, want once", p.asked)
	}
}

func TestRenewRefused(t *testing.T) {
	f := newFixture(t)
	header, o := f.expired(t)
	p := newProvider(f)
	p.alive = "another"
	_, err := f.Renew(t.Context(), o, p.ask)
	is(t, err, session.ErrEnded)
	is(t, err, tablesession.ErrRefused)
	f.wantEnded(t, header)
}

// TestRenewRefusedWithoutTheTable checks that a session which could not be removed counts neither as renewed nor as
// ended.
func TestRenewRefusedWithoutTheTable(t *testing.T) {
	f := newFixture(t)
	header, o := f.expired(t)
	next, err := f.Renew(t.Context(), o, func(context.Context, *session.Session) error {
		f.table.set(func(call, _ string) error {
			if call == "delete" {
				return errLost
			}
			return nil
		}, nil)
		return tablesession.ErrRefused
	})
	is(t, err, session.ErrUnavailable)
	if next != nil || errors.Is(err, session.ErrEnded) {
		t.Errorf("got %v, %v", next, err)
	}
	f.table.set(nil, nil)
	f.opened(t, header)
}

// TestRenewWithoutWrites checks that the provider is not asked if its answer could not be written.
func TestRenewWithoutWrites(t *testing.T) {
	f := newFixture(t)
	_, o := f.expired(t)
	f.table.set(func(call, _ string) error {
		if call == "put" {
			return errLost
		}
		return nil
	}, nil)
	next, err := f.Renew(t.Context(), o, func(context.Context, *session.Session) error { t.Error("asked"); return nil })
	is(t, err, session.ErrUnavailable)
	if next != nil {
		t.Errorf("got %+v", next)
	}
}

// TestRenewCountsAsUse checks that the idle time does not end while the provider is asked, also for other requests.
func TestRenewCountsAsUse(t *testing.T) {
	f := newFixture(t)
	header, o := f.expired(t)
	_, err := f.Renew(t.Context(), o, func(context.Context, *session.Session) error {
		if got, now := f.opened(t, header).Active, f.clock.now().Truncate(time.Second); !got.Equal(now) {
			t.Errorf("the session was used at %v, want %v", got, now)
		}
		return errLost
	})
	is(t, err, errLost)
}

// TestRenewFails checks that a provider that does not answer ends no session.
func TestRenewFails(t *testing.T) {
	f := newFixture(t)
	header, o := f.expired(t)
	_, err := f.Renew(t.Context(), o, func(context.Context, *session.Session) error { return errLost })
	is(t, err, errLost)
	next, err := f.Renew(t.Context(), f.opened(t, header), newProvider(f).ask)
	wantToken(t, next, err, "token-2")
}

// TestRenewFailsForAnother checks that a waiting request does not ask a provider that has not answered the request
// before it.
func TestRenewFailsForAnother(t *testing.T) {
	f := newFixture(t)
	_, o := f.expired(t)
	waits, fails := make(chan struct{}), make(chan struct{})
	other := newFixtureOver(t, f.clock, f.table, func(o *tablesession.Options) {
		o.Wait = func(context.Context, time.Duration) error { close(waits); <-fails; return nil }
	})
	var wg sync.WaitGroup
	defer wg.Wait()
	_, err := f.Renew(t.Context(), o, func(ctx context.Context, _ *session.Session) error {
		wg.Go(func() {
			_, err := other.Renew(t.Context(), o, func(context.Context, *session.Session) error {
				t.Error("the provider was asked again")
				return nil
			})
			is(t, err, session.ErrUnavailable)
		})
		<-waits
		return errLost
	})
	is(t, err, errLost)
	close(fails)
}

// TestRenewOfAnother checks that the result must be a session of the same subject.
func TestRenewOfAnother(t *testing.T) {
	f := newFixture(t)
	header, o := f.expired(t)
	for name, change := range map[string]func(x *session.Session){
		"another subject": func(x *session.Session) { x.Subject = "user-2" },
		"another start":   func(x *session.Session) { x.Started = x.Started.Add(time.Second) },
	} {
		_, err := f.Renew(t.Context(), o, func(_ context.Context, x *session.Session) error {
			x.Token = "token-2"
			change(x)
			return nil
		})
		if err == nil || errors.Is(err, session.ErrEnded) {
			t.Errorf("%s: got %v", name, err)
		}
		o = f.opened(t, header)
	}
	wantToken(t, f.opened(t, header), nil, "token-1")
}

// TestRenewMeetsAnEnd checks that a renewal does not revive a session that ends while the provider answers.
func TestRenewMeetsAnEnd(t *testing.T) {
	for name, end := range map[string]func(f *fixture, o *tablesession.Opened) error{
		"logout": func(f *fixture, o *tablesession.Opened) error { return f.End(context.Background(), o) },
		"end of subject": func(f *fixture, _ *tablesession.Opened) error {
			_, err := f.EndSubject(context.Background(), issuer, subject)
			return err
		},
		"back-channel logout": func(f *fixture, _ *tablesession.Opened) error {
			_, err := f.EndSID(context.Background(), issuer, "sid-1")
			return err
		},
		"end of one": func(f *fixture, o *tablesession.Opened) error {
			_, err := f.EndOne(context.Background(), issuer, subject, o.ID())
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			header, o := f.expired(t)
			p := newProvider(f)
			p.during = func() {
				if err := end(f.another(t, 0), o); err != nil {
					t.Error(err)
				}
			}
			next, err := f.Renew(t.Context(), o, p.ask)
			if !errors.Is(err, session.ErrEnded) {
				t.Errorf("got %+v, %v, want that it has ended", next, err)
			}
			f.wantEnded(t, header)
		})
	}
}

// TestRenewMeetsAnEndThatRemovesNothing covers an end that raises the subject's generation but cannot remove the
// sessions. They have ended nevertheless, also for the request that renews one.
func TestRenewMeetsAnEndThatRemovesNothing(t *testing.T) {
	f := newFixture(t)
	header, o := f.expired(t)
	p := newProvider(f)
	p.during = func() {
		other := f.another(t, 0)
		other.table.set(func(call, _ string) error {
			if call == "delete" {
				return errLost
			}
			return nil
		}, nil)
		if n, err := other.EndSubject(context.Background(), issuer, subject); n != 1 || err != nil {
			t.Errorf("ended %d, %v", n, err)
		}
	}
	next, err := f.Renew(t.Context(), o, p.ask)
	if !errors.Is(err, session.ErrEnded) {
		t.Errorf("got %+v, %v, want that it has ended", next, err)
	}
	f.wantEnded(t, header)
}

// TestRenewMeetsATouch checks that a request that records activity in the meantime is not in the way.
func TestRenewMeetsATouch(t *testing.T) {
	f := newFixture(t)
	header, o := f.expired(t)
	p := newProvider(f)
	p.during = func() {
		f.clock.Advance(10 * time.Minute)
		if err := f.Touch(t.Context(), f.opened(t, header)); err != nil {
			t.Error(err)
		}
	}
	next, err := f.Renew(t.Context(), o, p.ask)
	wantToken(t, next, err, "token-2")
	if want := f.clock.now(); !f.opened(t, header).Active.Equal(want) {
		t.Errorf("active %v, want %v", next.Active, want)
	}
}
