package logintest

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	lambda "github.com/aws/aws-lambda-go/events"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/events"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/login"
	"github.com/gatehouse-cdk/gatehouse/internal/login/onlambda"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/memory"
)

// The secrets of the functions, in AWS Secrets Manager.
const (
	keysARN   = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:session-keys-AbCdEf"
	clientARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:client-AbCdEf"
)

// maxHeaders is the largest size of headers in bytes that API Gateway accepts.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
const maxHeaders = 10240

const methodARN = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod/"

// table is the access table of the API behind the session.
const table = `{"version":1,"routes":[
{"route":"GET /orders","requires":[{"kind":"scope","anyOf":["orders/read"]}]},
{"route":"POST /orders","requires":[{"kind":"scope","anyOf":["orders/write"]}]},
{"route":"DELETE /orders","requires":[{"kind":"group","anyOf":["admins"]}]},
{"route":"GET /auth/login","elsewhere":true},
{"route":"GET /auth/callback","elsewhere":true},
{"route":"GET /auth/session","elsewhere":true},
{"route":"GET /auth/session.js","elsewhere":true},
{"route":"POST /auth/refresh","elsewhere":true},
{"route":"POST /auth/logout","elsewhere":true}
]}`

// opened are the verbs and paths that the login function answers.
var opened = map[string]bool{
	"GET /auth/login":      true,
	"GET /auth/callback":   true,
	"GET /auth/session":    true,
	"GET /auth/session.js": true,
	"POST /auth/refresh":   true,
	"POST /auth/logout":    true,
}

// openedInTable are the additional ones that a login with a table answers.
var openedInTable = map[string]bool{
	"GET /auth/sessions":            true,
	"POST /auth/logout-all":         true,
	"POST /auth/backchannel-logout": true,
}

// subjects is the resource of the administrators' routes.
const subjects = "/auth/subjects/{subject}/"

// app is an API with a login: the real functions in this process, behind the necessary parts of API Gateway, and with a
// browser.
type app struct {
	*Browser
	clock *clock
	log   *journal
	wire  *Wire
	vault *vault

	login func(context.Context, lambda.APIGatewayProxyRequest) (lambda.APIGatewayProxyResponse, error)
	guard *authz.Authorizer
	calls atomic.Int64  // of the backend
	table *memory.Table // of sessions; nil where they are in cookies

	base string // what precedes the API's paths in the browser's; "" behind a custom domain
	path string // of the login; "" is "/auth"
}

// setup is what an app is made of. Tests change it.
type setup struct {
	config  login.Config
	guard   authz.Config
	table   string // the access table
	vault   *vault
	routing http.RoundTripper // of the functions
}

// newApp returns the API of a client at a provider. When the test ends, the API's logs are searched for secrets.
func newApp(t *testing.T, p *Provider, changes ...func(*setup)) *app {
	t.Helper()
	now := &clock{}
	s := &setup{
		config: login.Config{
			Issuer:   authz.Issuer{URL: p.URL, Audiences: []string{"orders"}},
			ClientID: BasicClient, SecretARN: clientARN, KeysARN: keysARN, Origin: shop,
			Scopes:     []string{"openid", "offline_access", "profile", "email", "orders/read", "orders/write"},
			Parameters: map[string]string{"prompt": "consent"}, // or oidc-provider gives no refresh token
		},
		table: table,
		vault: &vault{secrets: map[string][]string{
			keysARN:   {strings.Repeat("the key of the sessions ", 2)},
			clientARN: {"the secret of " + BasicClient},
		}},
		routing: p.Client().Transport,
	}
	s.guard = authz.Config{
		Issuers: []authz.Issuer{s.config.Issuer},
		Session: &authz.Session{Host: "shop.example.test", KeysARN: keysARN},
	}
	a := &app{clock: now, log: &journal{}, wire: p.wire, vault: s.vault}
	if strings.Contains(t.Name(), "/InTable/") {
		a.table = memory.New(now.now)
		s.config.Table, s.config.Admins = tablesOf.add(t, a.table), true
		s.table = strings.Replace(table, `"routes":[`, tableRoutes, 1)
	}
	for _, change := range changes {
		change(s)
	}
	options := login.Options{Now: now.now, Transport: s.vault.before(s.routing), Log: a.log}
	if a.table != nil {
		options.Sessions = login.InTable(tablesOf.open)
		c := &s.config
		s.guard.Session.Table = &authz.SessionTable{
			Name: c.Table, ClientID: c.ClientID, ClientAuth: c.ClientAuth, SecretARN: c.SecretARN, Algorithm: c.Algorithm,
			KeyID: c.KeyID, Claims: c.Claims,
		}
	}
	p.BackChannel(a)
	for _, secret := range s.vault.secrets {
		a.wire.Note("secret", secret[0])
	}
	environment := s.config.Environment()
	maps.Copy(environment, s.guard.Environment())
	maps.Copy(environment, map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
		"AWS_REGION": "eu-central-1",
		// When the functions exist, they have fetched their keys or reported an error. So nothing runs in the background when
		// a test moves the clock.
		"AWS_LAMBDA_INITIALIZATION_TYPE": "provisioned-concurrency",
	})
	getenv := func(name string) string { return environment[name] }
	handler, err := login.FromLambda(getenv, options)
	if err != nil {
		t.Fatal(err)
	}
	a.login = onlambda.Handler(handler) // as main does
	a.guard, err = authz.FromLambda(getenv, authz.Options{
		Now: now.now, Transport: options.Transport, Log: a.log,
		Files: fstest.MapFS{access.FileName: {Data: []byte(s.table)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	a.Browser = a.newBrowser(p)
	t.Cleanup(func() {
		if leaks := a.wire.Leaks(a.log.String()); leaks != nil {
			t.Errorf("the logs contain secrets: %q\n%s", leaks, a.log)
		}
	})
	return a
}

// newBrowser returns another user's browser.
func (a *app) newBrowser(p *Provider) *Browser {
	return &Browser{
		Jar:       &Jar{Now: a.clock.now},
		Hosts:     map[string]http.Handler{shop: a},
		Transport: p.Client().Transport,
		Wire:      p.wire,
	}
}

// ServeHTTP answers as API Gateway does behind a custom domain.
func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	e := &exchange.Request{
		Verb: r.Method, Stage: "prod", RawPath: r.URL.EscapedPath(), RawQuery: r.URL.RawQuery,
		Body: body, Host: r.Host, Protocol: "HTTP/1.1", SourceIP: "203.0.113.7", Time: a.clock.now(),
		RequestID: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
	}
	e.Path = strings.TrimPrefix(e.RawPath, a.base)
	size := 0
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		for _, value := range r.Header[name] {
			e.Headers = append(e.Headers, exchange.Header{Name: name, Value: value})
			size += len(name) + len(value)
		}
	}
	e.Headers = append(e.Headers, exchange.Header{Name: "Host", Value: r.Host})
	resource := e.Path
	subject, action, administration := strings.Cut(strings.TrimPrefix(e.Path, "/auth/subjects/"), "/")
	if administration = administration && a.table != nil && strings.HasPrefix(e.Path, "/auth/subjects/"); administration {
		resource = subjects + action
	}
	route := events.NewRoute(
		&apimodel.API{APIID: "a1b2c3d4e5", Account: "123456789012"},
		&apimodel.Stage{Name: "prod"},
		&apimodel.Method{Path: resource, Resource: &apimodel.Resource{ResourceID: "abc123"}},
	)
	own := r.Method + " /auth" + strings.TrimPrefix(e.Path, cmp.Or(a.path, "/auth"))
	switch {
	case size > maxHeaders:
		http.Error(w, `{"message":"Request Header Or Cookie Too Large"}`, http.StatusRequestHeaderFieldsTooLarge)
	case opened[own] || a.table != nil && openedInTable[own]:
		a.answer(w, route, e, nil, events.Caller{})
	case e.Path == "/orders":
		a.guarded(w, route, e, func(got events.Authorization) {
			a.calls.Add(1)
			got.Context["principal"] = got.PrincipalID
			json.NewEncoder(w).Encode(got.Context)
		})
	case administration:
		a.guarded(w, route, e, func(got events.Authorization) {
			a.answer(w, route, e, map[string]string{"subject": subject}, events.Caller{
				Lambda: &events.LambdaCaller{PrincipalID: got.PrincipalID, Context: got.Context},
			})
		})
	case e.Path == "/":
		io.WriteString(w, "<p>the page of the app")
	default: // "Missing Authentication Token"
		http.Error(w, `{"message":"Missing Authentication Token"}`, http.StatusForbidden)
	}
}

// answer lets the login function answer.
func (a *app) answer(w http.ResponseWriter, route *events.Route, r *exchange.Request, params map[string]string,
	by events.Caller) {
	payload, err := route.Proxy(r, params, by)
	var event lambda.APIGatewayProxyRequest
	if err == nil {
		err = json.Unmarshal(payload, &event)
	}
	var result lambda.APIGatewayProxyResponse
	if err == nil {
		result, err = a.login(context.Background(), event)
	}
	var answer exchange.Answer
	if err == nil {
		text, _ := json.Marshal(result)
		answer, err = route.Answer(r, text)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	for _, h := range answer.Headers {
		w.Header().Add(h.Name, h.Value)
	}
	w.WriteHeader(answer.Status)
	w.Write(answer.Body)
}

// guarded runs the authorizer, and calls next if it allows the request.
func (a *app) guarded(
	w http.ResponseWriter,
	route *events.Route,
	r *exchange.Request,
	next func(events.Authorization),
) {
	if r.Headers.Get("Cookie") == "" || r.Headers.Get("Sec-Fetch-Site") == "" { // identity sources
		http.Error(w, `{"message":"Unauthorized"}`, http.StatusUnauthorized)
		return
	}
	arn := methodARN + r.Verb + r.Path
	text, err := a.guard.Invoke(context.Background(), route.Request(r, nil, arn, "", ""))
	var got events.Authorization
	if err == nil {
		got, err = events.ReadAuthorizer(text)
	}
	var policy iampolicy.Document
	if err == nil {
		policy, err = iampolicy.Parse(string(got.Policy))
	}
	switch {
	case err != nil && err.Error() == "Unauthorized":
		http.Error(w, `{"message":"Unauthorized"}`, http.StatusUnauthorized)
	case err != nil:
		http.Error(w, `{"message":null}`, http.StatusInternalServerError)
	case policy.Evaluate(iampolicy.Request{Action: iampolicy.InvokeAction, Resource: arn}).Outcome != iampolicy.Allowed:
		http.Error(w, `{"message":"User is not authorized to access this resource"}`, http.StatusForbidden)
	default:
		next(got)
	}
}

// as gives the API another client.
func as(client string) func(*setup) {
	return func(s *setup) {
		s.config.ClientID = client
		switch client {
		case PostClient:
			s.config.ClientAuth = "client_secret_post"
		case KeyClient:
			s.config.ClientAuth, s.config.Algorithm, s.config.KeyID = "private_key_jwt", "ES256", clientKeyID
			s.vault.set(clientARN, string(ClientKey))
			return
		}
		s.vault.set(clientARN, "the secret of "+client)
	}
}
