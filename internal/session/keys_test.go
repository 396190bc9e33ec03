package session

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestSessionsOutliveARotation(t *testing.T) {
	f := newFixture(t)
	header := f.sealed(t, goodSession())
	f.vault.rotate("the second secret, of more than 32 bytes")
	f.clock.Advance(keysFor)
	x, err := f.Open(t.Context(), header)
	if err != nil {
		t.Fatal(err)
	}
	again := f.sealed(t, x)
	f.vault.rotate("the third secret, which has 32 bytes too")
	f.clock.Advance(keysFor)
	if _, err := f.Open(t.Context(), again); err != nil {
		t.Errorf("sealed again under the second secret: %v", err)
	}
	if _, err := f.Open(t.Context(), header); !errors.Is(err, ErrForged) {
		t.Errorf("a cookie of a secret that was rotated twice: %v, want ErrForged", err)
	}
}

// TestAnUnknownKeyIsAskedForOnce checks that a cookie that another function has sealed since a rotation opens at once,
// and that forged cookies cause one fetch in 10 seconds.
func TestAnUnknownKeyIsAskedForOnce(t *testing.T) {
	f := newFixture(t)
	f.sealed(t, goodSession())
	f.clock.Advance(cooldown)
	f.vault.rotate("the second secret, of more than 32 bytes")
	header := browser("", must(f.another(t).Seal(t.Context(), goodSession()))...)
	before := f.vault.count()
	if _, err := f.Open(t.Context(), header); err != nil {
		t.Fatal(err)
	}
	stranger := newFixture(t)
	stranger.vault.rotate("a secret that this store never has: 32 bytes")
	forged := stranger.sealed(t, goodSession())
	for range 1000 {
		if _, err := f.Open(t.Context(), forged); !errors.Is(err, ErrForged) {
			t.Fatal(err)
		}
	}
	if n := f.vault.count() - before; n != 1 {
		t.Errorf("%d fetches within the cooldown, want 1", n)
	}
	f.clock.Advance(cooldown)
	for range 1000 {
		if _, err := f.Open(t.Context(), forged); !errors.Is(err, ErrForged) {
			t.Fatal(err)
		}
	}
	if n := f.vault.count() - before; n != 2 {
		t.Errorf("%d fetches after one cooldown, want 2", n)
	}
}

func TestKeysThatCannotBeHad(t *testing.T) {
	f := newFixture(t)
	header := f.sealed(t, goodSession())
	for name, fail := range map[string]struct {
		err    error
		secret string
		want   string
	}{
		"down":               {err: errDown, want: "the vault is down"},
		"no secret":          {err: ErrNoVersion, want: "no version with this stage"},
		"a secret too short": {secret: "canary of 31 bytes, and no more", want: "at least 32 bytes of randomness: got 31"},
	} {
		t.Run(name, func(t *testing.T) {
			v := &vault{current: fail.secret, err: fail.err}
			s, err := New(Options{Host: testHost, Keys: NewKeys(v.fetch, f.clock.Now), Now: f.clock.Now})
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				_, err := s.Open(t.Context(), header)
				if !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), fail.want) ||
					strings.Contains(err.Error(), "canary") {
					t.Errorf("opened: %v", err)
				}
			}
			if _, err := s.Seal(t.Context(), goodSession()); !errors.Is(err, ErrUnavailable) {
				t.Errorf("sealed: %v", err)
			}
			if v.count() != 1 {
				t.Errorf("%d fetches within a second, want 1", v.count())
			}
		})
	}
	// A previous version that cannot be fetched differs from a missing one: its cookies are not forged.
	s := f.another(t, func(o *Options) {
		o.Keys = NewKeys(func(ctx context.Context, stage string) ([]byte, error) {
			if stage == previous {
				return nil, errDown
			}
			return []byte("another current secret of 32 bytes or more"), nil
		}, f.clock.Now)
	})
	if _, err := s.Open(t.Context(), header); !errors.Is(err, ErrUnavailable) {
		t.Errorf("without the previous version: %v", err)
	}
	// A version that is too short has sealed nothing.
	short := f.another(t, func(o *Options) {
		o.Keys = NewKeys((&vault{current: f.vault.current, previous: "a placeholder"}).fetch, f.clock.Now)
	})
	if _, err := short.Open(t.Context(), header); err != nil {
		t.Errorf("with a previous version that is too short: %v", err)
	}
	panics := f.another(t, func(o *Options) {
		o.Keys = NewKeys(func(context.Context, string) ([]byte, error) { panic("canary") }, f.clock.Now)
	})
	_, err := panics.Open(t.Context(), header)
	if !errors.Is(err, ErrUnavailable) || strings.Contains(err.Error(), "canary") {
		t.Errorf("a fetch that panics: %v", err)
	}
}

// TestKeysOutliveAnOutage checks that keys are used for 15 minutes, and no longer, while they cannot be fetched again.
func TestKeysOutliveAnOutage(t *testing.T) {
	f := newFixture(t)
	x := goodSession()
	header := f.sealed(t, x)
	f.vault.fail(errDown)
	f.clock.Advance(keysAtMost - time.Second)
	before := f.vault.count()
	for range 100 {
		if _, err := f.Open(t.Context(), header); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Seal(t.Context(), x); err != nil {
			t.Fatal(err)
		}
	}
	if n := f.vault.count() - before; n != 1 {
		t.Errorf("%d fetches within the cooldown, want 1", n)
	}
	f.clock.Advance(time.Second)
	if _, err := f.Open(t.Context(), header); !errors.Is(err, ErrUnavailable) {
		t.Errorf("after 15 minutes: %v, want ErrUnavailable", err)
	}
	f.vault.fail(nil)
	f.clock.Advance(retry)
	if _, err := f.Open(t.Context(), header); err != nil {
		t.Errorf("after the outage: %v", err)
	}
}

// TestKeysAreKept checks that known keys are fetched again after 5 minutes, and not before.
func TestKeysAreKept(t *testing.T) {
	f := newFixture(t)
	header := f.sealed(t, goodSession())
	for _, c := range []struct {
		passed time.Duration
		want   int
	}{{0, 1}, {cooldown, 1}, {time.Minute, 1}, {keysFor - cooldown - time.Minute - 1, 1}, {1, 2}, {keysFor - 1, 2}} {
		f.clock.Advance(c.passed)
		if _, err := f.Open(t.Context(), header); err != nil || f.vault.count() != c.want {
			t.Errorf("%v later: %d fetches, want %d, %v", c.passed, f.vault.count(), c.want, err)
		}
	}
}

// TestUnknownKeyInAnOutage checks that a cookie with an unknown key is not forged if its key could not be fetched, also
// while the failed fetch still counts.
func TestUnknownKeyInAnOutage(t *testing.T) {
	f := newFixture(t)
	f.sealed(t, goodSession())
	f.vault.rotate("another current secret of 32 bytes or more")
	unknown := browser("", must(f.another(t).Seal(t.Context(), goodSession()))...)
	f.vault.fail(errDown)
	before := f.vault.count()
	for _, passed := range []time.Duration{cooldown, 0, 2 * retry} {
		f.clock.Advance(passed)
		if _, err := f.Open(t.Context(), unknown); !errors.Is(err, ErrUnavailable) {
			t.Errorf("got %v, want %v", err, ErrUnavailable)
		}
	}
	if n := f.vault.count() - before; n != 1 {
		t.Errorf("%d fetches within the cooldown, want 1", n)
	}
	f.vault.fail(nil)
	f.clock.Advance(cooldown)
	if _, err := f.Open(t.Context(), unknown); err != nil {
		t.Errorf("after the outage: %v", err)
	}
}

// slowKeys returns a store whose vault answers after a second.
func slowKeys(t *testing.T) (*vault, *Keys, *Store) {
	t.Helper()
	v := newVault()
	keys := NewKeys(func(ctx context.Context, stage string) ([]byte, error) {
		time.Sleep(time.Second)
		return v.fetch(ctx, stage)
	}, nil)
	s, err := New(Options{Host: testHost, Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	return v, keys, s
}

func sessionFromNow() *Session {
	x := goodSession()
	x.Started, x.Active = time.Now(), time.Now()
	return x
}

// TestUnknownKeyWhileItIsFetched checks that a cookie with an unknown key waits for a fetch that is in progress.
func TestUnknownKeyWhileItIsFetched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, keys, s := slowKeys(t)
		if err := keys.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		v.rotate("another current secret of 32 bytes or more")
		time.Sleep(cooldown)
		x := sessionFromNow()
		other, err := New(Options{Host: testHost, Keys: NewKeys(v.fetch, nil)})
		if err != nil {
			t.Fatal(err)
		}
		unknown := browser("", must(other.Seal(t.Context(), x))...)
		before := v.count()
		var wait sync.WaitGroup
		for range 2 {
			wait.Go(func() {
				if _, err := s.Open(t.Context(), unknown); err != nil {
					t.Error(err)
				}
			})
			time.Sleep(time.Second / 2)
		}
		wait.Wait()
		if n := v.count() - before; n != 1 {
			t.Errorf("%d fetches, want 1", n)
		}
	})
}

// TestKeysThatComeTooLate checks that keys which are too old when they arrive are not used.
func TestKeysThatComeTooLate(t *testing.T) {
	f := newFixture(t)
	late := f.another(t, func(o *Options) {
		o.Keys = NewKeys(func(ctx context.Context, stage string) ([]byte, error) {
			f.clock.Advance(keysAtMost)
			return f.vault.fetch(ctx, stage)
		}, f.clock.Now)
	})
	if set, err := late.Seal(t.Context(), goodSession()); !errors.Is(err, ErrUnavailable) || set != nil {
		t.Errorf("got %q, %v, want %v", set, err, ErrUnavailable)
	}
}

// TestAClockThatIsPutBackAsksForKeysAgain checks this because the keys would otherwise be used for too long.
func TestAClockThatIsPutBackAsksForKeysAgain(t *testing.T) {
	f := newFixture(t)
	f.sealed(t, goodSession())
	f.clock.Advance(-time.Hour)
	before := f.vault.count()
	f.sealed(t, goodSession())
	if n := f.vault.count() - before; n != 1 {
		t.Errorf("%d fetches, want 1", n)
	}
}

func TestOneFetchServesAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, keys, s := slowKeys(t)
		keys.Start(t.Context())
		x := sessionFromNow()
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() {
				if _, err := s.Seal(t.Context(), x); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if v.count() != 1 {
			t.Errorf("%d fetches, want 1", v.count())
		}
	})
}

// TestAFetchThatHangs checks that with usable keys a request waits for a moment, and without any until the fetch gives
// up.
func TestAFetchThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := false
		v := newVault()
		keys := NewKeys(func(ctx context.Context, stage string) ([]byte, error) {
			if hangs {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return v.fetch(ctx, stage)
		}, nil)
		s, err := New(Options{Host: testHost, Keys: keys})
		if err != nil {
			t.Fatal(err)
		}
		x := sessionFromNow()
		header := browser("", must(s.Seal(t.Context(), x))...)
		hangs = true
		time.Sleep(keysFor)
		began := time.Now()
		if _, err := s.Open(t.Context(), header); err != nil || time.Since(began) != patience {
			t.Errorf("with keys: %v after %v", err, time.Since(began))
		}
		time.Sleep(keysAtMost - keysFor)
		began = time.Now()
		if _, err := s.Open(t.Context(), header); !errors.Is(err, ErrUnavailable) || time.Since(began) != fetchTimeout {
			t.Errorf("without: %v after %v", err, time.Since(began))
		}
		time.Sleep(retry)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := s.Open(ctx, header); !errors.Is(err, ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("with a context that ends: %v", err)
		}
		synctest.Wait()
		time.Sleep(time.Minute) // for the fetch to end
	})
}
