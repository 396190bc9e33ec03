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

// ErrModel says that an authorizer's issuers could not be told from the assembly. It comes as an [AuthorizerError].
var ErrModel = errors.New("devissuer: assembly")

// AuthorizerError says of one authorizer, or of one login function, why its issuers cannot be told.
type AuthorizerError struct {
	Authorizer apimodel.ID // or of the login function
	Err        error       // why, with the function or the user pool it is about
}

func (e *AuthorizerError) Error() string { return fmt.Sprintf("%v: %v", ErrModel, e.Err) }

// Unwrap is [ErrModel], and what Err is, for [errors.Is].
func (e *AuthorizerError) Unwrap() []error { return []error{ErrModel, e.Err} }

// FromModel finds the issuers whose tokens an assembly's authorizers take: those in the configuration of included
// authorizer functions, the user pools of Amazon Cognito authorizers, and those of JWT authorizers. An authorizer with
// a function of the app's own has none that could be known. Issuers with the same settings are one. Their clients are
// those of included login functions, and the app clients of user pools.
//
// With an error, which joins an [AuthorizerError] for everything that is wrong, come the issuers that were found all
// the same.
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

// ofPool notes the scopes and groups that exist, if the issuer is a user pool of the assembly.
func (i *Issuer) ofPool(m *apimodel.Model) {
	for _, pool := range m.UserPools {
		if pool.ProviderURL == i.URL {
			i.Scopes, i.Groups = known(pool)
			i.Providers, i.LowerNames = providersOf(pool), pool.CaseInsensitive
		}
	}
}

// providersOf are the providers whose users sign in to a user pool.
func providersOf(pool *apimodel.UserPool) (out []IdentityProvider) {
	for _, one := range pool.Providers {
		out = append(out, IdentityProvider{Name: one.Name, Type: one.Type, Identifiers: one.Identifiers})
	}
	return out
}

// fromJWT are the issuers of a JWT authorizer. Their tokens have the claims that the authorizer has conditions for. A
// user pool's are access tokens, as the audiences that it compares are the ids of clients, unless a condition says
// otherwise.
func fromJWT(m *apimodel.Model, a *apimodel.Authorizer) (out []Issuer, err error) {
	if a.JWT == nil {
		return nil, nil // the model says what is wrong with it
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

// fromPools are the user pools of an Amazon Cognito authorizer. A pool of which the authorizer takes no client's tokens
// is left out, unless that leaves none.
func fromPools(m *apimodel.Model, use Use, a *apimodel.Authorizer) (out []Issuer, err error) {
	expression, err := a.Expression()
	if err != nil {
		return nil, fmt.Errorf("the expression %q is not understood here: %w", a.Validation, err)
	}
	for _, pool := range a.UserPools {
		i := Issuer{
			Issuer:  authz.Issuer{URL: pool.ProviderURL, Audiences: clientsOf(pool), GroupsClaim: "cognito:groups"},
			Cognito: true, Use: use, TakenBy: []string{a.ID.String()},
		}
		i.Scopes, i.Groups = known(pool)
		i.Providers, i.LowerNames = providersOf(pool), pool.CaseInsensitive
		if expression != nil {
			if i.Audiences = matching(m, pool, a, expression); i.Audiences == nil {
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

// matching are the clients of a pool whose ID tokens an authorizer's expression lets pass: those in the assembly, those
// that it lists and that are in no assembly, or else the stand-in.
func matching(
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

// poolUse is the kind of tokens that an Amazon Cognito authorizer's methods take: access tokens where they ask for
// scopes, and ID tokens where none does.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-enable-cognito-user-pool.html
func poolUse(api *apimodel.API, a *apimodel.Authorizer) Use {
	for _, m := range api.Methods {
		if m.Authorizer == a && len(m.Scopes) > 0 {
			return Access
		}
	}
	return ID
}

// known are a pool's scopes, those of its resource servers and those that its clients may ask for, and its groups.
func known(pool *apimodel.UserPool) (scopes, groups []string) {
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

// merge adds an issuer, or its authorizer to the one that has the same settings.
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
