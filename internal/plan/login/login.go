// Package login checks what an app says of a login by itself: its client, its address, its scopes and parameters, the
// cookie and the times of its sessions, and where they are stored.
//
// Package plan checks logins together with the routes and guards of an API. Package cognito uses the check of a login's
// address.
package login

import (
	"cmp"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/plan/issuer"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// Login has the parts of a secureapi.Login that are checked.
type Login struct {
	// Of is the value that this describes. Authorizers that share a login have the same one.
	Of any

	Problem error // an error in the value itself

	Issuer     issuer.Issuer
	Provider   Provider
	ClientID   string
	ClientAuth issuer.ClientAuth

	Origin, Path, BasePath string
	Scopes                 []string
	Parameters             map[string]string
	AfterLogout            string

	Cookie              string
	IdleTimeout, MaxAge time.Duration

	// Table describes the table that stores sessions. If nil, sessions are in cookies.
	Table *Table

	// NoPage leaves API Gateway's answer to a request without a session unchanged.
	NoPage bool

	// Client is the app client of a user pool, if its settings are known.
	Client *PoolClient
}

// Provider has a preset's settings for logins at its provider.
type Provider struct {
	Name        string            // of the preset, for errors
	Parameters  map[string]string // of the authorization request
	ScopePrefix string            // the prefix of a route's scope when it is requested
	NoOffline   bool              // whether the provider has no scope offline_access
	IDTokens    bool              // whether only the provider can read access tokens, so that guards read ID tokens
	Pool        bool              // whether it is a user pool, which can be asked for its client's secret
}

// Home returns the path that the login's routes begin with.
func (l *Login) Home() string { return cmp.Or(l.Path, settings.DefaultLoginPath) }

// CookieName returns the name of the session's cookie.
func (l *Login) CookieName() string { return cmp.Or(l.Cookie, settings.DefaultCookie) }

// KeptIn returns the name of the setting that decides where the login's sessions are.
func (l *Login) KeptIn() string {
	if l.Table != nil {
		return "TableSessions"
	}
	return "CookieSessions"
}

// Cookies returns the names that the session's cookie may have. A long session is split into two cookies.
func (l *Login) Cookies() []string { return []string{l.CookieName(), l.CookieName() + "-2"} }

const httpsScheme = "https://"

// Host returns the host of the login's origin, with its port.
func (l *Login) Host() string { return strings.TrimPrefix(l.Origin, httpsScheme) }

// CallbackURL returns the URL that the provider sends browsers to after a login.
func (l *Login) CallbackURL() string { return l.Origin + l.BasePath + l.Home() + "/callback" }

// LogoutURL returns the URL that the provider sends browsers to after a logout there.
func (l *Login) LogoutURL() string { return l.Origin + l.BasePath + cmp.Or(l.AfterLogout, "/") }

func (l *Login) String() string { return fmt.Sprintf("the Login at %q", l.Home()) }

// ID returns the construct ID of something that belongs to the login. The path comes last, as in the IDs of guards. A +
// is unambiguous because a path cannot contain it.
func (l *Login) ID(what string) string {
	if l.Home() == settings.DefaultLoginPath {
		return what
	}
	return what + "-" + strings.ReplaceAll(strings.TrimPrefix(l.Home(), "/"), "/", "+")
}

// ReadsIDTokens reports whether the session holds claims of ID tokens instead of an access token.
func (l *Login) ReadsIDTokens() bool { return l.Provider.IDTokens || l.Issuer.TokenUse == "id" }

// ReadsPool reports whether the function asks the user pool for its client's secret.
func (l *Login) ReadsPool() bool { return l.Provider.Pool && l.ClientAuth == issuer.ClientAuth{} }

// AllParameters returns the parameters of the authorization request: the provider's and the given ones. A given
// parameter with an empty text removes the provider's.
func (l *Login) AllParameters() map[string]string {
	out := map[string]string{}
	maps.Copy(out, l.Provider.Parameters)
	maps.Copy(out, l.Parameters)
	maps.DeleteFunc(out, func(_, value string) bool { return value == "" })
	return out
}

// IssuerName returns the name of the provider, or else its URL, for errors.
func (l *Login) IssuerName() string {
	return cmp.Or(l.Provider.Name, fmt.Sprintf("the issuer %q", l.Issuer.URL))
}
