package main

import (
	"errors"
	"math/rand/v2"
	"time"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/trial"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
)

const (
	issuer  = "https://issuer.example.com"
	subject = "user-1"

	idleTimeout = 12 * time.Minute
	maxAge      = 40 * time.Minute
)

// environment is the environment of a function, with its own clock.
type environment struct {
	*tablesession.Store
	w              *world
	skew           time.Duration
	removesNothing bool // all deletions are lost
}

func (e *environment) now() time.Time { return e.w.now.Add(e.skew).Truncate(time.Second) }

// known is what the model knows about a session. Its times are the world's.
type known struct {
	number  int
	sid     string
	header  string // the Cookie header; "" before the login succeeded
	started time.Time
	id      string // in the user's list

	endBegun bool // an end has begun, so the session may have ended
	ended    bool // an end has succeeded, so the session has ended
	revoked  bool // the provider refuses its refresh token
	doubtful bool // a crash or a lost answer has lost its tokens, so it may end

	touched time.Time // the start of the last request that passed
	active  time.Time // the end of the last request
	running int       // the number of requests that run
}

// model is one case: a world, its table, provider and sessions, and the checks of what happens.
type model struct {
	world    *world
	table    *table
	provider *provider
	envs     []*environment
	sessions []*known

	ending      int             // the number of running ends of the subject
	begunSIDs   map[string]bool // the sids of which an end has begun
	endingSIDs  map[string]int  // the number of running ends, by sid
	endedSIDs   map[string]bool // the sids of which an end has succeeded
	firsts      map[string]int  // uses that the table accepted as the first, by jti
	onces       map[string]int  // uses that were answered, by jti
	unanswered  map[string]int  // uses that were not answered, by jti
	jtis        int             // the number of drawn jtis
	mayAskTwice bool            // requests may ask the provider twice
	calm        bool            // nothing is lost, nothing crashes, and no request times out
	ghosts      bool            // a login failed and may have written its session
	tally       trial.Tally
}

// clocks returns the difference of the two environments' clocks.
func (m *model) clocks() time.Duration {
	d := m.envs[0].skew - m.envs[1].skew
	return max(d, -d)
}

// apart reports whether the clocks differ by more than leases allow.
func (m *model) apart() bool { return m.clocks() > 3*time.Second }

// newModel makes a model and draws the clocks of its environments.
func newModel(rng *rand.Rand, keys *session.Keys, random *rand.ChaCha8, f fault, t trial.Tally) *model {
	w := newWorld(rng)
	m := &model{
		world: w, table: newTable(f), provider: newProvider(), tally: t,
		begunSIDs: map[string]bool{}, endedSIDs: map[string]bool{}, endingSIDs: map[string]int{},
		firsts: map[string]int{}, onces: map[string]int{}, unanswered: map[string]int{},
	}
	skew := time.Duration(0)
	switch rng.IntN(6) {
	case 0, 1:
		skew = time.Duration(rng.Int64N(int64(4*time.Second))) - 2*time.Second
	case 2, 3:
		skew = time.Duration(rng.Int64N(int64(80*time.Second))) - 40*time.Second
	}
	for i := range 3 {
		e := &environment{w: w}
		if i == 1 {
			e.skew = skew
		}
		store, err := tablesession.New(tablesession.Options{
			Host: "shop.example.com", IdleTimeout: idleTimeout, MaxAge: maxAge, Keys: keys, Table: m.table,
			Now: func() time.Time { return w.now.Add(e.skew) }, Random: random, Wait: wait,
		})
		if err != nil {
			w.fail("%v", err)
		}
		e.Store = store
		m.envs = append(m.envs, e)
	}
	m.envs[2].removesNothing = true // with the clock of the first environment
	m.mayAskTwice = m.apart()
	return m
}

// env draws one of the first two environments.
func (m *model) env() *environment { return m.envs[m.world.rng.IntN(2)] }

func (m *model) count(outcome string) { m.tally[outcome]++ }

// refused checks that an error means that the table or the provider is unavailable.
func (m *model) refused(a *actor, err error) {
	known := errors.Is(err, session.ErrUnavailable) || errors.Is(err, errProvider)
	if !known || errors.Is(err, session.ErrEnded) {
		m.world.fail("%s: %v", a.name, err)
	}
}

// any draws a session whose login has succeeded; nil if there is no such session.
func (m *model) any() *known {
	var may []*known
	for _, s := range m.sessions {
		if s.header != "" {
			may = append(may, s)
		}
	}
	if may == nil {
		return nil
	}
	return may[m.world.rng.IntN(len(may))]
}

// check checks the end of a case. Each session passes in both environments or has ended in both, and the list has the
// sessions that pass.
func (m *model) check() {
	w := m.world
	w.final = true
	var passing []string
	onTheEdge := 0 // the number of sessions that expire at about this time
	for _, s := range m.sessions {
		if s.header == "" {
			continue
		}
		passes := false
		for _, e := range m.envs[:2] {
			w.spawn("at the end", e, w.now, func(a *actor) { passes = m.requestOf(a, s) })
			w.run()
			if w.fault != nil {
				return
			}
		}
		if passes {
			passing = append(passing, s.id)
		}
		margin := m.clocks() + 10*time.Second
		if end := s.started.Add(maxAge); end.Sub(w.now).Abs() < margin {
			onTheEdge++
		} else if end := s.active.Add(idleTimeout); end.Sub(w.now).Abs() < margin {
			onTheEdge++
		}
	}
	w.spawn("the list", m.envs[0], w.now, func(a *actor) {
		list, err := a.env.List(a.context(), issuer, subject)
		if err != nil {
			w.fail("the list: %v", err)
		}
		ids := map[string]bool{}
		for _, e := range list {
			ids[e.ID] = true
		}
		for _, id := range passing {
			if !ids[id] && onTheEdge == 0 {
				w.fail("the list lacks a session that passes")
			}
		}
		if len(ids) > len(passing)+onTheEdge && !m.ghosts {
			w.fail("the list has %d sessions, of which %d pass", len(ids), len(passing))
		}
	})
	w.run()
	for jti, n := range m.firsts {
		if n > 1 {
			w.fail("%s is accepted as the first use %d times", jti, n)
		}
	}
	for jti, n := range m.onces {
		if n > 0 && m.firsts[jti] == 0 && m.unanswered[jti] == 0 {
			w.fail("%s was used %d times, and no use was accepted", jti, n)
		}
	}
}
