package tablesession_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/memory"
	"github.com/gatehouse-cdk/gatehouse/internal/testclock"
)

const (
	host    = "shop.example.com"
	issuer  = "https://issuer.example.com"
	subject = "user-1"
)

// t0 is the start of the tests' clocks.
var t0 = time.Unix(1_700_000_000, 0)

// clock is a clock that waiting also moves, and that may be wrong.
type clock struct {
	*testclock.Clock
	skew time.Duration
}

func (c *clock) now() time.Time { return c.Now().Add(c.skew) }

// wait waits without taking real time.
func (c *clock) wait(ctx context.Context, d time.Duration) error {
	c.Advance(d)
	return ctx.Err()
}

const secret = "the first secret, of more than 32 bytes"

// fixture is a store over a table in memory, which can be made to fail.
type fixture struct {
	*tablesession.Store
	clock *clock
	table *faulty
}

func newFixture(t testing.TB, changes ...func(*tablesession.Options)) *fixture {
	t.Helper()
	c := &clock{Clock: testclock.New(t0)}
	return newFixtureOver(t, c, &faulty{Table: memory.New(c.now)}, changes...)
}

func newFixtureOver(t testing.TB, c *clock, table *faulty, changes ...func(*tablesession.Options)) *fixture {
	t.Helper()
	// The clock of the keys does not move, so they are fetched once.
	keys := session.KeysOf(secret, func() time.Time { return t0 })
	o := tablesession.Options{Host: host, Keys: keys, Table: table, Now: c.now, Wait: c.wait}
	for _, change := range changes {
		change(&o)
	}
	store, err := tablesession.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return &fixture{store, c, table}
}

// another returns a store of another environment over the same table, with a different clock.
func (f *fixture) another(t testing.TB, skew time.Duration) *fixture {
	t.Helper()
	return newFixtureOver(t, &clock{testclock.New(f.clock.now()), skew}, &faulty{Table: f.table.Table})
}

func (f *fixture) session() *session.Session {
	now := f.clock.now()
	return &session.Session{
		Token: "token-1", Refresh: "refresh-1", Subject: subject, Name: "Ada", Started: now, Active: now, Got: now,
		Expires: now.Add(5 * time.Minute),
	}
}

// created returns the Cookie header after a login.
func (f *fixture) created(t testing.TB, sid string) string {
	t.Helper()
	set, err := f.Create(t.Context(), f.session(), issuer, sid)
	if err != nil {
		t.Fatal(err)
	}
	return cookies(set)
}

func cookies(set []string) string {
	pair, _, _ := strings.Cut(set[0], ";")
	return pair
}

func (f *fixture) opened(t testing.TB, header string) *tablesession.Opened {
	t.Helper()
	o, err := f.Open(t.Context(), header)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return o
}

func (f *fixture) wantEnded(t testing.TB, header string) {
	t.Helper()
	if o, err := f.Open(t.Context(), header); !errors.Is(err, session.ErrEnded) {
		t.Errorf("open: got %v, %v, want a session that has ended", o, err)
	}
}

func is(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got error %v, want %v", err, want)
	}
}

var errLost = errors.New("the connection broke")

// faulty is a table whose calls fail as a test determines.
type faulty struct {
	tablesession.Table

	mu     sync.Mutex
	before func(call, sort string) error // the call is not carried out
	after  func(call, sort string) error // it is, and its answer is lost, or comes late
	calls  map[string]int
}

func (f *faulty) hook(hook *func(call, sort string) error, call, sort string) error {
	f.mu.Lock()
	h := *hook
	f.mu.Unlock()
	if h == nil {
		return nil
	}
	return h(call, sort)
}

func (f *faulty) set(before, after func(call, sort string) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.before, f.after = before, after
}

func (f *faulty) count(call string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[call]
}

func around[T any](f *faulty, call, sort string, do func() (T, error)) (T, error) {
	f.mu.Lock()
	if f.calls == nil {
		f.calls = map[string]int{}
	}
	f.calls[call]++
	f.mu.Unlock()
	var none T
	if err := f.hook(&f.before, call, sort); err != nil {
		return none, err
	}
	out, err := do()
	if lost := f.hook(&f.after, call, sort); lost != nil {
		return none, lost
	}
	return out, err
}

func (f *faulty) Get(ctx context.Context, keys ...tablesession.Key) ([]*tablesession.Item, error) {
	return around(f, "get", keys[0].Sort, func() ([]*tablesession.Item, error) { return f.Table.Get(ctx, keys...) })
}

func (f *faulty) Put(ctx context.Context, item *tablesession.Item, version int64) error {
	_, err := around(f, "put", item.Sort, func() (any, error) { return nil, f.Table.Put(ctx, item, version) })
	return err
}

func (f *faulty) Delete(ctx context.Context, key tablesession.Key, version int64) (*tablesession.Item, error) {
	return around(f, "delete", key.Sort, func() (*tablesession.Item, error) { return f.Table.Delete(ctx, key, version) })
}

func (f *faulty) Query(ctx context.Context, partition string) ([]*tablesession.Item, error) {
	return around(f, "query", "", func() ([]*tablesession.Item, error) { return f.Table.Query(ctx, partition) })
}
