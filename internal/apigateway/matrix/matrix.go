// Package matrix makes the access matrix of a cloud assembly: each route of its REST APIs with what guards it and whom
// that lets in, in an order and in words that stay the same as long as the access does.
//
//	m, err := matrix.Of(apimodel.Read(a, cloudassembly.Options{}), "")
//	os.Stdout.Write(m.Text())
//
// Beside the routes it has what access to them depends on: the resource policy, the authorizers with their settings,
// caches and environments, what roles and users may call, API keys, pages that may read answers, stages that keep
// answers, and the function URLs that lead past the API.
//
// It reads what the template and the authorizers' access tables say. It decides no request: package accessdiff does, by
// what is here. It runs no function, and resolves no reference to a secret.
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

// ErrUnknown says that something about access cannot be told from the assembly.
var ErrUnknown = errors.New("access is not known")

// Matrix is who may call what. APIs are in the order of their stacks and names.
type Matrix struct {
	APIs   []API
	Others []Other // APIs that are not REST APIs, of which no more is read
}

// Other is an HTTP or a WebSocket API.
type Other struct {
	Stack, LogicalID string
	Kind             string // "an HTTP" or "a WebSocket", or "a REST" for one that is not in the assembly and gets methods from it
	Routes           string // names what the template has of its routes and authorizers, such as "sha256.0123abcd"
}

// API is a REST API. Routes are in the order of their paths and verbs.
type API struct {
	ID    apimodel.ID // what it is made of
	Stack string      // its path, such as "Prod/Shop"
	Name  string      // with the logical id in brackets where a stack has several of one name

	Policy   ResourcePolicy
	Document Document // the resource policy itself

	// ARN is that of the API, such as "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5". What CloudFormation makes
	// when it deploys is a stand-in there.
	ARN    string
	Stages []string

	NotKnown []string // what of its access cannot be told from the assembly

	Endpoint Endpoint
	Plans    []Plan // usage plans that cover a stage of it

	// KeySource says where API keys are taken from: "HEADER", or "AUTHORIZER".
	KeySource string

	Principals []Principal // roles and users whose policies are about calls of APIs, or are not known

	// Unread is what access may depend on beside all that, by a name such as "the policies of group Shop/Ops", as a text
	// of the template: it is not resolved, and two texts can only be the same or not.
	Unread []Variable

	Readable []Readable // pages that may read answers

	Routes       []Route
	Authorizers  []Authorizer // in the order of their names
	Kept         []Kept       // answers, by stage and route
	FunctionURLs []FunctionURL
	Invokers     []Invoker
}

// String names the API among all of the assembly.
func (a API) String() string { return a.Stack + "/" + a.Name }

// ResourcePolicy says what the resource policy of an API does to requests.
type ResourcePolicy uint8

// The resource policies.
const (
	NoPolicy  ResourcePolicy = iota
	MayRefuse                // it may refuse requests; also one that cannot be read in full
	AllowsAll                // it allows every caller every route without a condition
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

// Route is a method of an API with what guards it.
type Route struct {
	Verb, Path string

	Kind       string         // of guard
	Authorizer string         // its name; "" without one
	Cache      *time.Duration // how long the authorizer's answers are kept, 0 for not at all; nil without one, or if it is not known
	APIKey     bool

	// Requires is what a caller must bring, all of it; empty if a valid token or signature will do, or if it is not for
	// the template to say. Who says in words who may call.
	Requires []access.Requirement
	Who      string

	// TakesSession reports whether the route takes the session of a login and no token. Session is the path of that
	// login, such as "/auth"; "" if it is not in the assembly.
	TakesSession bool
	Session      string

	// From are the ranges of addresses from which it may be called, such as "203.0.113.0/24, 2001:db8::/32"; "" if the
	// template restricts none for the route.
	From string

	// Public is why a route without a guard is public; "" if no reason is given.
	Public string

	// AnsweredBy is what answers it where no function does, such as "the AWS service sqs"; "" for a function.
	AnsweredBy string

	// Closed says that its authorizer admits no caller. Preflight says that API Gateway itself answers it, to a browser
	// that asks what a page may send.
	Closed    bool
	Preflight bool
}

// String is "GET /orders/{id}".
func (r Route) String() string { return r.Verb + " " + r.Path }

// Of makes the matrix of an assembly's model, or of the one stack of the path. With an error, which is an [ErrUnknown]
// and says everything that cannot be told, comes the rest.
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
			if p.OfPolicy && made.Policy == NoPolicy { // it could not be read
				made.Policy = MayRefuse
			}
			if p.Blocks && !p.OfPolicy { // a route may be missing, or guarded by something else
				unknown = append(unknown, fmt.Errorf("%w: %s", ErrUnknown, p))
			}
		}
		for _, method := range api.Methods {
			r := Route{
				Verb: method.Verb, Path: method.Path, APIKey: method.APIKeyRequired, From: method.Metadata[fromMetadata],
				AnsweredBy: answeredBy(method),
				Preflight: method.Verb == "OPTIONS" && method.Authorization == apimodel.AuthorizationNone &&
					method.Integration.Type == apimodel.IntegrationMock,
			}
			if err := r.guard(m, method, tables); err != nil {
				unknown = append(unknown, fmt.Errorf("%w: %s %s: %w", ErrUnknown, made, r, err))
			}
			if method.NotKnown != nil {
				what := strings.Join(method.NotKnown, "; ")
				unknown = append(unknown, fmt.Errorf("%w: %s %s: %s", ErrUnknown, made, r, what))
				r.Kind, r.Who, r.Requires = Unknown, "not known", nil
			}
			r.session(api, method)
			made.Routes = append(made.Routes, r)
		}
		slices.SortStableFunc(made.Routes, func(x, y Route) int {
			return cmp.Or(cmp.Compare(x.Path, y.Path), cmp.Compare(x.Verb, y.Verb))
		})
		var notKnown []error
		made.Authorizers, notKnown = authorizers(m, api, tables)
		unknown = append(unknown, notKnown...)
		made.Kept, made.FunctionURLs = kept(api), functionURLs(m, api)
		made.Invokers = invokers(m, api)
		made.around(m, api)
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

// name is an API's name. CDK names an API by its construct's id unless told otherwise, so that several of a stack may
// have one name; the logical id tells them apart, and changes only where the construct is moved.
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
