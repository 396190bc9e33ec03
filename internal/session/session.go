// Package session seals a browser's session, and the login attempt before it, into cookies, and opens them again.
//
// A session is stateless: the cookie contains all of it, encrypted. Package tablesession stores sessions in a table,
// and uses the names, attributes, encoding and sealing of this package. The package serves no HTTP, asks no provider
// and logs nothing. Its callers check whether a session's token has expired. It opens only what it has sealed itself,
// for this host and under this name, and no input makes it panic.
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

// The reasons why there is no session. For a caller the first three mean the same: it is not logged in.
var (
	ErrNoSession = errors.New("session: the request has no session")
	ErrForged    = errors.New("session: the cookie was not sealed here, or occurs twice")
	ErrEnded     = errors.New("session: the session has ended")

	// ErrUnavailable reports that the keys, or the table that stores sessions, cannot be reached. It says nothing about a
	// cookie.
	ErrUnavailable = errors.New("session: the keys, or the table of sessions, cannot be had at the moment")
)

// ErrTooLarge reports that a session does not fit into its two cookies, or an attempt into its one.
var ErrTooLarge = errors.New("session: more than two cookies of 4,096 bytes hold: ask the provider for smaller " +
	"tokens, with fewer claims")

// The defaults of [Options].
const (
	DefaultCookie      = settings.DefaultCookie
	DefaultIdleTimeout = settings.DefaultIdleTimeout
	DefaultMaxAge      = settings.DefaultMaxAge
)

// Skew is how far ahead the clock that sealed a session may have been. A value that was sealed later than that does not
// open, because it would last too long after a clock was set back.
const Skew = time.Minute

// Options configure a [Store].
type Options struct {
	// Cookie is the name of the session's cookie, with the prefix "__Host-". Default: [DefaultCookie].
	Cookie string

	// Host is the host of the login's origin, with its port if it has one. A cookie that was sealed for another host does
	// not open. Required.
	Host string

	// IdleTimeout is the time from the last renewal of a session to its end. MaxAge is the time from the login to the
	// session's end. Defaults: [DefaultIdleTimeout] and [DefaultMaxAge].
	IdleTimeout, MaxAge time.Duration

	// Keys are the keys that cookies are sealed with. Required.
	Keys *Keys

	// Now is the clock. Default: [time.Now].
	Now func() time.Time

	// Random is the source of the salts. Default: crypto/rand's Reader.
	Random io.Reader
}

// Store seals and opens cookies. It is safe for concurrent use.
type Store struct {
	cookie, host  string
	idle, longest time.Duration
	keys          *Keys
	now           func() time.Time
	random        io.Reader
}

// New returns a store. The error tells which of the options are invalid.
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

// Session is a logged-in user, with the tokens of the provider. Times are in whole seconds.
type Session struct {
	// Token is the access token. If guards read the ID token instead, Claims has its claims: a JSON object with at least
	// iss and sub. Exactly one of the two is set.
	Token  string
	Claims []byte

	// Refresh is the refresh token. It may be empty.
	Refresh string

	// Subject is the ID token's sub. Name and Email are the claims with these names, if it has them.
	Subject, Name, Email string

	// Started is when the login ended, and Active when the session was last renewed. Got is when the provider issued the
	// token. Expires is when the token expires, or the token that the claims are from.
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

// Seal returns the Set-Cookie headers of a session: its cookie, and its second one, which is cleared if one is enough.
// They last as long as the browser's own session. The error is [ErrTooLarge], [ErrUnavailable], or tells what is wrong
// with the session.
func (s *Store) Seal(ctx context.Context, x *Session) (setCookies []string, err error) {
	text, err := Encode(x)
	if err != nil {
		return nil, err
	}
	if sealedSize(len(text)) > valueRoom(s.cookie)+valueRoom(s.secondCookie()) {
		return nil, ErrTooLarge
	}
	value, err := s.seal(ctx, sessionInfo, s.cookie, text)
	if err != nil {
		return nil, err
	}
	first := min(len(value), valueRoom(s.cookie))
	rest := clearCookie(s.secondCookie(), strict)
	if first < len(value) {
		rest = setCookie(s.secondCookie(), value[first:], strict)
	}
	return []string{setCookie(s.cookie, value[:first], strict), rest}, nil
}

// Open returns the session in a request's cookies. The arguments are the values of all Cookie headers. The error is one
// of [ErrNoSession], [ErrForged], [ErrEnded] and [ErrUnavailable].
func (s *Store) Open(ctx context.Context, cookieHeaders ...string) (*Session, error) {
	header, err := singleHeader(cookieHeaders)
	if err != nil {
		return nil, err
	}
	value, found, err := cookie(header, s.cookie)
	if err != nil {
		return nil, err
	}
	rest, more, err := cookie(header, s.secondCookie())
	switch {
	case err != nil:
		return nil, err
	case !found && !more:
		return nil, ErrNoSession
	case !found || len(value) > valueRoom(s.cookie) || len(rest) > valueRoom(s.secondCookie()):
		return nil, ErrForged
	case more && (len(value) < valueRoom(s.cookie) || rest == ""): // a second cookie only follows a full first one
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

// Clear returns the Set-Cookie headers that remove a session from the browser.
func (s *Store) Clear() (setCookies []string) {
	return []string{clearCookie(s.cookie, strict), clearCookie(s.secondCookie(), strict)}
}

// secondCookie returns the name of the second cookie.
func (s *Store) secondCookie() string { return s.cookie + "-2" }
