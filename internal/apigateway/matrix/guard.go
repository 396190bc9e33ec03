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

// PublicMetadata is the metadata key of an AWS::ApiGateway::Method for the reason why it is public, a string. The
// secureapi construct writes it, and other templates may.
const PublicMetadata = "gatehouse:public"

// fromMetadata is the metadata key of an AWS::ApiGateway::Method for the addresses from which it may be called, a
// string. The secureapi construct writes it beside a resource policy that enforces it.
const fromMetadata = "gatehouse:from"

// setGuard fills in what guards a route and who may call it. The error says why that is not known.
func (r *Route) setGuard(m *apimodel.Model, method *apimodel.Method, t tables) error {
	r.Kind, r.Who = Unknown, "not known"
	switch method.Authorization {
	case apimodel.AuthorizationNone:
		r.setPublic(method)
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
		r.setCognito(m, method)
		return nil
	case JWT:
		r.setJWT(method)
		return nil
	case Unknown:
		return problemsOf(m, a.ID, "its authorizer has no type that API Gateway knows")
	}
	return r.setLambda(a, t)
}

// problemsOf returns an error with the model's problems of a resource, or with the text otherwise if it has none.
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

// publicWithKey describes who may call a route that has no guard and needs an API key, which is not an identity.
const publicWithKey = "public with a key"

// setPublic says why there is no guard. Browsers send OPTIONS before they send a token, so the preflights that CDK and
// Gatehouse make for CORS have no guard, and no function answers them.
func (r *Route) setPublic(method *apimodel.Method) {
	r.Kind = None
	r.Public = method.Metadata[PublicMetadata]
	if r.Public == "" && r.Verb == "OPTIONS" && method.Integration.Type == apimodel.IntegrationMock {
		r.Public = "CORS preflight"
	}
	if r.Who = "anyone"; r.APIKey {
		r.Who = publicWithKey
	}
}

// setCognito fills in what Amazon Cognito enforces.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-enable-cognito-user-pool.html
func (r *Route) setCognito(m *apimodel.Model, method *apimodel.Method) {
	if len(method.Scopes) == 0 {
		r.Who = "any ID token" + ofClients(m, method.Authorizer)
		return
	}
	r.setRequirements([]access.Requirement{{Kind: access.Scope, AnyOf: method.Scopes}})
	if method.Authorizer.Validation != "" {
		r.Who = "no token: its authorizer compares aud, and access tokens of Amazon Cognito have none"
		r.Closed = true
	}
}

// setJWT fills in what a JWT authorizer enforces on a route, and describes what tokens of each of its issuers must
// have.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-jwt-authorizer-methods.html
func (r *Route) setJWT(method *apimodel.Method) {
	if len(method.Scopes) == 0 {
		r.setRequirements(nil)
	} else {
		r.setRequirements([]access.Requirement{{Kind: access.Scope, AnyOf: method.Scopes}})
	}
	for _, c := range sharedClaims(method.Authorizer.JWT) {
		r.Who += " and " + access.Requirement{Kind: access.Claim, Claim: c.Name, AnyOf: []string{c.Value}}.String()
	}
}

// sharedClaims returns the conditions that a JWT authorizer requires of the tokens of all of its issuers.
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

// ofClients names the app clients to which a Cognito authorizer restricts ID tokens; "" if it does not restrict them.
// It names clients of the assembly by logical ID.
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

// clientsOf returns the app clients if an authorizer's expression is a list of them, with their logical IDs; else nil.
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

// anyToken describes who may call a route that requires nothing but a token.
const anyToken = "any valid token"

// setRequirements sets the requirements for callers, and describes them.
func (r *Route) setRequirements(requires []access.Requirement) {
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

// setLambda fills in what a function enforces: the included one by its access table, any other one by its own code.
func (r *Route) setLambda(a *apimodel.Authorizer, t tables) error {
	f := a.Function
	if f == nil && slices.Contains(a.NotKnown, "AuthorizerUri") {
		return nil // the authorizer's description says it
	}
	if f == nil {
		r.Who = "whom a function allows that is not in the assembly"
		return nil
	}
	if !isIncluded(f) {
		r.Who = "whom the function " + f.ID.String() + " allows"
		return nil
	}
	table, err := t.tableOf(f)
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
		r.setRequirements(rule.Requires)
		return nil
	}
	r.Who, r.Closed = "no caller: its authorizer does not know the route", true
	return nil
}

// isIncluded reports whether a function is the included authorizer.
func isIncluded(f *apimodel.Function) bool {
	_, known := f.Environment[authz.ConfigVariable]
	_, unresolved := f.Unresolved[authz.ConfigVariable]
	return known || unresolved
}

// tableDiffers reports whether an authorizer's access table differs from the API: it has other routes, or leaves other
// routes to other authorizers. It could then decide by a route that API Gateway did not choose. Routes of the API that
// the authorizer does not guard, such as preflights, need not be in the table.
func tableDiffers(api *apimodel.API, a *apimodel.Authorizer, t tables) bool {
	table, err := t.tableOf(a.Function)
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

// tables holds the access tables of included functions. Each is read once.
type tables map[apimodel.ID]tableOrError

type tableOrError struct {
	table *access.Table
	err   error
}

func (t tables) tableOf(f *apimodel.Function) (*access.Table, error) {
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
