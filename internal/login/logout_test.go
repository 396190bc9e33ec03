package login

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func mustURL(text string) *url.URL {
	u, err := url.Parse(text)
	if err != nil {
		panic(err)
	}
	return u
}

// A logout clears the cookies, revokes the refresh token, and returns the provider's logout address.
func TestLogout(t *testing.T) {
	f := newFixture(t)
	f.logIn()
	s, _ := f.sealed()
	p := f.post("logout")
	location := members(t, p)["location"].(string)
	q := mustURL(location).Query()
	if p.Status != 200 || !strings.HasPrefix(location, idpOrigin+"/end?") || q.Get("client_id") != clientID ||
		q.Get("post_logout_redirect_uri") != shop+stage+"/" || len(q) != 2 {
		t.Errorf("%d, location %q", p.Status, location)
	}
	if p.Header.Get("Clear-Site-Data") != `"cache"` || len(f.browser.Jar.Names("")) != 0 {
		t.Errorf("header %v, cookies %q", p.Header, f.browser.Jar.Names(""))
	}
	f.want(p, 200, "")
	if form := f.idp.form("/revoke"); form.Get("token") != s.Refresh || form.Get("token_type_hint") != "refresh_token" {
		t.Errorf("revocation %v", form)
	}
	f.want(f.browser.Fetch(t, shop, "GET", auth+"session"), http.StatusUnauthorized, "no_session")
	again := f.post("logout")
	f.want(again, 200, "no_session")
	if again.Status != 200 || members(t, again)["location"] != location {
		t.Errorf("without a session: %d %s", again.Status, again.Body)
	}
}

// A form is answered with a redirect.
func TestLogoutByForm(t *testing.T) {
	f := newFixture(t, func(c *Config) { c.AfterLogout = "/bye" })
	f.logIn()
	p := f.browser.Post(t, shop, auth+"logout", nil)
	if u := mustURL(p.Visited[1]); u.Path != "/end" || u.Query().Get("post_logout_redirect_uri") != shop+stage+"/bye" {
		t.Errorf("visited %q", p.Visited)
	}
	if got := f.log.last(t); got.Outcome != "logged_out" || got.Status != http.StatusSeeOther ||
		got.Principal != "user-1" {
		t.Errorf("log %+v", got)
	}
}

// With sessions in cookies, a logout does not reach a copy of the cookie. The copy is a session until its access token
// expires, but the provider no longer refreshes it.
func TestACopyOutlivesALogout(t *testing.T) {
	f := newFixture(t)
	f.logIn()
	copied := f.copied()
	if p := f.post("logout"); p.Status != http.StatusOK {
		t.Fatalf("logout: %d", p.Status)
	}
	if p := copied.Fetch(t, shop, "GET", auth+"session"); p.Status != http.StatusOK {
		t.Errorf("the copy: %d", p.Status)
	}
	f.clock.Advance(5 * time.Minute)
	f.want(copied.Fetch(t, shop, "POST", auth+"refresh"), http.StatusUnauthorized, "invalid_grant")
	if names := copied.Jar.Names("__Host-session"); len(names) != 0 {
		t.Errorf("cookies of the copy: %q", names)
	}
}

// The browser is logged out whatever the provider does.
func TestLogoutWithoutTheProvider(t *testing.T) {
	for _, c := range []struct {
		name     string
		change   func(*fixture)
		location string // "" is the provider's
		reason   string
	}{
		{"no metadata", func(f *fixture) {
			*f.Handler = *f.newHandler(testConfig())
			f.net.use(network{"secretsmanager.eu-central-1.amazonaws.com": f.aws})
		}, stage + "/", "provider"},
		{"the revocation fails", func(f *fixture) {
			f.idp.instead["/revoke"] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }
		}, "", "not_revoked"},
		{"the revocation takes too long", func(f *fixture) {
			f.net.use(impatient{})
		}, "", "not_revoked"},
		{"the keys are away", func(f *fixture) {
			*f.Handler = *f.newHandler(testConfig())
			f.aws.set(func() { f.aws.down = true })
		}, "", "keys"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			f.logIn()
			c.change(f)
			p := f.post("logout")
			location := members(t, p)["location"]
			if c.location != "" && location != c.location || c.location == "" &&
				!strings.HasPrefix(location.(string), idpOrigin) {
				t.Errorf("location %q", location)
			}
			f.want(p, 200, c.reason)
			if left := f.browser.Jar.Names("__Host-"); len(left) != 0 {
				t.Errorf("%q are left", left)
			}
		})
	}
	f := newFixture(t)
	f.idp.metadata = func(doc map[string]any) {
		delete(doc, "end_session_endpoint")
		delete(doc, "revocation_endpoint")
	}
	f.logIn()
	p := f.post("logout")
	f.want(p, 200, "")
	if members(t, p)["location"] != stage+"/" || f.idp.count("/revoke") != 0 {
		t.Errorf("a provider that has neither: %s", p.Body)
	}
	f = newFixture(t)
	f.idp.tokens = func(a map[string]any) { delete(a, "refresh_token") }
	f.logIn()
	f.want(f.post("logout"), 200, "")
	if f.idp.count("/revoke") != 0 {
		t.Error("a session without a refresh token has one revoked")
	}
}

// Amazon Cognito has its own parameter for the address to return to, and its API returns the client's secret.
func TestCognito(t *testing.T) {
	f := newFixture(t, func(c *Config) {
		c.SecretARN, c.UserPoolID = "", "eu-central-1_AbCdEfGhI"
		c.Issuer.TokenUse, c.Issuer.Audiences = "access", []string{clientID}
	})
	f.idp.access = func(c map[string]any) { c["token_use"], c["aud"] = "access", nil }
	f.idp.idToken = func(c map[string]any) { c["token_use"] = "id" }
	f.logIn()
	if !f.aws.called("AWSCognitoIdentityProviderService.DescribeUserPoolClient") {
		t.Error("the secret was not read from the user pool")
	}
	q := mustURL(members(t, f.post("logout"))["location"].(string)).Query()
	if q.Get("client_id") != clientID || q.Get("logout_uri") != shop+stage+"/" {
		t.Errorf("query %v", q)
	}
	f.idp.set(func() { f.idp.idToken = func(c map[string]any) { c["token_use"] = "access" } })
	f.want(f.browser.Open(t, auth+"login"), http.StatusBadGateway, "id_token_token_use")
}

// A user pool that returns no secret, and an endpoint that must not be asked.
func TestCognitoThatFails(t *testing.T) {
	change := func(c *Config) { c.SecretARN, c.UserPoolID = "", "eu-central-1_AbCdEfGhI" }
	for name, c := range map[string]struct {
		change func(*fakeAWS)
		want   string
	}{
		"no secret": {func(a *fakeAWS) { a.pool = `{"UserPoolClient":{"ClientId":"shop"}}` }, "has no secret"},
		"not JSON":  {func(a *fakeAWS) { a.pool = `words of AWS` }, "and no JSON"},
	} {
		f := newFixture(t, change)
		f.aws.set(func() { c.change(f.aws) })
		p := f.browser.Open(t, auth+"login")
		f.want(p, http.StatusServiceUnavailable, "provider")
		if got := f.log.last(t).Error; !strings.Contains(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	for _, endpoint := range []string{"http://cognito.example.test/", "http://localhost:1/", "ftp://x"} {
		env := map[string]string{"AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": endpoint}
		config := testConfig()
		change(&config)
		if _, err := New(config, func(n string) string { return env[n] }, Options{}); err == nil ||
			!strings.Contains(err.Error(), endpoint) {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
}
