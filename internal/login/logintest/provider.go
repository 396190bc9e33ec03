package logintest

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
)

// Kind is an implementation of an OpenID provider.
type Kind string

// The implementations.
const (
	// OIDCProvider is npm's oidc-provider. It has PAR and the iss of RFC 9207, and ends a grant if its refresh token is
	// used twice.
	OIDCProvider Kind = "oidc-provider"

	// Zitadel is package op of zitadel/oidc. It has none of these features.
	Zitadel Kind = "zitadel"
)

// Kinds are all implementations.
var Kinds = []Kind{OIDCProvider, Zitadel}

//go:embed testdata/provider.cjs
var script string

// The clients of each provider, by their authentication. A client's secret is "the secret of " followed by its ID.
const (
	BasicClient = "shop"      // client_secret_basic
	PostClient  = "shop-post" // client_secret_post
	KeyClient   = "shop-key"  // private_key_jwt with ClientKey
	OtherClient = "other"     // another application
)

// Settings are the settings of a provider's clients.
type Settings struct {
	RedirectURIs []string // the registered URIs
	LoggedOutURI string
	LogoutURI    string // for back-channel logout; see [Provider.BackChannel]
	Wire         *Wire  // records secrets; may be nil
}

// Request is a request to a provider.
type Request struct {
	Verb, Path string
	Query      url.Values
	Form       url.Values
	Header     http.Header
	Status     int // of the answer
	Answer     string
}

// Provider is an OpenID provider behind TLS. Its user "ada" is in the group "admins". The tokens of "large" need two
// cookies, and those of "huge" need more.
type Provider struct {
	URL string // the issuer
	CA  []byte // the certificate, as PEM, for SSL_CERT_FILE

	server *httptest.Server
	logout *httptest.Server
	peer   *nodepeer.Peer
	wire   *Wire

	logoutURI string

	mu       sync.Mutex
	requests []Request
	status   int // the status of answers while the provider is down
	cut      bool
	edit     func(r *http.Request, status int, body []byte) (int, []byte)
	before   func(path string)
	calls    http.Handler // answers calls of the back channel
}

// Start starts a provider that ends with the test. It skips the test if the provider is not installed.
func Start(t testing.TB, kind Kind, s Settings) *Provider {
	t.Helper()
	if !slices.Contains(Kinds, kind) {
		t.Fatalf("logintest: unsupported provider %q", kind)
	}
	p := &Provider{wire: s.Wire, logoutURI: s.LogoutURI}
	p.server = httptest.NewUnstartedServer(http.HandlerFunc(p.serve))
	p.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	p.server.StartTLS()
	t.Cleanup(p.server.Close)
	p.logout = httptest.NewServer(http.HandlerFunc(p.serveLogout))
	t.Cleanup(p.logout.Close)
	p.URL = p.server.URL
	p.CA = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.server.Certificate().Raw})
	settings, err := json.Marshal(map[string]any{
		"redirectUris": s.RedirectURIs, "loggedOutUri": s.LoggedOutURI, "logoutUri": s.LogoutURI,
		"backChannel": p.logout.URL, "jwk": json.RawMessage(clientJWK), "keys": nextKeys(kind),
	})
	if err != nil {
		t.Fatal(err)
	}
	switch kind {
	case OIDCProvider:
		p.peer = nodepeer.Start(t, script, []string{"oidc-provider"}, p.URL, string(settings))
	case Zitadel:
		p.peer = nodepeer.Run(t, zitadel(t, p.URL, string(settings)))
	}
	return p
}

// zitadel returns the command that runs the provider, which is a separate module. The go command caches the executable.
func zitadel(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	if out, err := zitadelModules(); err != nil {
		nodepeer.Missing(t, "cannot load the modules of zitadel/oidc: run go mod download in "+
			"internal/login/logintest/testdata/zitadel: "+string(out))
	}
	return inZitadel(append([]string{"run", "."}, args...)...)
}

// zitadelModules loads the provider's modules once.
var zitadelModules = sync.OnceValues(func() ([]byte, error) { return inZitadel("list", "-deps", ".").CombinedOutput() })

// inZitadel returns a go command in the provider's module.
func inZitadel(args ...string) *exec.Cmd {
	_, here, _, _ := runtime.Caller(0)
	cmd := exec.Command("go", args...)
	cmd.Dir = filepath.Join(filepath.Dir(here), "testdata", "zitadel")
	cmd.Env = append(cmd.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly")
	return cmd
}

// Client returns an HTTP client that trusts the provider and does not follow redirects.
func (p *Provider) Client() *http.Client {
	return &http.Client{
		Transport:     p.server.Client().Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (p *Provider) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	got := Request{Verb: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Header: r.Header.Clone()}
	got.Form, _ = url.ParseQuery(string(body))
	p.mu.Lock()
	before := p.before
	p.mu.Unlock()
	if before != nil {
		before(got.Path)
	}
	p.mu.Lock()
	cut, status, edit := p.cut, p.status, p.edit
	p.mu.Unlock()
	if p.wire != nil {
		p.wire.request(got)
	}
	note := func(status int, answer []byte) {
		got.Status, got.Answer = status, string(answer)
		p.mu.Lock()
		p.requests = append(p.requests, got)
		p.mu.Unlock()
	}
	if cut {
		note(0, nil)
		panic(http.ErrAbortHandler)
	}
	if status != 0 {
		note(status, nil)
		http.Error(w, "down", status)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	forward := &httputil.ReverseProxy{
		Rewrite: func(q *httputil.ProxyRequest) {
			q.SetURL(&url.URL{Scheme: "http", Host: "127.0.0.1:" + p.peer.Ready})
			q.SetXForwarded()
			q.Out.Host = q.In.Host
			q.Out.Header.Del("Accept-Encoding")
		},
		ModifyResponse: func(a *http.Response) error {
			answer, err := io.ReadAll(a.Body)
			if err != nil {
				return err
			}
			if p.wire != nil { // the values before the edit are secrets too
				p.wire.answer(a.Header, answer)
			}
			if edit != nil {
				a.StatusCode, answer = edit(r, a.StatusCode, answer)
				if p.wire != nil {
					p.wire.answer(a.Header, answer)
				}
			}
			note(a.StatusCode, answer)
			a.Body = io.NopCloser(bytes.NewReader(answer))
			a.ContentLength = int64(len(answer))
			a.Header.Set("Content-Length", strconv.Itoa(len(answer)))
			return nil
		},
		ErrorLog: log.New(io.Discard, "", 0),
	}
	forward.ServeHTTP(w, r)
}

// Requests returns the requests since the last call, in the order of their answers.
func (p *Provider) Requests() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	requests := p.requests
	p.requests = nil
	return requests
}

// Grants returns the token requests with a grant type.
func Grants(requests []Request, grant string) []Request {
	return slices.DeleteFunc(slices.Clone(requests), func(r Request) bool { return r.Form.Get("grant_type") != grant })
}

// BackChannel sets the API that answers the provider's requests to the client's LogoutURI. Only [OIDCProvider] makes
// such requests. Its logout tokens name the session, except those for [OtherClient], which name the user.
func (p *Provider) BackChannel(api http.Handler) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = api
}

func (p *Provider) serveLogout(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if form, err := url.ParseQuery(string(body)); err == nil && p.wire != nil {
		p.wire.values(form)
	}
	p.mu.Lock()
	api, target := p.calls, p.logoutURI
	p.mu.Unlock()
	if api == nil {
		http.NotFound(w, r)
		return
	}
	q := httptest.NewRequest(r.Method, target, bytes.NewReader(body))
	q.Header = r.Header.Clone()
	api.ServeHTTP(w, q)
}
