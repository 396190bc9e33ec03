package login

import (
	"errors"
	"net/http"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

const (
	// justGot is how long tokens are taken as new, unless they have expired: tabs that refresh at the same moment cause one
	// request to the provider.
	justGot = 10 * time.Second

	// goodFor is how long a token must still be valid for the provider not to be asked.
	goodFor = 60 * time.Second
)

// times are when a session's parts end, in seconds since 1970.
type times struct {
	Expires int64 `json:"expires"` // the token
	Idle    int64 `json:"idle"`    // the session, if it is not renewed
	Ends    int64 `json:"ends"`    // the session in any case
}

func (h *Handler) times(s *session.Session) times {
	idle, ends := h.sessions.Ends(s)
	return times{s.Expires.Unix(), idle.Unix(), ends.Unix()}
}

// refresh renews a session: its idle time in any case, and its tokens where they are old.
func (h *Handler) refresh(x *exchange) {
	if !x.fromOwnPage() {
		return
	}
	s, ok := x.opened()
	if !ok {
		return
	}
	now := h.now()
	s.Active, x.outcome = now, extended
	expired := !s.Expires.After(now) // within seconds, where tokens are good for no longer
	if expired || !within(now, s.Got, justGot) && !s.Expires.After(now.Add(goodFor)) {
		if p := h.renew(x, s); p.status != 0 {
			if p.status == http.StatusUnauthorized {
				x.setCookies(h.sessions.Clear())
			}
			x.refuse(p)
			return
		}
		x.outcome = renewed
	}
	cookies, err := h.sessions.Seal(x.r.Context(), s)
	if err != nil {
		x.refuse(sealing(err))
		return
	}
	x.setCookies(cookies)
	x.json(http.StatusOK, h.times(s))
}

// renew gets newer tokens for a session. A problem with status 401 ends the session; any other keeps it.
func (h *Handler) renew(x *exchange, s *session.Session) problem {
	ended := func(reason string) problem { return denied(http.StatusUnauthorized, reason) }
	if s.Refresh == "" {
		return ended("no_refresh_token")
	}
	ctx := x.r.Context()
	m, err := h.provider.metadata(ctx)
	if err != nil {
		return unavailable("provider", err)
	}
	m.start(ctx) // the keys, while the provider answers
	t, err := h.provider.renew(ctx, m, s.Refresh)
	if r, ok := errors.AsType[*refusal](err); ok && r.code == "invalid_grant" {
		return ended("invalid_grant")
	}
	if err != nil {
		p := tokenProblem(err)
		p.status = http.StatusServiceUnavailable // the session is not to blame
		return p
	}
	id, err := h.verifiedForRefresh(ctx, m, t, s.Subject)
	switch {
	case errors.Is(err, errOtherUser):
		return ended("other_user")
	case errors.Is(err, errNoIDToken):
		return ended("no_id_token")
	case err != nil:
		p := idTokenProblem(err)
		p.status = http.StatusServiceUnavailable
		return p
	}
	if err := h.fill(s, t, id); err != nil {
		return misconfigured("claims", err)
	}
	// The token is old as soon as the guard says so, which goes by exp: by expires_in and a clock ahead of the provider's
	// it would be good for longer, and a page that got 401 would be told that there is nothing to refresh. Whatever else
	// the guard has to say, these tokens are the only ones now.
	if m.guardsView != nil {
		if access, err := m.guardsView.Verify(ctx, t.access); err == nil {
			s.Expires = earlier(s.Expires, access.Expires())
		}
	}
	return problem{}
}
