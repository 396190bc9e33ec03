package matrix

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// PublicMetadata is the name of the metadata of an AWS::ApiGateway::Method that says why it is public, as a string. The
// secureapi construct writes it, and other templates may.
const PublicMetadata = "gatehouse:public"

// fromMetadata is the name of the metadata of an AWS::ApiGateway::Method that says from which addresses it may be
// called, as a string. The secureapi construct writes it beside a resource policy that enforces it.
const fromMetadata = "gatehouse:from"

// guard fills in what guards a route and who may call it. The error says why that is not known.
func (r *Route) guard(m *apimodel.Model, method *apimodel.Method, t tables) error {
	r.Kind, r.Who = Unknown, "not known"
	switch method.Authorization {
	case apimodel.AuthorizationNone:
		r.public(method)
		return nil
	case apimodel.AuthorizationIAM:
		r.Kind, r.Who = IAM, "whom IAM allows execute-api:Invoke"
		return nil
	case apimodel.AuthorizationCustom, apimodel.AuthorizationCognito, apimodel.AuthorizationJWT:
	default:
		return problemsOf(m, method.ID, "it has no AuthorizationType that API Gateway knows")
	}
	a := method.Authorizer
	if a == nil {
		return problemsOf(m, method.ID, "its authorizer is not in the assembly")
	}
	r.Authorizer, r.Cache = cmp.Or(a.Name, a.LogicalID), cacheOf(a)
	switch r.Kind = kindOf(a); r.Kind {
	case Cognito:
		r.cognito(m, method)
		return nil
	case JWT:
		r.scopes(method)
		return nil
	case Unknown:
		return problemsOf(m, a.ID, "its authorizer has no type that API Gateway knows")
	}
	return r.lambda(a, t)
}

// problemsOf says why something is not known, as the model has it, or else in other words.
func problemsOf(m *apimodel.Model, id apimodel.ID, otherwise string) error {
	var said []string
	for _, p := range m.ProblemsOf(id) {
		if p.Blocks {
			said = append(said, p.What)
		}
	}
	if said == nil {
		return errors.New(otherwise)
	}
	return errors.New(strings.Join(said, "; "))
}

// publicWithKey is who may call a route that has no guard and needs an API key, which is no identity.
const publicWithKey = "public with a key"

// public says why there is no guard. Browsers ask for OPTIONS before they send a token, so what CDK and Gatehouse make
// for CORS has none, and no function answers it.
func (r *Route) public(method *apimodel.Method) {
	r.Kind = None
	r.Public = method.Metadata[PublicMetadata]
	if r.Public == "" && r.Verb == "OPTIONS" && method.Integration.Type == apimodel.IntegrationMock {
		r.Public = "CORS preflight"
	}
	if r.Who = "anyone"; r.APIKey {
		r.Who = publicWithKey
	}
}

// cognito is what Amazon Cognito enforces.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-enable-cognito-user-pool.html
func (r *Route) cognito(m *apimodel.Model, method *apimodel.Method) {
	if len(method.Scopes) == 0 {
		r.Who = "any ID token" + ofClients(m, method.Authorizer)
		return
	}
	r.require([]access.Requirement{{Kind: access.Scope, AnyOf: method.Scopes}})
	if method.Authorizer.Validation != "" {
		r.Who = "no token: its authorizer compares aud, and access tokens of Amazon Cognito have none"
		r.Closed = true
	}
}

// scopes is what a JWT authorizer enforces on a route, and in words what tokens of each of its issuers must have.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-jwt-authorizer-methods.html
func (r *Route) scopes(method *apimodel.Method) {
	if len(method.Scopes) == 0 {
		r.require(nil)
	} else {
		r.require([]access.Requirement{{Kind: access.Scope, AnyOf: method.Scopes}})
	}
	for _, c := range sharedClaims(method.Authorizer.JWT) {
		r.Who += " and " + access.Requirement{Kind: access.Claim, Claim: c.Name, AnyOf: []string{c.Value}}.String()
	}
}

// sharedClaims are the required conditions that a JWT authorizer has for all of its issuers alike.
func sharedClaims(j *apimodel.JWT) (out []apimodel.JWTClaim) {
	if j == nil || len(j.Issuers) == 0 {
		return nil
	}
	for _, c := range j.Issuers[0].Claims {
		shared := c.Required && c.Value != ""
		for _, i := range j.Issuers {
			shared = shared && slices.Contains(i.Claims, c)
		}
		if shared {
			out = append(out, c)
		}
	}
	return out
}

// ofClients names the app clients that a Cognito authorizer restricts ID tokens to; "" if it does not. Clients of the
// assembly have their logical ids.
func ofClients(m *apimodel.Model, a *apimodel.Authorizer) string {
	if a.Validation == "" {
		return ""
	}
	ids := clientsOf(m, a)
	if ids == nil {
		return fmt.Sprintf(" whose aud matches %q", a.Validation)
	}
	return " of the app client " + strings.Join(ids, " or ")
}

// clientsOf are the app clients that an authorizer's expression is a list of, with their logical ids; nil if it is not
// one.
func clientsOf(m *apimodel.Model, a *apimodel.Authorizer) []string {
	ids := a.Audiences()
	for _, pool := range m.UserPools {
		for _, c := range pool.Clients {
			if i := slices.Index(ids, c.ClientID); i >= 0 {
				ids[i] = c.ID.String()
			}
		}
	}
	return ids
}

// anyToken is who may call a route that asks for nothing more.
const anyToken = "any valid token"

// require says what a caller must bring, in words too.
func (r *Route) require(requires []access.Requirement) {
	if len(requires) == 0 {
		r.Who = anyToken
		return
	}
	r.Requires = requires
	words := make([]string, len(requires))
	for i, req := range requires {
		words[i] = req.String()
	}
	r.Who = strings.Join(words, " and ")
}

// lambda is what a function enforces: the included one by its access table, any other one by itself.
func (r *Route) lambda(a *apimodel.Authorizer, t tables) error {
	f := a.Function
	if f == nil && slices.Contains(a.NotKnown, "AuthorizerUri") {
		return nil // it is said of the authorizer
	}
	if f == nil {
		r.Who = "whom a function allows that is not in the assembly"
		return nil
	}
	if !includes(f) {
		r.Who = "whom the function " + f.ID.String() + " allows"
		return nil
	}
	table, err := t.of(f)
	if err != nil {
		return err
	}
	for _, rule := range table.Rules() {
		if rule.Pattern.String() != r.String() {
			continue
		}
		if rule.Elsewhere {
			r.Who, r.Closed = "no caller: its authorizer leaves the route to another one", true
			return nil
		}
		r.require(rule.Requires)
		return nil
	}
	r.Who, r.Closed = "no caller: its authorizer does not know the route", true
	return nil
}

// includes reports whether a function is the included authorizer.
func includes(f *apimodel.Function) bool {
	_, known := f.Environment[authz.ConfigVariable]
	_, unresolved := f.Unresolved[authz.ConfigVariable]
	return known || unresolved
}

// apart reports whether an authorizer's access table has other routes than its API, or leaves another set of them to
// other authorizers: it may then decide by a route that API Gateway did not choose. Routes of the API that the
// authorizer does not guard, such as preflights, need not be in the table.
func apart(api *apimodel.API, a *apimodel.Authorizer, t tables) bool {
	table, err := t.of(a.Function)
	if err != nil {
		return true
	}
	own := map[string]bool{}
	for _, m := range api.Methods {
		own[m.Verb+" "+m.Path] = m.Authorizer == a
	}
	for _, rule := range table.Rules() {
		name := rule.Pattern.String()
		guards, known := own[name]
		if !known || guards == rule.Elsewhere {
			return true
		}
		delete(own, name)
	}
	for _, guards := range own {
		if guards {
			return true
		}
	}
	return false
}

// tables are the access tables of included functions, each read once.
type tables map[apimodel.ID]tableOrError

type tableOrError struct {
	table *access.Table
	err   error
}

func (t tables) of(f *apimodel.Function) (*access.Table, error) {
	known, ok := t[f.ID]
	if !ok {
		known.table, known.err = readTable(f)
		t[f.ID] = known
	}
	return known.table, known.err
}

func readTable(f *apimodel.Function) (*access.Table, error) {
	if f.Code.Folder == "" {
		return nil, fmt.Errorf(
			"the access table of %s cannot be read: its code is not a folder of the assembly: synthesize it again",
			f.ID,
		)
	}
	text, err := os.ReadFile(filepath.Join(f.Code.Folder, access.FileName))
	if err != nil {
		return nil, fmt.Errorf("the access table of %s cannot be read: %w: synthesize it again", f.ID, err)
	}
	table, err := access.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("the access table of %s: %w", f.ID, err)
	}
	return table, nil
}
