package matrix

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/login"
)

// Authorizer is an authorizer of an API: what it identifies a caller by, what its answers are kept under, and what
// decides.
type Authorizer struct {
	Kind, Name string // as in [Route]

	// Sources are the parts of a request that it reads, such as "method.request.header.Authorization". Validation is
	// the regular expression that the token, or the audience of a Cognito authorizer, has to match; "" without one.
	Sources    []string
	Validation string

	// Cache is how long its answers are kept, 0 for not at all, nil if that is not known. CacheKey says in words what
	// two requests have in common that share an answer; "" without a cache.
	Cache    *time.Duration
	CacheKey string

	// By are the user pools or the issuers that its tokens are of, or the Lambda function that decides.
	By []string

	// Audiences are the app clients that a Cognito authorizer restricts ID tokens to, if its Validation is a list of them.
	Audiences []string

	// JWT is what a JWT authorizer verifies tokens by, else nil. User pools and app clients of the assembly have their
	// logical ids.
	JWT *apimodel.JWT

	// Included reports whether the function is the included authorizer, which the access table and the variables
	// describe. Code names the content of another one, and of one with a main package of its own, such as
	// "asset.0123abcd"; "" if it is not in the assembly.
	Included bool
	Code     string

	// Handler is what of the code Lambda calls, for a function that is not the included one, and Layers are the ARNs of
	// its layers, and where the code of those is that are in the same stack.
	Handler string
	Layers  []string

	// Apart says that the access table of an included authorizer does not have the routes of the API as the API has them.
	Apart bool

	// Variables are the function's environment as the template has it, in the notation of [cloudassembly.Written], what of
	// the template it refers to, such as "Parameters.Audience" with the default of the parameter, and for an authorizer
	// that takes sessions the settings of the login function, which says who gets one.
	Variables []Variable
}

// Variable is a variable of a function's environment, or a value in a variable that holds a JSON object.
type Variable struct {
	Name  string // such as "TABLE", or "GATEHOUSE_AUTHORIZER.issuers[0].url"
	Value string
}

// authorizers are those of an API in the order of their names. The error says what is not known of one.
func authorizers(m *apimodel.Model, api *apimodel.API, t tables) (out []Authorizer, unknown []error) {
	for _, a := range api.Authorizers {
		made := Authorizer{
			Kind:       kindOf(a),
			Name:       cmp.Or(a.Name, a.LogicalID),
			Validation: a.Validation,
			Cache:      cacheOf(a),
		}
		for _, s := range a.IdentitySources {
			made.Sources = append(made.Sources, s.String())
		}
		made.CacheKey = made.cacheKey()
		for _, p := range a.UserPools {
			if p.LogicalID == "" {
				made.By = append(made.By, p.ARN)
			} else {
				made.By = append(made.By, p.ID.String())
			}
		}
		made.By = append(made.By, trusted(m, a)...)
		made.JWT = named(m, a.JWT)
		if made.Kind == Cognito && a.Validation != "" {
			made.Audiences = clientsOf(m, a)
		}
		if f := a.Function; f != nil {
			made.By = []string{f.ID.String()}
			if made.Included = includes(f); made.Included {
				if made.Apart = apart(api, a, t); ownMain(f) {
					made.Code = codeOf(f)
				}
			} else {
				made.Code, made.Handler = codeOf(f), f.Handler
			}
			made.Layers = slices.Concat(f.Layers, f.LayerCode)
			for _, name := range slices.Sorted(maps.Keys(f.Variables)) {
				made.Variables = append(made.Variables, flatten(name, f.Variables[name])...)
			}
			for _, name := range slices.Sorted(maps.Keys(f.References)) {
				made.Variables = append(made.Variables, Variable{name, f.References[name]})
			}
			if s := SessionOf(a); s != nil {
				if _, by := loginOf(api, s); by != nil {
					made.Variables = append(made.Variables, flatten(login.Variable, by.Variables[login.Variable])...)
					for _, name := range slices.Sorted(maps.Keys(by.References)) {
						made.Variables = append(made.Variables, Variable{"login." + name, by.References[name]})
					}
				}
			}
		}
		if a.Function == nil && (made.Kind == Token || made.Kind == Request) {
			if arn := outside(a.URI); arn != "" {
				made.By = []string{arn}
			}
		}
		if several(api, a) {
			unknown = append(unknown, fmt.Errorf("%w: %s: its function depends on the stage, and %s is shown",
				ErrUnknown, a.ID, strings.Join(made.By, ", ")))
		}
		if refused := problemsOf(m, a.ID, ""); len(a.NotKnown) == 0 && refused.Error() != "" &&
			(made.Kind == JWT || made.Kind == Cognito) { // such as a member that is not known here and may let callers in
			unknown = append(unknown, fmt.Errorf("%w: %s: %w", ErrUnknown, a.ID, refused))
		}
		if len(a.NotKnown) > 0 {
			unknown = append(
				unknown,
				fmt.Errorf(
					"%w: %s: %w",
					ErrUnknown,
					a.ID,
					problemsOf(m, a.ID, "not known: "+strings.Join(a.NotKnown, ", ")),
				),
			)
		}
		out = append(out, made)
	}
	slices.SortStableFunc(out, func(x, y Authorizer) int { return cmp.Compare(x.Name, y.Name) })
	return out, unknown
}

// outside is the ARN of a function that is not in the assembly, as the URI of its authorizer has it.
func outside(uri string) string {
	_, arn, _ := strings.Cut(uri, "/functions/")
	arn, _, _ = strings.Cut(arn, "/invocations")
	return arn
}

// several reports whether an authorizer has another function on another stage.
func several(api *apimodel.API, a *apimodel.Authorizer) bool {
	return slices.ContainsFunc(api.Stages, func(s *apimodel.Stage) bool {
		f, _ := a.FunctionOn(s)
		return f != a.Function
	})
}

func kindOf(a *apimodel.Authorizer) string {
	switch a.Type {
	case apimodel.TokenAuthorizer:
		return Token
	case apimodel.RequestAuthorizer:
		return Request
	case apimodel.CognitoAuthorizer:
		return Cognito
	case apimodel.JWTAuthorizer:
		return JWT
	}
	return Unknown
}

// trusted are the issuers of a JWT authorizer with the audiences and the conditions for their tokens. User pools and
// app clients of the assembly have their logical ids.
func trusted(m *apimodel.Model, a *apimodel.Authorizer) (out []string) {
	if a.JWT == nil {
		return nil
	}
	for _, i := range named(m, a.JWT).Issuers {
		text := i.URL + " for " + strings.Join(i.Audiences, " or ")
		for n, c := range i.Claims {
			text += map[bool]string{true: " with ", false: " and "}[n == 0] + c.Name
			if c.Value != "" {
				text += "=" + c.Value
			}
			if !c.Required && c.Value != "" {
				text += " if there is one"
			}
		}
		out = append(out, text)
	}
	return out
}

// named is what a JWT authorizer verifies tokens by, with the logical ids of user pools and app clients.
func named(m *apimodel.Model, j *apimodel.JWT) *apimodel.JWT {
	if j == nil {
		return nil
	}
	names := map[string]string{}
	for _, pool := range m.UserPools {
		if pool.LogicalID != "" {
			names[pool.ProviderURL] = pool.ID.String()
		}
		for _, c := range pool.Clients {
			names[c.ClientID] = c.ID.String()
		}
	}
	out := &apimodel.JWT{Algorithms: j.Algorithms}
	for _, i := range j.Issuers {
		i.URL = cmp.Or(names[i.URL], i.URL)
		audiences := make([]string, len(i.Audiences))
		for n, audience := range i.Audiences {
			audiences[n] = cmp.Or(names[audience], audience)
		}
		i.Audiences = audiences
		out.Issuers = append(out.Issuers, i)
	}
	return out
}

// cacheOf is how long an authorizer's answers are kept; nil if that is not known.
func cacheOf(a *apimodel.Authorizer) *time.Duration {
	if slices.Contains(a.NotKnown, "AuthorizerResultTtlInSeconds") {
		return nil
	}
	return &a.TTL
}

// cacheKey is what an answer is kept under.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html, "identitySource" and
// "authorizerResultTtlInSeconds".
func (a Authorizer) cacheKey() string {
	switch {
	case a.Cache == nil || *a.Cache == 0:
		return ""
	case a.Kind == Request:
		return "all identity sources"
	}
	return "the token"
}
