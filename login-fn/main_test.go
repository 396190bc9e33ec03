package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/internal/login"
)

var dir string // of the built function; "" if it was not built

// built is the function as the constructs build it to run on this machine, where its provider may be on loopback.
var built = sync.OnceValues(func() (path string, err error) {
	if dir, err = os.MkdirTemp("", "login-fn-"); err != nil {
		return "", err
	}
	out := filepath.Join(dir, "bootstrap")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-tags", "lambda.norpc,gatehouse_host",
		"-ldflags=-s -w -buildid=", "-o", out, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH)
	if text, err := cmd.CombinedOutput(); err != nil {
		os.Stderr.Write(text)
		return "", err
	}
	return out, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

const (
	clientARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:client-a1b2c3"
	keysARN   = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:keys-a1b2c3"
)

// world is the provider and AWS, on loopback.
func world(t *testing.T) *httptest.Server {
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/.well-known/openid-configuration":
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(map[string]string{
				"issuer": server.URL, "authorization_endpoint": server.URL + "/authorize",
				"token_endpoint": server.URL + "/token", "jwks_uri": server.URL + "/keys",
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

// environment is that of a function whose provider is a server on loopback.
func environment(server *httptest.Server, root string) []string {
	config := login.Config{
		Issuer:    authz.Issuer{URL: server.URL, Audiences: []string{"api://orders"}},
		ClientID:  "shop",
		SecretARN: clientARN,
		KeysARN:   keysARN,
		Scopes:    []string{"openid"},
		Origin:    "http://localhost:3000",
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

// event is what API Gateway sends for a request at the stage prod.
func event(t *testing.T, verb, path string, query url.Values) []byte {
	t.Helper()
	text, err := json.Marshal(map[string]any{
		"resource": path, "path": path, "httpMethod": verb,
		"multiValueHeaders":               map[string][]string{"Host": {"localhost:3000"}},
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

// The built function answers API Gateway's events, and its log is lines of JSON.
func TestFunction(t *testing.T) {
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	api, err := authztest.StartRuntime()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	log, err := os.Create(filepath.Join(folder, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	server := world(t)
	cmd := exec.Command(path)
	cmd.Env = append(environment(server, folder), "AWS_LAMBDA_RUNTIME_API="+api.Address())
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		api.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	ask := func(verb, path string, query url.Values) (a answer) {
		t.Helper()
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		result, err := api.Invoke(ctx, event(t, verb, path, query))
		if err != nil || result.Error != nil {
			t.Fatalf("%v %v", err, result.Error)
		}
		if err := json.Unmarshal(result.Payload, &a); err != nil {
			t.Fatal(err)
		}
		return a
	}
	begun := ask("GET", "/auth/login", url.Values{"return": {"/orders"}})
	location, err := url.Parse(begun.MultiValueHeaders.Get("Location"))
	if err != nil || begun.StatusCode != http.StatusSeeOther || !strings.HasPrefix(location.String(), server.URL+"/authorize?") ||
		location.Query().Get("redirect_uri") != "http://localhost:3000/prod/auth/callback" {
		t.Errorf("login: %+v", begun)
	}
	if c := begun.MultiValueHeaders["Set-Cookie"]; len(c) != 1 || !strings.HasPrefix(c[0], "__Host-login-") {
		t.Errorf("login: cookies %q", c)
	}
	if a := ask("GET", "/auth/session", nil); a.StatusCode != http.StatusUnauthorized || a.Body != `{"message":"Unauthorized"}`+"\n" {
		t.Errorf("session: %+v", a)
	}
	if a := ask("GET", "/auth/session.js", nil); a.StatusCode != http.StatusOK || !strings.Contains(a.Body, "window.session") {
		t.Errorf("script: %+v", a)
	}
	if a := ask("POST", "/auth/refresh", nil); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("refresh without Sec-Fetch-Site: %+v", a)
	}
	text, err := os.ReadFile(log.Name())
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for _, line := range lines {
		var l struct{ Route, Outcome, APIRequestID string }
		if err := json.Unmarshal([]byte(line), &l); err != nil || l.Route == "" || l.Outcome == "" || l.APIRequestID != "request-1" {
			t.Errorf("line %q: %v", line, err)
		}
	}
	if len(lines) != 4 || strings.Contains(string(text), location.Query().Get("state")) {
		t.Errorf("log:\n%s", text)
	}
}

// A function that cannot work does not start, and one for a developer's machine does not start on Lambda.
func TestFunctionThatDoesNotStart(t *testing.T) {
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	server := world(t)
	for name, c := range map[string]struct {
		env  []string
		want string
	}{
		"no configuration": {[]string{"LAMBDA_TASK_ROOT=" + t.TempDir()}, "GATEHOUSE_LOGIN is not set"},
		"an unknown setting": {
			append(environment(server, t.TempDir()), `GATEHOUSE_LOGIN={"clientid":"a"}`),
			`"clientid": not known to this release`,
		},
		"on Lambda":               {environment(server, "/var/task"), "without GATEHOUSE_HOST_BUILD"},
		"secrets of another host": {append(environment(server, t.TempDir()), "AWS_ENDPOINT_URL_SECRETS_MANAGER=http://evil.test"), "evil.test"},
	} {
		cmd := exec.Command(path)
		cmd.Env = c.env
		text, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(text), c.want) {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
}
