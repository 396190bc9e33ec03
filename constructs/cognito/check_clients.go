package cognito

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/login"
)

// Defaults of validity.
const (
	defaultAccess  = 15 * time.Minute
	defaultRefresh = 12 * time.Hour // as the longest age of a session
	defaultMachine = time.Hour
)

// The bounds of validity.
//
// Source: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html
const (
	minAccess, maxAccess   = 5 * time.Minute, 24 * time.Hour
	minRefresh, maxRefresh = time.Hour, 10 * 365 * 24 * time.Hour
)

func (p *Props) checkClients(s *scopes) (errs []error) {
	bad := func(name string, err error) {
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	if p.Origin == "" {
		if p.Path != "" || p.BasePath != "" || p.AfterLogout != "" || len(p.Browser.Scopes) > 0 ||
			p.Browser.AccessTokenValidity != 0 || p.Browser.RefreshTokenValidity != 0 {
			errs = append(errs, errors.New("there is no Origin, and Path, BasePath, AfterLogout and Browser are of the "+
				`login's client: set Origin, like "https://notes.example.com"`))
		}
	} else {
		errs = append(errs, p.login().CheckPlace()...)
		bad("Browser", p.Browser.client().check(s))
	}
	for _, name := range slices.Sorted(maps.Keys(p.Pages)) {
		page := p.Pages[name]
		field := fmt.Sprintf("Pages[%q]", name)
		bad(field, checkName(name))
		bad(field, page.client().check(s))
		if len(page.CallbackURLs) == 0 {
			bad(field, errors.New("CallbackURLs is empty: give the URL that users come back to, like "+
				`"https://app.example.com/signed-in"`))
		}
		for _, u := range append(slices.Clone(page.CallbackURLs), page.LogoutURLs...) {
			bad(field, checkURL(u))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Machines)) {
		m := p.Machines[name]
		field := fmt.Sprintf("Machines[%q]", name)
		bad(field, checkName(name))
		bad(field, m.client().check(s))
		if len(m.Scopes) == 0 {
			bad(field, errors.New("it has no Scopes, and Cognito makes no client for client credentials without: name "+
				"some of the table's"))
		}
		for _, scope := range m.Scopes {
			if slices.Contains(standard, scope) {
				bad(field, fmt.Errorf("the scope %q says something of a user, and a machine is not one: leave it out", scope))
			}
		}
	}
	return errs
}

// login describes the place of the login.
func (p *Props) login() *login.Login {
	return &login.Login{Origin: p.Origin, Path: p.Path, BasePath: p.BasePath, AfterLogout: p.AfterLogout}
}

// checkName wants a name that can be in a construct's path.
func checkName(name string) error {
	if name == "" || cdktoken.Unresolved(name) || strings.ContainsAny(name, "/ ") {
		return fmt.Errorf("the name %q: want one without slashes and spaces: it is a part of the construct's path", name)
	}
	return nil
}

// checkURL wants what Cognito takes as a callback or sign-out URL.
// Source: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolClientType.html
func checkURL(s string) error {
	if cdktoken.Unresolved(s) {
		return nil
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || !u.IsAbs() || u.Host == "" && u.Path == "" && u.Opaque == "":
		return fmt.Errorf("the URL %q: want an absolute one, like %q", s, "https://app.example.com/signed-in")
	case u.Fragment != "" || strings.Contains(s, "#"):
		return fmt.Errorf("the URL %q has a fragment, which Cognito refuses: leave it out", s)
	case u.Scheme == "http" && !slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, u.Hostname()):
		return fmt.Errorf("the URL %q is not https, and Cognito takes http for localhost, 127.0.0.1 and [::1] alone", s)
	case u.Scheme == "https" && u.Host == "":
		return fmt.Errorf("the URL %q has no host", s)
	}
	return nil
}

// client is what all kinds of client have.
type client struct {
	scopes          []string // nil for all of the table's
	access, refresh time.Duration
}

func (b Browser) client() client {
	return client{b.Scopes, cmp.Or(b.AccessTokenValidity, defaultAccess), cmp.Or(b.RefreshTokenValidity, defaultRefresh)}
}

func (p Page) client() client {
	return client{p.Scopes, cmp.Or(p.AccessTokenValidity, defaultAccess), cmp.Or(p.RefreshTokenValidity, defaultRefresh)}
}

func (m Machine) client() client {
	return client{m.Scopes, cmp.Or(m.AccessTokenValidity, defaultMachine), maxRefresh}
}

func (c client) check(s *scopes) error {
	if err := s.known(c.scopes); err != nil {
		return fmt.Errorf("in Scopes: %w", err)
	}
	switch n := len(c.all(s)); {
	case n > maxClientScopes:
		return fmt.Errorf("the client may ask for %d scopes, and Cognito takes %d: name those that it needs in Scopes", n,
			maxClientScopes)
	case c.access < minAccess || c.access > maxAccess || c.access%time.Minute != 0:
		return fmt.Errorf("AccessTokenValidity %s: want whole minutes from %s to %s", c.access, minAccess, maxAccess)
	case c.refresh < minRefresh || c.refresh > maxRefresh || c.refresh%time.Minute != 0:
		return fmt.Errorf("RefreshTokenValidity %s: want whole minutes from %s to %s", c.refresh, minRefresh, maxRefresh)
	case c.access > c.refresh:
		return fmt.Errorf("AccessTokenValidity %s is longer than RefreshTokenValidity %s, which Cognito refuses: lower it",
			c.access, c.refresh)
	}
	return nil
}

// all are the scopes that a client of users may ask for.
func (c client) all(s *scopes) []string {
	list := c.scopes
	if len(list) == 0 {
		list = s.table
	}
	out := []string{"openid"}
	for _, scope := range list {
		if scope != "openid" {
			out = append(out, scope)
		}
	}
	return out
}
