package apigateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/personas"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
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
	for _, api := range s.part.APIs {
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

// accepts reports whether an authorizer accepts tokens of an issuer.
func (s *served) accepts(a *apimodel.Authorizer, issuer string) bool {
	return slices.Contains(s.issuersOf(a), issuer)
}

// Personas returns people to sign in as at an issuer; see [personas.For]. It is for [devissuer.Options].
func (g *Gateway) Personas(issuer string) []devissuer.Persona {
	var requires [][]access.Requirement
	s := g.live.Load()
	for _, api := range s.model.APIs {
		for _, m := range api.Methods {
			if m.Authorizer != nil && s.accepts(m.Authorizer, issuer) {
				requires = append(requires, s.requirements[api.ID][m.Verb+" "+m.Path].Requires)
			}
		}
	}
	return personas.For(requires)
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
		table = g.tables.Table(settings.Table.Name)
	}
	header, err := s.issuer.SealSession(ctx, *settings, table, r)
	if err != nil {
		return nil, err
	}
	return http.ParseCookie(header)
}
