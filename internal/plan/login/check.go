package login

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/issuer"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// The bounds of a session's times. The function checks them again. A refresh token that stays in a browser for longer
// than a month amounts to a permanent right to call.
const (
	minIdleTimeout = time.Minute
	maxMaxAge      = 30 * 24 * time.Hour
)

// Check returns what is wrong with the login's settings by themselves.
func (l *Login) Check() (errs []error) {
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf(format, a...)) }
	if l.Problem != nil {
		errs = append(errs, l.Problem)
	}
	for _, err := range l.Issuer.Check() {
		bad("Issuer: %w", err)
	}
	if l.Issuer.HMACSecret {
		bad("Issuer has an HMACSecret, and a login verifies ID tokens with published keys: use an issuer that publishes " +
			"its keys")
	}
	if l.Issuer.CertificateBound {
		bad("Issuer is CertificateBound, and browsers present a session and no token: leave CertificateBound out")
	}
	if l.Issuer.DPoPBound {
		bad("Issuer is DPoPBound, and browsers present a session and no token: leave DPoPBound out")
	}
	l.checkClient(bad)
	errs = append(errs, l.CheckPlace()...)
	l.checkScopes(bad)
	l.checkParameters(bad)
	l.checkSession(bad)
	return errs
}

func (l *Login) checkClient(bad func(format string, a ...any)) {
	switch {
	case cdktoken.Unresolved(l.ClientID):
	case l.ClientID == "":
		bad("ClientID is empty: give the id of the client that the provider knows this login by")
	case !issuer.Printable(l.ClientID):
		bad("ClientID %q: want the id of a client, in printable ASCII", l.ClientID)
	default:
		// If the guard did not accept tokens of this client, each login would end in a 401.
		list, field := l.Issuer.Clients, "Clients"
		if l.ReadsIDTokens() || len(list) == 0 && l.Issuer.TokenUse == "access" {
			list, field = l.Issuer.Audiences, "Audiences"
		}
		if len(list) > 0 && !slices.Contains(list, l.ClientID) && !slices.ContainsFunc(list, cdktoken.Unresolved) {
			bad("ClientID %q is not among the %s of its Issuer, %q, so that each session would get 401: add it there",
				l.ClientID, field, list)
		}
	}
	if l.ReadsPool() {
		l.Client.check(l, bad)
		return
	}
	const missingSecret = "ClientAuth has no secret: a login runs at a server, which authenticates; set it to " +
		"ClientSecret(secret) or PrivateKeyJWT(key, algorithm)"
	l.ClientAuth.Check(missingSecret, bad)
}

func (l *Login) checkScopes(bad func(format string, a ...any)) {
	if len(l.Scopes) == 0 {
		return
	}
	if slices.ContainsFunc(l.Scopes, cdktoken.UnresolvedList) {
		bad("Scopes are a list known only when the stack is deployed: take single values of it with awscdk.Fn_Select")
		return
	}
	if !slices.Contains(l.Scopes, "openid") {
		bad("Scopes %q lack %q, without which a provider sends no ID token: add it (OpenID Connect Core, section 3.1.2.1)",
			l.Scopes, "openid")
	}
	for i, s := range l.Scopes {
		switch {
		case slices.Contains(l.Scopes[:i], s):
			bad("Scopes has %q twice: leave one out", s)
		case !cdktoken.Unresolved(s) && (!issuer.Printable(s) || strings.ContainsAny(s, ` "\`)):
			bad("Scopes[%d] %q: want a scope without spaces, quotes and backslashes (RFC 6749, section 3.3)", i, s)
		case s == "offline_access" && l.Provider.NoOffline:
			bad("Scopes has %q, which %s does not have: leave it out; refresh tokens come without it", s, l.Provider.Name)
		}
	}
}

// ownParameters are the parameters of an authorization request that the login sets itself.
var ownParameters = []string{
	"client_assertion", "client_assertion_type", "client_id", "client_secret", "code_challenge", "code_challenge_method",
	"nonce", "redirect_uri", "request", "request_uri", "response_mode", "response_type", "scope", "state",
}

func (l *Login) checkParameters(bad func(format string, a ...any)) {
	for _, name := range slices.Sorted(maps.Keys(l.Parameters)) {
		switch {
		case name == "scope":
			bad("Parameters has %q: use Scopes", name)
		case slices.Contains(ownParameters, name):
			bad("Parameters has %q, which the login sets itself: leave it out", name)
		case !issuer.Printable(name) || strings.Contains(name, " "):
			bad("Parameters has %q: want the name of a parameter, in printable ASCII", name)
		}
	}
}

func (l *Login) checkSession(bad func(format string, a ...any)) {
	field := l.KeptIn() + "."
	switch c := l.CookieName(); {
	case cdktoken.Unresolved(c):
		bad(field + "Cookie is a CDK token, and two logins must not have one cookie: write it out")
	case !strings.HasPrefix(c, "__Host-") || !httpname.IsToken(c) || len(c) > 64:
		bad(field+"Cookie %q: want a name of at most 64 characters that begins with %q or %q, so that a browser takes it "+
			"from this host alone", c, "__Host-", "__Host-Http-")
	case slices.Contains([]string{"__Host-", "__Host-Http-"}, c) || strings.HasPrefix(c, "__Host-login-"):
		bad(field+"Cookie %q: want a name like %q: those that begin with __Host-login- are of logins that run", c,
			settings.DefaultCookie)
	}
	l.Table.check(bad)
	idle, age := cmp.Or(l.IdleTimeout, settings.DefaultIdleTimeout), cmp.Or(l.MaxAge, settings.DefaultMaxAge)
	switch {
	case age > maxMaxAge || age < minIdleTimeout || age%time.Second != 0:
		bad(field+"MaxAge %s: want whole seconds from %s to %s, or none for %s", age, minIdleTimeout, maxMaxAge,
			settings.DefaultMaxAge)
	case idle < minIdleTimeout || idle%time.Second != 0:
		bad(field+"IdleTimeout %s: want whole seconds from %s on, or none for %s", idle, minIdleTimeout,
			settings.DefaultIdleTimeout)
	case idle > age:
		bad(field+"IdleTimeout %s is longer than MaxAge %s, so that it would end no session: lower it, or raise MaxAge",
			idle, age)
	}
}
