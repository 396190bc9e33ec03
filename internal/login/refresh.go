package login

import (
	"errors"
	"net/http"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/oidcclient"
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
		if err := h.provider.Renew(x.r.Context(), s); err != nil {
			p := renewProblem(err)
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

// renewProblem is the problem that a session got no newer tokens. One with status 401 ends the session; any other keeps
// it, as the session is not to blame.
func renewProblem(err error) problem {
	reason := oidcclient.Reason(err)
	switch {
	case errors.Is(err, oidcclient.ErrRefused):
		return denied(http.StatusUnauthorized, reason)
	case errors.Is(err, oidcclient.ErrClaims):
		return misconfigured(reason, err)
	}
	return unavailable(reason, err)
}

// within reports whether less than d has gone by since a time. The clock may have been set back since.
func within(now, since time.Time, d time.Duration) bool {
	passed := now.Sub(since)
	return passed >= 0 && passed < d
}
