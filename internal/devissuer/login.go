package devissuer

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// loginVariable is the environment variable that holds the settings of an included login function.
const loginVariable = "GATEHOUSE_LOGIN"

// loginSettings are the settings of a login function that the issuer needs. They are parsed separately from the login's
// own configuration, so that a function of another release is served too.
type loginSettings struct {
	Issuer      json.RawMessage `json:"issuer"`
	ClientID    string          `json:"clientId"`
	ClientAuth  string          `json:"clientAuth"`
	SecretARN   string          `json:"secretArn"`
	SecretField string          `json:"secretField"`
	Algorithm   string          `json:"algorithm"`
	Audience    string          `json:"audience"`
	UserPoolID  string          `json:"userPoolId"`
	Path        string          `json:"path"`
	KeysARN     string          `json:"keysArn"`
	Origin      string          `json:"origin"`
}

// withLogins adds the clients of the assembly's login functions to their issuers: to the one with the settings of the
// login's guard, else to one with the login's URL. An issuer without an authorizer is added.
func withLogins(issuers []Issuer, m *apimodel.Model) ([]Issuer, []error) {
	var errs []error
	for _, f := range m.Functions {
		settings, app, found, err := fromLogin(f)
		if err != nil {
			errs = append(errs, &AuthorizerError{f.ID, fmt.Errorf("function %s: %w", f.ID, err)})
		}
		if err != nil || !found {
			continue
		}
		n := slices.IndexFunc(issuers, func(i Issuer) bool { return reflect.DeepEqual(i.Issuer, settings) })
		if n < 0 {
			n = slices.IndexFunc(issuers, func(i Issuer) bool { return i.URL == settings.URL })
		}
		if n < 0 {
			i := Issuer{Issuer: settings}
			i.ofPool(m)
			n = len(issuers)
			issuers = append(issuers, i)
		}
		issuers[n].addApp(app)
	}
	return issuers, errs
}

// fromLogin returns the client of a login function, with its issuer's settings. It reports false for other functions.
func fromLogin(f *apimodel.Function) (settings authz.Issuer, a App, found bool, err error) {
	if why, ok := f.Unresolved[loginVariable]; ok {
		return settings, a, true, fmt.Errorf("its variable %s: %s", loginVariable, why)
	}
	text, found := f.Environment[loginVariable]
	if !found {
		return settings, a, false, nil
	}
	var login loginSettings
	if err := json.Unmarshal([]byte(text), &login); err != nil {
		return settings, a, true, fmt.Errorf("%s: %w: it is what the secureapi construct writes", loginVariable, err)
	}
	list := `{"issuers":[` + string(login.Issuer) + `]}`
	config, err := authz.FromEnvironment(func(string) string { return list })
	if err == nil && len(config.Issuers) != 1 {
		err = errors.New("want one issuer")
	}
	if err != nil {
		return settings, a, true, fmt.Errorf("%s: issuer: %w: use the command of the release that the stack is made with",
			loginVariable, err)
	}
	a = App{
		ClientID: login.ClientID, ClientAuth: login.ClientAuth, Algorithm: login.Algorithm, Audience: login.Audience,
		SecretARN: login.SecretARN, SecretField: login.SecretField, UserPoolID: login.UserPoolID, KeysARN: login.KeysARN,
		Callback: login.Path + callbackPath, Origin: login.Origin,
	}
	if login.Path == "" {
		a.Callback = defaultLoginPath + callbackPath
	}
	switch {
	case a.UserPoolID != "": // the client's secret is accepted either way
		a.ClientAuth = AnySecret
	case a.ClientAuth == "":
		a.ClientAuth = basicAuth
	}
	err = a.check()
	if err == nil {
		err = Issuer{Issuer: config.Issuers[0]}.check()
	}
	return config.Issuers[0], a, true, err
}

// The paths of a login function, relative to its own.
const (
	defaultLoginPath = "/auth"
	callbackPath     = "/callback"
)

// withPoolClients adds the app clients of the assembly's user pools to their issuers.
func withPoolClients(issuers []Issuer, m *apimodel.Model) {
	for _, pool := range m.UserPools {
		for _, c := range pool.Clients {
			a := App{
				ClientID: c.ClientID, RedirectURIs: c.CallbackURLs, LogoutURIs: c.LogoutURLs, Scopes: c.Scopes, Flows: c.Flows,
				TokenLife: c.AccessTokenValidity, RefreshLife: c.RefreshTokenValidity, Declared: true,
				Providers: c.Providers, Rotates: c.Rotates, RotationGrace: c.RotationGrace,
			}
			if c.Secret {
				a.ClientAuth, a.UserPoolID = AnySecret, pool.PoolID
			}
			of := func(i Issuer) bool { return i.URL == pool.ProviderURL }
			n := slices.IndexFunc(issuers, func(i Issuer) bool { return of(i) && slices.Contains(i.Audiences, c.ClientID) })
			if n < 0 {
				n = slices.IndexFunc(issuers, of)
			}
			if n >= 0 {
				issuers[n].addApp(a)
			}
		}
	}
}

// addApp adds a client, or completes the one with the same ID.
func (i *Issuer) addApp(a App) {
	if n := slices.IndexFunc(i.Apps, func(b App) bool { return b.ClientID == a.ClientID }); n >= 0 {
		i.Apps[n] = i.Apps[n].join(a)
		return
	}
	i.Apps = append(i.Apps, a)
}
