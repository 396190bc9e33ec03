package login

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/login/logintest"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/memory"
	"github.com/gatehouse-cdk/gatehouse/internal/testclock"
)

const (
	shop     = "https://shop.example.test"
	sibling  = "https://www.example.test"
	attacker = "https://attacker.test"
	stage    = "/prod"
	auth     = shop + stage + "/auth/"
)

// testTime is the time at which the tests' clocks begin.
var testTime = time.Unix(1_700_000_000, 0)

// logs records the lines of a log.
type logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// take returns the log so far and clears it.
func (l *logs) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.b.Reset()
	return l.b.String()
}

// last returns the last line.
func (l *logs) last(t testing.TB) line {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(l.text()), "\n")
	var last line
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil {
		t.Fatalf("the log's last line %q: %v", lines[len(lines)-1], err)
	}
	return last
}

// fixture is a login with its provider, AWS, a clock and a browser. In every test, the log must hold no secret.
type fixture struct {
	*Handler
	t       testing.TB
	clock   *testclock.Clock
	idp     *fakeProvider
	aws     *fakeAWS
	browser *logintest.Browser
	wire    *logintest.Wire
	log     *logs
	net     *switched
	table   *faultyTable // nil where sessions are in cookies
}

func testConfig() Config {
	return Config{
		Issuer:       authz.Issuer{URL: idpOrigin, Audiences: []string{"api://orders"}},
		ClientID:     clientID,
		SecretARN:    secretARN,
		KeysARN:      keysARN,
		Scopes:       []string{"openid", "orders:read"},
		Origin:       shop,
		AllowOrigins: []string{sibling},
	}
}

func newFixture(t testing.TB, changes ...func(*Config)) *fixture {
	t.Helper()
	var table *faultyTable
	if strings.HasPrefix(t.Name(), "TestInTable/") {
		table = new(faultyTable)
	}
	return newFixtureOver(t, table, changes...)
}

// newTableFixture returns a login with sessions in a table.
func newTableFixture(t testing.TB, changes ...func(*Config)) *fixture {
	t.Helper()
	return newFixtureOver(t, new(faultyTable), changes...)
}

func newFixtureOver(t testing.TB, table *faultyTable, changes ...func(*Config)) *fixture {
	t.Helper()
	config := testConfig()
	for _, change := range changes {
		change(&config)
	}
	f := &fixture{t: t, clock: testclock.New(testTime), wire: new(logintest.Wire), log: new(logs), net: new(switched),
		table: table}
	if table != nil {
		table.Table = memory.New(f.clock.Now)
	}
	f.idp = newFakeProvider(f.clock.Now, f.wire)
	f.aws = &fakeAWS{
		secrets: map[string]string{secretARN: clientSecret, keysARN + "AWSCURRENT": strings.Repeat("k", 40)},
		pool:    `{"UserPoolClient":{"ClientSecret":"` + clientSecret + `"}}`,
	}
	f.net.use(network{
		"idp.test": f.idp,
		"secretsmanager.eu-central-1.amazonaws.com": f.aws,
		"cognito-idp.eu-central-1.amazonaws.com":    f.aws,
	})
	f.wire.Note("client_secret", clientSecret)
	f.wire.Note("key", strings.Repeat("k", 40))
	f.Handler = f.newHandler(config)
	f.browser = &logintest.Browser{
		Jar:  &logintest.Jar{Now: f.clock.Now},
		Wire: f.wire,
		Hosts: map[string]http.Handler{
			shop:      http.HandlerFunc(f.serveAPI),
			idpOrigin: f.idp,
			sibling:   http.NotFoundHandler(),
			attacker:  http.NotFoundHandler(),
		},
	}
	t.Cleanup(func() {
		if kinds := f.wire.Leaks(f.log.text()); len(kinds) > 0 {
			t.Errorf("the log contains %q:\n%s", kinds, f.log.text())
		}
		for _, words := range []string{"secret words of the provider", "words of AWS"} {
			if strings.Contains(f.log.text(), words) {
				t.Errorf("the log contains %q:\n%s", words, f.log.text())
			}
		}
	})
	return f
}

// newHandler returns the handler of another process of the function.
func (f *fixture) newHandler(config Config) *Handler {
	f.t.Helper()
	env := map[string]string{"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token"}
	o := Options{Now: f.clock.Now, Log: f.log, Transport: f.net}
	if f.table != nil {
		config.Table, o.Sessions = "sessions", InTable(f.openTable)
	}
	h, err := New(config, func(name string) string { return env[name] }, o)
	if err != nil {
		f.t.Fatal(err)
	}
	return h
}

// serveAPI serves the API at a stage. It calls the function as API Gateway does.
func (f *fixture) serveAPI(w http.ResponseWriter, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.Path, stage)
	if !ok || !strings.HasPrefix(path, "/auth/") {
		_, _ = w.Write([]byte("the API's own page"))
		return
	}
	// API Gateway passes on both paths as they were sent.
	request := requestOf(r)
	request.Path = r.URL.EscapedPath()
	r = r.Clone(WithRequest(r.Context(), request))
	r.URL.Path, r.URL.RawPath = path, strings.TrimPrefix(r.URL.EscapedPath(), stage)
	f.Handler.ServeHTTP(w, r)
}

// logIn logs in the browser's user and returns the callback's page.
func (f *fixture) logIn() *logintest.Page {
	f.t.Helper()
	p := f.browser.Open(f.t, auth+"login?return=/orders")
	if p.Status != http.StatusOK || len(p.Refused) > 0 {
		f.t.Fatalf("login: %d, refused %q, log %+v", p.Status, p.Refused, f.log.last(f.t))
	}
	return p
}

// post sends a POST request as a page of the shop does with fetch.
func (f *fixture) post(name string) *logintest.Page {
	f.t.Helper()
	return f.browser.Fetch(f.t, shop, "POST", auth+name)
}

// sealed is the session that the browser's cookies hold or lead to.
func (f *fixture) sealed() (*session.Session, error) {
	u, _ := url.Parse(shop + "/")
	opened, err := f.sessions.open(context.Background(), f.browser.Jar.Header(u, true, true, "GET"))
	if err != nil {
		return nil, err
	}
	return opened.session(), nil
}

// want fails unless the last request was answered with this status, and logged with this reason and with an outcome
// that fits the status. The line of a failure has its error.
func (f *fixture) want(p *logintest.Page, status int, reason string) {
	f.t.Helper()
	got := f.log.last(f.t)
	if p.Status != status || got.Reason != reason || got.Status != status {
		f.t.Errorf("got status %d and the log %+v, want %d %q", p.Status, got, status, reason)
	}
	isFailure := status >= 500
	if (got.Outcome == string(failed)) != isFailure || isFailure && got.Error == "" || got.Outcome == "" ||
		(got.Outcome == string(refused)) != (400 <= status && status < 500) {
		f.t.Errorf("status %d, and the log has the outcome %q and the error %q", status, got.Outcome, got.Error)
	}
}

// members returns the members of a JSON body.
func members(t testing.TB, p *logintest.Page) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(p.Body), &m); err != nil {
		t.Fatalf("%q: %v", p.Body, err)
	}
	return m
}

func unmarshal(text []byte) map[string]any {
	var m map[string]any
	if err := json.Unmarshal(text, &m); err != nil {
		panic(err)
	}
	return m
}
