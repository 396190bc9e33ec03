package cognito

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/login"
)

// Issuer returns the pool as an issuer of access tokens, for a guard that accepts tokens of these clients; see
// [secureapi.CognitoIssuer]. Without clients, it accepts those of all clients in the props: the login's, then those of
// Pages and Machines by name.
//
// It panics if the pool has no client, or if a client is nil.
func (u *Users) Issuer(clients ...awscognito.IUserPoolClient) secureapi.Issuer {
	const method = "Issuer"
	if len(clients) == 0 {
		clients = u.clients()
	}
	if len(clients) == 0 {
		u.fail(method, "the pool has no client whose tokens could be accepted: set Origin, Pages or Machines, or give the "+
			"clients that you made")
	}
	for i, c := range clients {
		if c == nil {
			u.fail(method, "client %d is nil; Client is there with Props.Origin alone", i+1)
		}
	}
	return secureapi.CognitoIssuer(u.UserPool, clients...)
}

// clients are all that the props ask for.
func (u *Users) clients() (out []awscognito.IUserPoolClient) {
	if u.Client != nil {
		out = append(out, u.Client)
	}
	for _, of := range []map[string]awscognito.UserPoolClient{u.PageClients, u.MachineClients} {
		for _, name := range slices.Sorted(maps.Keys(of)) {
			out = append(out, of[name])
		}
	}
	return out
}

// Login completes a login for users of the pool. It sets Issuer, ClientID, Origin, Path, BasePath and AfterLogout, and
// Scopes if Browser.Scopes is set. The login's function reads the client's secret from the pool. Login keeps fields
// that are already set, if they agree with the pool. Issuer may be the result of [Users.Issuer] with changed settings.
//
// It panics if the pool has no client for a login, or if the given login contradicts the pool.
func (u *Users) Login(given secureapi.Login) *secureapi.Login {
	const method = "Login"
	if u.Client == nil {
		u.fail(method, "the pool has no client for a login: set Props.Origin")
	}
	l, p := given, u.props
	for _, field := range []struct {
		name          string
		login         *string
		own, byItself string
	}{
		{"Origin", &l.Origin, p.Origin, ""},
		{"Path", &l.Path, p.Path, (&login.Login{}).Home()},
		{"BasePath", &l.BasePath, p.BasePath, ""},
		{"AfterLogout", &l.AfterLogout, p.AfterLogout, "/"},
		{"ClientID", &l.ClientID, *u.Client.UserPoolClientId(), ""},
	} {
		want := cmp.Or(field.own, field.byItself)
		if *field.login != "" && *field.login != want {
			u.fail(method, "%s %q, and the pool's client is made for %q: set it in the Props of the pool alone",
				field.name, *field.login, want)
		}
		*field.login = cmp.Or(*field.login, field.own)
	}
	own := u.Issuer(u.Client)
	switch {
	case l.Issuer.URL == "" && reflect.ValueOf(l.Issuer).IsZero():
		l.Issuer = own
	case l.Issuer.URL != own.URL:
		u.fail(method, "Issuer %q is not the pool: leave it out, or change settings of the one that Issuer(Client) returns",
			l.Issuer.URL)
	}
	may := p.Browser.client().all(u.scopes)
	if len(l.Scopes) == 0 && len(p.Browser.Scopes) > 0 {
		l.Scopes = may
	}
	for _, scope := range l.Scopes {
		if !slices.Contains(may, scope) {
			u.fail(method, "Scopes has %q, which the pool's client may not ask for; it may %s: add it to Props.Browser.Scopes",
				scope, strings.Join(may, ", "))
		}
	}
	age, admins := kept(l.Sessions)
	for _, scope := range secureapi.Scopes(secureapi.Handle("", nil, admins...)) {
		if !slices.Contains(may, scope) {
			u.fail(method, "Admins of its Sessions require the scope %q, which the pool's client may not ask for; it may %s: "+
				"add it to Props.ResourceServers and to Props.Browser.Scopes", scope, strings.Join(may, ", "))
		}
	}
	if refresh := p.Browser.client().refresh; age > refresh {
		u.fail(method, "MaxAge of its Sessions is %s, and the refresh tokens of the pool's client end after %s: raise "+
			"Props.Browser.RefreshTokenValidity, or lower MaxAge", age, refresh)
	}
	return &l
}

// kept are the longest age that is given for sessions, 0 for the default, and who may end those of others.
func kept(s secureapi.Sessions) (maxAge time.Duration, admins []secureapi.Access) {
	switch s := s.(type) {
	case secureapi.CookieSessions:
		return s.MaxAge, nil
	case *secureapi.CookieSessions:
		if s != nil {
			return s.MaxAge, nil
		}
	case secureapi.TableSessions:
		return s.MaxAge, s.Admins
	case *secureapi.TableSessions:
		if s != nil {
			return s.MaxAge, s.Admins
		}
	}
	return 0, nil
}
