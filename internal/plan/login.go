package plan

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// Session says that an authorizer takes the session of a login.
type Session struct {
	Login  *Login
	Cached bool     // API Gateway keeps its answers
	Claims []string // that it hands to the backend
	Hooked bool     // a main package of the app's own may give callers rights

	// Siblings are the origins of pages on sibling hosts. [New] sets them.
	Siblings []string
}

// Login is what the checks look at in a secureapi.Login.
type Login struct {
	// Of is the value that this describes: authorizers that share a login have the same one.
	Of any

	Problem error // with the value itself

	Issuer     Issuer
	Provider   Provider
	ClientID   string
	ClientAuth ClientAuth

	Origin, Path, BasePath string
	Scopes                 []string
	Parameters             map[string]string
	AfterLogout            string

	Cookie              string
	IdleTimeout, MaxAge time.Duration

	// Table is the table that sessions are kept in. Nil: they are in cookies.
	Table *SessionTable

	// NoPage leaves the answer of API Gateway to a request without a session alone.
	NoPage bool

	// Client is the app client of a user pool, where its settings are known.
	Client *PoolClient

	// Function numbers the login's function, as [Route.Function] does. [New] sets it.
	Function int
}

// Provider is what a preset knows of logging in at its provider.
type Provider struct {
	Name        string            // of the preset, for errors
	Parameters  map[string]string // of an authorization request
	ScopePrefix string            // what a route's scope is requested with in front of it
	NoOffline   bool              // there is no scope offline_access
	IDTokens    bool              // access tokens say nothing to others, so ID tokens are what guards look at
	Pool        bool              // it is a user pool, which says what its client's secret is
}

// PoolClient is an app client of a user pool, as its template has it. A list that is nil is empty;
// one that holds an unresolved token is not known.
type PoolClient struct {
	Path         string // of its construct
	HasSecret    bool
	Flows        []string
	CallbackURLs []string
	Scopes       []string
}

// sessionTTL is the default of an authorizer's cache where it takes sessions.
const sessionTTL = time.Minute

// SessionTTL is the CacheTTL of an authorizer of sessions, as it is given or by default.
func SessionTTL(given time.Duration) time.Duration { return cmp.Or(given, sessionTTL) }

// SessionSources are what the answers of an authorizer of sessions are cached by. API Gateway itself answers 401 to a
// request that lacks one, and keeps the answer for a page of another site apart from the one for the API's own pages.
func SessionSources() []IdentitySource {
	return []IdentitySource{Header("Cookie"), Header("Sec-Fetch-Site")}
}

// Home is the path that the login's routes begin with.
func (l *Login) Home() string { return cmp.Or(l.Path, settings.DefaultLoginPath) }

// CookieName is the name of the session's cookie.
func (l *Login) CookieName() string { return cmp.Or(l.Cookie, settings.DefaultCookie) }

// KeptIn is the name of the setting that says where the login's sessions are.
func (l *Login) KeptIn() string {
	if l.Table != nil {
		return "TableSessions"
	}
	return "CookieSessions"
}

// Cookies are the names that the session's cookie may have: a long session is in two.
func (l *Login) Cookies() []string { return []string{l.CookieName(), l.CookieName() + "-2"} }

const httpsScheme = "https://"

// Host is the host of the login's origin, with its port.
func (l *Login) Host() string { return strings.TrimPrefix(l.Origin, httpsScheme) }

// CallbackURL is where the provider sends browsers to.
func (l *Login) CallbackURL() string { return l.Origin + l.BasePath + l.Home() + "/callback" }

// LogoutURL is where the provider sends browsers to after a logout there.
func (l *Login) LogoutURL() string { return l.Origin + l.BasePath + cmp.Or(l.AfterLogout, "/") }

func (l *Login) String() string { return fmt.Sprintf("the Login at %q", l.Home()) }

// ID is the construct id of something that belongs to the login. The path comes last, as in [Guard.IDOf]; a + is not in
// a path.
func (l *Login) ID(what string) string {
	if l.Home() == settings.DefaultLoginPath {
		return what
	}
	return what + "-" + strings.ReplaceAll(strings.TrimPrefix(l.Home(), "/"), "/", "+")
}

// ReadsIDTokens reports whether the session holds claims of ID tokens instead of an access token.
func (l *Login) ReadsIDTokens() bool { return l.Provider.IDTokens || l.Issuer.TokenUse == "id" }

// ReadsPool reports whether the function asks the user pool for its client's secret.
func (l *Login) ReadsPool() bool { return l.Provider.Pool && l.ClientAuth == ClientAuth{} }

// AllParameters are those of the authorization request: the provider's own, and those that are given. An empty text
// takes one of the provider's away.
func (l *Login) AllParameters() map[string]string {
	out := map[string]string{}
	maps.Copy(out, l.Provider.Parameters)
	maps.Copy(out, l.Parameters)
	maps.DeleteFunc(out, func(_, value string) bool { return value == "" })
	return out
}

// errNoLogin is a guard of sessions that has no login.
var errNoLogin = errors.New("it has no Login: give it the *secureapi.Login whose sessions it takes; several may share " +
	"one")
