package main

import (
	"context"
	"net/http"
	"net/http/httptest"
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
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

const audience = "https://api.example.com/orders"

var dir string // has the built functions; "" before the first build

// built builds the function as the constructs do, but for this machine, where it may fetch keys over http.
var built = sync.OnceValues(func() (path string, err error) { return build(".", "bootstrap") })

// build builds a main package with additional tags.
func build(pkg, name string, tags ...string) (path string, err error) {
	if dir == "" {
		if dir, err = os.MkdirTemp("", "authorizer-fn-"); err != nil {
			return "", err
		}
	}
	out := filepath.Join(dir, name)
	return out, functest.Build(out, pkg, append(tags, functest.HostTag)...)
}

func TestMain(m *testing.M) {
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// logFile is the path of a function's log.
type logFile struct{ path string }

func (l logFile) String() string {
	text, err := os.ReadFile(l.path)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// launch starts the built function behind a Runtime API, with an issuer on loopback.
func launch(t *testing.T, issuer *authztest.Issuer, change func(*authz.Config)) (*authztest.Runtime, logFile) {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return launchBuilt(t, path, issuer, change)
}

// launchBuilt is like launch, with another build of the function and additional environment variables.
func launchBuilt(
	t *testing.T,
	path string,
	issuer *authztest.Issuer,
	change func(*authz.Config),
	env ...string,
) (*authztest.Runtime, logFile) {
	t.Helper()
	server := httptest.NewServer(issuer)
	t.Cleanup(server.Close)
	issuer.URL = server.URL
	config := authz.Config{Issuers: []authz.Issuer{{
		URL:        issuer.URL,
		Audiences:  []string{audience},
		JWKSURL:    issuer.JWKSURL(),
		Algorithms: authztest.Algorithms,
	}}}
	if change != nil {
		change(&config)
	}
	dir := t.TempDir()
	table := `{"version":1,"routes":[
		{"route":"GET /orders","requires":[{"kind":"scope","anyOf":["orders:read"]}]},
		{"route":"POST /orders","requires":[{"kind":"scope","anyOf":["orders:write"]}]}]}`
	if err := os.WriteFile(filepath.Join(dir, "access.json"), []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
	all := append([]string{"LAMBDA_TASK_ROOT=" + dir, "AWS_LAMBDA_FUNCTION_NAME=authorizer"}, env...)
	for name, value := range config.Environment() {
		all = append(all, name+"="+value)
	}
	api, log := process.Start(t, path, all...)
	return api, logFile{log}
}

// invoke sends the event and returns how API Gateway reads the function's answer: "401", "500", "403" or "allowed".
func invoke(t *testing.T, api *authztest.Runtime, event []byte) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	result, err := api.Invoke(ctx, event)
	if err != nil {
		t.Fatal(err)
	}
	if result.Error != nil {
		if result.Error.Message != "Unauthorized" {
			return "500"
		}
		// API Gateway reads only the message. The payload must not reveal more.
		const want = `{"errorMessage":"Unauthorized","errorType":"errorString"}`
		if got := string(result.Payload); got != want {
			t.Errorf("error payload: got %s, want %s", got, want)
		}
		return "401"
	}
	answer, err := strictjson.Parse(string(result.Payload))
	if err != nil {
		t.Fatalf("%s: %v", result.Payload, err)
	}
	policy, err := iampolicy.Parse(answer.Get("policyDocument").Raw())
	if err != nil {
		t.Fatalf("%s: %v", result.Payload, err)
	}
	request, err := strictjson.Parse(string(event))
	if err != nil {
		t.Fatal(err)
	}
	arn, _ := request.Get("methodArn").Text()
	if policy.Evaluate(iampolicy.Request{Action: iampolicy.InvokeAction, Resource: arn}).Outcome == iampolicy.Allowed {
		return "allowed"
	}
	return "403"
}

// TestContract sends the contract's tokens and some of its events to the built binary.
func TestContract(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the function")
	}
	issuer := authztest.NewIssuer("")
	issuer.PublishText(authztest.CorpusKeys())
	api, log := launch(t, issuer, nil)
	arn := authztest.ARN("GET", "/orders")
	var tokens []string
	for _, c := range authztest.Corpus(issuer.URL, audience, time.Now()) {
		want := "401"
		if c.Accepted {
			want = "allowed"
		}
		if strings.Contains(c.Name, "second") {
			continue // the case needs a clock that stands still
		}
		tokens = append(tokens, c.Token)
		if got := invoke(t, api, authztest.TokenEvent(arn, "Bearer "+c.Token)); got != want {
			t.Errorf("%02d %s: got %s, want %s", c.Line, c.Name, got, want)
		}
	}
	good := tokens[0]
	for _, c := range []struct {
		name, want string
		event      []byte
	}{
		{"01 no token", "401", authztest.TokenEvent(arn, "")},
		{"02 two tokens", "401", authztest.TokenEvent(arn, "Bearer "+good+", Bearer "+good)},
		{"34 without the scope", "403", authztest.TokenEvent(authztest.ARN("POST", "/orders"), "Bearer "+good)},
		{"36 another route with the same token", "allowed", authztest.TokenEvent(arn, "Bearer "+good)},
		{"39 a malformed ARN", "500", authztest.TokenEvent("arn:aws", "Bearer "+good)},
		{
			"41 China",
			"allowed",
			authztest.TokenEvent("arn:aws-cn:execute-api:cn-north-1:123456789012:abcdef1234/prod/GET/orders", "Bearer "+good),
		},
		{
			"43 a header in another case",
			"allowed",
			authztest.RequestEvent("GET", "/orders", http.Header{"aUTHORIZATION": {"Bearer " + good}}, nil),
		},
		{
			"43 two headers",
			"401",
			authztest.RequestEvent("GET", "/orders", http.Header{"Authorization": {"Bearer " + good, "Bearer x.y.z"}}, nil),
		},
		{"44 in the query string", "401", authztest.RequestEvent("GET", "/orders", nil, http.Header{"access_token": {good}})},
		{"48 an unknown event", "500", []byte(`{"type":"HTTP","methodArn":"` + arn + `"}`)},
		{"48 an array", "500", []byte(`[]`)},
		{"00 a valid token after the errors", "allowed", authztest.TokenEvent(arn, "Bearer "+good)},
	} {
		if got := invoke(t, api, c.event); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
	text := log.String()
	for line := range strings.Lines(text) {
		if _, err := strictjson.Parse(strings.TrimSpace(line)); err != nil {
			t.Errorf("log line %q is not JSON: %v", line, err)
		}
	}
	for _, token := range tokens {
		for part := range strings.SplitSeq(token, ".") {
			if len(part) > 20 && (strings.Contains(text, part) || strings.Contains(text, part[:20])) {
				t.Errorf("the log contains a part of the token %.60s", token)
			}
		}
	}
	if strings.Contains(text, "canary") {
		t.Error("the log contains a claim")
	}
}

func TestUnavailableIssuerFailsInvocation(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the function")
	}
	issuer := authztest.NewIssuer("", authztest.KeyFor("RS256"))
	issuer.AnswerWith(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	api, log := launch(t, issuer, nil)
	good := authztest.Corpus(issuer.URL, audience, time.Now())[0]
	if got := invoke(t, api, authztest.TokenEvent(authztest.ARN("GET", "/orders"), "Bearer "+good.Token)); got != "500" {
		t.Errorf("got %s, want 500; log: %s", got, log)
	}
	if want := `"reason":"unavailable"`; !strings.Contains(log.String(), want) {
		t.Errorf("got log %s, want %s", log, want)
	}
}

func TestInvalidConfigurationStopsStart(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the function")
	}
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	for name, env := range map[string][]string{
		"no configuration": nil,
		"no access table": {
			authz.ConfigVariable + `={"issuers":[{"url":"https://a.example.com","audiences":["x"]}]}`,
			"LAMBDA_TASK_ROOT=" + t.TempDir(),
		},
	} {
		cmd := exec.Command(path)
		cmd.Env = append([]string{"AWS_LAMBDA_RUNTIME_API=127.0.0.1:1"}, env...)
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.HasPrefix(string(out), "authz: ") {
			t.Errorf("%s: got %v and output %s, want a failure with authz: and the reason", name, err, out)
		}
	}
}

// A function that is built without the tag of a requirement must refuse to start. If it started, it would not enforce
// the requirement.
func TestStartWithoutOwnershipTag(t *testing.T) {
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	const owner = `{"kind":"pathIs","parameter":"id","claim":"sub"}`
	for name, requires := range map[string]string{
		"owner":                    owner,
		"an alternative of Either": `{"kind":"either","either":[` + owner + `,{"kind":"group","anyOf":["admins"]}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			refusesToStart(t, path, `"requires":[`+requires+`]`, nil, "built without the tag "+authz.OwnershipTag)
		})
	}
}

// A function that is built without the tag of a setting must refuse to start. If it started, it would ignore the
// setting.
func TestStartWithoutOtherTags(t *testing.T) {
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	t.Run("session", func(t *testing.T) {
		refusesToStart(t, path, `"requires":[]`, func(c *authz.Config) {
			c.Session = &authz.Session{Host: "shop.example.com"}
		}, "built without the tag "+authz.SessionTag)
	})
	t.Run("introspection", func(t *testing.T) {
		refusesToStart(t, path, `"requires":[]`, func(c *authz.Config) {
			c.Issuers[0].Introspection = &authz.Introspection{ClientID: "orders"}
		}, "built without the tag "+authz.IntrospectionTag)
	})
	t.Run("DPoP", func(t *testing.T) {
		refusesToStart(t, path, `"requires":[]`, func(c *authz.Config) {
			c.PerRequest, c.Issuers[0].DPoPBound = true, true
		}, "built without the tag "+authz.BindingTag)
	})
	t.Run("certificate", func(t *testing.T) {
		refusesToStart(t, path, `"requires":[]`, func(c *authz.Config) {
			c.Issuers[0].CertificateBound = true
		}, "built without the tag "+authz.BindingTag)
	})
	t.Run("forwarded access token", func(t *testing.T) {
		refusesToStart(t, path, `"forward":true`, nil, `"forward": not known to this release`)
	})
}

// refusesToStart checks that the function at path fails with want, if a route has member or change was made to the
// configuration.
func refusesToStart(t *testing.T, path, member string, change func(*authz.Config), want string) {
	dir := t.TempDir()
	table := `{"version":1,"routes":[{"route":"GET /users/{id}",` + member + `}]}`
	if err := os.WriteFile(filepath.Join(dir, "access.json"), []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
	config := authz.Config{Issuers: []authz.Issuer{{URL: "https://id.example.com", Audiences: []string{audience}}}}
	if change != nil {
		change(&config)
	}
	cmd := exec.Command(path)
	cmd.Env = []string{"AWS_LAMBDA_RUNTIME_API=127.0.0.1:1", "LAMBDA_TASK_ROOT=" + dir}
	for name, value := range config.Environment() {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), want) {
		t.Errorf("got %v and output %s, want a failure with %q", err, out, want)
	}
}
