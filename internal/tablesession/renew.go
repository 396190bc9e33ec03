package tablesession

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

// Renew gets newer tokens for a session. One request at a time calls ask, which asks the provider and renews the
// session in place, or returns an error. The other requests wait and get the renewed session. So does a request that
// opened the session before it was renewed, if the newer token has not expired.
//
// Renew calls ask at most once, with the session that the table has. The context of ask has ctx's deadline but not its
// cancellation, because the provider's answer must be written. If ask returns an error that wraps [ErrRefused], the
// session is ended, unless another request has renewed it in the meantime.
//
// The error is [session.ErrEnded], [session.ErrUnavailable] (also if the request waited for another one that failed),
// or the error of ask. The session has ended only if the error is a session.ErrEnded.
func (s *Store) Renew(ctx context.Context, o *Opened, ask func(context.Context, *session.Session) error) (*Opened,
	error) {
	mine, asks, err := s.acquire(ctx, o)
	if err != nil || !asks {
		return mine, err
	}
	ctx, cancel := withoutCancel(ctx)
	defer cancel()
	x := *mine.Session
	x.Claims = bytes.Clone(x.Claims)
	err = ask(ctx, &x)
	if err == nil && (x.Subject != mine.Subject || !x.Started.Equal(mine.Started)) {
		err = fmt.Errorf("tablesession: the renewed session is of subject %q from %v: want those of the session",
			x.Subject, x.Started)
	}
	switch {
	case err == nil:
		next, err := s.writeRenewed(ctx, mine, &x)
		if err != nil {
			return nil, err
		}
		// If all of the subject's sessions were ended in the meantime, the item may still be there: writing it does not
		// detect that.
		if _, err := s.read(ctx, next.item.Key); errors.Is(err, session.ErrEnded) {
			return nil, err
		}
		return next, nil
	case errors.Is(err, ErrRefused):
		return s.endRefused(ctx, mine, err)
	}
	s.release(ctx, mine)
	return nil, err
}

// withoutCancel returns a context that is not canceled with another one. It ends at the other's deadline. If there is
// none, it ends when a lease and the time to settle have passed.
func withoutCancel(ctx context.Context) (context.Context, context.CancelFunc) {
	until, ok := ctx.Deadline()
	ctx = context.WithoutCancel(ctx)
	if !ok {
		return context.WithTimeout(ctx, leaseFor+settling)
	}
	return context.WithDeadline(ctx, until)
}

// acquire acquires the lease of a session and reports as asks that it did. Otherwise it returns the session that
// another request has renewed.
func (s *Store) acquire(ctx context.Context, o *Opened) (_ *Opened, asks bool, err error) {
	var owner [ownerSize]byte
	if err := s.fillRandom(owner[:]); err != nil {
		return nil, false, err
	}
	var w watch
	waited := false
	for d := firstPause; ; {
		now, err := s.read(ctx, o.item.Key)
		if err != nil {
			return nil, false, err
		}
		at := s.now()
		renewed := !sameTokens(o.Session, now.Session)
		if renewed && at.Before(now.Expires) {
			return now, false, nil
		}
		held := now.record.lease
		next := lease{owner: owner, until: at.Add(leaseFor)}
		switch {
		case held.isFree() && waited && !renewed:
			return nil, false, fmt.Errorf("%w: another request asked the provider, which did not renew the session",
				session.ErrUnavailable)
		case held.isFree():
		case w.hasExpired(held, at):
			next.takenOver, next.refused = true, held.refused
		default:
			waited = true
			if err := s.wait(ctx, d); err != nil {
				return nil, false, unavailable("wait for another request to renew the session", err)
			}
			d = min(2*d, mostPause)
			continue
		}
		x := *now.Session
		x.Active = later(x.Active, at.Truncate(time.Second)) // so that its idle time does not end meanwhile
		mine, err := s.replace(ctx, now, record{next, &x})
		if !errors.Is(err, ErrConflict) {
			return mine, err == nil, err
		}
	}
}

// sameTokens reports whether a session has not been renewed.
func sameTokens(a, b *session.Session) bool {
	return a.Token == b.Token && a.Refresh == b.Refresh && bytes.Equal(a.Claims, b.Claims) && a.Got.Equal(b.Got) &&
		a.Expires.Equal(b.Expires)
}

// writeRenewed writes what the provider gave. The previous refresh token may no longer be valid, so it tries until ctx
// ends, even if another request has taken over the lease in the meantime.
func (s *Store) writeRenewed(ctx context.Context, before *Opened, x *session.Session) (*Opened, error) {
	now := before
	for d := firstPause; ; d = min(2*d, mostPause) {
		x.Active = later(later(x.Active, now.Active), s.now().Truncate(time.Second))
		next, err := s.replace(ctx, now, record{session: x})
		if errors.Is(err, ErrConflict) {
			next, err = s.read(ctx, now.item.Key)
			if err == nil && sameTokens(next.Session, before.Session) {
				now, d = next, firstPause // it was touched, or its lease was taken over
				continue
			}
		}
		if err == nil || !errors.Is(err, session.ErrUnavailable) || s.wait(ctx, d) != nil {
			return next, err
		}
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// endRefused ends a session that the provider refuses to renew, unless the session turns out to be renewed. Another
// request may have used the refresh token, and may still write the result. That is the owner from whom the lease was
// taken over, or an owner that, by its own clock, has taken it over in the meantime.
func (s *Store) endRefused(ctx context.Context, mine *Opened, refusal error) (*Opened, error) {
	lease, began := mine.record.lease, s.now()
	settled := lease.settledAt(began)
	if lease.takenOver && lease.refused.IsZero() {
		lease.refused = began
		if noted, err := s.replace(ctx, mine, record{lease, mine.Session}); err == nil {
			mine = noted
		}
	}
	var w watch
	for {
		now, err := s.read(ctx, mine.item.Key)
		switch {
		case err != nil:
			return nil, err
		case !sameTokens(now.Session, mine.Session):
			return now, nil
		}
		held, at := now.record.lease, s.now()
		another := !held.isFree() && held.owner != lease.owner && !w.hasExpired(held, at)
		if another || at.Before(settled) {
			if err := s.wait(ctx, mostPause); err != nil {
				return nil, unavailable("wait for another request that asked the provider", err)
			}
			continue
		}
		err = s.insist(ctx, "remove the session", func() error {
			_, err := s.table.Delete(ctx, now.item.Key, now.item.Version)
			return err
		})
		switch {
		case err == nil:
			return nil, fmt.Errorf("%w: %w", session.ErrEnded, refusal)
		case !errors.Is(err, ErrConflict):
			return nil, err
		}
	}
}

// release releases a lease. If that fails, the lease expires by itself.
func (s *Store) release(ctx context.Context, mine *Opened) {
	_, _ = s.replace(ctx, mine, record{session: mine.Session})
}
