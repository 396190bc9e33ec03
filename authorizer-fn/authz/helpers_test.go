package authz

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/testclock"
)

type object = authztest.Object

// These are the issuer and the audience of the tests' tokens.
const (
	testIssuer   = "https://issuer.example.com"
	testAudience = "https://api.example.com/orders"
)

// t0 is the initial time of the tests' clocks.
var t0 = time.Unix(1_700_000_000, 0)

// goodKey returns the key of the tests' issuer.
func goodKey() *authztest.Key { return authztest.RSA("rsa-1", 2048) }

// goodClaims are accepted at t0.
func goodClaims() object {
	return object{
		"iss":   testIssuer,
		"sub":   "user-1",
		"aud":   testAudience,
		"iat":   t0.Unix() - 10,
		"nbf":   t0.Unix() - 10,
		"exp":   t0.Unix() + 300,
		"scope": "orders:read",
	}
}

// tokens caches tokens by their claims. Signing with RS256 is slow, and gives the same token each time.
var tokens sync.Map

// token returns an accepted token with changes to its claims.
func token(changes object) string {
	claims := goodClaims().With(changes)
	if made, ok := tokens.Load(claims.String()); ok {
		return made.(string)
	}
	made := goodKey().Token("RS256", claims)
	tokens.Store(claims.String(), made)
	return made
}

// testRoutes is the access table of the tests.
const testRoutes = `{"version":1,"routes":[
{"route":"GET /orders","requires":[{"kind":"scope","anyOf":["orders:read"]}]},
{"route":"POST /orders","requires":[{"kind":"scope","anyOf":["orders:write"]}]},
{"route":"GET /orders/{id}","requires":[{"kind":"scope","anyOf":["orders:read"]}]},
{"route":"DELETE /orders/{id}","requires":[
	{"kind":"group","anyOf":["admins","support"]},{"kind":"scope","anyOf":["orders:write"]}]},
{"route":"GET /me"},
{"route":"GET /reports","requires":[{"kind":"role","anyOf":["auditor"]}]},
{"route":"GET /health","elsewhere":true}
]}`

// lines collects the log.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// fixture is an authorizer with one issuer, a clock and a log.
type fixture struct {
	*Authorizer
	clock  *testclock.Clock
	issuer *authztest.Issuer
	log    *lines
}

// setup has the settings of an authorizer, for tests to change.
type setup struct {
	config  Config
	options Options
	routes  string
	env     map[string]string
	issuer  *authztest.Issuer
}

func goodConfig() Config {
	return Config{Issuers: []Issuer{{URL: testIssuer, Audiences: []string{testAudience}, JWKSURL: testIssuer + "/keys"}}}
}

// tryFixture creates an authorizer as Lambda does, from environment variables and a file.
func tryFixture(changes ...func(*setup)) (*fixture, error) {
	f := &fixture{clock: testclock.New(t0), issuer: authztest.NewIssuer(testIssuer, goodKey()), log: new(lines)}
	s := &setup{
		config: goodConfig(),
		routes: testRoutes,
		issuer: f.issuer,
		env:    map[string]string{"AWS_LAMBDA_FUNCTION_NAME": "authorizer"},
	}
	s.options = Options{Now: f.clock.Now, Transport: f.issuer, Log: f.log}
	for _, change := range changes {
		change(s)
	}
	for name, value := range s.config.Environment() {
		if _, set := s.env[name]; !set {
			s.env[name] = value
		}
	}
	if s.options.Files == nil {
		s.options.Files = fstest.MapFS{access.FileName: {Data: []byte(s.routes)}}
	}
	var err error
	f.Authorizer, err = FromLambda(func(name string) string { return s.env[name] }, s.options)
	return f, err
}

func newFixture(t testing.TB, changes ...func(*setup)) *fixture {
	t.Helper()
	f, err := tryFixture(changes...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// inBubble runs a subtest in a synctest bubble. Time advances only when all goroutines wait, so a busy machine does not
// exceed a time limit.
func inBubble(t *testing.T, name string, test func(*testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			defer time.Sleep(time.Hour) // lets the test's goroutines end
			test(t)
		})
	})
}

// lambdaContext returns a context like that of the Lambda runtime.
func lambdaContext() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	ctx = lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{AwsRequestID: "8476a536-e9f4-11e8-9739-2dfe598c3fcd"})
	trace := "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
	//lint:ignore SA1029 the runtime's own key
	return context.WithValue(ctx, traceKey, trace), cancel
}

func (f *fixture) invoke(payload []byte) (string, error) {
	ctx, cancel := lambdaContext()
	defer cancel()
	answer, err := f.Invoke(ctx, payload)
	return string(answer), err
}

// get returns a TOKEN event for GET /orders with a token.
func get(token string) []byte {
	return authztest.TokenEvent(authztest.ARN("GET", "/orders"), "Bearer "+token)
}

// manyRoutes returns a table of n routes, five per resource. The scope read permits two thirds of them.
func manyRoutes(n int) string {
	var b strings.Builder
	b.WriteString(`{"version":1,"routes":[`)
	for i := range n {
		resource := fmt.Sprintf("/resource-%d", i/5)
		route := [...]string{
			"GET " + resource,
			"POST " + resource,
			"GET " + resource + "/{id}",
			"PUT " + resource + "/{id}",
			"DELETE " + resource + "/{id}/items/{item}",
		}[i%5]
		scope := [...]string{"read", "write", "read"}[i%3]
		if i > 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, `{"route":%q,"requires":[{"kind":"scope","anyOf":[%q]}]}`, route, scope)
	}
	b.WriteString("]}")
	return b.String()
}
