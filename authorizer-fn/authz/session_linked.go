//go:build !lambda.norpc || gatehouse_session

package authz

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/policycompiler"
	"github.com/gatehouse-cdk/gatehouse/internal/secretsmanager"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// keepsSessions reports whether this program supports sessions. Programs that are not functions always do.
const keepsSessions = true

func init() {
	sessions.read, sessions.open = (*Session).read, (*Authorizer).openSessions
	sessions.start, sessions.ready, sessions.enter = startKeys, readyKeys, enterSession
}

func (s *Session) read(v strictjson.Value) error {
	return settings.Fields{
		"cookie": &s.Cookie, "host": &s.Host, "keysArn": &s.KeysARN, "idleTimeoutSeconds": &s.IdleTimeout,
		"maxAgeSeconds": &s.MaxAge, "allowOrigins": &s.AllowOrigins,
		"table": func(v strictjson.Value) error {
			if tables.read == nil {
				return errNoTables()
			}
			s.Table = &SessionTable{}
			return tables.read(s.Table, v)
		},
	}.Read(v)
}

// store opens the sessions of requests. Its errors are those of package session.
type store interface {
	Open(ctx context.Context, cookieHeaders ...string) (*session.Session, error)
	Ends(x *session.Session) (idle, longest time.Time)
}

// tables are the functions for [TableTag], as [sessions] are for [SessionTag].
var tables struct {
	read func(t *SessionTable, v strictjson.Value) error
	// open creates the store of sessions in a table.
	open func(a *Authorizer, o session.Options, vault secretsmanager.Client, loopbackHTTP bool) (store, error)
}

func errNoTables() error { return withoutTag("sessions are in a table", TableTag) }

// openSessions implements sessions.open.
func (a *Authorizer) openSessions(vault secretsmanager.Client, loopbackHTTP bool) error {
	s := a.config.Session
	for _, r := range a.table.Rules() {
		if r.Forward && (s == nil || !a.config.PerRequest) {
			return fmt.Errorf("%w: route %q is handed the access token, which takes a session and perRequest", ErrConfig,
				r.Pattern)
		}
	}
	if s == nil {
		return nil
	}
	if err := s.check(a.config); err != nil {
		return err
	}
	if err := checkVault(vault, loopbackHTTP); err != nil {
		return err
	}
	o := session.Options{
		Cookie: s.Cookie, Host: s.Host, IdleTimeout: s.IdleTimeout, MaxAge: s.MaxAge, Now: a.now,
		Keys: session.NewKeys(vault.Versions(s.KeysARN), a.now),
	}
	k := &keeper{a: a, keys: o.Keys}
	var err error
	switch {
	case s.Table == nil:
		k.store, err = session.New(o)
	case tables.open == nil:
		err = errNoTables()
	default:
		k.store, err = tables.open(a, o, vault, loopbackHTTP)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrConfig, err)
	}
	a.session = k
	return nil
}

// check returns what is wrong with the session's settings, except for what package session checks.
func (s *Session) check(c Config) error {
	var wrong []error
	fail := func(format string, a ...any) {
		wrong = append(wrong, fmt.Errorf("%w: session: %w", ErrConfig, fmt.Errorf(format, a...)))
	}
	if len(c.TokenSources) > 0 {
		fail("the token is in its cookie alone: leave tokenSources out")
	}
	if !secretsmanager.IsARN(s.KeysARN) {
		fail("keysArn %q is not the ARN of a secret: want arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME", s.KeysARN)
	}
	if len(s.AllowOrigins) > 0 && !c.PerRequest {
		fail("allowOrigins takes perRequest: the Origin of a request is not in the key that API Gateway caches by")
	}
	for _, origin := range s.AllowOrigins {
		if err := httpname.CheckOrigin(origin); err != nil {
			fail("origin %w", err)
		} else if origin == "*" {
			fail("origin %q admits every page: name each one", origin)
		}
	}
	return errors.Join(wrong...)
}

// keeper opens the sessions of requests.
type keeper struct {
	a     *Authorizer
	keys  *session.Keys
	store store
}

// startKeys implements sessions.start.
func startKeys(ctx context.Context, a *Authorizer) { a.session.(*keeper).keys.Start(ctx) }

// readyKeys implements sessions.ready. If keys cannot be fetched, the decisions report it.
func readyKeys(ctx context.Context, a *Authorizer) { a.session.(*keeper).keys.Ready(ctx) }

// enterSession implements sessions.enter.
func enterSession(ctx context.Context, a *Authorizer, e event, verb string) (entry, *visit, error) {
	k, v, start := a.session.(*keeper), new(visit), a.now()
	defer func() { v.took = a.now().Sub(start) }()
	header := func(name string) []string { return e.values("multiValueHeaders", "headers", name, true) }
	site, err := session.ParseSite(header("Sec-Fetch-Site"))
	if err != nil {
		v.reason = "session"
		return entry{}, v, jwt.ErrRejected
	}
	early := early{Context: ctx}
	defer early.release()
	cookies := header("Cookie")
	if a.config.PerRequest { // not cached, because the cache key does not contain the Origin
		cookies = session.Join(cookies)
	}
	x, err := k.store.Open(&early, cookies...)
	switch {
	case errors.Is(err, errNotRenewed):
		v.reason = "provider"
		return entry{}, v, err
	case errors.Is(err, session.ErrUnavailable):
		v.reason = "unavailable"
		return entry{}, v, err
	case errors.Is(err, session.ErrEnded):
		v.reason = "session_ended"
		return entry{}, v, jwt.ErrRejected
	case err != nil:
		v.reason = "session"
		return entry{}, v, jwt.ErrRejected
	case !a.now().Before(x.Expires):
		return entry{}, v, jwt.ErrExpired
	}
	trusted := site.Trusted(header("Origin"), a.config.Session.AllowOrigins)
	v.ends, _ = k.store.Ends(x)
	v.crossSite = !trusted && !session.SafeVerb(verb)
	if !trusted && !a.config.PerRequest {
		v.restrict = policycompiler.AppendSafeOnly
	}
	caller, err := k.caller(&early, x)
	return entry{caller, x.Token}, v, err
}

// errNotRenewed reports that the token of a session has expired and the provider does not renew it at the moment. The
// session is not to blame, so the answer must not be 401, which would make a page send its user to log in.
var errNotRenewed = errors.New("authz: the session's token has expired and cannot be renewed at the moment")

// caller returns whose session it is, from its access token or from the ID token of the login.
func (k *keeper) caller(ctx context.Context, x *session.Session) (claims, error) {
	if x.Token != "" {
		return k.a.identify(ctx, x.Token)
	}
	all, err := strictjson.Parse(string(x.Claims))
	if err != nil {
		return nil, jwt.ErrClaims
	}
	issuer, _ := all.Get("iss").Text()
	if _, known := k.a.issuers[issuer]; !known {
		return nil, jwt.ErrIssuer
	}
	return &introspected{issuer, x.Expires, all}, nil
}
