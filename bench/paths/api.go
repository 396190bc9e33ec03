package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"testing/fstest"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/events"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

const issuerURL = "https://idp.example.com"

var (
	key    = authztest.Ed25519("paths")
	issuer = authztest.NewIssuer(issuerURL, key)
)

// caller has a token, as a header, and the rights of the token.
type caller struct {
	header exchange.Headers
	rights access.Rights
}

// callers has one caller for each set of rights.
var callers = func() []caller {
	var all []caller
	for set := range 1 << len(rights) {
		c := caller{}
		scopes := ""
		for i, name := range rights {
			if set>>i&1 == 1 {
				c.rights.Scopes = append(c.rights.Scopes, name)
				scopes += " " + name
			}
		}
		token := key.Token("EdDSA", authztest.Object{
			"iss": issuerURL, "aud": "paths", "sub": "user-1", "scope": scopes,
			"exp": time.Now().Add(24 * time.Hour).Unix(),
		})
		c.header = exchange.Headers{{Name: "Authorization", Value: "Bearer " + token}}
		all = append(all, c)
	}
	return all
}()

// api serves a table as the local gateway does.
type api struct {
	table   *access.Table
	methods []*apimodel.Method // by rule of the table
	routes  []*events.Route
	guard   *checks.Guard
}

// newAPI makes an API of a table. Its authorizer is a TOKEN authorizer with a cache or, with perRequest, a REQUEST
// authorizer without one.
func newAPI(table *access.Table, perRequest, denyEscapes bool) (*api, error) {
	config := authz.Config{
		Issuers: []authz.Issuer{{
			URL: issuerURL, Audiences: []string{"paths"}, JWKSURL: issuer.JWKSURL(), Algorithms: []string{"EdDSA"},
		}},
		PerRequest:       perRequest,
		DenyEscapedPaths: denyEscapes,
		NoMetrics:        true,
	}
	environment := config.Environment()
	authorizer, err := authz.FromLambda(func(name string) string { return environment[name] }, authz.Options{
		Transport: issuer,
		Log:       io.Discard,
		Files:     fstest.MapFS{access.FileName: {Data: table.Marshal()}},
	})
	if err != nil {
		return nil, err
	}
	guardedBy := &apimodel.Authorizer{
		AuthorizerID: "paths", Type: apimodel.TokenAuthorizer, TTL: 5 * time.Minute,
		Function:        &apimodel.Function{Name: "authorizer"},
		IdentitySources: []apimodel.IdentitySource{{In: "header", Name: "Authorization"}},
	}
	if perRequest {
		guardedBy.Type, guardedBy.TTL = apimodel.RequestAuthorizer, 0
	}
	model := &apimodel.API{
		APIID: "abcdef1234", Account: "123456789012", Region: "us-east-1", Partition: "aws", APIKeySource: "HEADER",
		Authorizers: []*apimodel.Authorizer{guardedBy},
	}
	stage := &apimodel.Stage{Name: "prod"}
	a := &api{table: table, guard: checks.New(checks.Options{
		Model: &apimodel.Model{APIs: []*apimodel.API{model}}, API: model, Stage: stage,
		Invoke: func(
			ctx context.Context, _ *apimodel.Function, _ string, payload []byte, _ *exchange.Request,
		) (checks.AuthorizerReply, error) {
			answer, err := authorizer.Invoke(ctx, payload)
			if err != nil {
				return checks.AuthorizerReply{}, &checks.FunctionError{Type: "errorString", Message: err.Error()}
			}
			return checks.AuthorizerReply{Payload: answer}, nil
		},
	})}
	for i, rule := range table.Rules() {
		m := &apimodel.Method{
			Verb: rule.Pattern.Verb, Path: rule.Pattern.Path(), Authorization: apimodel.AuthorizationCustom,
			Resource: &apimodel.Resource{ResourceID: fmt.Sprint(i)}, Authorizer: guardedBy,
		}
		if rule.Elsewhere {
			m.Authorization, m.Authorizer = apimodel.AuthorizationNone, nil
		}
		a.methods = append(a.methods, m)
		a.routes = append(a.routes, events.NewRoute(model, stage, m))
	}
	return a, nil
}

// request returns a caller's request to the API's stage.
func (a *api) request(verb, path string, c caller) *exchange.Request {
	return &exchange.Request{
		Verb: verb, Stage: "prod", Path: path, RawPath: "/prod" + path, Headers: c.header,
		Host:     "abcdef1234.example.com",
		Protocol: "HTTP/1.1", SourceIP: "192.0.2.1", RequestID: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
	}
}

// pass authorizes a request and returns its rule and the event for the function. The rule is -1 if the request is
// refused.
func (a *api) pass(ctx context.Context, r *exchange.Request) (rule int, event []byte, err error) {
	rule, params, ok := a.table.Routes().Match(r.Verb, r.Path)
	if !ok {
		return -1, nil, nil
	}
	verdict := a.guard.Check(ctx, &checks.Call{Request: r, Method: a.methods[rule], Route: a.routes[rule],
		Params: params})
	if verdict.Denial != nil {
		return -1, nil, nil
	}
	event, err = a.routes[rule].Proxy(r, params, verdict.Caller)
	return rule, event, err
}

// basePaths are base path mappings of a custom domain. They precede the path in an event.
var basePaths = []string{"", "", "", "/a", "/shop/v1"}

func drawBasePath(r *rand.Rand) string { return basePaths[r.IntN(len(basePaths))] }
