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

// environment is a function's, with a clock of its own.
type environment struct {
	*tablesession.Store
	w              *world
	skew           time.Duration
	removesNothing bool // no removal arrives
}

func (e *environment) now() time.Time { return e.w.now.Add(e.skew).Truncate(time.Second) }

// known is what the model knows of a session.
type known struct {
	number  int
	sid     string
	header  string    // "" before the login succeeded
	started time.Time // by the world's time, as all times here
	id      string    // of the list

	endBegun bool // an end of it has begun, so that it may have ended
	ended    bool // an end of it has succeeded, so that it has ended
	revoked  bool // the provider refuses its refresh token
	doubtful bool // tokens of it were lost with a crash or the provider's answer, so that it may end

	touched time.Time // when a request began last that passed
	active  time.Time // when a request was under way last
	running int       // requests that are
}

// model is one case: a world, what is in it, and what has to be true of it.
type model struct {
	world    *world
	table    *table
	provider *provider
	envs     []*environment
	sessions []*known

	ending      int             // ends of the subject that are under way
	begunSIDs   map[string]bool // whose end has begun
	endingSIDs  map[string]int  // whose ends are under way
	endedSIDs   map[string]bool // whose end has succeeded
	firsts      map[string]int  // uses of a jti that pass for the first
	onces       map[string]int  // uses that were answered
	unanswered  map[string]int  // and those that were not
	jtis        int             // that were drawn
	mayAskTwice bool
	calm        bool // nothing is lost, nothing crashes, each request waits
	ghosts      bool // a login failed after it may have written
	tally       trial.Tally
}

// clocks is how far two clocks differ.
func (m *model) clocks() time.Duration {
	d := m.envs[0].skew - m.envs[1].skew
	return max(d, -d)
}

// apart reports whether the clocks differ by more than leases allow for.
func (m *model) apart() bool { return m.clocks() > 3*time.Second }

// newModel draws a case.
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
	m.envs[2].removesNothing = true // its clock is the first one's
	m.mayAskTwice = m.apart()
	return m
}

// env draws an environment.
func (m *model) env() *environment { return m.envs[m.world.rng.IntN(2)] }

func (m *model) count(what string) { m.tally[what]++ }

// refused is an error other than that there is no session.
func (m *model) refused(a *actor, err error) {
	known := errors.Is(err, session.ErrUnavailable) || errors.Is(err, errProvider)
	if !known || errors.Is(err, session.ErrEnded) {
		m.world.fail("%s: %v", a.name, err)
	}
}

// any draws a session that has begun; nil for none.
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

// check looks at what is left when all have ended: each session either passes or has ended, in both environments, and
// the list has those that pass.
func (m *model) check() {
	w := m.world
	w.final = true
	var passing []string
	onTheEdge := 0 // sessions that end by their times at about this time
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
			w.fail("%s passes for the first of its kind %d times", jti, n)
		}
	}
	for jti, n := range m.onces {
		if n > 0 && m.firsts[jti] == 0 && m.unanswered[jti] == 0 {
			w.fail("%s was used %d times, and never first", jti, n)
		}
	}
}
