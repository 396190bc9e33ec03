package gateway

import (
	_ "embed"
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/app/stack"
	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

//go:embed testdata/peers/provider.cjs
var providerScript string

// provider is an OpenID provider behind TLS, which the authorizer requires for fetching keys.
type provider struct {
	*httptest.Server // its URL is the issuer
	peer             *nodepeer.Peer

	mu    sync.Mutex
	asked []string // the requested paths
}

func startProvider(t *testing.T) *provider {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the authorizer gets the provider's certificate by SSL_CERT_FILE, which Go does not read on " + runtime.GOOS)
	}
	p := &provider{}
	var behind *url.URL
	forward := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(behind)
			r.SetXForwarded()
			r.Out.Host = r.In.Host
		},
		ErrorLog: log.New(io.Discard, "", 0),
	}
	p.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.asked = append(p.asked, r.URL.Path)
		p.mu.Unlock()
		forward.ServeHTTP(w, r)
	}))
	p.Config.ErrorLog = log.New(io.Discard, "", 0) // of clients that do not trust the certificate
	p.StartTLS()
	t.Cleanup(p.Close)
	p.peer = nodepeer.Start(t, providerScript, []string{"oidc-provider"}, p.URL)
	behind = &url.URL{Scheme: "http", Host: "127.0.0.1:" + p.peer.Ready}
	return p
}

// fetched returns the paths that were requested since the last call.
func (p *provider) fetched() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	asked := p.asked
	p.asked = nil
	return asked
}

// environment makes the functions trust the provider's certificate.
// Source: https://pkg.go.dev/crypto/x509#SystemCertPool
func (p *provider) environment(t *testing.T) map[string]string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "provider.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.Certificate().Raw})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return map[string]string{"SSL_CERT_FILE": file}
}

// token requests an access token from the provider, as a registered client (RFC 6749, section 4.4; RFC 8707).
func (p *provider) token(t *testing.T, client, audience, scopes string) string {
	t.Helper()
	form := url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {client},
		"client_secret": {"the secret of " + client},
		"resource":      {"urn:api:" + audience},
	}
	if scopes != "" {
		form.Set("scope", scopes)
	}
	answer, err := p.Client().PostForm(p.URL+"/token", form)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Token string `json:"access_token"`
		Scope string `json:"scope"`
	}
	if err := json.Unmarshal(body, &got); err != nil || strings.Count(got.Token, ".") != 2 || got.Scope != scopes {
		t.Fatalf("the provider answered %s %s, want a JWT with the scopes %q", answer.Status, body, scopes)
	}
	return got.Token
}

func (p *provider) settings() stack.Settings {
	return stack.Settings{Authorizer: stack.Token, Issuer: p.URL, Audience: "orders"}
}

// TestRealProvider runs the included authorizer with an OpenID provider of another project. The authorizer finds the
// keys by discovery (OpenID Connect Discovery 1.0, section 4) over TLS.
func TestRealProvider(t *testing.T) {
	t.Parallel()
	p := startProvider(t)
	dir := exampleHere(t, p.settings())
	// Use one process, so that its requests to the provider are known.
	trusting := localgateway.Options{Env: p.environment(t), MaxProcesses: 1}
	api := runningByItself(t, dir, "prod", trusting)

	reader := p.token(t, "shop", "orders", "orders/read")
	writer := p.token(t, "shop", "orders", "orders/read orders/write")
	others := p.token(t, "shop", "invoices", "orders/read")
	p.fetched()
	api.call(t, "GET", "/orders", reader, "", 200, `{"orders":[]}`)
	api.call(t, "POST", "/orders", writer, anOrder, 201, `"createdBy":"shop"`)
	api.call(t, "DELETE", noOrder, p.token(t, "back-office", "orders", "orders/write"), "", 404, "")
	wantRefusals(t, api, []refusal{
		{
			"for another API",
			api.request(t, "GET", "/orders", "", "Authorization: Bearer "+others),
			401,
			unauthorized,
			"UnauthorizedException",
		},
		{
			"with another signature",
			api.request(t, "GET", "/orders", "", "Authorization: Bearer "+forged(reader)),
			401,
			unauthorized,
			"UnauthorizedException",
		},
		{
			"without a scope",
			api.request(t, "GET", "/orders", "", "Authorization: Bearer "+p.token(t, "shop", "orders", "")),
			403,
			notAllowed,
			"AccessDeniedException",
		},
		{
			"with another scope",
			api.request(t, "POST", "/orders", anOrder, "Authorization: Bearer "+reader),
			403,
			notAllowed,
			"AccessDeniedException",
		},
		{
			"of a client that is not an administrator",
			api.request(t, "DELETE", noOrder, "", "Authorization: Bearer "+writer),
			403,
			notAllowed,
			"AccessDeniedException",
		},
	})
	want := []string{"/.well-known/openid-configuration", "/jwks"}
	keys := slices.DeleteFunc(p.fetched(), func(path string) bool { return path == "/token" })
	if !slices.Equal(keys, want) {
		t.Errorf("the authorizer requested %q from the provider, want %q once for all tokens", keys, want)
	}

	t.Run("a provider that is not trusted", func(t *testing.T) {
		// Without keys, the authorizer cannot decide. The answer is not 401, because the token may be valid.
		stranger := runningByItself(t, dir, "prod", localgateway.Options{})
		got := stranger.call(t, "GET", "/orders", reader, "", 500, `{"message":null}`)
		if got.errorType() != "AuthorizerConfigurationException" {
			t.Errorf("got %s", got.errorType())
		}
	})

	t.Run("after a rotation, in a new process", func(t *testing.T) {
		p.peer.Say(t, "rotate")
		fresh := runningByItself(t, dir, "prod", trusting)
		fresh.call(t, "GET", "/orders", reader, "", 401, `{"message":"Unauthorized"}`)
		fresh.call(t, "GET", "/orders", p.token(t, "shop", "orders", "orders/read"), "", 200, `{"orders":[]}`)
	})
}

// TestKeyRotation rotates the provider's key while the authorizer runs with a clock of the test. Removing a key revokes
// its tokens, but not at once, because two things are cached.
//
//   - API Gateway caches the policy for the authorizer's TTL, by default 300 s: "API Gateway also caches the policy so
//     that the Lambda authorizer function doesn't need to be invoked again." It does not know keys or the expiry of
//     tokens. Sources:
//     https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html and
//     https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html. One entry cannot be removed, but all
//     entries of a stage can: https://docs.aws.amazon.com/apigateway/latest/api/API_FlushStageAuthorizersCache.html
//   - The authorizer caches the keys for ten minutes, unless the provider sets another time. A token with an unknown
//     key makes it fetch the keys again, at most every 30 s.
func TestKeyRotation(t *testing.T) {
	t.Parallel()
	p := startProvider(t)
	dir := exampleHere(t, p.settings())
	replaceAuthorizer(t, dir)
	now := newClock(t)
	env := p.environment(t)
	env["CLOCK_FILE"] = now.file
	api := runningByItself(t, dir, "prod", localgateway.Options{Now: now.now, Env: env, MaxProcesses: 1})
	old := p.token(t, "shop", "orders", "orders/read")
	ask := func(name, token string, status int, cache localgateway.CacheResult) {
		t.Helper()
		if got := api.call(t, "GET", "/orders", token, "", status, ""); got.record.Cache != cache {
			t.Errorf("%s: cache %q, want %q", name, got.record.Cache, cache)
		}
	}
	now.stop(t) // on a slow machine, a rotation may take longer than the 30 s without a fetch
	ask("the first request", old, 200, "MISS")

	p.peer.Say(t, "rotate")
	renewed := p.token(t, "shop", "orders", "orders/read")
	ask("the old key's token, whose policy is cached", old, 200, "HIT")
	ask("the new key's token, before the keys may be fetched again", renewed, 401, "MISS")

	now.advance(t, 31*time.Second)
	p.fetched()
	ask("the new key's token, after the keys are fetched again", renewed, 200, "MISS")
	if got := p.fetched(); !slices.Equal(got, []string{"/jwks"}) {
		t.Errorf("the authorizer requested %q from the provider, want only its keys", got)
	}
	ask("the old key's token, within the TTL", old, 200, "HIT")

	now.advance(t, 5*time.Minute-30*time.Second)
	ask("the old key's token, after the TTL", old, 401, "MISS")
	ask("the new key's token, for the rest of its own TTL", renewed, 200, "HIT")

	now.advance(t, 54*time.Minute)
	ask("the new key's token, shortly before it expires", renewed, 200, "MISS")
	now.advance(t, 2*time.Minute)
	ask("the new key's token, which has expired, within the TTL", renewed, 200, "HIT")
	now.advance(t, 4*time.Minute)
	ask("the new key's token, which has expired, after the TTL", renewed, 401, "MISS")
}

// replaceAuthorizer replaces the included authorizer with one that has the clock of the test.
func replaceAuthorizer(t *testing.T, dir string) {
	t.Helper()
	a, err := cloudassembly.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	replaced := 0
	for _, f := range apimodel.Read(a, cloudassembly.Options{}).Functions {
		if f.Environment[authz.ConfigVariable] != "" {
			buildHere(t, "./testdata/clockedauthorizer", filepath.Join(f.Code.Folder, "bootstrap"))
			replaced++
		}
	}
	if replaced != 1 {
		t.Fatalf("%d included authorizers in the assembly, want one", replaced)
	}
}
