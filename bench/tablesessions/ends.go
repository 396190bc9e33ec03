package main

import "time"

// logout ends the session of a browser.
func (m *model) logout(a *actor) {
	s := m.any()
	if s == nil {
		return
	}
	o, err := a.env.Open(a.context(), s.header)
	if err != nil {
		return
	}
	s.endBegun = true
	if m.acknowledged(a, "logout", a.env.End(a.context(), o)) {
		s.ended = true
	}
}

// acknowledged reports and counts whether an end succeeded.
func (m *model) acknowledged(a *actor, operation string, err error) bool {
	m.world.log(a, "%s: %v", operation, err)
	if err != nil {
		m.refused(a, err)
		m.count(operation + ": unavailable")
		return false
	}
	m.count(operation + ": succeeds")
	return true
}

// logoutElsewhere ends one of the sessions in the user's list.
func (m *model) logoutElsewhere(a *actor) {
	list, err := a.env.List(a.context(), issuer, subject)
	if err != nil || len(list) == 0 {
		return
	}
	id := list[m.world.rng.IntN(len(list))].ID
	var s *known
	for _, s = range m.sessions {
		if s.id == id {
			break
		}
	}
	if s == nil || s.id != id {
		return // the model does not know its ID yet
	}
	s.endBegun = true
	_, err = a.env.EndOne(a.context(), issuer, subject, id)
	if m.acknowledged(a, "end of one", err) {
		s.ended = true
	}
}

// endSubject ends all sessions of the user.
func (m *model) endSubject(a *actor) {
	var before []*known
	for _, s := range m.sessions {
		s.endBegun = true
		if s.header != "" {
			before = append(before, s)
		}
	}
	m.ending++
	defer func() { m.ending-- }()
	_, err := a.env.EndSubject(a.context(), issuer, subject)
	if m.acknowledged(a, "end of subject", err) {
		for _, s := range before {
			s.ended = true
		}
	}
}

// backChannel is the provider's logout notice for a sid. The same jti may come twice.
func (m *model) backChannel(sid, jti string) func(a *actor) {
	return func(a *actor) {
		m.unanswered[jti]++
		first, err := a.env.Once(a.context(), issuer, jti, m.world.now.Add(time.Hour))
		if err != nil {
			m.refused(a, err)
			return
		}
		m.onces[jti]++
		m.unanswered[jti]--
		if !first {
			m.count("back-channel logout: replayed")
			return
		}
		m.firsts[jti]++
		var begun []*known
		for _, s := range m.sessions {
			if s.sid == sid {
				s.endBegun = true
			}
		}
		m.begunSIDs[sid] = true
		m.endingSIDs[sid]++
		defer func() { m.endingSIDs[sid]-- }()
		_, err = a.env.EndSID(a.context(), issuer, sid)
		if !m.acknowledged(a, "back-channel logout", err) {
			return
		}
		m.endedSIDs[sid] = true
		for _, s := range m.sessions {
			if s.sid == sid {
				begun = append(begun, s)
			}
		}
		for _, s := range begun {
			s.ended, s.endBegun = true, true
		}
	}
}

// revoke ends the grant of a session at the provider, without a notice.
func (m *model) revoke(a *actor) {
	if s := m.any(); s != nil {
		s.revoked = true
		m.world.log(a, "the grant of session %d is revoked", s.number)
	}
}
