package logintest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// These are the addresses of a user pool of Amazon Cognito with a prefix domain.
const (
	poolID     = "eu-central-1_Ab1Cd2Ef3"
	poolAPI    = "https://cognito-idp.eu-central-1.amazonaws.com"
	poolURL    = poolAPI + "/" + poolID
	poolDomain = "https://shop.auth.eu-central-1.amazoncognito.com"
	idpAnswer  = poolDomain + "/oauth2/idpresponse"
)

// userPool simulates a user pool at its own addresses, in this process. Its users and tokens are those of the
// development issuer. Users who choose "Google" sign in at an OpenID provider in place of Google. The pool is a client
// of that provider.
type userPool struct {
	own      *devissuer.Provider
	base     string // of own
	site     string // the path of the pool below it
	upstream *Provider
	google   *Federation

	mu       sync.Mutex
	requests []Request
}

// newPool makes a pool whose users come from a provider. The pool has an app client with the login's callback.
func newPool(t *testing.T, upstream *Provider) *userPool {
	t.Helper()
	keys, err := devissuer.OpenKeys(devissuer.KeyOptions{Dir: filepath.Join(t.TempDir(), "keys"), Shared: true})
	if err != nil {
		t.Fatal(err)
	}
	p := &userPool{base: "http://127.0.0.1:1", upstream: upstream, google: Federate(t, upstream, idpAnswer)}
	p.own, err = devissuer.New(keys, []devissuer.Issuer{{
		Issuer: authz.Issuer{
			URL: poolURL, Audiences: []string{BasicClient}, TokenUse: "access", GroupsClaim: "cognito:groups",
		},
		Providers: []devissuer.IdentityProvider{{Name: "Google", Type: "Google"}},
		Apps: []devissuer.App{{
			ClientID: BasicClient, ClientAuth: devissuer.AnySecret, UserPoolID: poolID, Declared: true,
			RedirectURIs: []string{callback}, LogoutURIs: []string{loggedOut}, Flows: []string{"code"},
			Scopes:    []string{"openid", "profile", "email", "orders/read", "orders/write"},
			Providers: []string{"COGNITO", "Google"},
		}},
	}}, devissuer.Options{BaseURL: p.base})
	if err != nil {
		t.Fatal(err)
	}
	discovery, err := url.Parse(p.own.DiscoveryURL(poolURL))
	if err != nil {
		t.Fatal(err)
	}
	p.site, _, _ = strings.Cut(discovery.Path, "/.well-known/")
	return p
}

// RoundTrip sends requests for the pool's addresses to the pool, and all others to the upstream provider's transport.
func (p *userPool) RoundTrip(r *http.Request) (*http.Response, error) {
	if at := origin(r.URL); at != poolAPI && at != poolDomain {
		return p.upstream.Client().Transport.RoundTrip(r)
	}
	q := r.Clone(r.Context())
	q.Host, q.RequestURI = r.URL.Host, r.URL.RequestURI()
	if q.Body == nil {
		q.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, q)
	return w.Result(), nil
}

// ServeHTTP answers for the API of Amazon Cognito, which has the pool's metadata and keys, and for the pool's domain.
func (p *userPool) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	form, _ := url.ParseQuery(string(body))
	path := r.URL.Path
	switch {
	case "https://"+r.Host == poolAPI && path == "/":
		secrets, _ := url.Parse(p.own.CognitoURL())
		p.forward(w, r, secrets.Path, body)
	case "https://"+r.Host == poolAPI:
		path = strings.TrimPrefix(path, "/"+poolID)
		p.forward(w, r, p.site+strings.Replace(path, "/.well-known/jwks.json", "/jwks", 1), body)
	case path == "/oauth2/authorize" && r.URL.Query().Get("identity_provider") == "Google":
		shown := httptest.NewRecorder()
		if p.forward(shown, r, p.site+path, body); shown.Code != http.StatusOK {
			http.Error(w, shown.Body.String(), shown.Code)
			return
		}
		_, hidden, _ := formOf(shown.Body.String())
		p.google.Begin(w, r, hidden.Get("request"))
	case r.Method == http.MethodPost && form.Get("provider") == "Google":
		p.google.Begin(w, r, form.Get("request"))
	case path == "/oauth2/idpresponse":
		p.comeBack(w, r)
	default:
		p.forward(w, r, p.site+path, body)
	}
}

// formOf is [form], whose name the parameters of requests shadow.
var formOf = form

// comeBack accepts the upstream provider's answer and signs its user in to the pool.
func (p *userPool) comeBack(w http.ResponseWriter, r *http.Request) {
	groups := map[string]string{"ada": "admins"}
	fields, err := p.google.End(r, "Google", "orders/read orders/write", groups)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	form := httptest.NewRequest(http.MethodPost, poolDomain+"/oauth2/authorize", nil)
	form.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	p.forward(w, form, p.site+"/oauth2/authorize", []byte(fields.Encode()))
}

// forward lets the development issuer answer at the pool's addresses.
func (p *userPool) forward(w http.ResponseWriter, r *http.Request, path string, body []byte) {
	q := r.Clone(r.Context())
	q.URL = &url.URL{Path: path, RawQuery: r.URL.RawQuery}
	q.Host, q.Body = strings.TrimPrefix(p.base, "http://"), io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	p.own.ServeHTTP(answer, q)
	name := strings.NewReplacer(p.base+p.site, poolDomain, p.site, "").Replace
	text := name(answer.Body.String())
	for header, values := range answer.Header() {
		if header != "Content-Length" {
			w.Header()[header] = values
		}
	}
	if location := answer.Header().Get("Location"); location != "" {
		w.Header().Set("Location", name(location))
	}
	p.upstream.wire.answer(w.Header(), []byte(text))
	form, _ := url.ParseQuery(string(body))
	p.upstream.wire.values(form)
	p.mu.Lock()
	p.requests = append(p.requests, Request{
		Verb: r.Method, Path: strings.TrimPrefix(path, p.site), Query: r.URL.Query(), Form: form, Status: answer.Code,
		Answer: text,
	})
	p.mu.Unlock()
	w.WriteHeader(answer.Code)
	_, _ = io.WriteString(w, text)
}

// taken returns the requests to the pool since the last call.
func (p *userPool) taken() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := p.requests
	p.requests = nil
	return out
}

// of makes the app's login use the pool.
func (p *userPool) client(changes ...func(*setup)) func(*setup) {
	return func(s *setup) {
		s.config.Issuer = authz.Issuer{
			URL: poolURL, JWKSURL: poolURL + "/.well-known/jwks.json", Audiences: []string{BasicClient}, TokenUse: "access",
			GroupsClaim: "cognito:groups",
		}
		s.config.SecretARN, s.config.UserPoolID, s.config.Parameters = "", poolID, nil
		s.config.Scopes = []string{"openid", "profile", "email", "orders/read", "orders/write"}
		s.guard.Issuers = []authz.Issuer{s.config.Issuer}
		s.routing = p
		for _, change := range changes {
			change(s)
		}
	}
}

// TestUserPoolFederates logs in at a user pool whose users come from another OpenID provider.
func TestUserPoolFederates(t *testing.T) {
	upstream := Start(t, OIDCProvider, Settings{RedirectURIs: []string{idpAnswer}, LoggedOutURI: loggedOut, Wire: &Wire{}})
	pool := newPool(t, upstream)
	open := func(t *testing.T, changes ...func(*setup)) *app {
		a := newApp(t, upstream, pool.client(changes...))
		a.Hosts[poolDomain] = pool
		pool.taken()
		return a
	}
	google := url.Values{"provider": {"Google"}, "persona": {"typed"}, "action": {"sign-in"}}
	// way returns the origins and paths that a browser went through.
	way := func(p *Page) (out []string) {
		for _, address := range p.Visited {
			at, _, _ := strings.Cut(address, "?")
			out = append(out, at)
		}
		return out
	}

	t.Run("from the pool's page to the API", func(t *testing.T) {
		a := open(t)
		page := a.begin(t, a.Browser, "/orders?page=2")
		if page.URL.Host != strings.TrimPrefix(poolDomain, "https://") || !strings.Contains(page.Body, "Google") {
			t.Fatalf("the login leads to %s: %s", page.URL, page.Body)
		}
		page = page.Submit(t, google)
		if origin(page.URL) != upstream.URL {
			t.Fatalf("the pool's page leads to %s: %d %s", page.URL, page.Status, page.Body)
		}
		page = page.Submit(t, url.Values{"subject": {"ada"}})
		a.want(t, page, 200, "")
		if got := way(page); !slices.Equal(got[len(got)-2:], []string{idpAnswer, callback}) {
			t.Errorf("the way back is %q", got)
		}
		page = page.Refresh(t)
		a.want(t, page, 200, `"principal":"ada"`)
		if page.URL.String() != shop+"/orders?page=2" {
			t.Errorf("the login leads to %s", page.URL)
		}
		a.want(t, page, 200, poolID+"_Google") // the pool's group for users of this provider
		a.want(t, a.Fetch(t, shop, "POST", shop+"/orders"), 200, "")
		a.want(t, a.Fetch(t, shop, "DELETE", shop+"/orders"), 200, "") // of the group admins
		a.want(t, a.Fetch(t, shop, "GET", shop+"/auth/session"), 200, `"email":"ada@shop.test"`)

		exchanged := Grants(pool.taken(), "authorization_code")
		if len(exchanged) != 1 || exchanged[0].Path != "/oauth2/token" || exchanged[0].Status != 200 {
			t.Fatalf("the code is exchanged by %+v", exchanged)
		}
		var tokens map[string]any
		if err := json.Unmarshal([]byte(exchanged[0].Answer), &tokens); err != nil {
			t.Fatal(err)
		}
		access, id := claimsOf(t, tokens["access_token"]), claimsOf(t, tokens["id_token"])
		if access["username"] != "Google_ada" || access["client_id"] != BasicClient || access["aud"] != nil {
			t.Errorf("the access token has %v", access)
		}
		if identities, _ := id["identities"].([]any); id["cognito:username"] != "Google_ada" || len(identities) != 1 ||
			identities[0].(map[string]any)["providerName"] != "Google" || id["name"] != "Name of ada" {
			t.Errorf("the ID token has %v", id)
		}

		// A user pool does not rotate its refresh token.
		for range 2 {
			a.clock.advance(59*time.Minute + 30*time.Second)
			a.refresh(t, a.Browser, 200)
			got := Grants(pool.taken(), "refresh_token")
			if len(got) != 1 || got[0].Status != 200 || strings.Contains(got[0].Answer, "refresh_token") {
				t.Errorf("refreshed by %+v", got)
			}
		}

		var out struct{ Location string }
		left := a.Fetch(t, shop, "POST", shop+"/auth/logout")
		if err := json.Unmarshal([]byte(left.Body), &out); err != nil {
			t.Fatalf("the logout answers %d %s", left.Status, left.Body)
		}
		if got := pool.taken(); !slices.ContainsFunc(got, func(r Request) bool {
			return r.Path == "/oauth2/revoke" && r.Status == 200
		}) {
			t.Errorf("revoked by %+v", got)
		}
		page = a.Link(t, shop+"/", out.Location)
		if got := way(page); !slices.Equal(got, []string{poolDomain + "/logout", loggedOut}) {
			t.Errorf("the logout visits %q: %d %s", got, page.Status, page.Body)
		}
		a.wantNoSession(t, a.Browser)
	})

	t.Run("without the pool's page", func(t *testing.T) {
		a := open(t, func(s *setup) { s.config.Parameters = map[string]string{"identity_provider": "Google"} })
		page := a.begin(t, a.Browser, "/orders")
		if origin(page.URL) != upstream.URL || slices.Contains(way(page), poolDomain+"/login") {
			t.Fatalf("the login leads to %s", page.URL)
		}
		page = page.Submit(t, url.Values{"subject": {"bob"}})
		a.want(t, page, 200, "")
		a.want(t, page.Refresh(t), 200, `"principal":"bob"`)
		a.want(t, a.Fetch(t, shop, "DELETE", shop+"/orders"), 403, "") // of no group of the app's
	})

	t.Run("a user of the pool's own", func(t *testing.T) {
		a := open(t)
		page := a.begin(t, a.Browser, "/orders").Submit(t, url.Values{
			"provider": {"COGNITO"}, "persona": {"typed"}, "action": {"sign-in"}, "subject": {"eve"}, "scopes": {"orders/read"},
		})
		a.want(t, page, 200, "")
		a.want(t, page.Refresh(t), 200, `"principal":"eve"`)
		a.want(t, a.Fetch(t, shop, "POST", shop+"/orders"), 403, "")
	})

	t.Run("cancelled at the other provider", func(t *testing.T) {
		a := open(t)
		page := a.begin(t, a.Browser, "/orders").Submit(t, google)
		a.refused(t, page.Submit(t, url.Values{"deny": {"yes"}}), 403)
		a.wantNoSession(t, a.Browser)
	})

	t.Run("the other provider is away", func(t *testing.T) {
		a := open(t)
		page := a.begin(t, a.Browser, "/orders").Submit(t, google)
		upstream.Edit(func(r *http.Request, status int, body []byte) (int, []byte) {
			if r.URL.Path == "/token" {
				return http.StatusServiceUnavailable, []byte("{}")
			}
			return status, body
		})
		defer upstream.Edit(nil)
		page = page.Submit(t, url.Values{"subject": {"ada"}})
		if page.Status != http.StatusBadGateway || origin(page.URL) != poolDomain {
			t.Errorf("the pool answers %d at %s: %s", page.Status, page.URL, page.Body)
		}
		a.wantNoSession(t, a.Browser)
	})
}
