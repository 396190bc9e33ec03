package checks

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/events"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// The documents that cases are taken from.
const (
	guide = "https://docs.aws.amazon.com/apigateway/latest/developerguide/"

	docLambda  = guide + "configure-api-gateway-lambda-authorization.html"
	docSources = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-authorizer.html"
	docOutput  = guide + "api-gateway-lambda-authorizer-output.html"
	docFlow    = guide + "apigateway-authorization-flow.html"
	docCognito = guide + "apigateway-integrate-with-cognito.html"
	docKeys    = guide + "api-gateway-api-usage-plans.html"
	docIAM     = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html"
	docUse     = guide + "apigateway-use-lambda-authorizer.html"

	// This was observed on AWS and is not documented.
	seen403 = "https://aws.amazon.com/premiumsupport/knowledge-center/api-gateway-403-error-lambda-authorizer/"
	seen500 = "https://github.com/auth0-samples/jwt-rsa-aws-custom-authorizer/pull/6"

	// This is not documented. The code follows the stricter reading.
	strict = "not documented, the stricter reading"
)

const (
	account = "123456789012"
	arnBase = "arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/"
)

var t0 = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// gate is a guard with its parts, and an authorizer function that the test plays.
type gate struct {
	*Guard
	options Options
	now     time.Time

	events []string // that the function was invoked with
	answer func(event string) (string, error)
}

// newGate makes a guard of an API with this policy ("" for none), after the changes.
func newGate(policy string, changes ...func(*gate)) *gate {
	g := &gate{now: t0, answer: func(string) (string, error) { return allowing("*"), nil }}
	api := &apimodel.API{
		ID: apimodel.ID{
			Stack:     "Shop",
			LogicalID: "Api",
		}, APIID: "abcdef1234", Account: account, Region: "us-east-1", Partition: "aws",
		APIKeySource: "HEADER",
	}
	if policy != "" {
		api.Policy = []byte(policy)
	}
	g.options = Options{
		Model: &apimodel.Model{APIs: []*apimodel.API{api}}, API: api,
		Stage: &apimodel.Stage{Name: "prod", Variables: map[string]string{"tenant": "acme"}},
		Now:   func() time.Time { return g.now },
		Invoke: func(
			_ context.Context, f *apimodel.Function, _ string, event []byte, _ *exchange.Request,
		) (AuthorizerReply, error) {
			if f == nil {
				return AuthorizerReply{}, fmt.Errorf("there is no function")
			}
			g.events = append(g.events, string(event))
			answer, err := g.answer(string(event))
			return AuthorizerReply{Payload: []byte(answer)}, err
		},
	}
	for _, change := range changes {
		change(g)
	}
	g.Guard = New(g.options)
	return g
}

// token is a TOKEN authorizer of the header Authorization.
func (g *gate) token(ttl time.Duration, expression string) *apimodel.Authorizer {
	return g.authorizer(&apimodel.Authorizer{
		Type:            apimodel.TokenAuthorizer,
		TTL:             ttl,
		Validation:      expression,
		IdentitySources: []apimodel.IdentitySource{{In: "header", Name: "Authorization"}},
	})
}

// request returns a REQUEST authorizer with these identity sources, such as "header.X".
func (g *gate) request(ttl time.Duration, sources ...string) *apimodel.Authorizer {
	a := &apimodel.Authorizer{Type: apimodel.RequestAuthorizer, TTL: ttl}
	for _, s := range sources {
		in, name, _ := strings.Cut(s, ".")
		a.IdentitySources = append(a.IdentitySources, apimodel.IdentitySource{In: in, Name: name})
	}
	return g.authorizer(a)
}

func (g *gate) authorizer(a *apimodel.Authorizer) *apimodel.Authorizer {
	api := g.options.API
	a.AuthorizerID = fmt.Sprintf("auth%02d", len(api.Authorizers))
	a.ID = apimodel.ID{Stack: "Shop", LogicalID: "Auth" + a.AuthorizerID}
	a.Function = &apimodel.Function{Name: a.AuthorizerID}
	api.Authorizers = append(api.Authorizers, a)
	return a
}

// guarded returns a method with an authorizer. These tests do not route, so its path does not matter.
func guarded(a *apimodel.Authorizer) *apimodel.Method {
	kind := apimodel.AuthorizationCustom
	if a.Type == apimodel.CognitoAuthorizer {
		kind = apimodel.AuthorizationCognito
	}
	return &apimodel.Method{Authorization: kind, Authorizer: a}
}

// call makes a request, "GET /orders/7?a=b", with headers "Name: value".
func (g *gate) call(m *apimodel.Method, target string, headers ...string) *Call {
	method := *m
	method.Verb, method.Path = "ANY", "/{proxy+}"
	method.Resource = &apimodel.Resource{ResourceID: "res", Path: method.Path}
	verb, rest, _ := strings.Cut(target, " ")
	path, query, _ := strings.Cut(rest, "?")
	r := &exchange.Request{
		Verb:       verb,
		Stage:      "prod",
		Path:       path,
		RawPath:    "/prod" + path,
		RawQuery:   query,
		Host:       "127.0.0.1:3000",
		Protocol:   "HTTP/1.1",
		SourceIP:   "203.0.113.9",
		Time:       g.now,
		RequestID:  "id",
		ExtendedID: "extended",
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ":")
		r.Headers = append(r.Headers, exchange.Header{Name: name, Value: strings.TrimSpace(value)})
	}
	return &Call{Request: r, Method: &method, Route: events.NewRoute(g.options.API, g.options.Stage, &method)}
}

func (g *gate) check(m *apimodel.Method, target string, headers ...string) Verdict {
	return g.Check(context.Background(), g.call(m, target, headers...))
}

// answered returns what a caller gets: "ok", or the status, the type and the body.
func answered(v Verdict) string {
	if v.Denial == nil {
		return "ok"
	}
	responses, _ := mapping.NewResponses(nil)
	a := responses.Answer(v.Denial, &mapping.Source{Request: &exchange.Request{}})
	return fmt.Sprintf("%d %s %s", a.Status, a.Headers.Get("x-amzn-ErrorType"), a.Body)
}

// want compares an answer, and wants each verdict to be explained.
func want(t *testing.T, source string, v Verdict, answer string) {
	t.Helper()
	if got := answered(v); got != answer {
		t.Errorf("got  %s\nwant %s\n(%s)\ntrace: %+v", got, answer, source, v.Trace)
	}
	if len(v.Trace) == 0 {
		t.Fatal("the verdict has no trace")
	}
	last := v.Trace[len(v.Trace)-1]
	if last.Passed != (v.Denial == nil) || last.Detail == "" {
		t.Errorf("the trace ends in %+v, and the request was answered by %s", last, answered(v))
	}
	if v.Denial != nil &&
		(v.Denial.Reason != last.Detail || v.Caller.Lambda != nil || v.Caller.Claims != nil || v.Caller.IAM != nil) {
		t.Errorf("a denial with the reason %q, the last step %q and the caller %+v", v.Denial.Reason, last.Detail, v.Caller)
	}
}

// asked checks the number of invocations of the function.
func (g *gate) asked(t *testing.T, source string, times int) {
	t.Helper()
	if len(g.events) != times {
		t.Errorf("the function was invoked %d times, want %d (%s)", len(g.events), times, source)
	}
}

// statement returns a statement of a policy. In a resource policy it has callers.
func statement(effect, principal, resource string) string {
	if principal != "" {
		principal = `"Principal":` + principal + `,`
	}
	return fmt.Sprintf(`{"Effect":%q,%s"Action":"execute-api:Invoke","Resource":%q}`, effect, principal, resource)
}

func policyOf(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

// allowing is an authorizer's answer that allows what matches a resource.
func allowing(resource string) string { return answering(policyOf(statement("Allow", "", resource))) }

func answering(policy string) string {
	return fmt.Sprintf(
		`{"principalId":"alice","policyDocument":%s,"context":{"tier":"gold","age":7,"staff":true}}`,
		policy,
	)
}

// The answers that cases want.
const (
	unauthorized401 = `401 UnauthorizedException {"message":"Unauthorized"}`
	broken500       = `500 AuthorizerConfigurationException {"message":null}`
	implicit403     = `403 AccessDeniedException {"Message":"User is not authorized to access this resource"}`
	explicit403     = `403 AccessDeniedException {"Message":"User is not authorized to access this resource with an ` +
		`explicit deny in an identity-based policy"}`
)
