package oidcclient

import (
	"context"
	"errors"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

// Grant is the result of a user's login: the provider's code, and what the authorization request bound it to.
type Grant struct {
	Code, Verifier, RedirectURI, Nonce string

	// MaxAge is the request's max_age in seconds; "" for none.
	MaxAge string
}

// LogIn exchanges a code for tokens, verifies them, and returns the new session. The sid is the provider's name for its
// own session, or "" if it names none (OpenID Connect Back-Channel Logout 1.0, section 2.1).
func (c *Client) LogIn(ctx context.Context, m *Metadata, g Grant) (s *session.Session, sid string, err error) {
	m.start(ctx) // fetch the keys while the provider answers
	t, err := c.exchange(ctx, m, g)
	if err != nil {
		if isInvalidGrant(err) {
			return nil, "", refused("invalid_grant", err)
		}
		return nil, "", endpointFailure(err)
	}
	id, err := c.verifyIDToken(ctx, m, t, g.Nonce)
	if err == nil {
		err = c.checkAuthTime(id, g.MaxAge)
	}
	if err != nil {
		return nil, "", idTokenFailure(err)
	}
	now := c.now()
	s = &session.Session{Started: now, Active: now}
	if err := c.fill(s, t, id); err != nil {
		return nil, "", err
	}
	if m.access != nil {
		access, err := m.access.Verify(ctx, t.access)
		switch {
		case errors.Is(err, jwt.ErrUnavailable):
			return nil, "", unavailable(err)
		case err != nil:
			return nil, "", &failure{ErrGuard, "guard_" + jwt.Reason(err), errors.Join(ErrGuard, err)}
		}
		s.Expires = earlier(s.Expires, access.Expires())
	}
	sid, _ = id.Claims().Get("sid").Text()
	return s, sid, nil
}

func isInvalidGrant(err error) bool {
	r, ok := errors.AsType[*refusal](err)
	return ok && r.code == "invalid_grant"
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
