// Package tablesession stores browsers' sessions in a table. There they can be ended at once, listed, and renewed by
// any function that opens them.
//
//	store, err := tablesession.New(tablesession.Options{Host: "shop.example.com", Keys: keys, Table: memory.New(nil)})
//	setCookies, err := store.Create(ctx, session, issuer, sid)
//	opened, err := store.Open(ctx, cookieHeaders...)
//
// The browser's cookie holds a handle: a digest of the subject, by which the table is partitioned, and 32 random bytes.
// The table holds only a digest of those bytes, and the session sealed with the keys of package session. Someone who
// reads the table can open no session. It reveals only times, and how many sessions a subject has.
//
// Every read is consistent, so a session that was ended no longer opens in any function. A change is written with the
// version that was read, so no write revives a session or overwrites another's change.
//
// The package serves no HTTP and logs nothing. It does not ask the provider; the caller of [Store.Renew] does.
package tablesession

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

// ErrRefused is wrapped by the error of the function that [Store.Renew] calls, if the provider permanently refuses to
// renew the session, as with the error invalid_grant (RFC 6749, section 5.2), or if there is no refresh token.
var ErrRefused = errors.New("tablesession: the provider refuses to renew the session")

// Options are the settings of a [Store].
type Options struct {
	// Cookie, Host, IdleTimeout, MaxAge and Keys are as in [session.Options], with the same defaults.
	Cookie, Host        string
	IdleTimeout, MaxAge time.Duration
	Keys                *session.Keys

	// Table holds the sessions. Required.
	Table Table

	// Now is the clock. Default: [time.Now].
	Now func() time.Time

	// Random is the source of the sessions' IDs. Default: crypto/rand's Reader.
	Random io.Reader

	// Wait waits between two reads of a session that another request is renewing, and before a write is repeated. It
	// returns the context's error. Default: a timer.
	Wait func(ctx context.Context, d time.Duration) error
}

// Store stores sessions in a table. It is safe for concurrent use. Several stores can share one table if their cookies,
// hosts and times are the same.
type Store struct {
	cookies *session.Store // for names, attributes and sealing
	keys    *session.Keys
	table   Table
	idle    time.Duration
	now     func() time.Time
	random  io.Reader
	wait    func(ctx context.Context, d time.Duration) error
}

// New returns a store. The error tells which of the options are invalid.
func New(o Options) (*Store, error) {
	if o.Table == nil {
		return nil, errors.New("tablesession: there is no table")
	}
	s := &Store{keys: o.Keys, table: o.Table, idle: o.IdleTimeout, now: o.Now, random: o.Random, wait: o.Wait}
	if s.idle == 0 {
		s.idle = session.DefaultIdleTimeout
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.random == nil {
		s.random = rand.Reader
	}
	if s.wait == nil {
		s.wait = pause
	}
	var err error
	s.cookies, err = session.New(session.Options{
		Cookie: o.Cookie, Host: o.Host, IdleTimeout: o.IdleTimeout, MaxAge: o.MaxAge, Keys: o.Keys, Now: s.now,
		Random: s.random,
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// pause waits for a timer.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Start begins to fetch the keys without waiting for them.
func (s *Store) Start(ctx context.Context) { s.keys.Start(ctx) }

// Attempts returns the store that seals attempts to log in, which are in cookies even with a table. It does not open
// the table's sessions.
func (s *Store) Attempts() *session.Store { return s.cookies }

// Ends returns when the session ends if it is not used, and when it ends in any case.
func (s *Store) Ends(x *session.Session) (idle, longest time.Time) { return s.cookies.Ends(x) }

// Clear returns the Set-Cookie headers that remove a handle from the browser. They do not end the session.
func (s *Store) Clear() (setCookies []string) { return s.cookies.Clear() }
