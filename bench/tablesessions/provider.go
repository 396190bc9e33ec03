package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
)

// tokenLife is the lifetime of an access token.
const tokenLife = 5 * time.Minute

var errProvider = errors.New("the provider does not answer")

// grant is a refresh token's session and use.
type grant struct {
	session *known
	used    bool
}

// provider accepts each refresh token once. It knows the session of each token.
type provider struct {
	grants   map[string]*grant
	tokens   map[string]*known
	next     int
	failures int // the number of requests or answers that may still be lost
}

func newProvider() *provider {
	return &provider{grants: map[string]*grant{}, tokens: map[string]*known{}}
}

// give gives new tokens to a session. now is the time of an environment.
func (p *provider) give(s *known, x *session.Session, now time.Time) {
	p.next++
	x.Token, x.Refresh = fmt.Sprintf("token-%d", p.next), fmt.Sprintf("refresh-%d", p.next)
	x.Got, x.Expires = now, now.Add(tokenLife)
	p.grants[x.Refresh], p.tokens[x.Token] = &grant{session: s}, s
}

// ask returns the function with which a store renews a session at the provider.
func (m *model) ask(s *known) func(context.Context, *session.Session) error {
	return func(ctx context.Context, x *session.Session) error {
		a, w, p := actorOf(ctx), m.world, m.provider
		a.park(0)
		g := p.grants[x.Refresh]
		switch {
		case g == nil || g.session != s || p.tokens[x.Token] != s:
			w.fail("%s renews session %d with %s and %s of another session", a.name, s.number, x.Token, x.Refresh)
			return errProvider
		case a.env.now().Before(x.Expires) && !m.apart():
			w.fail("%s renews session %d, whose token is valid until %v", a.name, s.number, x.Expires.Sub(began))
		case g.used && !s.doubtful && !m.mayAskTwice:
			w.fail("%s renews session %d with %s, which was used before", a.name, s.number, x.Refresh)
		}
		fails := p.failures > 0 && !w.final && w.chance(2)
		if fails {
			p.failures--
			if w.chance(2) {
				w.log(a, "the provider does not get the request")
				a.faulted = true
				return errProvider
			}
		}
		if g.used || s.revoked {
			w.log(a, "the provider refuses %s", x.Refresh)
			return fmt.Errorf("%w: %s", tablesession.ErrRefused, x.Refresh)
		}
		g.used, a.used = true, true
		p.give(s, x, a.env.now())
		w.log(a, "the provider gives %s", x.Token)
		a.park(0)
		if fails {
			w.log(a, "the provider's answer is lost")
			a.faulted, a.used, s.doubtful = true, false, true
			return errProvider
		}
		return nil
	}
}
