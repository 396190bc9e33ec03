package login

import (
	"errors"
	"net/http"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/elapsed"
	"github.com/gatehouse-cdk/gatehouse/internal/oidcclient"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

const (
	// justGot is how long tokens count as new, unless they have expired. Tabs that refresh at the same moment then cause
	// only one request to the provider.
	justGot = 10 * time.Second

	// goodFor is how long a token must still be valid so that the provider is not asked.
	goodFor = 60 * time.Second
)

// times are when the parts of a session end, in seconds since 1970.
type times struct {
	Expires int64 `json:"expires"` // of the token
	Idle    int64 `json:"idle"`    // of the session, if it is not renewed
	Ends    int64 `json:"ends"`    // of the session in any case
}

func (h *Handler) times(s *session.Session) times {
	idle, ends := h.sessions.ends(s)
	return times{s.Expires.Unix(), idle.Unix(), ends.Unix()}
}

// refresh renews a session: always its idle time, and its tokens if they are old.
func (h *Handler) refresh(x *exchange) {
	if !x.fromOwnPage() {
		return
	}
	opened, ok := x.opened()
	if !ok {
		return
	}
	ctx, now, s := x.r.Context(), h.now(), opened.session()
	expired := !s.Expires.After(now) // tokens may be valid for only seconds
	var cookies []string
	var err error
	if expired || !elapsed.Within(now, s.Got, justGot) && !s.Expires.After(now.Add(goodFor)) {
		x.outcome = renewed
		cookies, err = opened.renew(ctx, h.provider.Renew)
	} else {
		x.outcome = extended
		cookies, err = opened.extend(ctx)
	}
	if err != nil {
		p := h.renewProblem(err)
		if p.status == http.StatusUnauthorized {
			x.setCookies(h.sessions.clear())
		}
		x.refuse(p)
		return
	}
	x.setCookies(cookies)
	x.json(http.StatusOK, h.times(opened.session()))
}

// renewProblem returns the problem that a session was not renewed. A problem with status 401 ends the session. Any
// other keeps it, because the session is not to blame.
func (h *Handler) renewProblem(err error) problem {
	reason := oidcclient.Reason(err)
	switch {
	case errors.Is(err, session.ErrUnavailable):
		return unavailable(h.sessions.down(), err)
	case errors.Is(err, oidcclient.ErrRefused):
		return denied(http.StatusUnauthorized, reason)
	case errors.Is(err, session.ErrEnded):
		return denied(http.StatusUnauthorized, "session_ended")
	case errors.Is(err, oidcclient.ErrClaims):
		return misconfigured(reason, err)
	case reason == "other":
		return sealingProblem(err, h.sessions.down())
	}
	return unavailable(reason, err)
}
