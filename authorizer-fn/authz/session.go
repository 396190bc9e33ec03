package authz

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
	"github.com/gatehouse-cdk/gatehouse/internal/secretsmanager"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// SessionTag is the build tag of authorizer functions that open the cookies of sessions. A function that is built with
// the tag lambda.norpc and without this one refuses a configuration with a [Session] when it starts; it is smaller. The
// secureapi construct sets it where it is needed.
const SessionTag = "gatehouse_session"

// Session is how the token is found in a session's cookie, which the included login seals. Each request must have
// exactly one Sec-Fetch-Site, which browsers send and scripts cannot change; without it the answer is 401.
//
// A policy for the whole API is the caller's own for the site same-origin. For any other site it denies POST, PUT, PATCH
// and DELETE besides. With [Config.PerRequest] those verbs also pass for same-site with one Origin of AllowOrigins.
type Session struct {
	// Cookie is the name of the session's cookie, which begins with "__Host-". Default: "__Host-session".
	Cookie string

	// Host is the host of the login's origin, with its port if it has one: "shop.example.com". A cookie that was sealed
	// for another host is not opened. Required.
	Host string

	// KeysARN names the AWS Secrets Manager secret that cookies are sealed with. Required.
	KeysARN string

	// IdleTimeout and MaxAge end a session: so long after it was last renewed, and so long after the login, in whole
	// seconds. Defaults: 1 hour and 12 hours.
	IdleTimeout, MaxAge time.Duration

	// AllowOrigins are the origins of pages on sibling hosts that may call unsafe verbs, with [Config.PerRequest] only:
	// the Origin of a request is not part of the key that API Gateway caches by. Default: none.
	AllowOrigins []string
}

// Defaults of a [Session].
const (
	DefaultSessionCookie      = "__Host-session"
	DefaultSessionIdleTimeout = time.Hour
	DefaultSessionMaxAge      = 12 * time.Hour
)

// newSessions makes what opens sessions' cookies. It is nil in a function that is built without [SessionTag], which then
// does not start with a configuration that has a [Session].
var newSessions func(a *Authorizer, vault secretsmanager.Client) error

// keepSessions sets up how sessions' cookies are opened.
func (a *Authorizer) keepSessions(vault secretsmanager.Client, loopbackHTTP bool) error {
	s := a.config.Session
	for _, r := range a.table.Rules() {
		if r.Forward && (s == nil || !a.config.PerRequest) {
			return fmt.Errorf("%w: route %q is handed the access token, which takes a session and perRequest", ErrConfig,
				r.Pattern)
		}
	}
	switch {
	case s == nil:
		return nil
	case newSessions == nil:
		return fmt.Errorf("%w: the token is in a session's cookie, and this function was built without the tag %s: the "+
			"secureapi construct of the same release sets it", ErrConfig, SessionTag)
	}
	if err := checkVault(vault, loopbackHTTP); err != nil {
		return err
	}
	return newSessions(a, vault)
}

type fileSession struct {
	Cookie       string      `json:"cookie,omitempty"`
	Host         string      `json:"host"`
	KeysARN      string      `json:"keysArn"`
	IdleTimeout  fileSeconds `json:"idleTimeoutSeconds,omitempty"`
	MaxAge       fileSeconds `json:"maxAgeSeconds,omitempty"`
	AllowOrigins []string    `json:"allowOrigins,omitempty"`
}

func (s *Session) file() *fileSession {
	if s == nil {
		return nil
	}
	return &fileSession{
		Cookie:       s.Cookie,
		Host:         s.Host,
		KeysARN:      s.KeysARN,
		IdleTimeout:  fileSeconds(s.IdleTimeout),
		MaxAge:       fileSeconds(s.MaxAge),
		AllowOrigins: s.AllowOrigins,
	}
}

func (s *Session) read(v strictjson.Value) error {
	return fields{
		"cookie": &s.Cookie, "host": &s.Host, "keysArn": &s.KeysARN, "idleTimeoutSeconds": &s.IdleTimeout,
		"maxAgeSeconds": &s.MaxAge, "allowOrigins": &s.AllowOrigins,
	}.read(v)
}

// checkSession finds what cannot be right about a session.
func (c Config) checkSession(fail func(format string, a ...any)) {
	s := c.Session
	if len(c.TokenSources) > 0 {
		fail("the token is in the session's cookie alone: leave tokenSources out")
	}
	if name := s.Cookie; name != "" && (!strings.HasPrefix(name, "__Host-") || !httpname.IsToken(name)) {
		fail("session: cookie %q: the name begins with __Host-, so that no sibling host can set it, and has letters, digits "+
			"and %q", name, httpname.TokenSymbols)
	}
	if err := checkHost(s.Host); err != nil {
		fail("session: host %q: %w: want that of the login's origin, like %q", s.Host, err, "shop.example.com")
	}
	if !secretsmanager.IsARN(s.KeysARN) {
		fail("session: keysArn %q is not the ARN of a secret: want arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME",
			s.KeysARN)
	}
	idle, longest := cmp.Or(s.IdleTimeout, DefaultSessionIdleTimeout), cmp.Or(s.MaxAge, DefaultSessionMaxAge)
	if idle < time.Minute || longest < idle {
		fail("session: idleTimeout is %v and maxAge %v: want at least a minute, and maxAge not below idleTimeout", idle, longest)
	}
	if len(s.AllowOrigins) > 0 && !c.PerRequest {
		fail("session: allowOrigins needs perRequest, since API Gateway does not cache by Origin")
	}
	for _, origin := range s.AllowOrigins {
		if err := httpname.CheckOrigin(origin); err != nil {
			fail("session: origin %w", err)
		} else if origin == "*" {
			fail("session: origin %q admits every page: name each one", origin)
		}
	}
}

// checkHost says why a text is not a host of a URL, with a port or without.
func checkHost(host string) error {
	switch {
	case host == "":
		return errors.New("it is missing")
	case host == "*" || httpname.CheckOrigin("https://"+host) != nil:
		return errors.New("it is not a host in lower case")
	}
	return nil
}
