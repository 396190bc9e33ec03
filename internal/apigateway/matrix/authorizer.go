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

// Authorizer is an authorizer of an API: how it identifies a caller, the cache key of its answers, and what decides.
type Authorizer struct {
	Kind, Name string // as in [Route]

	// Sources are the parts of a request that the authorizer reads, such as "method.request.header.Authorization".
	// Validation is the regular expression that the token, or for a Cognito authorizer its audience, must match; ""
	// without one.
	Sources    []string
	Validation string

	// Cache is how long answers are cached: 0 for not at all, nil if that is not known. CacheKey describes the cache key;
	// it is "" without a cache.
	Cache    *time.Duration
	CacheKey string

	// By lists the user pools or the issuers of its tokens, or the Lambda function that decides.
	By []string

	// Audiences are the app clients to which a Cognito authorizer restricts ID tokens, if its Validation is a list of
	// them.
	Audiences []string

	// JWT is what a JWT authorizer uses to verify tokens; nil for others. It names user pools and app clients of the
	// assembly by logical ID.
	JWT *apimodel.JWT

	// Included reports whether the function is the included authorizer, which the access table and the variables describe.
	// Code identifies the content of any other function, or of the included authorizer with a main package of the app's
	// own, such as "asset.0123abcd"; "" if the code is not in the assembly.
	Included bool
	Code     string

	// Handler is the handler of a function that is not the included one. Layers are the ARNs of its layers and, for those
	// in the same stack, where their code is.
	Handler string
	Layers  []string

	// Apart reports whether the access table of an included authorizer differs from the routes of the API.
	Apart bool

	// Variables are the function's environment variables as in the template, in the notation of [cloudassembly.Written].
	// They also hold what the template's values refer to, such as "Parameters.Audience" with the parameter's default and,
	// for an authorizer that accepts sessions, the settings of the login function, which decides who gets a session.
	Variables []Variable
}

// Variable is a variable of a function's environment, or a value in a variable that holds a JSON object.
type Variable struct {
	Name  string // such as "TABLE", or "GATEHOUSE_AUTHORIZER.issuers[0].url"
	Value string
}

// authorizers returns the authorizers of an API, sorted by name. The errors say what is not known about them.
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
		made.By = append(made.By, describeIssuers(m, a)...)
		made.JWT = withLogicalIDs(m, a.JWT)
		if made.Kind == Cognito && a.Validation != "" {
			made.Audiences = clientsOf(m, a)
		}
		if f := a.Function; f != nil {
			made.By = []string{f.ID.String()}
			if made.Included = isIncluded(f); made.Included {
				if made.Apart = tableDiffers(api, a, t); ownMain(f) {
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
			if arn := arnOutsideAssembly(a.URI); arn != "" {
				made.By = []string{arn}
			}
		}
		if hasSeveralFunctions(api, a) {
			unknown = append(unknown, fmt.Errorf("%w: %s: its function depends on the stage, and %s is shown",
				ErrUnknown, a.ID, strings.Join(made.By, ", ")))
		}
		if refused := problemsOf(m, a.ID, ""); len(a.NotKnown) == 0 && refused.Error() != "" &&
			(made.Kind == JWT || made.Kind == Cognito) { // such as an unknown member, which may admit callers
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

// arnOutsideAssembly returns the ARN of a function outside the assembly, from the URI of its authorizer.
func arnOutsideAssembly(uri string) string {
	_, arn, _ := strings.Cut(uri, "/functions/")
	arn, _, _ = strings.Cut(arn, "/invocations")
	return arn
}

// hasSeveralFunctions reports whether an authorizer's function depends on the stage.
func hasSeveralFunctions(api *apimodel.API, a *apimodel.Authorizer) bool {
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

// describeIssuers describes the issuers of a JWT authorizer, with the audiences and the conditions for their tokens. It
// names user pools and app clients of the assembly by logical ID.
func describeIssuers(m *apimodel.Model, a *apimodel.Authorizer) (out []string) {
	if a.JWT == nil {
		return nil
	}
	for _, i := range withLogicalIDs(m, a.JWT).Issuers {
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

// withLogicalIDs returns a JWT authorizer's settings with the logical IDs of user pools and app clients.
func withLogicalIDs(m *apimodel.Model, j *apimodel.JWT) *apimodel.JWT {
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

// cacheOf returns how long an authorizer's answers are cached; nil if that is not known.
func cacheOf(a *apimodel.Authorizer) *time.Duration {
	if slices.Contains(a.NotKnown, "AuthorizerResultTtlInSeconds") {
		return nil
	}
	return &a.TTL
}

// cacheKey describes the cache key of the authorizer's answers.
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
