package login

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// The parameters that an authorization request, or the client's authentication, has by the protocol. Sources: RFC 6749,
// sections 2.3.1 and 4.1.1; RFC 7521, section 4.2; RFC 7636, section 4.3; RFC 9101, section 5; RFC 9126, section 4;
// OpenID Connect Core 1.0, section 3.1.2.1.
func TestParametersThatALoginSets(t *testing.T) {
	for _, name := range strings.Fields("client_assertion client_assertion_type client_id client_secret code_challenge " +
		"code_challenge_method nonce redirect_uri request request_uri response_mode response_type scope state") {
		l := loginOf(func(l *Login) { l.Parameters = map[string]string{name: "x"} })
		found := 0
		l.checkParameters(func(format string, a ...any) { found++ })
		if found != 1 {
			t.Errorf("%s: found %d problems, want 1", name, found)
		}
	}
}

// The limits of a session's times and of its cookie's name.
func TestLimitsOfSessions(t *testing.T) {
	longest := "__Host-" + strings.Repeat("s", 57)
	for _, tt := range []struct {
		name   string
		change func(*Login)
		want   int // problems
	}{
		{"by default", func(*Login) {}, 0},
		{"the shortest", func(l *Login) { l.IdleTimeout, l.MaxAge = minIdleTimeout, minIdleTimeout }, 0},
		{"an idle time that is too short", func(l *Login) { l.IdleTimeout = minIdleTimeout - time.Second }, 1},
		{"an age that is too short", func(l *Login) {
			l.IdleTimeout, l.MaxAge = minIdleTimeout, minIdleTimeout-time.Second
		}, 1},
		{"the longest", func(l *Login) { l.MaxAge = maxMaxAge }, 0},
		{"an age that is too long", func(l *Login) { l.MaxAge = maxMaxAge + time.Second }, 1},
		{"an idle time that is the age", func(l *Login) { l.IdleTimeout, l.MaxAge = time.Hour, time.Hour }, 0},
		{"an idle time that is longer", func(l *Login) { l.IdleTimeout, l.MaxAge = time.Hour+time.Second, time.Hour }, 1},
		{"an age of half a second", func(l *Login) { l.MaxAge = time.Hour + time.Second/2 }, 1},
		{"an idle time of half a second", func(l *Login) { l.IdleTimeout = time.Minute + time.Second/2 }, 1},
		{"the longest name", func(l *Login) { l.Cookie = longest }, 0},
		{"a longer name", func(l *Login) { l.Cookie = longest + "s" }, 1},
		{"a name of another kind of host", func(l *Login) { l.Cookie = "__Host-Http-s" }, 0},
		{"no prefix", func(l *Login) { l.Cookie = "session" }, 1},
		{"a prefix alone", func(l *Login) { l.Cookie = "__Host-" }, 1},
		{"the other prefix alone", func(l *Login) { l.Cookie = "__Host-Http-" }, 1},
		{"the name of a login that runs", func(l *Login) { l.Cookie = "__Host-login-x" }, 1},
	} {
		l := loginOf(tt.change)
		found := []string{}
		l.checkSession(func(format string, a ...any) { found = append(found, fmt.Sprintf(format, a...)) })
		if len(found) != tt.want {
			t.Errorf("%s: got %q, want %d problems", tt.name, found, tt.want)
		}
	}
}
