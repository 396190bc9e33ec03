package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

const (
	host = "shop.example.com"
	name = "__Host-session"
)

// now is the time at which all cases open cookies. Some cookies are sealed as of an earlier time.
var now = time.Unix(1_700_000_000, 0)

func clock() time.Time { return now }

// versions returns the keys of a secret with two versions.
func versions(current, previous string) *session.Keys {
	return session.NewKeys(func(_ context.Context, stage string) ([]byte, error) {
		if stage == "AWSPREVIOUS" {
			return []byte(previous), nil
		}
		return []byte(current), nil
	}, clock)
}

const (
	newest = "the current version of the secret, 32 bytes"
	before = "the previous version, which also opens cookies"
	gone   = "a version that no longer opens cookies"
)

// cookies has the store under test, and sealed values of this store and of others.
type cookies struct {
	r        *rand.Rand
	store    *session.Store
	sealed   []sealedSession
	attempts []sealedAttempt
	values   []string // the values of all sessions' first cookies
	seconds  []string // the values of all sessions' second cookies
	begun    []string // the values of all attempts' cookies
}

// sealedSession is a session and the values of its cookies.
type sealedSession struct {
	first, second string
	says          *session.Session
	foreign       bool // sealed with another host, name or key, so it must not open
	ended         bool
}

type sealedAttempt struct {
	name, value string
	says        *session.Attempt
	foreign     bool
	ended       bool
}

func newCookies(r *rand.Rand) (*cookies, error) {
	c := &cookies{r: r}
	for _, s := range []struct {
		o       session.Options
		foreign bool
	}{
		{session.Options{Keys: versions(newest, before)}, false}, // the store under test
		{session.Options{Keys: versions(before, gone)}, false},   // before the secret was rotated
		{session.Options{Keys: versions(gone, gone)}, true},
		{session.Options{Keys: versions(newest, before), Host: "www.example.com"}, true},
		{session.Options{Keys: versions(newest, before), Cookie: "__Host-other"}, true},
	} {
		cookieName := s.o.Cookie
		if cookieName == "" {
			cookieName = name
		}
		if s.o.Host == "" {
			s.o.Host = host
		}
		s.o.Now = clock
		store, err := session.New(s.o)
		if err != nil {
			return nil, err
		}
		if c.store == nil {
			c.store = store
		}
		for i := range 12 {
			if err := c.sealSession(store, cookieName, s.foreign, i); err != nil {
				return nil, err
			}
			// The name of an attempt's cookie does not depend on the name of the session's cookie.
			if err := c.sealAttempt(store, s.foreign && cookieName == name, i); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

func (c *cookies) sealSession(store *session.Store, cookieName string, foreign bool, i int) error {
	x := &session.Session{
		Token: fmt.Sprintf("token-%d-%d", i, c.r.Uint64()), Refresh: fmt.Sprintf("refresh-%d", c.r.Uint64()),
		Subject: fmt.Sprintf("user-%d", i), Started: now, Active: now, Got: now, Expires: now.Add(time.Hour),
	}
	switch i % 4 {
	case 1:
		x.Token, x.Claims = "", []byte(`{"iss":"https://id.example.com","sub":"user"}`)
	case 2:
		x.Refresh = strings.Repeat(x.Refresh+" ", 170) // in two cookies
	}
	ended := i%6 == 5
	if ended {
		x.Started, x.Active = now.Add(-time.Hour), now.Add(-time.Hour)
	}
	set, err := store.Seal(context.Background(), x)
	if err != nil {
		return err
	}
	jar := jarOf(set)
	s := sealedSession{jar[cookieName], jar[cookieName+"-2"], x, foreign, ended}
	c.sealed = append(c.sealed, s)
	c.values = append(c.values, s.first)
	if s.second != "" {
		c.seconds = append(c.seconds, s.second)
	}
	return nil
}

func (c *cookies) sealAttempt(store *session.Store, foreign bool, i int) error {
	a := &session.Attempt{
		State: fmt.Sprintf("state-%d", c.r.Uint64()), Nonce: fmt.Sprint(c.r.Uint64()), Verifier: fmt.Sprint(c.r.Uint64()),
		Return: fmt.Sprintf("/orders?page=%d", i), Started: now,
	}
	ended := i%6 == 5
	if ended {
		a.Started = now.Add(-10 * time.Minute)
	}
	set, err := store.SealAttempt(context.Background(), a)
	if err != nil {
		return err
	}
	for n, value := range jarOf(set) {
		c.attempts = append(c.attempts, sealedAttempt{n, value, a, foreign, ended})
		c.begun = append(c.begun, value)
	}
	return nil
}

// jarOf returns the values of the cookies that Set-Cookie headers set, by name.
func jarOf(setCookies []string) map[string]string {
	jar := map[string]string{}
	for _, s := range setCookies {
		pair, attributes, _ := strings.Cut(s, "; ")
		name, value, _ := strings.Cut(pair, "=")
		if !strings.Contains(attributes, "Max-Age=0") {
			jar[name] = value
		}
	}
	return jar
}

// trySession changes the cookies of a session, opens them and returns the outcome.
func (c *cookies) trySession() (string, error) {
	r := c.r
	s := c.sealed[r.IntN(len(c.sealed))]
	first, second := s.first, s.second
	switch r.IntN(8) {
	case 0: // nothing
	case 1:
		first, second = second, first
	case 2:
		second = pick(r, c.seconds)
	case 3:
		first = pick(r, c.values)
	case 4:
		first, second = first+second, ""
	case 5:
		if cut := r.IntN(len(first) + 1); second == "" {
			first, second = first[:cut], first[cut:]
		}
	case 6:
		first = pick(r, c.begun)
	default:
		for range 1 + r.IntN(2) {
			if second != "" && r.IntN(2) == 0 {
				second = mutated(r, second, c.seconds)
			} else {
				first = mutated(r, first, c.values)
			}
		}
	}
	var pairs []string
	if first != "" || r.IntN(2) == 0 {
		pairs = append(pairs, name+"="+first)
	}
	if second != "" || r.IntN(20) == 0 {
		pairs = append(pairs, name+"-2="+second)
	}
	sent := headers(r, pairs)
	x, err := c.store.Open(context.Background(), sent...)
	if err != nil {
		return c.refused("session", err, x == nil, sent)
	}
	for _, s := range c.sealed {
		if len(sent) == 1 && !s.foreign && !s.ended && has(sent[0], name, s.first) && has(sent[0], name+"-2", s.second) {
			if !reflect.DeepEqual(x, s.says) {
				return "", fmt.Errorf("%q opens as %+v and was sealed as %+v", sent, x, s.says)
			}
			return "session: opened as sealed", nil
		}
	}
	return "", fmt.Errorf("a forged session opens: %q", sent)
}

// tryAttempt changes the cookie of an attempt, opens it and returns the outcome.
func (c *cookies) tryAttempt() (string, error) {
	r := c.r
	a := c.attempts[r.IntN(len(c.attempts))]
	n, value, state := a.name, a.value, a.says.State
	other := c.attempts[r.IntN(len(c.attempts))]
	switch r.IntN(8) {
	case 0: // nothing
	case 1:
		state = other.says.State
	case 2:
		value = other.value
	case 3:
		n = other.name
	case 4:
		n, state = other.name, other.says.State
	case 5:
		value = pick(r, c.values)
	case 6:
		state = mutated(r, state, []string{other.says.State})
	default:
		for range 1 + r.IntN(2) {
			value = mutated(r, value, c.begun)
		}
	}
	sent := headers(r, []string{n + "=" + value})
	got, err := c.store.OpenAttempt(context.Background(), state, sent...)
	if _, sealing := c.store.SealAttempt(context.Background(), a.says, sent...); sealing != nil {
		return "", fmt.Errorf("an attempt cannot be sealed with the cookies %q: %w", sent, sealing)
	}
	if err != nil {
		return c.refused("attempt", err, got == nil, sent)
	}
	for _, a := range c.attempts {
		if len(sent) == 1 && !a.foreign && !a.ended && a.says.State == state && has(sent[0], a.name, a.value) {
			if !reflect.DeepEqual(got, a.says) {
				return "", fmt.Errorf("%q opens as %+v and was sealed as %+v", sent, got, a.says)
			}
			return "attempt: opened as sealed", nil
		}
	}
	return "", fmt.Errorf("a forged attempt opens for the state %q: %q", state, sent)
}

// refused returns the outcome of cookies that do not open.
func (c *cookies) refused(kind string, err error, empty bool, sent []string) (string, error) {
	switch {
	case !empty:
	case errors.Is(err, session.ErrNoSession):
		return kind + ": refused, no session", nil
	case errors.Is(err, session.ErrForged):
		return kind + ": refused, forged", nil
	case errors.Is(err, session.ErrEnded):
		return kind + ": refused, ended", nil
	}
	return "", fmt.Errorf("%s: %q fails with an unexpected error: %w", kind, sent, err)
}

// has reports whether a Cookie header has a cookie exactly once with a value. If the value is "", it reports whether
// the header does not have the cookie.
func has(header, name, value string) bool {
	n, found := 0, false
	for _, pair := range strings.Split(header, ";") {
		if v, ok := strings.CutPrefix(strings.Trim(pair, " \t"), name+"="); ok {
			n++
			found = v == value
		} else if strings.Trim(pair, " \t") == name {
			n++
		}
	}
	if value == "" {
		return n == 0
	}
	return n == 1 && found
}
