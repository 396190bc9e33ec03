package login

import (
	"context"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

// Sessions sets how a login stores its sessions; see [InTable].
type Sessions func(h *Handler, getenv func(string) string, o session.Options) error

// sessions stores sessions. Its errors are those of package session.
type sessions interface {
	// create begins a session. The sid is the provider's name for its own session, or "".
	create(ctx context.Context, s *session.Session, sid string) (setCookies []string, err error)

	// open returns the session in a request's cookies.
	open(ctx context.Context, cookieHeaders ...string) (held, error)

	// ends returns when a session ends if it is not used, and when it ends in any case.
	ends(s *session.Session) (idle, longest time.Time)

	// clear returns the headers that remove the session from the browser.
	clear() (setCookies []string)

	// down returns the reason in the log for an [session.ErrUnavailable].
	down() string
}

// held is the session of a request. Its methods change the session that session() returns.
type held interface {
	session() *session.Session

	// extend records that the session is used.
	extend(ctx context.Context) (setCookies []string, err error)

	// renew records that the session is used, and lets ask renew its tokens. It may return ask's error.
	renew(ctx context.Context, ask func(context.Context, *session.Session) error) (setCookies []string, err error)

	// end ends the session, as far as that is possible without the browser.
	end(ctx context.Context) error
}

// inCookies keeps each session only in the browser's cookie.
type inCookies struct {
	store *session.Store
	now   func() time.Time
}

func (c inCookies) create(ctx context.Context, s *session.Session, _ string) ([]string, error) {
	return c.store.Seal(ctx, s)
}

func (c inCookies) open(ctx context.Context, cookieHeaders ...string) (held, error) {
	s, err := c.store.Open(ctx, cookieHeaders...)
	if err != nil {
		return nil, err
	}
	return &sealed{c, s}, nil
}

func (c inCookies) ends(s *session.Session) (idle, longest time.Time) { return c.store.Ends(s) }
func (c inCookies) clear() []string                                   { return c.store.Clear() }
func (c inCookies) down() string                                      { return "keys" }

// sealed is a session that is entirely in its cookie.
type sealed struct {
	in inCookies
	s  *session.Session
}

func (c *sealed) session() *session.Session { return c.s }

func (c *sealed) extend(ctx context.Context) ([]string, error) {
	c.s.Active = c.in.now()
	return c.in.store.Seal(ctx, c.s)
}

func (c *sealed) renew(ctx context.Context, ask func(context.Context, *session.Session) error) ([]string, error) {
	if err := ask(ctx, c.s); err != nil {
		return nil, err
	}
	return c.extend(ctx)
}

func (c *sealed) end(context.Context) error { return nil }
