package matrix

import (
	"cmp"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/login"
)

// SessionOf returns how an included authorizer finds a session in a request; nil for an authorizer that expects a
// token.
func SessionOf(a *apimodel.Authorizer) *authz.Session {
	if a == nil || a.Function == nil {
		return nil
	}
	config, err := authz.FromEnvironment(func(name string) string { return a.Function.Environment[name] })
	if err != nil || config.Session == nil {
		return nil
	}
	s := *config.Session
	s.Cookie = cmp.Or(s.Cookie, authz.DefaultSessionCookie)
	return &s
}

// LoginOf returns the settings of the login that starts an API's sessions with some settings: it seals the same cookie
// with the same keys. It returns nil if the API has no such login.
func LoginOf(api *apimodel.API, s *authz.Session) *login.Config {
	config, _ := loginOf(api, s)
	return config
}

// loginOf returns a login and its function.
func loginOf(api *apimodel.API, s *authz.Session) (*login.Config, *apimodel.Function) {
	for _, m := range api.Methods {
		f := m.Integration.Function
		if f == nil || f.Environment[login.Variable] == "" {
			continue
		}
		config, err := login.FromEnvironment(func(name string) string { return f.Environment[name] })
		if err == nil && config.KeysARN == s.KeysARN && cmp.Or(config.Cookie, login.DefaultCookie) == s.Cookie {
			config.Path = cmp.Or(config.Path, login.DefaultPath)
			return &config, f
		}
	}
	return nil, nil
}

// setSession notes that a route's authorizer accepts sessions, if it does.
func (r *Route) setSession(api *apimodel.API, method *apimodel.Method) {
	s := SessionOf(method.Authorizer)
	if s == nil {
		return
	}
	r.TakesSession = true
	of := ""
	if l := LoginOf(api, s); l != nil {
		r.Session, of = l.Path, " of "+l.Path
	}
	switch {
	case len(r.Requires) > 0:
		r.Who = "a session" + of + " with " + r.Who
	case r.Who == anyToken:
		r.Who = "any session" + of
	}
}
