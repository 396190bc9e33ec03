package localgateway_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

func status(t *testing.T, h http.Handler, path string) int {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w.Code
}

func TestStart(t *testing.T) {
	dir, remove := shopAssembly()
	t.Cleanup(remove)
	records := make(chan *localgateway.Record, 1)
	now := time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	api := localgateway.Start(t, dir, localgateway.Options{
		SourceIP: "203.0.113.7",
		Now:      func() time.Time { return now },
		Record:   func(r *localgateway.Record) { records <- r },
	})
	answer, err := http.Get(api.URL + "/prod/orders?page=2")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		t.Fatal(err)
	}
	r := <-records
	got := *r
	got.RequestID, got.Reason, got.Checks = "", "", nil
	want := localgateway.Record{
		Time:       now,
		SourceIP:   "203.0.113.7",
		Method:     "GET",
		Path:       "/prod/orders",
		Route:      "GET /orders",
		Status:     403,
		Authorizer: localgateway.IAMAuthorizer,
	}
	if !reflect.DeepEqual(got, want) || r.RequestID != answer.Header.Get("x-amzn-RequestId") || answer.StatusCode != 403 {
		t.Errorf("got %+v of a request with the status %d, want %+v", r, answer.StatusCode, want)
	}
	if len(r.Checks) != 1 || r.Checks[0].Name != "signature" || r.Checks[0].Passed || r.Reason == "" {
		t.Errorf("got the checks %+v and the reason %q, want the signature's", r.Checks, r.Reason)
	}
}

// TestServerCloses stops listening, and may be closed again.
func TestServerCloses(t *testing.T) {
	dir, remove := shopAssembly()
	t.Cleanup(remove)
	api := localgateway.Start(t, dir, localgateway.Options{})
	for range 2 {
		if err := api.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if answer, err := http.Get(api.URL + "/prod/health"); err == nil {
		answer.Body.Close()
		t.Errorf("got %s from a closed server", answer.Status)
	}
}

func TestNewFails(t *testing.T) {
	dir, remove := shopAssembly()
	t.Cleanup(remove)
	for _, c := range []struct {
		name, dir string
		options   localgateway.Options
		want      error
		text      string
	}{
		{"no assembly", t.TempDir(), localgateway.Options{}, localgateway.ErrNotAssembly, "manifest.json"},
		{"no such API", dir, localgateway.Options{API: "stop"}, localgateway.ErrNoStage, `"shop" (Shop/Api)`},
		{"no such mode", dir, localgateway.Options{Issuers: "real"}, nil, `unsupported Issuers "real"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, err := localgateway.New(c.dir, c.options)
			if g != nil || err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("got %v, %v, want %v with %q", g, err, c.want, c.text)
			}
		})
	}
}

func TestReload(t *testing.T) {
	dir, remove := shopAssembly()
	t.Cleanup(remove)
	g, err := localgateway.New(dir, localgateway.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	path := filepath.Join(dir, "Shop.template.json")
	template, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	reload := func(text string) error {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return g.Reload()
	}
	if err := reload(strings.ReplaceAll(string(template), `"PathPart": "health"`, `"PathPart": "alive"`)); err != nil {
		t.Fatal(err)
	}
	if got := status(t, g, "/prod/alive"); got != 200 {
		t.Errorf("the new path: got %d", got)
	}
	if err := reload(`{"Resources": {}}`); !errors.Is(err, localgateway.ErrNoStage) {
		t.Errorf("got %v, want ErrNoStage", err)
	}
	if got := status(t, g, "/prod/alive"); got != 200 {
		t.Errorf("after an assembly that cannot be served: got %d, want 200 as before", got)
	}
}

func TestConfiguredIssuers(t *testing.T) {
	dir, remove := shopAssembly()
	t.Cleanup(remove)
	g, err := localgateway.New(dir, localgateway.Options{Issuers: localgateway.ConfiguredIssuers})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	if _, err := g.MintToken(localgateway.TokenRequest{}); err == nil ||
		!strings.Contains(err.Error(), "ConfiguredIssuers") {
		t.Errorf("got %v, want an error that names ConfiguredIssuers", err)
	}
	if urls := g.Issuers(); urls != nil {
		t.Errorf("got the issuers %q, want none", urls)
	}
}

// TestAccessKeys lists the developer's keys where the assembly has no role or user with a policy.
func TestAccessKeys(t *testing.T) {
	dir, remove := shopAssembly()
	t.Cleanup(remove)
	g, err := localgateway.New(dir, localgateway.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	keys := g.AccessKeys()
	if len(keys) != 2 || keys[0].SessionToken != "" || keys[1].SessionToken == "" || keys[0].Principal != "" {
		t.Errorf("got %+v, want a long-term key and temporary credentials of the developer", keys)
	}
	if problems := strings.Join(g.Problems(), "\n"); !strings.Contains(problems, "calls https://example.com") {
		t.Errorf("got the problems %q, want that of the HTTP_PROXY integration", problems)
	}
}

// TestAllowNetwork has an integration on another machine, which the option lets the gateway call. Nothing calls it
// here.
func TestAllowNetwork(t *testing.T) {
	dir, remove := shopAssembly()
	t.Cleanup(remove)
	g, err := localgateway.New(dir, localgateway.Options{AllowNetwork: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	if problems := strings.Join(g.Problems(), "\n"); strings.Contains(problems, "https://example.com") {
		t.Errorf("got the problems %q", problems)
	}
}

// TestLimitsAndCaches: without the options, what they turn on is among the problems.
func TestLimitsAndCaches(t *testing.T) {
	dir, remove := shopAssembly()
	t.Cleanup(remove)
	path := filepath.Join(dir, "Shop.template.json")
	template, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(template), `"StageName": "prod"`, `"StageName": "prod", "CacheClusterEnabled": true,
		"MethodSettings": [{"HttpMethod": "GET", "ResourcePath": "/~1health", "CachingEnabled": true}]`, 1)
	text = strings.Replace(text, `"Deployment":`, `"Plan": {"Type": "AWS::ApiGateway::UsagePlan", "Properties": {
		"Quota": {"Limit": 1, "Period": "DAY"}}}, "Deployment":`, 1)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, o := range []localgateway.Options{{}, {Limits: true}, {Caches: true}} {
		g, err := localgateway.New(dir, o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { g.Close() })
		problems := strings.Join(g.Problems(), "\n")
		if strings.Contains(problems, "Shop/Plan: its rates and its quota are not enforced here") == o.Limits ||
			strings.Contains(problems, "the responses of GET /health are not cached") == o.Caches {
			t.Errorf("with Limits %t and Caches %t: got the problems %s", o.Limits, o.Caches, problems)
		}
	}
}
