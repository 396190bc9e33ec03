package devissuer

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/regexes"
)

// ErrModel reports that the assembly does not show an authorizer's issuers. It comes in an [AuthorizerError].
var ErrModel = errors.New("devissuer: assembly")

// AuthorizerError says why the issuers of an authorizer or a login function are not known.
type AuthorizerError struct {
	Authorizer apimodel.ID // or the ID of the login function
	Err        error       // the reason, with the function or the user pool concerned
}

func (e *AuthorizerError) Error() string { return fmt.Sprintf("%v: %v", ErrModel, e.Err) }

// Unwrap returns [ErrModel] and Err, for [errors.Is].
func (e *AuthorizerError) Unwrap() []error { return []error{ErrModel, e.Err} }

// FromModel returns the issuers whose tokens an assembly's authorizers accept: those in the configuration of included
// authorizer functions, the user pools of Amazon Cognito authorizers, and those of JWT authorizers. An authorizer with
// an app's own function has none that could be known. Issuers with the same settings become one. Their clients are
// those of included login functions, and the app clients of user pools.
//
// If something is wrong, it returns the other issuers and an error that joins an [AuthorizerError] for each problem.
func FromModel(m *apimodel.Model) ([]Issuer, error) {
	var found []Issuer
	var errs []error
	for _, api := range m.APIs {
		for _, a := range api.Authorizers {
			issuers, err := fromAuthorizer(m, api, a)
			if err != nil {
				errs = append(errs, &AuthorizerError{a.ID, err})
			}
			for _, i := range issuers {
				found = merge(found, i)
			}
		}
	}
	found, wrong := withLogins(found, m)
	withPoolClients(found, m)
	wrong = append(wrong, withTriggers(found, m)...)
	return found, errors.Join(append(errs, wrong...)...)
}

func fromAuthorizer(m *apimodel.Model, api *apimodel.API, a *apimodel.Authorizer) ([]Issuer, error) {
	switch a.Type {
	case apimodel.CognitoAuthorizer:
		return fromPools(m, poolUse(api, a), a)
	case apimodel.JWTAuthorizer:
		return fromJWT(m, a)
	}
	var out []Issuer
	if a.Function == nil {
		return nil, nil
	}
	if why, ok := a.Function.Unresolved[authz.ConfigVariable]; ok {
		return nil, fmt.Errorf("function %s: its variable %s: %s", a.Function.ID, authz.ConfigVariable, why)
	}
	text, included := a.Function.Environment[authz.ConfigVariable]
	if !included {
		return nil, nil
	}
	config, err := authz.FromEnvironment(func(string) string { return text })
	if err != nil {
		return nil, fmt.Errorf(
			"function %s: %w: use the command of the release that the stack is made with",
			a.Function.ID,
			err,
		)
	}
	for _, settings := range config.Issuers {
		i := Issuer{Issuer: settings, TakenBy: []string{a.ID.String()}}
		if err := i.check(); err != nil {
			return nil, fmt.Errorf("function %s: %w", a.Function.ID, err)
		}
		i.ofPool(m)
		out = append(out, i)
	}
	return out, nil
}

// ofPool sets the scopes and groups that exist, if the issuer is a user pool of the assembly.
func (i *Issuer) ofPool(m *apimodel.Model) {
	for _, pool := range m.UserPools {
		if pool.ProviderURL == i.URL {
			i.Scopes, i.Groups = knownRights(pool)
			i.Providers, i.LowerNames = providersOf(pool), pool.CaseInsensitive
		}
	}
}

// providersOf returns the external providers whose users sign in to a user pool.
func providersOf(pool *apimodel.UserPool) (out []IdentityProvider) {
	for _, one := range pool.Providers {
		out = append(out, IdentityProvider{Name: one.Name, Type: one.Type, Identifiers: one.Identifiers})
	}
	return out
}

// fromJWT returns the issuers of a JWT authorizer. Their tokens have the claims for which the authorizer has
// conditions. A user pool's tokens are access tokens, since the audiences that the authorizer compares are IDs of
// clients, unless a condition says otherwise.
func fromJWT(m *apimodel.Model, a *apimodel.Authorizer) (out []Issuer, err error) {
	if a.JWT == nil {
		return nil, nil // the model reports what is wrong
	}
	for _, settings := range a.JWT.Issuers {
		i := Issuer{
			Issuer: authz.Issuer{URL: settings.URL, Audiences: settings.Audiences, Algorithms: a.JWT.Algorithms},
			Use:    Access, TakenBy: []string{a.ID.String()},
		}
		if isUserPool(i.URL) {
			i.GroupsClaim = "cognito:groups"
		}
		for _, c := range settings.Claims {
			if c.Name == "token_use" && (c.Value == string(Access) || c.Value == string(ID)) {
				i.TokenUse, i.Use = c.Value, Use(c.Value)
				continue
			}
			if i.Claims == nil {
				i.Claims = map[string]string{}
			}
			i.Claims[c.Name] = cmp.Or(c.Value, "any")
		}
		if err := i.check(); err != nil {
			return nil, err
		}
		i.ofPool(m)
		out = append(out, i)
	}
	return out, nil
}

// fromPools returns the user pools of an Amazon Cognito authorizer. It leaves out pools of which the authorizer accepts
// no client's tokens, unless no pool would remain.
func fromPools(m *apimodel.Model, use Use, a *apimodel.Authorizer) (out []Issuer, err error) {
	expression, err := a.Expression()
	if err != nil {
		return nil, fmt.Errorf("the expression %q is not supported here: %w", a.Validation, err)
	}
	for _, pool := range a.UserPools {
		i := Issuer{
			Issuer:  authz.Issuer{URL: pool.ProviderURL, Audiences: clientsOf(pool), GroupsClaim: "cognito:groups"},
			Cognito: true, Use: use, TakenBy: []string{a.ID.String()},
		}
		i.Scopes, i.Groups = knownRights(pool)
		i.Providers, i.LowerNames = providersOf(pool), pool.CaseInsensitive
		if expression != nil {
			if i.Audiences = acceptedClients(m, pool, a, expression); i.Audiences == nil {
				continue
			}
		}
		if err := i.check(); err != nil {
			return nil, fmt.Errorf("user pool %s: %w", pool.ID, err)
		}
		out = append(out, i)
	}
	if len(out) == 0 && len(a.UserPools) > 0 {
		return nil, fmt.Errorf(
			"the expression %q of %s matches the id of no client that is known of its user pools",
			a.Validation,
			a.ID,
		)
	}
	return out, nil
}

func clientsOf(pool *apimodel.UserPool) (ids []string) {
	for _, c := range pool.Clients {
		ids = append(ids, c.ClientID)
	}
	return ids
}

// acceptedClients returns the clients of a pool whose ID tokens an authorizer's expression accepts: those in the
// assembly, those that the expression lists and that are in no assembly, or else the stand-in.
func acceptedClients(
	m *apimodel.Model,
	pool *apimodel.UserPool,
	a *apimodel.Authorizer,
	expression *regexes.Pattern,
) (ids []string) {
	ofOthers := map[string]bool{}
	for _, other := range m.UserPools {
		for _, id := range clientsOf(other) {
			ofOthers[id] = other != pool
		}
	}
	matches := func(id string) bool {
		ok, err := expression.Match(id)
		return ok && err == nil
	}
	for _, id := range slices.Concat(clientsOf(pool), a.Audiences()) {
		if matches(id) && !ofOthers[id] && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if ids == nil && matches(StandInClient) {
		return []string{StandInClient}
	}
	return ids
}

// poolUse returns the kind of tokens that an Amazon Cognito authorizer's methods accept: access tokens if any require
// scopes, else ID tokens.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-enable-cognito-user-pool.html
func poolUse(api *apimodel.API, a *apimodel.Authorizer) Use {
	for _, m := range api.Methods {
		if m.Authorizer == a && len(m.Scopes) > 0 {
			return Access
		}
	}
	return ID
}

// knownRights returns a pool's scopes, which are those of its resource servers and those that its clients may request,
// and its groups.
func knownRights(pool *apimodel.UserPool) (scopes, groups []string) {
	for _, s := range pool.ResourceServers {
		scopes = append(scopes, s.Scopes...)
	}
	for _, c := range pool.Clients {
		for _, s := range c.Scopes {
			if !slices.Contains(scopes, s) {
				scopes = append(scopes, s)
			}
		}
	}
	return scopes, slices.Clone(pool.Groups)
}

// merge adds an issuer, or adds its authorizer to the issuer with the same settings.
func merge(issuers []Issuer, i Issuer) []Issuer {
	for n, other := range issuers {
		taken := other.TakenBy
		other.TakenBy = i.TakenBy
		if reflect.DeepEqual(other, i) {
			for _, a := range i.TakenBy {
				if !slices.Contains(taken, a) {
					taken = append(taken, a)
				}
			}
			issuers[n].TakenBy = taken
			return issuers
		}
	}
	return append(issuers, i)
}
