package apigateway

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

// ErrNoSession is returned where no session can be made.
var ErrNoSession = errors.New("localgateway: no session can be made")

// SessionAuthorizers are the authorizers that take sessions, in the order of their APIs.
func (g *Gateway) SessionAuthorizers() (out []*apimodel.Authorizer) {
	for _, api := range g.live.Load().model.APIs {
		for _, a := range api.Authorizers {
			if matrix.SessionOf(a) != nil {
				out = append(out, a)
			}
		}
	}
	return out
}

// Session makes the cookies of a session that an authorizer takes, as its login sets them after a user signed in. The
// session has the token that the request describes, whose default issuer is the login's, and no refresh token.
//
// The error is [ErrNoSession] for an authorizer that takes none, or one of [devissuer.Provider.Mint].
func (g *Gateway) Session(
	ctx context.Context, a *apimodel.Authorizer, r devissuer.TokenRequest,
) ([]*http.Cookie, error) {
	s := g.live.Load()
	settings := matrix.SessionOf(a)
	if settings == nil || s.issuer == nil {
		return nil, fmt.Errorf("%w: no login of the assembly starts sessions here", ErrNoSession)
	}
	env, err := s.issuer.Environment(a.Function.Environment)
	if err != nil {
		return nil, err
	}
	config, err := authz.FromEnvironment(func(name string) string { return env[name] })
	if err != nil {
		return nil, err
	}
	var kept []string
	r.Issuer = cmp.Or(r.Issuer, config.Issuers[0].URL)
	for _, api := range s.model.APIs {
		if l := matrix.LoginOf(api, settings); l != nil && l.Claims != nil && contains(api, a) {
			kept, r.Use, r.Audience = l.Claims, devissuer.ID, cmp.Or(r.Audience, l.ClientID)
		}
	}
	token, err := s.issuer.Mint(r)
	if err != nil {
		return nil, err
	}
	now := g.options.Now()
	x := &session.Session{
		Subject: cmp.Or(r.Subject, devissuer.DefaultSubject), Token: token,
		Started: now, Active: now, Got: now, Expires: expiryOf(token, now, r.Expires),
	}
	if kept != nil {
		if x.Claims, err = keptClaims(token, kept); err != nil {
			return nil, err
		}
		x.Token = ""
	}
	store, err := session.New(session.Options{
		Cookie: settings.Cookie, Host: config.Session.Host, IdleTimeout: settings.IdleTimeout, MaxAge: settings.MaxAge,
		Keys: session.NewKeys(s.sessionKey(settings.KeysARN), g.options.Now), Now: g.options.Now,
	})
	if err != nil {
		return nil, err
	}
	lines, err := store.Seal(ctx, x)
	if err != nil {
		return nil, err
	}
	return cookiesIn(lines)
}

func contains(api *apimodel.API, a *apimodel.Authorizer) bool {
	return slices.ContainsFunc(api.Authorizers, func(other *apimodel.Authorizer) bool { return other.ID == a.ID })
}

// sessionKey fetches the secret that sessions are sealed with, as functions get it: it has one version.
func (s *served) sessionKey(arn string) func(context.Context, string) ([]byte, error) {
	return func(_ context.Context, stage string) ([]byte, error) {
		if stage != "AWSCURRENT" {
			return nil, session.ErrNoVersion
		}
		text, known, err := s.issuer.Secret(arn)
		switch {
		case err != nil:
			return nil, err
		case !known:
			return nil, fmt.Errorf("%w: the secret %s is of no login of the assembly", ErrNoSession, arn)
		}
		return []byte(text), nil
	}
}

// expiryOf is when a token expires: by its claims, or, of an opaque one, as it was asked for.
func expiryOf(token string, now time.Time, asked time.Duration) time.Time {
	if seconds, ok := claimsIn(token).Get("exp").Int64(); ok {
		return time.Unix(seconds, 0)
	}
	return now.Add(cmp.Or(asked, devissuer.DefaultExpires))
}

// keptClaims are claims of an ID token that a login keeps, by their paths.
func keptClaims(token string, paths []string) ([]byte, error) {
	claims := claimsIn(token)
	out := map[string]json.RawMessage{}
	for _, path := range append([]string{"iss", "sub"}, paths...) {
		if v := claims.Find(path); v.Exists() {
			out[path] = json.RawMessage(v.Raw())
		}
	}
	return json.Marshal(out)
}

// cookiesIn are the cookies that lines of Set-Cookie set, without those that they clear.
func cookiesIn(lines []string) (out []*http.Cookie, err error) {
	for _, line := range lines {
		c, err := http.ParseSetCookie(line)
		if err != nil {
			return nil, fmt.Errorf("localgateway: %w", err)
		}
		if c.Value != "" {
			out = append(out, c)
		}
	}
	return out, nil
}
