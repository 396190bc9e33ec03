// Package session seals a browser's session, and the attempt to log in before it, into cookies, and opens them again.
//
// A session is stateless: the cookie holds all of it, encrypted. Those that a table holds are package tablesession's,
// which takes names, attributes, encoding and sealing from here. The package serves no HTTP, asks no provider and logs
// nothing; that a session's token has expired is for its callers to see. What it opens it has sealed itself, for this
// host and under this name, and no input makes it panic.
package session

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// Why there is no session. To a caller the first three are the same: it is not logged in.
var (
	ErrNoSession = errors.New("session: the request has no session")
	ErrForged    = errors.New("session: the cookie was not sealed here, or is there twice")
	ErrEnded     = errors.New("session: the session has ended")

	// ErrUnavailable says that the keys, or the table that holds sessions, cannot be had: nothing can be said about a
	// cookie.
	ErrUnavailable = errors.New("session: the keys, or the table of sessions, cannot be had at the moment")
)

// ErrTooLarge says that a session does not fit into its cookies, or an attempt into its one.
var ErrTooLarge = errors.New("session: more than two cookies of 4,096 bytes hold: ask the provider for smaller " +
	"tokens, with fewer claims")

// Defaults of [Options].
const (
	DefaultCookie      = settings.DefaultCookie
	DefaultIdleTimeout = settings.DefaultIdleTimeout
	DefaultMaxAge      = settings.DefaultMaxAge
)

// Skew is how far ahead of this clock the clock may have been that a session was sealed by. What was sealed later than
// that is not opened: by a clock that was put back, it would last too long.
const Skew = time.Minute

// Options are the settings of a [Store].
type Options struct {
	// Cookie is the name of the session's cookie, with the prefix "__Host-". Default: [DefaultCookie].
	Cookie string

	// Host is the host of the login's origin, with its port if it has one. A cookie that was sealed for another host is
	// not opened. Required.
	Host string

	// IdleTimeout ends a session so long after it was last renewed, and MaxAge so long after the login. Defaults:
	// [DefaultIdleTimeout] and [DefaultMaxAge].
	IdleTimeout, MaxAge time.Duration

	// Keys are what cookies are sealed with. Required.
	Keys *Keys

	// Now is the clock. Default: [time.Now].
	Now func() time.Time

	// Random gives the salts. Default: crypto/rand's Reader.
	Random io.Reader
}

// Store seals and opens cookies. Any number of goroutines may use it.
type Store struct {
	cookie, host  string
	idle, longest time.Duration
	keys          *Keys
	now           func() time.Time
	random        io.Reader
}

// New makes a store. The error says which of the options cannot be right.
func New(o Options) (*Store, error) {
	s := &Store{
		cookie: o.Cookie, host: o.Host, idle: o.IdleTimeout, longest: o.MaxAge, keys: o.Keys, now: o.Now, random: o.Random,
	}
	if s.cookie == "" {
		s.cookie = DefaultCookie
	}
	if s.idle == 0 {
		s.idle = DefaultIdleTimeout
	}
	if s.longest == 0 {
		s.longest = DefaultMaxAge
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.random == nil {
		s.random = rand.Reader
	}
	switch {
	case !strings.HasPrefix(s.cookie, prefix) || !httpname.IsToken(s.cookie) || len(s.cookie) > maxName:
		return nil, fmt.Errorf("session: cookie %q: want up to %d letters, digits and %q that begin with %q, so that no "+
			"sibling host can set it", s.cookie, maxName, httpname.TokenSymbols, prefix)
	case strings.HasPrefix(s.cookie, attemptPrefix):
		return nil, fmt.Errorf("session: cookie %q: names that begin with %q are those of attempts to log in", s.cookie,
			attemptPrefix)
	case s.host == "*" || httpname.CheckOrigin("https://"+s.host) != nil:
		return nil, fmt.Errorf("session: host %q: want the host of the login's origin in lower case, like %q", s.host,
			"shop.example.com")
	case s.idle < time.Minute || s.longest < s.idle:
		return nil, fmt.Errorf("session: the idle time-out is %v and the longest age %v: want at least a minute, and a "+
			"longest age that is not shorter", s.idle, s.longest)
	case s.keys == nil:
		return nil, errors.New("session: there are no keys")
	}
	return s, nil
}

// Session is who is logged in, with the tokens of the provider. Times are whole seconds.
type Session struct {
	// Token is the access token; or Claims are claims of the ID token, a JSON object that has at least iss and sub, where
	// guards read those instead. There is one of the two.
	Token  string
	Claims []byte

	// Refresh is the refresh token, if there is one.
	Refresh string

	// Subject is the ID token's sub, and Name and Email the claims of these names, if it has them.
	Subject, Name, Email string

	// Started is when the login ended, Active when the session was last renewed, Got when the provider gave the token, and
	// Expires when the token, or what the claims are from, does.
	Started, Active, Got, Expires time.Time
}

// Ends returns when the session ends if it is not renewed, and when it ends in any case.
func (s *Store) Ends(x *Session) (idle, longest time.Time) {
	longest = x.Started.Add(s.longest)
	if idle = x.Active.Add(s.idle); idle.After(longest) {
		idle = longest
	}
	return idle, longest
}

// alive reports whether a session has not ended.
func (s *Store) alive(x *Session, now time.Time) bool {
	latest := now.Add(Skew)
	idle, _ := s.Ends(x)
	return now.Before(idle) && !x.Started.After(latest) && !x.Active.After(latest)
}

const sessionInfo = "gatehouse session"

// Seal returns the Set-Cookie headers of a session: its cookie, and its second one, which is cleared where one is
// enough. They last as long as the browser's own session. The error is [ErrTooLarge], [ErrUnavailable], or says what
// is wrong with the session.
func (s *Store) Seal(ctx context.Context, x *Session) (setCookies []string, err error) {
	text, err := Encode(x)
	if err != nil {
		return nil, err
	}
	if sealedSize(len(text)) > room(s.cookie)+room(s.second()) {
		return nil, ErrTooLarge
	}
	value, err := s.seal(ctx, sessionInfo, s.cookie, text)
	if err != nil {
		return nil, err
	}
	first := min(len(value), room(s.cookie))
	rest := clearing(s.second(), strict)
	if first < len(value) {
		rest = setting(s.second(), value[first:], strict)
	}
	return []string{setting(s.cookie, value[:first], strict), rest}, nil
}

// Open returns the session in a request's cookies, which are given as the values of all its Cookie headers. The error
// is one of [ErrNoSession], [ErrForged], [ErrEnded] and [ErrUnavailable].
func (s *Store) Open(ctx context.Context, cookieHeaders ...string) (*Session, error) {
	header, err := one(cookieHeaders)
	if err != nil {
		return nil, err
	}
	value, found, err := cookie(header, s.cookie)
	if err != nil {
		return nil, err
	}
	rest, more, err := cookie(header, s.second())
	switch {
	case err != nil:
		return nil, err
	case !found && !more:
		return nil, ErrNoSession
	case !found || len(value) > room(s.cookie) || len(rest) > room(s.second()):
		return nil, ErrForged
	case more && (len(value) < room(s.cookie) || rest == ""): // a second cookie only follows a full one
		return nil, ErrForged
	}
	text, err := s.open(ctx, sessionInfo, s.cookie, value+rest)
	if err != nil {
		return nil, err
	}
	x, err := Decode(text)
	if err != nil {
		return nil, ErrForged
	}
	if !s.alive(x, s.now()) {
		return nil, ErrEnded
	}
	return x, nil
}

// Clear returns the Set-Cookie headers that end a session in the browser.
func (s *Store) Clear() (setCookies []string) {
	return []string{clearing(s.cookie, strict), clearing(s.second(), strict)}
}

// second is the name of the second cookie.
func (s *Store) second() string { return s.cookie + "-2" }
