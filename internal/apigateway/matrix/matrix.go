// Package matrix makes the access matrix of a cloud assembly: each route of its REST APIs, with its guard and who may
// call it. Order and wording stay the same as long as the access does.
//
//	m, err := matrix.Of(apimodel.Read(a, cloudassembly.Options{}), "")
//	os.Stdout.Write(m.Text())
//
// Besides the routes it has what access to them depends on: the resource policy, the authorizers with their settings,
// caches and environments, what roles and users may call, API keys, pages that may read answers, stages that cache
// answers, and function URLs that lead past the API.
//
// It reads the template and the authorizers' access tables. It does not decide requests: package accessdiff does that,
// with the data of this package. It runs no function, and resolves no reference to a secret.
package matrix

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// ErrUnknown reports that the assembly does not show something about access.
var ErrUnknown = errors.New("access is not known")

// Matrix says who may call what. APIs are sorted by stack and name.
type Matrix struct {
	APIs   []API
	Others []Other // APIs that are not REST APIs, which are not read further
}

// Other is an HTTP or a WebSocket API.
type Other struct {
	Stack     string `json:"stack"`
	LogicalID string `json:"logicalId"`

	// Kind is "an HTTP", "a WebSocket", or "a REST" for an API outside the assembly that gets methods from it.
	Kind string `json:"kind"`

	// Routes identifies its routes and authorizers in the template, such as "sha256.0123abcd".
	Routes string `json:"routes,omitempty"`
}

// API is a REST API. Routes are sorted by path and verb.
type API struct {
	ID    apimodel.ID // the ID of its resource
	Stack string      // the stack's path, such as "Prod/Shop"
	Name  string      // followed by the logical ID in brackets if the stack has several of that name

	Policy   ResourcePolicy
	Document Document // the resource policy itself

	// ARN is the API's ARN, such as "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5". Values that CloudFormation
	// creates when it deploys are stand-ins.
	ARN    string
	Stages []string

	NotKnown []string // what the assembly does not show about access

	Endpoint Endpoint
	Plans    []Plan // usage plans that cover one of its stages

	// KeySource says where API Gateway reads API keys: "HEADER" or "AUTHORIZER".
	KeySource string

	Principals []Principal // roles and users whose policies are about calls of APIs or not known

	// Unread is what else access may depend on, by a name such as "the policies of group Shop/Ops". Each value is a text
	// from the template that is not resolved: two of them are either the same or not.
	Unread []Variable

	Readable []Readable // pages that may read answers

	Routes       []Route
	Authorizers  []Authorizer // sorted by name
	Kept         []Kept       // cached answers, by stage and route
	FunctionURLs []FunctionURL
	Invokers     []Invoker
}

// String returns a name that identifies the API in the assembly.
func (a API) String() string { return a.Stack + "/" + a.Name }

// ResourcePolicy says what an API's resource policy does to requests.
type ResourcePolicy uint8

// The resource policies.
const (
	NoPolicy  ResourcePolicy = iota
	MayRefuse                // it may refuse requests, or cannot be read in full
	AllowsAll                // it allows every caller every route unconditionally
)

// The kinds of guard.
const (
	Token   = "token"   // a Lambda authorizer of type TOKEN
	Request = "request" // a Lambda authorizer of type REQUEST
	Cognito = "cognito" // Amazon Cognito user pools
	JWT     = "jwt"     // API Gateway's own JWT authorizer
	IAM     = "iam"     // AWS IAM, by Signature Version 4
	None    = "none"
	Unknown = "unknown"
)

// Route is a method of an API with its guard.
type Route struct {
	Verb, Path string

	Kind       string         // the kind of guard
	Authorizer string         // its name; "" without one
	Cache      *time.Duration // how long the authorizer's answers are cached, 0 for not at all; nil if not known or none
	APIKey     bool

	// Requires lists what a caller must have, all of it. It is empty if any valid token or signature is enough, or if the
	// template does not decide it. Who describes who may call.
	Requires []access.Requirement
	Who      string

	// TakesSession reports whether the route accepts the session of a login instead of a token. Session is the path of
	// that login, such as "/auth"; "" if it is not in the assembly.
	TakesSession bool
	Session      string

	// From lists the ranges of addresses from which the route may be called, such as "203.0.113.0/24, 2001:db8::/32"; ""
	// if the template does not restrict them for the route.
	From string

	// Public is why a route without a guard is public; "" if no reason is given.
	Public string

	// AnsweredBy says what answers the route if no function does, such as "the AWS service sqs"; "" for a function.
	AnsweredBy string

	// Tenant says what the tenant ID of a function with tenant isolation is mapped from, such as
	// "context.authorizer.tenantId", or "no tenant ID"; "" for a function without tenant isolation.
	Tenant string

	// Caller lists the parts of the integration's request that say who calls, such as "header CallerPrincipalId", with
	// what each is from, such as "context.authorizer.principalId" or "'not given'". It is nil if the integration sends
	// nothing of the caller, and for a function whose event has the caller.
	Caller []Variable

	// Closed reports whether the authorizer admits no caller. Preflight reports whether API Gateway itself answers the
	// route, for browsers that ask what a page may send.
	Closed    bool
	Preflight bool
}

// String returns the route as "GET /orders/{id}".
func (r Route) String() string { return r.Verb + " " + r.Path }

// Of returns the matrix of an assembly's model, or of one stack, given by its path. If it returns an error, which is an
// [ErrUnknown] and lists everything that the assembly does not show, the matrix has the rest.
func Of(m *apimodel.Model, stack string) (Matrix, error) {
	tables := tables{}
	var out Matrix
	var errs []error
	for _, api := range m.APIs {
		var unknown []error
		if stack != "" && api.Stack != stack {
			continue
		}
		made := API{
			ID:     api.ID,
			Stack:  api.Stack,
			Name:   name(m, api),
			Policy: policyOf(api),
		}
		for _, p := range m.ProblemsOf(api.ID) {
			if p.OfPolicy && made.Policy == NoPolicy { // the policy could not be read
				made.Policy = MayRefuse
			}
			if p.Blocks && !p.OfPolicy { // a route may be missing or have another guard
				unknown = append(unknown, fmt.Errorf("%w: %s", ErrUnknown, p))
			}
		}
		parameters := callerParameters(api.Methods)
		for _, method := range api.Methods {
			r := Route{
				Verb: method.Verb, Path: method.Path, APIKey: method.APIKeyRequired, From: method.Metadata[fromMetadata],
				AnsweredBy: answeredBy(method), Tenant: tenantOf(method), Caller: callerOf(method, parameters),
				Preflight: method.Verb == "OPTIONS" && method.Authorization == apimodel.AuthorizationNone &&
					method.Integration.Type == apimodel.IntegrationMock,
			}
			if err := r.setGuard(m, method, tables); err != nil {
				unknown = append(unknown, fmt.Errorf("%w: %s %s: %w", ErrUnknown, made, r, err))
			}
			if method.NotKnown != nil {
				what := strings.Join(method.NotKnown, "; ")
				unknown = append(unknown, fmt.Errorf("%w: %s %s: %s", ErrUnknown, made, r, what))
				r.Kind, r.Who, r.Requires = Unknown, "not known", nil
			}
			r.setSession(api, method)
			made.Routes = append(made.Routes, r)
		}
		slices.SortStableFunc(made.Routes, func(x, y Route) int {
			return cmp.Or(cmp.Compare(x.Path, y.Path), cmp.Compare(x.Verb, y.Verb))
		})
		var notKnown []error
		made.Authorizers, notKnown = authorizers(m, api, tables)
		unknown = append(unknown, notKnown...)
		made.Kept, made.FunctionURLs = keptRoutes(api), functionURLs(m, api)
		made.Invokers = invokers(m, api)
		made.fillDependencies(m, api)
		for _, err := range unknown {
			made.NotKnown = append(made.NotKnown, strings.TrimPrefix(err.Error(), ErrUnknown.Error()+": "))
		}
		errs = append(errs, unknown...)
		out.APIs = append(out.APIs, made)
	}
	for _, o := range slices.Concat(m.OtherAPIs, m.OutsideAPIs) {
		if stack == "" || o.Stack == stack {
			sum := sha256.Sum256([]byte(strings.Join(o.Written, "\n")))
			out.Others = append(out.Others, Other{o.Stack, o.LogicalID, o.Kind, "sha256." + hex.EncodeToString(sum[:8])})
		}
	}
	slices.SortStableFunc(out.APIs, func(x, y API) int {
		return cmp.Or(cmp.Compare(x.Stack, y.Stack), cmp.Compare(x.Name, y.Name))
	})
	return out, errors.Join(errs...)
}

// name returns an API's name. CDK names an API by its construct's ID by default, so several APIs of a stack may have
// the same name. The logical ID distinguishes them, and changes only if the construct moves.
func name(m *apimodel.Model, api *apimodel.API) string {
	for _, other := range m.APIs {
		if other != api && other.Stack == api.Stack && other.Name == api.Name {
			return strings.TrimSpace(api.Name + " [" + api.LogicalID + "]")
		}
	}
	if api.Name == "" {
		return api.LogicalID
	}
	return api.Name
}
