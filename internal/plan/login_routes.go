package plan

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/plan/login"
)

// loginReason is the reason why a login's routes are public, for reviewers of the table.
const loginReason = "the login itself"

// loginRoutes are the routes that a login's function answers, below its Path.
var loginRoutes = []struct{ verb, path string }{
	{"GET", "/login"},
	{"GET", "/callback"},
	{"GET", "/session"},
	{"GET", "/session.js"},
	{"POST", "/refresh"},
	{"POST", "/logout"},
}

// tableRoutes are the further routes of a login that keeps its sessions in a table. adminRoutes are for callers that
// may see and end the sessions of others.
var (
	tableRoutes = []struct{ verb, path string }{
		{"POST", backChannel},
		{"GET", "/sessions"},
		{"POST", "/logout-all"},
	}
	adminRoutes = []struct{ verb, path string }{
		{"GET", "/subjects/{subject}/sessions"},
		{"POST", "/subjects/{subject}/logout"},
	}
)

func (l *Login) routes() (out []Route) {
	add := func(verb, path string, access ...Access) {
		out = append(out, Route{Pattern: verb + " " + l.Home() + path, Function: l.Function, Access: access})
	}
	public := Public{Reason: loginReason}
	for _, r := range loginRoutes {
		add(r.verb, r.path, public)
	}
	if l.Table == nil {
		return out
	}
	for _, r := range tableRoutes {
		add(r.verb, r.path, public)
	}
	if len(l.Admins) > 0 {
		for _, r := range adminRoutes {
			add(r.verb, r.path, l.Admins...)
		}
	}
	return out
}

// addLogins collects the logins of the guards, each once, and numbers their functions after those of the table.
func (p *Plan) addLogins() (errs []error) {
	function := 0
	for _, r := range p.props.Routes {
		function = max(function, r.Function)
	}
	for _, g := range p.Guards {
		if g.Session == nil {
			continue
		}
		session := *g.Session // a copy, so that the caller's value does not change
		i := slices.IndexFunc(p.Logins, func(l *Login) bool { return l.Of == session.Login.Of })
		if i < 0 {
			i = len(p.Logins)
			function++
			own := *session.Login
			own.Function = function
			p.Logins = append(p.Logins, &own)
			for _, err := range slices.Concat(own.Check(), own.checkAdmins()) {
				errs = append(errs, fmt.Errorf("%s: %w", &own, err))
			}
		}
		session.Login = p.Logins[i]
		session.Siblings = p.SiblingOrigins(session.Login)
		g.Session = &session
	}
	return append(errs, p.checkCookies()...)
}

// checkCookies refuses two logins with one cookie, and a token cookie with the name of a session's cookie. One guard
// could otherwise read another guard's session.
func (p *Plan) checkCookies() (errs []error) {
	for i, l := range p.Logins {
		for _, other := range p.Logins[:i] {
			if l.Home() == other.Home() {
				errs = append(errs, fmt.Errorf("two Logins have the Path %q: give one another, or let the authorizers share "+
					"one *Login", l.Home()))
				continue // their names would not tell them apart in an error
			}
			if slices.ContainsFunc(l.Cookies(), func(c string) bool { return slices.Contains(other.Cookies(), c) }) {
				errs = append(errs, fmt.Errorf("%s and %s both keep their session in the cookie %q, so that each would end the "+
					"other's: set %s.Cookie of one of them", other, l, l.CookieName(), l.KeptIn()))
			}
			if l.Table.SharedWith(other.Table) {
				errs = append(errs, fmt.Errorf("%s and %s both keep their sessions in the table %s, so that a logout of a "+
					"subject at one would end its sessions at the other: give each a Table of its own", other, l, l.Table.Name))
			}
		}
	}
	for _, g := range p.Guards {
		for _, cookie := range g.Cookies {
			for _, l := range p.Logins {
				if slices.Contains(l.Cookies(), cookie) {
					errs = append(errs, fmt.Errorf("%s takes its token from the cookie %q, in which %s keeps its session: give it "+
						"another TokenCookie, or use a SessionAuthorizer for those routes", g, cookie, l))
				}
			}
		}
	}
	return errs
}

// LoginPage returns the page that API Gateway answers to a navigation without a session; see [login.Page].
func (p *Plan) LoginPage() string {
	var logins []*login.Login
	for _, l := range p.Logins {
		logins = append(logins, &l.Login)
	}
	return login.Page(logins)
}

// checkAdmins refuses Admins that include every caller, or that mean something for routes alone.
func (l *Login) checkAdmins() (errs []error) {
	for _, a := range l.Admins {
		switch a.(type) {
		case Public:
			errs = append(errs, errors.New("TableSessions.Admins has Public, with which every caller could end the sessions of "+
				"others: require a scope, a group, a role or a claim"))
		case Forward:
			errs = append(errs, errors.New("TableSessions.Admins has ForwardAccessToken, and the login's function calls "+
				"nothing on behalf of an administrator: leave it out"))
		}
	}
	return errs
}
