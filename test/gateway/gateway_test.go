package gateway

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"

	"github.com/gatehouse-cdk/gatehouse/app/stack"
	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/internal/functest"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// synthesizing must be held to use jsii, because parallel tests may make only one call at a time.
var synthesizing sync.Mutex

// synthesizedHere returns the cloud assembly of an app whose functions are built for this machine.
func synthesizedHere(t *testing.T, build func(app awscdk.App)) string {
	t.Helper()
	dir := t.TempDir()
	synthesizing.Lock()
	defer synthesizing.Unlock()
	if err := os.Setenv(gofunction.HostBuildVariable, "1"); err != nil { // t.Setenv does not work in parallel tests
		t.Fatal(err)
	}
	defer os.Unsetenv(gofunction.HostBuildVariable)
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &dir})
	build(app)
	app.Synth(nil)
	return dir
}

// exampleHere returns the assembly of the example.
func exampleHere(t *testing.T, s stack.Settings) string {
	t.Helper()
	return synthesizedHere(t, func(app awscdk.App) { stack.New(app, "Orders", s) })
}

// service is a gateway that runs until the test ends.
type service struct {
	*localgateway.Server
	url  string // the URL of the stage
	told *records
}

// running serves an assembly's stage with a development issuer.
func running(t *testing.T, dir, stage string, o localgateway.Options) service {
	t.Helper()
	told := &records{}
	o.Record = told.add
	r := localgateway.Start(t, dir, o)
	return service{r, r.URL + "/" + stage, told}
}

// mint makes a token.
func (s service) mint(t *testing.T, r localgateway.TokenRequest) string {
	t.Helper()
	token, err := s.MintToken(r)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// pool returns the URL of the issuer that is a user pool.
func (s service) pool() string {
	for _, i := range s.Issuers() {
		if strings.Contains(i, "cognito-idp") {
			return i
		}
	}
	return ""
}

// served serves the example with these settings.
func served(t *testing.T, s stack.Settings) service {
	t.Helper()
	return running(t, exampleHere(t, s), "prod", localgateway.Options{})
}

// runningByItself serves an assembly's stage without a development issuer. Authorizers use the keys of their
// configuration. Tokens of user pools are refused.
func runningByItself(t *testing.T, dir, stage string, o localgateway.Options) service {
	t.Helper()
	told := &records{}
	o.Issuers, o.Record = localgateway.ConfiguredIssuers, told.add
	r := localgateway.Start(t, dir, o)
	for _, p := range r.Problems() {
		if !strings.Contains(p, ": ignored here: ") { // throttling, logs and traces, which do not change answers
			t.Error(p)
		}
	}
	return service{r, r.URL + "/" + stage, told}
}

// records collects the records of a gateway's requests.
type records struct {
	mu  sync.Mutex
	all []*localgateway.Record
}

func (r *records) add(record *localgateway.Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, record)
}

// take returns the records since the last call.
func (r *records) take() []*localgateway.Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.all
	r.all = nil
	return all
}

func (r *records) byID(id string) *localgateway.Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, record := range r.all {
		if record.RequestID == id {
			return record
		}
	}
	return nil
}

// reply is an answer with the gateway's record.
type reply struct {
	status int
	header http.Header
	body   string
	record *localgateway.Record
}

// errorType returns the type of API Gateway's error, or "".
func (r reply) errorType() string { return r.header.Get("x-amzn-ErrorType") }

// send makes a request. The gateway has recorded the request when it answers.
func (s service) send(t *testing.T, r *http.Request) reply {
	t.Helper()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	record := s.told.byID(answer.Header.Get("x-amzn-RequestId"))
	if record == nil {
		t.Fatalf("%s %s: the gateway has no record of it", r.Method, r.URL.Path)
	}
	return reply{answer.StatusCode, answer.Header, string(text), record}
}

// request returns a request. Additional headers, such as credentials, are "Name: value".
func (s service) request(t *testing.T, verb, path, body string, headers ...string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), verb, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	return r
}

// call calls the API with a bearer token, if it is not "", and checks the status and a part of the body.
func (s service) call(t *testing.T, verb, path, token, body string, status int, part string) reply {
	t.Helper()
	var headers []string
	if token != "" {
		headers = []string{"Authorization: Bearer " + token}
	}
	got := s.send(t, s.request(t, verb, path, body, headers...))
	if got.status != status || !strings.Contains(got.body, part) {
		t.Errorf("%s %s: got %d %s (%s), want %d with %q", verb, path, got.status, got.body, got.record.Reason, status, part)
	}
	return got
}

// clock is a clock that a test can advance or stop. Other processes read its state from a file.
type clock struct {
	offset atomic.Int64
	still  atomic.Pointer[time.Time] // the time at which it stands still; nil if it runs
	file   string                    // "" for a clock of only this process
}

func (c *clock) now() time.Time {
	if still := c.still.Load(); still != nil {
		return *still
	}
	return time.Now().Add(time.Duration(c.offset.Load()))
}

// stop stops the clock until it is advanced.
func (c *clock) stop(t *testing.T) {
	t.Helper()
	at := c.now()
	c.still.Store(&at)
	c.write(t, at.Format(time.RFC3339Nano))
}

func (c *clock) advance(t *testing.T, d time.Duration) {
	t.Helper()
	offset := c.offset.Add(int64(d))
	c.still.Store(nil)
	c.write(t, time.Duration(offset).String())
}

func (c *clock) write(t *testing.T, text string) {
	t.Helper()
	if c.file == "" {
		return
	}
	// Rename the file, so that no process reads a part of it.
	if err := os.WriteFile(c.file+".new", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(c.file+".new", c.file); err != nil {
		t.Fatal(err)
	}
}

// newClock returns a clock that other processes can read.
func newClock(t *testing.T) *clock {
	t.Helper()
	c := &clock{file: filepath.Join(t.TempDir(), "offset")}
	c.advance(t, 0)
	return c
}

// buildHere builds a main package of this folder for this machine.
func buildHere(t *testing.T, folder, executable string) {
	t.Helper()
	if err := functest.Build(executable, folder, functest.HostTag); err != nil {
		t.Fatal(err)
	}
}

// ordersFunction returns the backend of the example.
func ordersFunction(stack awscdk.Stack) awslambda.Function {
	return gofunction.New(stack, "Orders", &gofunction.Props{Package: "github.com/gatehouse-cdk/gatehouse/backend-fn"})
}

const anOrder = `{"customer":"c-1","currency":"EUR","lines":[{"sku":"book","quantity":1,"unitPrice":1200}]}`

// noOrder is the path of an order that does not exist.
const noOrder = "/orders/018f0000-0000-7000-8000-000000000000"

// idp returns settings with an issuer whose tokens the development issuer makes.
func idp(kind string) stack.Settings {
	return stack.Settings{
		Authorizer: kind,
		Issuer:     "https://idp.example.com/",
		Audience:   "orders",
		Origins:    []string{"https://shop.example.com"},
	}
}
