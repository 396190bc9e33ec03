package apigateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
)

// ErrNoSession is returned where no session can be made.
var ErrNoSession = errors.New("no session can be made")

// SessionAuthorizer returns an authorizer that accepts sessions: that of the only login or, if there are several, of
// the login with the given issuer. The error is [ErrNoSession].
func (g *Gateway) SessionAuthorizer(issuer string) (*apimodel.Authorizer, error) {
	var found *apimodel.Authorizer
	var issuers []string
	s := g.live.Load()
	for _, api := range s.model.APIs {
		for _, a := range api.Authorizers {
			settings := matrix.SessionOf(a)
			if settings == nil || issuer != "" && !s.accepts(a, issuer) {
				continue
			}
			if found != nil && sameSession(settings, matrix.SessionOf(found)) {
				continue
			}
			found = a
			issuers = append(issuers, s.issuersOf(a)...)
		}
	}
	switch {
	case found == nil && issuer != "":
		return nil, fmt.Errorf("%w: no route takes a session of a login at %s", ErrNoSession, issuer)
	case found == nil:
		return nil, fmt.Errorf("%w: no route takes one", ErrNoSession)
	case len(issuers) > 1:
		return nil, fmt.Errorf("%w: there are several logins: choose one by its issuer, of %s", ErrNoSession,
			strings.Join(issuers, ", "))
	}
	return found, nil
}

// sameSession reports whether two guards accept the same cookie.
func sameSession(a, b *authz.Session) bool { return a.Cookie == b.Cookie && a.KeysARN == b.KeysARN }

// issuersOf returns the issuers whose tokens an authorizer accepts.
func (s *served) issuersOf(a *apimodel.Authorizer) (urls []string) {
	if s.issuer == nil {
		return nil
	}
	for _, i := range s.issuer.Issuers() {
		if slices.Contains(i.TakenBy, a.ID.String()) && !slices.Contains(urls, i.URL) {
			urls = append(urls, i.URL)
		}
	}
	return urls
}

// Session makes a session that an authorizer accepts. It returns the cookies that a browser would have after signing in
// at its login. The session holds the token that the request describes and no refresh token. The default issuer of the
// token is the authorizer's.
//
// The error is [ErrNoSession] for an authorizer that accepts no sessions, or one of [devissuer.Provider.SealSession].
func (g *Gateway) Session(
	ctx context.Context, a *apimodel.Authorizer, r devissuer.TokenRequest,
) ([]*http.Cookie, error) {
	s := g.live.Load()
	settings := matrix.SessionOf(a)
	if settings == nil || s.issuer == nil {
		return nil, fmt.Errorf("%w: the authorizer accepts none, or there is no development issuer", ErrNoSession)
	}
	// Set the audience too, since another authorizer may accept tokens of the same issuer for another audience.
	for _, i := range s.issuer.Issuers() {
		if slices.Contains(i.TakenBy, a.ID.String()) && (r.Issuer == "" || r.Issuer == i.URL) {
			if r.Issuer = i.URL; r.Audience == "" && len(i.Audiences) > 0 {
				r.Audience = i.Audiences[0]
			}
			break
		}
	}
	for _, api := range s.model.APIs {
		takes := func(other *apimodel.Authorizer) bool { return other.ID == a.ID }
		l := matrix.LoginOf(api, settings)
		if l != nil && l.Claims != nil && slices.ContainsFunc(api.Authorizers, takes) {
			r.Use = devissuer.ID // the login keeps the claims of the ID token
		}
	}
	var table tablesession.Table // nil for sessions in cookies
	if settings.Table != nil {
		table = g.tables.table(settings.Table.Name)
	}
	header, err := s.issuer.SealSession(ctx, *settings, table, r)
	if err != nil {
		return nil, err
	}
	return http.ParseCookie(header)
}

// sessionGuard holds what explanations need to know about an authorizer that accepts sessions.
type sessionGuard struct {
	login   string // the path of its login in the API; "" if it is not in the assembly
	inTable bool   // the authorizer renews tokens itself
}

// sessionGuardOf returns nil for an authorizer that accepts no sessions.
func sessionGuardOf(api *apimodel.API, a *apimodel.Authorizer) *sessionGuard {
	s := matrix.SessionOf(a)
	if s == nil {
		return nil
	}
	if l := matrix.LoginOf(api, s); l != nil {
		return &sessionGuard{l.Path, s.Table != nil}
	}
	return &sessionGuard{}
}

// explainDenial completes the explanation of a denial with what the request itself shows. why is the authorizer's own
// reason, which is "" for a cached answer, and by is the check that denied the request. The policy of a session's
// authorizer denies requests from another site.
func (g *sessionGuard) explainDenial(why, by string, c *checks.Call) string {
	site := c.Headers.Get("Sec-Fetch-Site")
	times := func(name string) int { return len(slices.Collect(c.Headers.Values(name))) }
	switch {
	case by == "identity source" && !c.Headers.Has("Cookie"):
		why = "no session cookie: log in first"
		if g.login != "" {
			why += ", at " + g.login + "/login"
		}
		return why
	case why == sessionGlosses["session"] && times("Sec-Fetch-Site") > 1:
		return fmt.Sprintf("no session: the header Sec-Fetch-Site is in the request %d times, and browsers send it once",
			times("Sec-Fetch-Site"))
	case why == sessionGlosses["session"] && times("Cookie") > 1:
		return fmt.Sprintf("no session: the header Cookie is in the request %d times, and a guard with a cache accepts it "+
			"only once",
			times("Cookie"))
	case why == "" && by == "policy" && !session.SafeVerb(c.Verb) && site != "same-origin", why == fromAnotherSite:
		return fromAnotherSite + ": Sec-Fetch-Site is " + site
	case strings.HasPrefix(why, refusedToken+"expired") && g.login != "" && g.inTable:
		return "the token of the session has expired, and there is no refresh token to renew it with: log in again, at " +
			g.login + "/login"
	case strings.HasPrefix(why, refusedToken+"expired") && g.login != "":
		return "the token of the session has expired: POST " + g.login + "/refresh gets a new one"
	}
	return why
}
