package devissuer

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/login"
)

// loggedIn is a browser at an app whose login function has the environment of the issuer.
type loggedIn struct {
	*served
	handler http.Handler
	cookies map[string]string
}

// withLogin reads an assembly with a login function of this configuration, serves its issuers, and starts the function.
func withLogin(t testing.TB, c login.Config, guards ...authz.Issuer) *loggedIn {
	t.Helper()
	c.Origin, c.KeysARN = "https://shop.example.com", keysARN
	variables := c.Environment()
	f := loginFunction(variables[loginVariable])
	issuers, err := FromModel(authorizerOf([]*apimodel.Function{f}, guards...))
	if err != nil {
		t.Fatal(err)
	}
	s := serveShop(t, issuers...)
	if variables, err = s.Environment(variables); err != nil {
		t.Fatal(err)
	}
	variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"] = "local", "local"
	variables["AWS_REGION"] = "eu-central-1"
	getenv := func(name string) string { return variables[name] }
	config, err := login.FromEnvironment(getenv)
	if err != nil {
		t.Fatal(err)
	}
	h, err := login.New(config, getenv, login.Options{
		Now: s.clock.Now, Log: io.Discard, AllowLoopbackHTTP: true, Transport: http.DefaultTransport,
	})
	if err != nil {
		t.Fatal(err)
	}
	return &loggedIn{served: s, handler: h, cookies: map[string]string{}}
}

// ask sends a request of the app's page to the login function.
func (l *loggedIn) ask(t testing.TB, verb, target string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest(verb, appOrigin+target, nil)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	var pairs []string
	for name, value := range l.cookies {
		pairs = append(pairs, name+"="+value)
	}
	if len(pairs) > 0 {
		r.Header.Set("Cookie", strings.Join(pairs, "; "))
	}
	w := httptest.NewRecorder()
	l.handler.ServeHTTP(w, r.WithContext(login.WithRequest(r.Context(), login.Request{Path: r.URL.Path})))
	answer := w.Result()
	for _, c := range answer.Cookies() {
		if l.cookies[c.Name] = c.Value; c.MaxAge < 0 || c.Value == "" {
			delete(l.cookies, c.Name)
		}
	}
	return answer, body(t, answer)
}

// The included login function signs in, refreshes and logs out at this issuer, in each form of client and token.
func TestIncludedLoginFunction(t *testing.T) {
	guard := authz.Issuer{URL: shopURL, Audiences: []string{"orders"}}
	basic := login.Config{
		Issuer: guard, ClientID: "shop", SecretARN: clientSecretARN,
		Scopes: []string{"openid", "orders:read", "offline_access"},
	}
	for name, change := range map[string]func(c *login.Config, guard *authz.Issuer){
		"a secret":             func(*login.Config, *authz.Issuer) {},
		"a secret in the form": func(c *login.Config, _ *authz.Issuer) { c.ClientAuth = "client_secret_post" },
		"a secret in a field":  func(c *login.Config, _ *authz.Issuer) { c.SecretField = "client" },
		"a private key": func(c *login.Config, _ *authz.Issuer) {
			c.ClientAuth, c.Algorithm = "private_key_jwt", "ES256"
		},
		"a user pool": func(c *login.Config, g *authz.Issuer) {
			*g = authz.Issuer{URL: pool, Audiences: []string{"shop"}, TokenUse: "access", GroupsClaim: "cognito:groups"}
			c.SecretARN, c.UserPoolID, c.Scopes = "", "eu-central-1_Ab1Cd2Ef3", []string{"openid", "orders:read"}
		},
		"ID tokens of a user pool": func(c *login.Config, g *authz.Issuer) {
			*g = authz.Issuer{URL: pool, Audiences: []string{"shop"}, TokenUse: "id"}
			c.SecretARN, c.UserPoolID, c.Claims = "", "eu-central-1_Ab1Cd2Ef3", []string{"tenant"}
			c.Scopes = []string{"openid"}
		},
		"access tokens of RFC 9068": func(_ *login.Config, g *authz.Issuer) {
			g.Type, g.Clients, g.ClientClaim = "at+jwt", []string{"shop"}, "cid"
		},
		"opaque tokens": func(_ *login.Config, g *authz.Issuer) {
			g.Introspection = &authz.Introspection{
				Endpoint: "https://idp.example.com/introspect", ClientID: "orders api", SecretARN: secret,
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, g := basic, guard
			change(&c, &g)
			c.Issuer = g
			l := withLogin(t, c, g)

			answer, text := l.ask(t, http.MethodGet, "/auth/login?return=/orders")
			if answer.StatusCode != http.StatusSeeOther {
				t.Fatalf("login: %s: %s", answer.Status, text)
			}
			location := answer.Header.Get("Location")
			pushed := strings.Contains(location, "request_uri=urn") // a user pool has no such requests
			if !strings.HasPrefix(location, l.AuthorizationURL(g.URL)+"?") || pushed == (g.URL == pool) {
				t.Errorf("the login redirects to %s", location)
			}
			callback := signIn(t, l.served, location)
			answer, text = l.ask(t, http.MethodGet, "/auth/callback?"+callback.Encode())
			if answer.StatusCode != http.StatusOK || !strings.Contains(text, "/orders") {
				t.Fatalf("callback: %s: %s", answer.Status, text)
			}
			if answer, text = l.ask(t, http.MethodGet, "/auth/session"); answer.StatusCode != http.StatusOK ||
				!strings.Contains(text, `"subject":"developer"`) {
				t.Fatalf("session: %s: %s", answer.Status, text)
			}

			l.clock.Advance(59*time.Minute + 30*time.Second)
			if answer, text = l.ask(t, http.MethodPost, "/auth/refresh"); answer.StatusCode != http.StatusOK ||
				!strings.Contains(text, `"expires":1800007170`) {
				t.Errorf("refresh: %s: %s", answer.Status, text)
			}
			answer, text = l.ask(t, http.MethodPost, "/auth/logout")
			if answer.StatusCode != http.StatusOK || !strings.Contains(text, l.LogoutURL(g.URL)) || len(l.cookies) > 0 {
				t.Errorf("logout: %s: %s, cookies %v", answer.Status, text, l.cookies)
			}
			end := regexp.MustCompile(`"location":"([^"]*)"`).FindStringSubmatch(text)
			if end == nil {
				t.Fatal("the logout has no location")
			}
			answer, text = page(t, strings.ReplaceAll(end[1], `\u0026`, "&"))
			if home, err := url.Parse(answer.Header.Get("Location")); err != nil || home.Host != "localhost:4000" {
				t.Errorf("after the logout: %s to %v: %s", answer.Status, home, text)
			}
		})
	}
}
