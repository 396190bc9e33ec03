package main

import (
	"errors"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
)

// login begins a session.
func (m *model) login(sid string) func(a *actor) {
	return func(a *actor) {
		w := m.world
		s := &known{number: len(m.sessions), sid: sid, started: w.now, touched: w.now, active: w.now}
		m.sessions = append(m.sessions, s)
		s.endBegun = m.ending > 0 || m.endingSIDs[sid] > 0
		late := m.endedSIDs[sid]
		now := a.env.now()
		x := &session.Session{Subject: subject, Started: now, Active: now}
		m.provider.give(s, x, now)
		set, err := a.env.Create(a.context(), x, issuer, sid)
		w.log(a, "session %d of %s: %v", s.number, sid, err)
		switch {
		case err == nil:
			if late && w.now.Sub(s.started) < time.Minute && !m.apart() {
				w.fail("%s begins session %d with %s, which has ended", a.name, s.number, sid)
			}
			s.header, _, _ = strings.Cut(set[0], ";")
			m.count("login: succeeds")
		case errors.Is(err, session.ErrEnded):
			if !m.begunSIDs[sid] && !s.endBegun {
				w.fail("%s: refused because the sid %q has ended, which is not true", a.name, sid)
			}
			m.count("login: sid has ended")
		default:
			m.refused(a, err)
			m.ghosts = true
			m.count("login: unavailable")
		}
	}
}

// request is a request to an API. The guard opens the session, renews it if its token has expired, and records its
// activity.
func (m *model) request(a *actor) {
	if s := m.any(); s != nil {
		m.requestOf(a, s)
	}
}

func (m *model) requestOf(a *actor, s *known) (passes bool) {
	w := m.world
	start, touched := w.now, s.touched
	mustFail := s.ended || !start.Before(s.started.Add(maxAge+m.clocks()+time.Second)) ||
		s.running == 0 && !start.Before(s.active.Add(idleTimeout+m.clocks()+2*time.Second))
	s.running++
	defer func() {
		s.running--
		s.active = w.now
		if a.used { // no write of the new tokens was answered
			s.doubtful = true
		}
	}()
	o, err := m.pass(a, s)
	w.log(a, "session %d: %v", s.number, err)
	end := w.now
	mayFail := s.endBegun || s.revoked || s.doubtful ||
		!end.Before(s.started.Add(maxAge-m.clocks()-time.Second)) ||
		!end.Before(touched.Add(idleTimeout*9/10-m.clocks()-2*time.Second))
	switch {
	case err == nil && mustFail:
		w.fail("%s passes with session %d, which has ended", a.name, s.number)
	case err == nil && m.provider.tokens[o.Token] != s:
		w.fail("%s passes with %s, which is not a token of session %d", a.name, o.Token, s.number)
	case err == nil:
		if s.id = o.ID(); s.touched.Before(start) && !a.faulted {
			s.touched = start
		}
		m.count("request: passes")
	case errors.Is(err, session.ErrEnded):
		if !mayFail {
			w.fail("%s loses session %d: %v", a.name, s.number, err)
		}
		m.count("request: session has ended")
	default:
		m.refused(a, err)
		m.count("request: unavailable")
		if m.calm {
			w.fail("%s: session %d, without a fault: %v", a.name, s.number, err)
		}
		if w.final {
			w.fail("%s: at the end, session %d: %v", a.name, s.number, err)
		}
	}
	return err == nil
}

// pass opens, renews and touches a session, as a guard does.
func (m *model) pass(a *actor, s *known) (*tablesession.Opened, error) {
	ctx := a.context()
	o, err := a.env.Open(ctx, s.header)
	if err != nil {
		return nil, err
	}
	if !a.env.now().Before(o.Expires) {
		m.count("renewal")
		o, err = a.env.Renew(ctx, o, m.ask(s))
		switch {
		case err == nil || errors.Is(err, session.ErrEnded):
			a.used = false
		case a.used:
			m.world.fail("%s has new tokens of session %d and does not write them: %v", a.name, s.number, err)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := a.env.Touch(ctx, o); err != nil && !errors.Is(err, session.ErrUnavailable) {
		return nil, err
	}
	return o, nil
}
