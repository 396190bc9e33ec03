package main

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/internal/functest"
	"github.com/gatehouse-cdk/gatehouse/internal/functest/process"
	"github.com/gatehouse-cdk/gatehouse/internal/login"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/driver"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/memory"
)

var dir string // has the built functions

// built builds the function with sessions in cookies, and builtTable the one with sessions in a table, as the
// constructs do. They are built for this machine, where their provider may be on loopback.
var (
	built      = sync.OnceValues(func() (string, error) { return build(".") })
	builtTable = sync.OnceValues(func() (string, error) { return build("./table") })
)

func build(pkg string) (string, error) {
	out := filepath.Join(dir, filepath.Base(pkg)+"-bootstrap")
	return out, functest.Build(out, pkg, functest.HostTag)
}

func TestMain(m *testing.M) {
	var err error
	if dir, err = os.MkdirTemp("", "login-fn-"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

const (
	clientARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:client-a1b2c3"
	keysARN   = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:keys-a1b2c3"
)

// startProviderAndAWS starts a server that answers as the OpenID provider and as AWS Secrets Manager.
func startProviderAndAWS(t *testing.T) *httptest.Server {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		self := "http://" + r.Host
		switch {
		case r.URL.Path == "/.well-known/openid-configuration":
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(map[string]string{
				"issuer": self, "authorization_endpoint": self + "/authorize",
				"token_endpoint": self + "/token", "jwks_uri": self + "/keys",
			})
		case r.Header.Get("X-Amz-Target") == "secretsmanager.GetSecretValue":
			if body, _ := io.ReadAll(r.Body); strings.Contains(string(body), "AWSPREVIOUS") {
				w.WriteHeader(http.StatusBadRequest)
				_, _ = io.WriteString(w, `{"__type":"ResourceNotFoundException"}`)
				return
			}
			_, _ = io.WriteString(w, `{"SecretString":"`+strings.Repeat("k", 40)+`"}`)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return server
}

// environment returns the environment of a function whose provider is the server.
func environment(server *httptest.Server, root string, changes ...func(*login.Config)) []string {
	config := login.Config{
		Issuer:    authz.Issuer{URL: server.URL, Audiences: []string{"api://orders"}},
		ClientID:  "shop",
		SecretARN: clientARN,
		KeysARN:   keysARN,
		Scopes:    []string{"openid"},
		Origin:    "http://localhost:3000",
	}
	for _, change := range changes {
		change(&config)
	}
	env := []string{
		"LAMBDA_TASK_ROOT=" + root,
		"AWS_LAMBDA_FUNCTION_NAME=login",
		"AWS_ENDPOINT_URL_SECRETS_MANAGER=" + server.URL,
		"AWS_ACCESS_KEY_ID=AKID",
		"AWS_SECRET_ACCESS_KEY=secret",
	}
	for name, value := range config.Environment() {
		env = append(env, name+"="+value)
	}
	return env
}

// event returns the event that API Gateway sends for a request at the stage prod.
func event(t *testing.T, verb, path string, query url.Values, headers http.Header, body string) []byte {
	t.Helper()
	h := http.Header{"Host": {"localhost:3000"}}
	maps.Copy(h, headers)
	text, err := json.Marshal(map[string]any{
		"resource":                        path,
		"path":                            path,
		"httpMethod":                      verb,
		"multiValueHeaders":               h,
		"body":                            body,
		"multiValueQueryStringParameters": query,
		"requestContext":                  map[string]any{"path": "/prod" + path, "requestId": "request-1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

type answer struct {
	StatusCode        int
	MultiValueHeaders http.Header
	Body              string
}

// running is a running function and its log.
type running struct {
	api *authztest.Runtime
	log string
}

// run starts a built function.
func run(t *testing.T, path string, env []string) *running {
	t.Helper()
	api, log := process.Start(t, path, env...)
	return &running{api, log}
}

// ask sends the function an event of API Gateway.
func (f *running) ask(t *testing.T, event []byte) (a answer) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	result, err := f.api.Invoke(ctx, event)
	if err != nil || result.Error != nil {
		t.Fatalf("got %v, %v, want an answer", err, result.Error)
	}
	if err := json.Unmarshal(result.Payload, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// The built function answers API Gateway's events, and each line of its log is JSON.
func TestFunction(t *testing.T) {
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	server := startProviderAndAWS(t)
	f := run(t, path, environment(server, t.TempDir()))
	ask := func(verb, path string, query url.Values) answer {
		t.Helper()
		return f.ask(t, event(t, verb, path, query, nil, ""))
	}
	begun := ask("GET", "/auth/login", url.Values{"return": {"/orders"}})
	location, err := url.Parse(begun.MultiValueHeaders.Get("Location"))
	if err != nil || begun.StatusCode != http.StatusSeeOther ||
		!strings.HasPrefix(location.String(), server.URL+"/authorize?") ||
		location.Query().Get("redirect_uri") != "http://localhost:3000/prod/auth/callback" {
		t.Errorf("login: got %+v, want 303 to the provider", begun)
	}
	if c := begun.MultiValueHeaders["Set-Cookie"]; len(c) != 1 || !strings.HasPrefix(c[0], "__Host-login-") {
		t.Errorf("login: got cookies %q, want one that starts with __Host-login-", c)
	}
	if a := ask("GET", "/auth/session", nil); a.StatusCode != http.StatusUnauthorized ||
		a.Body != `{"message":"Unauthorized"}`+"\n" {
		t.Errorf("session: got %+v, want 401", a)
	}
	if a := ask("GET", "/auth/session.js", nil); a.StatusCode != http.StatusOK ||
		!strings.Contains(a.Body, "window.session") {
		t.Errorf("script: got %+v, want 200 with window.session", a)
	}
	if a := ask("POST", "/auth/refresh", nil); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("refresh without Sec-Fetch-Site: got %+v, want 401", a)
	}
	text, err := os.ReadFile(f.log)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for _, line := range lines {
		var l struct{ Route, Outcome, APIRequestID string }
		if err := json.Unmarshal([]byte(line), &l); err != nil || l.Route == "" || l.Outcome == "" ||
			l.APIRequestID != "request-1" {
			t.Errorf("log line %q: %v, want JSON with route, outcome and apiRequestId", line, err)
		}
	}
	if len(lines) != 4 || strings.Contains(string(text), location.Query().Get("state")) {
		t.Errorf("got the log\n%s\nwant four lines without the state", text)
	}
}

// The function does not start with an invalid configuration. A function that is built for a developer's machine does
// not start on Lambda.
func TestFunctionRefusesConfiguration(t *testing.T) {
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	server := startProviderAndAWS(t)
	for name, c := range map[string]struct {
		env  []string
		want string
	}{
		"no configuration": {[]string{"LAMBDA_TASK_ROOT=" + t.TempDir()}, "GATEHOUSE_LOGIN is not set"},
		"an unknown setting": {
			append(environment(server, t.TempDir()), `GATEHOUSE_LOGIN={"clientid":"a"}`),
			`"clientid": not known to this release`,
		},
		"on Lambda": {environment(server, "/var/task"), "without GATEHOUSE_HOST_BUILD"},
		"secrets of another host": {append(environment(server, t.TempDir()),
			"AWS_ENDPOINT_URL_SECRETS_MANAGER=http://evil.test"), "evil.test"},
	} {
		cmd := exec.Command(path)
		cmd.Env = c.env
		text, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(text), c.want) {
			t.Errorf("%s: got %v and the output\n%s\nwant a failure with %q", name, err, text, c.want)
		}
	}
}

// The function with a table also answers the routes that need one. Here it uses the table in memory, as "gatehouse dev"
// does.
func TestFunctionWithTable(t *testing.T) {
	path, err := builtTable()
	if err != nil {
		t.Fatal(err)
	}
	table := httptest.NewServer(memory.Handler(memory.New(nil)))
	defer table.Close()
	env := append(environment(startProviderAndAWS(t), t.TempDir(), inTable), driver.Variable+"="+table.URL)
	f := run(t, path, env)
	handle := "__Host-session=" + strings.Repeat("A", 86)
	for name, c := range map[string]struct {
		verb, path string
		headers    http.Header
		body       string
		status     int
		reason     string
	}{
		"an unknown handle":     {"GET", "/auth/session", http.Header{"Cookie": {handle}}, "", 401, "session_ended"},
		"no handle":             {"GET", "/auth/sessions", nil, "", 401, "no_session"},
		"a request of a script": {"POST", "/auth/logout-all", nil, "", 401, "no_fetch_site"},
		"not a logout token": {"POST", "/auth/backchannel-logout", http.Header{
			"Content-Type": {"application/x-www-form-urlencoded"},
		}, "logout_token=a", 400, "logout_token_serialization"},
	} {
		a := f.ask(t, event(t, c.verb, c.path, nil, c.headers, c.body))
		text, err := os.ReadFile(f.log)
		if err != nil {
			t.Fatal(err)
		}
		if a.StatusCode != c.status || !strings.Contains(string(text), `"reason":"`+c.reason+`"`) {
			t.Errorf("%s: got %+v, want %d with the reason %s; log:\n%s", name, a, c.status, c.reason, text)
		}
	}
}

func inTable(c *login.Config) { c.Table = "sessions" }

// The function with sessions in cookies refuses a configuration with a table. The function with sessions in a table
// refuses one without.
func TestFunctionRefusesConfigurationOfOther(t *testing.T) {
	server := startProviderAndAWS(t)
	for _, c := range []struct {
		build func() (string, error)
		env   []string
		want  string
	}{
		{built, environment(server, t.TempDir(), inTable), "build login-fn/table instead"},
		{builtTable, environment(server, t.TempDir()), "build login-fn instead"},
		{builtTable, environment(server, t.TempDir(), inTable), "AWS_REGION"},
	} {
		path, err := c.build()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(path)
		cmd.Env = c.env
		text, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(text), c.want) {
			t.Errorf("got %v and the output\n%s\nwant a failure with %q", err, text, c.want)
		}
	}
}

// The function with sessions in cookies does not link the AWS SDK, so it stays small.
func TestFunctionImportsNoSDK(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), "aws-sdk-go") {
		t.Error("login-fn imports a package of the AWS SDK")
	}
}
