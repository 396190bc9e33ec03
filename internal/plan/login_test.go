package plan

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/issuer"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/login"
)

// sessionOf returns an authorizer for a login's sessions, as secureapi describes it.
func sessionOf(l Login, cached bool, claims ...string) *Authorizer {
	s := &Session{Login: &l, Cached: cached, Claims: claims}
	return &Authorizer{
		Kind:     "Session",
		Problems: s.Check(0),
		Enforces: s.Enforces,
		Included: &Included{Cached: cached},
		Keeps:    true,
		Session:  s,
	}
}

func loginOf(change func(*Login)) Login {
	l := Login{Login: login.Login{
		Issuer:     issuer.Issuer{URL: "https://idp.example.com/", Audiences: []string{"orders"}},
		ClientID:   "web",
		ClientAuth: issuer.ClientAuth{Method: "client_secret_basic", Secret: true},
		Origin:     "https://shop.example.com",
	}}
	if change != nil {
		change(&l)
	}
	l.Of = l.Path
	return l
}

// planned returns the plan of a table whose guard accepts the sessions of a login.
func planned(t *testing.T, l Login, change func(*Props)) *Plan {
	t.Helper()
	p, err := New(table(func(p *Props) {
		p.Authorizer = sessionOf(l, true)
		if change != nil {
			change(p)
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// All checks of routes see those of a login: their function, the reason why they are public, and their number.
func TestRoutesOfALogin(t *testing.T) {
	p := planned(t, loginOf(nil), nil)
	var got []string
	for _, r := range p.Routes {
		if r.Login != nil {
			got = append(got, r.Pattern.String()+" "+r.Reason)
			if r.Function != 2 || r.Guard != nil {
				t.Errorf("%s: function %d, guard %v", r.Pattern, r.Function, r.Guard)
			}
		}
	}
	want := []string{
		"GET /auth/login the login itself", "GET /auth/callback the login itself", "GET /auth/session the login itself",
		"GET /auth/session.js the login itself", "POST /auth/refresh the login itself", "POST /auth/logout the login itself",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, r := range p.Guards[0].Table.Rules() {
		if strings.HasPrefix(r.Pattern.Path(), "/auth/") && !r.Elsewhere {
			t.Errorf("%s is not elsewhere", r.Pattern)
		}
	}
}

// Guards of one login share it, and their settings do not change.
func TestGuardsShareALogin(t *testing.T) {
	l := loginOf(nil)
	first, second := sessionOf(l, true), sessionOf(l, false)
	p := planned(t, l, func(p *Props) {
		p.Authorizer, p.Authorizers = first, map[string]*Authorizer{"fresh": second}
		p.Routes = append(p.Routes, handle("POST /orders", fn, GuardedBy{Name: "fresh"}))
		p.CORS = &CORS{AllowOrigins: []string{l.Origin, "https://admin.example.com"}, AllowCredentials: true}
	})
	if len(p.Logins) != 1 || p.Guards[0].Session.Login != p.Logins[0] || p.Guards[1].Session.Login != p.Logins[0] {
		t.Errorf("%d logins", len(p.Logins))
	}
	if first.Session.Login.Function != 0 || first.Session.Siblings != nil {
		t.Errorf("the authorizer was changed: %+v", first.Session)
	}
	if got := p.Guards[1].Session.Siblings; len(got) != 1 || got[0] != "https://admin.example.com" {
		t.Errorf("siblings %q", got)
	}
	for _, header := range p.AllowHeaders() { // a page can set neither of them
		if header == "Cookie" || header == "Sec-Fetch-Site" {
			t.Errorf("a page must set %s", header)
		}
	}
}

func TestScopesOfALogin(t *testing.T) {
	scopes := func(p *Props) {
		p.Routes = []Route{
			handle("GET /b", fn, anyScope("z", "b")),
			handle("GET /a", fn, anyScope("a"), Requirement{Kind: access.Group, AnyOf: []string{"staff"}}),
			handle("GET /c", fn, Either{Of: []Access{anyScope("c"), claim("plan", "pro")}}),
			handle("GET /d", fn, anyScope("b", "https://api.example.com/d")),
			handle("GET /e", fn, anyScope("elsewhere"), GuardedBy{Name: "other"}),
		}
		p.Authorizers = map[string]*Authorizer{"other": deciding(jwt())}
	}
	for _, c := range []struct {
		name   string
		change func(*Login)
		want   string
	}{
		{"those of its routes", nil, "openid a b c https://api.example.com/d z offline_access"},
		{"a provider without offline_access", func(l *Login) { l.Provider.NoOffline = true },
			"openid a b c https://api.example.com/d z"},
		{"a provider that wants the API in front", func(l *Login) { l.Provider.ScopePrefix = "api://orders/" },
			"openid api://orders/a api://orders/b api://orders/c https://api.example.com/d api://orders/z offline_access"},
		{"given ones", func(l *Login) { l.Scopes = []string{"openid", "profile"} }, "openid profile"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := planned(t, loginOf(c.change), scopes)
			if got := strings.Join(p.LoginScopes(p.Logins[0]), " "); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// A session with an access token keeps no claims. One without keeps the claims that its guards compare.
func TestClaimsOfALogin(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Login)
		want   []string
	}{
		{"an access token", nil, nil},
		{"an ID token", func(l *Login) { l.Provider.IDTokens = true },
			[]string{"email", "groups", "hd", "key", "plan", "roles", "sub"}},
		{"an ID token of a user pool", func(l *Login) {
			l.Issuer = issuer.Issuer{URL: "https://idp.example.com/", Audiences: []string{"web"}, TokenUse: "id",
				GroupsClaim: "cognito:groups", RolesClaim: "custom:roles", PrincipalClaim: "email", ScopesClaim: "scp"}
		}, []string{"cognito:groups", "custom:roles", "email", "hd", "key", "plan", "scp"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := loginOf(c.change)
			l.ClientID = l.Issuer.Audiences[0]
			p := planned(t, l, func(p *Props) {
				p.Authorizer = sessionOf(l, true, "email")
				p.Authorizer.NamesKeys, p.Authorizer.UsageKeyClaim = true, "key"
				keyed := handle("GET /a", fn, claim("hd", "example.com"))
				keyed.NeedsKey = true
				p.Routes = []Route{
					keyed,
					handle("GET /b", fn, Either{Of: []Access{claim("plan", "pro"),
						Requirement{Kind: access.Group, AnyOf: []string{"a"}}}}),
				}
			})
			if diff := cmp.Diff(c.want, p.LoginClaims(p.Logins[0])); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Unknown settings of an app client are not reported.
func TestAppClientsOfLogins(t *testing.T) {
	right := login.PoolClient{
		Path:         "Shop/Pool/Web",
		HasSecret:    true,
		Flows:        []string{"code"},
		CallbackURLs: []string{"https://shop.example.com/auth/callback"},
		Scopes:       []string{"openid", "${Token[TOKEN.4]}/orders:read"},
	}
	for _, c := range []struct {
		name   string
		change func(*login.PoolClient)
		want   string
	}{
		{"right", nil, ""},
		{"no secret", func(c *login.PoolClient) { c.HasSecret = false },
			`the Login at "/auth": the app client Shop/Pool/Web has no secret, with which the login authenticates: ` +
				`set GenerateSecret to true, which makes another client`},
		{"no code grant", func(c *login.PoolClient) { c.Flows = []string{"implicit"} },
			`the app client Shop/Pool/Web has the OAuth ` +
				`flows ["implicit"]: set OAuth.Flows.AuthorizationCodeGrant to true`},
		{"no flows", func(c *login.PoolClient) { c.Flows = nil }, `has the OAuth flows []`},
		{"another callback", func(c *login.PoolClient) { c.CallbackURLs = []string{"https://example.com"} },
			`the app client Shop/Pool/Web has the callback URLs ["https://example.com"]: add ` +
				`"https://shop.example.com/auth/callback" to OAuth.CallbackUrls`},
		{"a callback that is not known yet",
			func(c *login.PoolClient) { c.CallbackURLs = []string{"${Token[TOKEN.2]}/x"} }, ""},
		{"lists that are not known yet", func(c *login.PoolClient) {
			c.Flows, c.Scopes = []string{"#{Token[TOKEN.1]}"}, []string{"#{Token[TOKEN.2]}"}
		}, ""},
		{"a scope too few", func(c *login.PoolClient) { c.Scopes = []string{"openid", "${Token[TOKEN.4]}/orders:write"} },
			`the Login at "/auth": the app client Shop/Pool/Web may not ask for the scope "shop/orders:read", so that Amazon ` +
				`Cognito would refuse each login: add it to OAuth.Scopes, or set Login.Scopes to those that it has`},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := right
			if c.change != nil {
				c.change(&client)
			}
			l := loginOf(func(l *Login) {
				l.Provider, l.ClientAuth, l.Client = login.Provider{NoOffline: true, Pool: true}, issuer.ClientAuth{}, &client
			})
			_, err := New(table(func(p *Props) {
				p.Authorizer = sessionOf(l, true)
				p.Routes = []Route{handle("GET /orders", fn, anyScope("shop/orders:read"))}
			}))
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got\n%v\nwant\n%s", err, c.want)
			}
		})
	}
}

// For a session there is no other guard to suggest.
func TestWaysOutWithoutACacheablePolicy(t *testing.T) {
	_, err := New(table(func(p *Props) {
		p.Authorizer = sessionOf(loginOf(nil), true)
		p.Routes = []Route{
			handle("GET /a/{id}", fn, anyScope("one")),
			handle("GET /a/{id}/b", fn, anyScope("two")),
			handle("GET /a/{id}/b/{c}", fn, anyScope("one")),
		}
	}))
	const want = "or set CacheTTL to NoCache, or change the routes or what they require"
	if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "RequestAuthorizer") {
		t.Errorf("got %v, want %s", err, want)
	}
}

// The page links the logins of the API, each once.
func TestLoginPage(t *testing.T) {
	page := planned(t, loginOf(nil), nil).LoginPage()
	if n := strings.Count(page, "/auth/login?return=/"); n != 1 {
		t.Errorf("%d links to the login:\n%s", n, page)
	}
}
