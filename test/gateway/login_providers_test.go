package gateway

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/internal/login/logintest"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// shopOrigin is the origin of the API for browsers. A distribution forwards the requests with the stage in the path.
const shopOrigin = "https://shop.example.test"

// loginHere returns the assembly of an API whose users log in at a provider.
func loginHere(t *testing.T, issuer string) string {
	return synthesizedHere(t, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
		login := &secureapi.Login{
			Issuer:     secureapi.Issuer{URL: issuer, Audiences: []string{"orders"}},
			ClientID:   logintest.BasicClient,
			ClientAuth: secureapi.ClientSecret(awssecretsmanager.NewSecret(stack, jsii.String("ClientSecret"), nil)),
			Origin:     shopOrigin, BasePath: "/prod", Parameters: map[string]string{"prompt": "consent"},
		}
		orders := ordersFunction(stack)
		secureapi.New(stack, "Api", &secureapi.Props{
			Authorizer: secureapi.SessionAuthorizer{Login: login},
			Routes: []secureapi.Route{
				secureapi.Handle("GET /orders", orders, secureapi.AnyScope("orders/read")),
				secureapi.Handle("POST /orders", orders, secureapi.AnyScope("orders/write")),
				secureapi.Handle("DELETE /orders/{id}", orders, secureapi.AnyGroup("admins")),
			},
		})
	})
}

// TestLoginAtProviders tests a whole login with providers of other projects. It uses the template of the constructs,
// the real login function and the real authorizer, behind the local gateway.
func TestLoginAtProviders(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("functions get the provider's certificate by SSL_CERT_FILE, which Go does not read on " + runtime.GOOS)
	}
	for _, kind := range logintest.Kinds {
		wire := &logintest.Wire{}
		p := logintest.Start(t, kind, logintest.Settings{
			RedirectURIs: []string{shopOrigin + "/prod/auth/callback"}, LoggedOutURI: shopOrigin + "/prod/", Wire: wire,
		})
		dir := loginHere(t, p.URL)
		certificate := filepath.Join(t.TempDir(), "provider.pem")
		if err := os.WriteFile(certificate, p.CA, 0o600); err != nil {
			t.Fatal(err)
		}
		env := map[string]string{"SSL_CERT_FILE": certificate}
		maps.Copy(env, secretsOf(t, wire))
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel() // it mostly waits until a token expires
			now := &clock{}
			var log lines
			api := runningByItself(t, dir, "prod", localgateway.Options{Now: now.now, Env: env, Log: log.add})
			b := &logintest.Browser{
				Jar: &logintest.Jar{}, Transport: p.Client().Transport, Wire: wire,
				Hosts: map[string]http.Handler{shopOrigin: distribution(t, api.URL)},
			}
			t.Cleanup(func() {
				if t.Failed() {
					t.Log(log.String())
				}
			})
			logsIn(t, kind, p, b, now)
			if leaks := wire.Leaks(log.String()); leaks != nil || !strings.Contains(log.String(), "callback") {
				t.Errorf("the logs contain secrets: %q\n%s", leaks, log.String())
			}
		})
	}
}

func logsIn(t *testing.T, kind logintest.Kind, p *logintest.Provider, b *logintest.Browser, now *clock) {
	want := func(page *logintest.Page, status int, part string) *logintest.Page {
		t.Helper()
		if page.Status != status || !strings.Contains(page.Body, part) {
			t.Fatalf("%s: got %d %s, want %d with %q", page.URL, page.Status, page.Body, status, part)
		}
		return page
	}
	fetch := func(verb, path string) *logintest.Page {
		t.Helper()
		return b.Fetch(t, shopOrigin, verb, shopOrigin+"/prod"+path)
	}
	// A navigation without a session leads to the login.
	page := want(b.Open(t, shopOrigin+"/prod/orders"), 401, "<a ")
	if links := page.Links(); len(links) != 1 || !strings.HasPrefix(links[0], "/prod/auth/login") {
		t.Fatalf("the page links to %q", links)
	}
	want(fetch("GET", "/orders"), 401, `{"message":"Unauthorized"}`)
	// The token must expire soon, but not before the login has ended, which takes long on a busy machine.
	for ttl := 3 * time.Second; ; ttl *= 3 {
		p.TTL(t, ttl)
		b.Jar = &logintest.Jar{}
		page = b.Open(t, shopOrigin+"/prod/orders")
		start := time.Now()
		page = page.Link(t, "/prod/auth/login?return=/orders").Submit(t, url.Values{"subject": {"ada"}})
		if page = want(page, 200, "").Refresh(t); page.Status == 200 || time.Since(start) < ttl {
			break
		}
	}
	if want(page, 200, `"orders":`); page.URL.String() != shopOrigin+"/prod/orders" {
		t.Errorf("the login leads to %s", page.URL)
	}

	// Wait until the token expires. The test cannot set the clocks of the provider and of the functions. Each request
	// avoids API Gateway's cache.
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		now.offset.Add(int64(2 * time.Minute))
		if fetch("GET", "/orders").Status == 401 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the token does not expire")
		}
	}
	p.TTL(t, time.Hour)
	p.Requests()
	want(fetch("POST", "/auth/refresh"), 200, `"expires":`)
	if n := len(logintest.Grants(p.Requests(), "refresh_token")); n != 1 {
		t.Errorf("the provider is asked %d times for another token", n)
	}
	want(fetch("GET", "/auth/session"), 200, `"subject":"ada"`)
	want(fetch("GET", "/orders"), 200, `"orders":`)
	want(fetch("DELETE", noOrder), 404, "")
	want(b.Fetch(t, "https://attacker.test", "POST", shopOrigin+"/prod/orders"), 401, "") // Strict: no cookie
	want(b.Fetch(t, "https://www.example.test", "POST", shopOrigin+"/prod/orders"), 403, "")

	bob := b.Tab()
	bob.Jar = &logintest.Jar{}
	page = bob.Link(t, shopOrigin, shopOrigin+"/prod/auth/login").Submit(t, url.Values{"subject": {"bob"}})
	want(page, 200, "")
	want(bob.Fetch(t, shopOrigin, "DELETE", shopOrigin+"/prod"+noOrder), 403, "")

	p.Down(503)
	want(fetch("GET", "/orders"), 200, `"orders":`)
	p.Up()

	// The logout ends the session here, revokes the refresh token, and ends the session at the provider.
	var logout struct{ Location string }
	p.Requests()
	if err := json.Unmarshal([]byte(want(fetch("POST", "/auth/logout"), 200, "location").Body), &logout); err != nil {
		t.Fatal(err)
	}
	if got := p.Requests(); len(got) != 1 || got[0].Form.Get("token") == "" || got[0].Status != 200 {
		t.Errorf("the provider gets %v", got)
	}
	want(fetch("GET", "/orders"), 401, "")
	want(fetch("GET", "/auth/session"), 401, "")
	page = b.Link(t, shopOrigin, logout.Location)
	if kind == logintest.OIDCProvider { // it asks the user first
		page = page.Submit(t, url.Values{"logout": {"yes"}})
	}
	if page.URL.String() != shopOrigin+"/prod/" {
		t.Errorf("the logout leads to %s", page.URL)
	}
}

// distribution forwards all requests to the gateway.
func distribution(t *testing.T, gateway string) http.Handler {
	t.Helper()
	target, err := url.Parse(gateway)
	if err != nil {
		t.Fatal(err)
	}
	return httputil.NewSingleHostReverseProxy(target)
}

// secretsOf returns an environment with which functions get their secrets from this process: the client secret and the
// secret for sessions.
func secretsOf(t *testing.T, wire *logintest.Wire) map[string]string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked struct{ SecretId, VersionStage string }
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			t.Error(err)
		}
		secret := strings.Repeat("the key of the sessions ", 2)
		if strings.Contains(asked.SecretId, "ClientSecret") {
			secret = "the secret of " + logintest.BasicClient
		}
		wire.Note("secret", secret)
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		if asked.VersionStage == "AWSPREVIOUS" {
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, `{"__type":"ResourceNotFoundException"}`)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]string{"SecretString": secret})
	}))
	t.Cleanup(s.Close)
	return map[string]string{"AWS_ENDPOINT_URL_SECRETS_MANAGER": s.URL}
}

// lines collects the log lines of functions.
type lines struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lines) add(line localgateway.LogLine) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.b.WriteString(line.Text + "\n")
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
