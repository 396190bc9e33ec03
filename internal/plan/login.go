package plan

import (
	"cmp"
	"errors"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/plan/identity"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/login"
)

// Login is a login of an API.
type Login struct {
	login.Login

	// Admins restricts who may see and end the sessions of others. If it is empty, there are no routes for that.
	Admins []Access

	// Function numbers the login's function, as [Route.Function] does. [New] sets it.
	Function int
}

// backChannel is the path at which a provider ends sessions.
// Source: https://openid.net/specs/openid-connect-backchannel-1_0.html
const backChannel = "/backchannel-logout"

// Session describes an authorizer that accepts sessions of a login.
type Session struct {
	Login  *Login
	Cached bool     // whether API Gateway caches its answers
	Claims []string // the claims that it hands to the backend
	Hooked bool     // whether a main package of the app's own may give callers rights

	// Siblings are the origins of pages on sibling hosts. [New] sets them.
	Siblings []string
}

// sessionTTL is the default CacheTTL of an authorizer that takes sessions.
const sessionTTL = time.Minute

// SessionTTL returns the CacheTTL of an authorizer of sessions: the given one, or the default.
func SessionTTL(given time.Duration) time.Duration { return cmp.Or(given, sessionTTL) }

// SessionSources returns the values that the answers of an authorizer of sessions are cached by. API Gateway itself
// answers 401 to a request that lacks one of them. It caches the answer for a page of another site separately from the
// answer for the API's own pages.
func SessionSources() []identity.Source {
	return []identity.Source{identity.Header("Cookie"), identity.Header("Sec-Fetch-Site")}
}

// errNoLogin is the error of a guard of sessions that has no login.
var errNoLogin = errors.New("it has no Login: give it the *secureapi.Login whose sessions it takes; " +
	"several may share one")

// Check returns what is wrong with an authorizer of sessions, except for its login.
func (s *Session) Check(ttl time.Duration) (errs []error) {
	if s == nil {
		return []error{errNoLogin}
	}
	if _, err := identity.CacheTTL(SessionTTL(ttl)); err != nil {
		errs = append(errs, err)
	}
	return append(errs, checkContextClaims("ContextClaims", s.Claims)...)
}
