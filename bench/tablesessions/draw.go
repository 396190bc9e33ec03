package main

import (
	"fmt"
	"time"
)

// draw draws the actors of a case and their times.
func (m *model) draw() {
	w, rng := m.world, m.world.rng
	if w.chance(6) {
		m.drawRace()
		return
	}
	m.drawLogins()
	var times []time.Duration
	for range 1 + rng.IntN(3) {
		times = append(times, moments[min(rng.IntN(len(moments)), rng.IntN(len(moments)))]) // early moments are more frequent
	}
	if w.chance(8) { // a session in use until its maximum age
		for at := 7 * time.Minute; at < maxAge; at += 7 * time.Minute {
			w.spawn("regular", m.env(), began.Add(at), m.request)
		}
		times = append(times, maxAge-2*time.Second)
	}
	troubled := m.drawTrouble(times[0])
	for _, moment := range times {
		for range 2 + rng.IntN(4) {
			m.drawOne(moment, troubled)
		}
		if w.chance(3) {
			w.spawn("sweep", m.env(), w.around(moment), func(*actor) { m.table.sweep(w.now) })
		}
	}
}

// moments are the times of requests and ends, from the beginning: around the times at which tokens or sessions expire.
var moments = []time.Duration{
	2 * time.Second, tokenLife - 2*time.Second, tokenLife, 2*tokenLife - 2*time.Second, idleTimeout - 3*time.Second,
	16 * time.Minute, maxAge - 2*time.Second,
}

var sids = []string{"", "sid-1", "sid-2"}

// around draws a time up to four seconds after a moment.
func (w *world) around(moment time.Duration) time.Time {
	return began.Add(moment + time.Duration(w.rng.Int64N(int64(4*time.Second))))
}

// drawLogins draws the logins. Most are at the beginning.
func (m *model) drawLogins() {
	w, rng := m.world, m.world.rng
	for range 1 + rng.IntN(3) {
		moment := began
		if w.chance(4) {
			moment = w.around(tokenLife - 2*time.Second)
		}
		sid := sids[rng.IntN(len(sids))]
		w.spawn("login", m.env(), moment, m.login(sid))
		if sid != "" && w.chance(12) { // the sid may end during the login
			w.spawn("back channel", m.env(), moment.Add(time.Duration(rng.Int64N(int64(2*time.Second)))),
				m.backChannel(sid, "jti-"+sid))
		}
	}
}

// drawTrouble draws faults of the table and of the provider, and reports whether functions may crash.
func (m *model) drawTrouble(moment time.Duration) (troubled bool) {
	w, rng := m.world, m.world.rng
	troubled = w.chance(3)
	if w.chance(2) {
		w.faults = 1 + rng.IntN(2)
	}
	m.calm = w.faults == 0 && !troubled
	if troubled && w.chance(2) {
		w.outageFrom = w.around(moment)
		w.outageUntil = w.outageFrom.Add(time.Duration(rng.Int64N(int64(5 * time.Second))))
	}
	if troubled && w.chance(2) {
		m.provider.failures = 1 + rng.IntN(2)
	}
	return troubled
}

// drawOne draws a request or, less often, an end.
func (m *model) drawOne(moment time.Duration, troubled bool) {
	w, rng := m.world, m.world.rng
	name, script := "request", m.request
	e := m.env()
	switch rng.IntN(16) {
	case 0:
		name, script = "logout", m.logout
	case 1:
		name, script = "end of subject", m.endSubject
		if w.chance(3) {
			e = m.envs[2]
		}
	case 2:
		m.jtis++
		name, script = "back channel", m.backChannel(sids[1+rng.IntN(2)], fmt.Sprintf("jti-%d", m.jtis))
		if w.chance(2) { // the same notice twice
			w.spawn(name, m.env(), w.around(moment), script)
		}
		if w.chance(4) {
			e = m.envs[2]
		}
	case 3:
		name, script = "logout of one", m.logoutElsewhere
	case 4:
		if w.chance(4) {
			name, script = "revocation", m.revoke
		}
	}
	a := w.spawn(fmt.Sprintf("%s %d", name, len(w.live)), e, w.around(moment), script)
	if name == "request" && w.chance(8) {
		m.calm = false
		a.patience = a.ready.Add(time.Duration(rng.Int64N(int64(3 * time.Second))))
	}
	if troubled && w.chance(6) {
		a.crashIn = 1 + rng.IntN(12)
		m.mayAskTwice = true
	}
}

// drawRace draws only requests, at the time at which the token of their session expires.
func (m *model) drawRace() {
	w := m.world
	m.calm = true
	w.spawn("login", m.env(), began, m.login(""))
	moment := began.Add(tokenLife + m.clocks())
	for i := range 2 + w.rng.IntN(6) {
		w.spawn(fmt.Sprintf("request %d", i), m.env(), moment.Add(time.Duration(w.rng.Int64N(int64(time.Second)))), m.request)
	}
}
