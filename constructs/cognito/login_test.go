package cognito_test

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/cognito"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// Login fills in the settings of the pool. secureapi.New accepts the result.
func TestLogin(t *testing.T) {
	stack := newStack()
	routes := notes(backend(stack, "Notes"))
	users := cognito.New(stack, "Users", good(func(p *cognito.Props) {
		p.Routes = routes
		p.Path, p.BasePath, p.AfterLogout = "/account", "/app", "/goodbye"
		p.Browser = cognito.Browser{
			Scopes:               []string{"email", "notes/read", "notes/write"},
			RefreshTokenValidity: 48 * time.Hour,
		}
		p.Machines = map[string]cognito.Machine{"importer": {Scopes: []string{"notes/write"}}}
	}))
	given := secureapi.Login{Sessions: secureapi.CookieSessions{MaxAge: 24 * time.Hour}}
	l := users.Login(given)
	if given.Origin != "" {
		t.Error("Login changed the caller's value")
	}
	if l.Origin != origin || l.Path != "/account" || l.BasePath != "/app" || l.AfterLogout != "/goodbye" ||
		l.ClientID != *users.Client.UserPoolClientId() || l.Issuer.URL != users.Issuer().URL ||
		!slices.Equal(l.Scopes, []string{"openid", "email", "notes/read", "notes/write"}) ||
		l.Sessions != given.Sessions {
		t.Errorf("got the login %+v, want the settings of the pool", l)
	}
	secureapi.New(stack, "Api", &secureapi.Props{Authorizer: secureapi.SessionAuthorizer{Login: l}, Routes: routes})

	issuer := users.Issuer(users.Client)
	issuer.MaxLifetime = time.Hour
	if l := users.Login(secureapi.Login{Issuer: issuer, Origin: origin}); l.Issuer.MaxLifetime != time.Hour {
		t.Errorf("MaxLifetime of the given issuer: got %v, want 1h", l.Issuer.MaxLifetime)
	}
	others := cognito.New(stack, "Others", good(nil))
	if l := others.Login(secureapi.Login{Path: "/auth", AfterLogout: "/"}); l.Scopes != nil {
		t.Errorf("Scopes: got %q, want nil, so that the guards select them", l.Scopes)
	}
}

// Sessions may be in a table, and a group of the pool may be their administrators.
func TestTableSessions(t *testing.T) {
	stack := newStack()
	routes := notes(backend(stack, "Notes"))
	users := cognito.New(stack, "Users", good(func(p *cognito.Props) {
		p.Groups = []cognito.Group{{Name: "admins"}, {Name: "editors", Scopes: []string{"notes/read", "notes/write"}}}
	}))
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.SessionAuthorizer{Login: users.Login(secureapi.Login{
			Sessions: secureapi.TableSessions{
				MaxAge: 12 * time.Hour,
				Admins: []secureapi.Access{secureapi.AnyScope("notes/write"), secureapi.AnyGroup("admins")},
			},
		})},
		Routes: routes,
	})
	only(t, stack, "AWS::DynamoDB::GlobalTable")
}

// Issuer accepts tokens of the given clients, or of all clients.
func TestIssuer(t *testing.T) {
	users := cognito.New(newStack(), "Users", good(func(p *cognito.Props) {
		p.Pages = map[string]cognito.Page{"app": {CallbackURLs: []string{"https://app.example.com/"}}}
		p.Machines = map[string]cognito.Machine{
			"b": {Scopes: []string{"notes/read"}},
			"a": {Scopes: []string{"notes/read"}},
		}
	}))
	want := []string{
		*users.Client.UserPoolClientId(), *users.PageClients["app"].UserPoolClientId(),
		*users.MachineClients["a"].UserPoolClientId(), *users.MachineClients["b"].UserPoolClientId(),
	}
	if i := users.Issuer(); i.TokenUse != "access" || !slices.Equal(i.Audiences, want) {
		t.Errorf("Issuer(): got %q tokens of %q, want access tokens of %q", i.TokenUse, i.Audiences, want)
	}
	if i := users.Issuer(users.MachineClients["a"]); !slices.Equal(i.Audiences, want[2:3]) {
		t.Errorf("Issuer(a): got tokens of %q, want %q", i.Audiences, want[2:3])
	}
}

// Login refuses settings that differ from those of the pool's client.
func TestLoginErrors(t *testing.T) {
	stack := newStack()
	users := cognito.New(stack, "Users", good(nil))
	other := cognito.New(stack, "Others", good(nil))
	bare := cognito.New(stack, "Bare", good(func(p *cognito.Props) { p.Origin = "" }))
	for _, c := range []struct {
		name  string
		login secureapi.Login
		want  string
	}{
		{"another origin", secureapi.Login{Origin: "https://a.example"},
			`Origin "https://a.example", and the pool's client is made for "https://notes.example.com"`},
		{"another path", secureapi.Login{Path: "/in"}, `Path "/in", and the pool's client is made for "/auth"`},
		{"a base path", secureapi.Login{BasePath: "/app"}, `BasePath "/app", and the pool's client is made for ""`},
		{"another page after logout", secureapi.Login{AfterLogout: "/x"},
			`AfterLogout "/x", and the pool's client is made for "/"`},
		{"another client", secureapi.Login{ClientID: "abc"}, `ClientID "abc"`},
		{"another pool", secureapi.Login{Issuer: other.Issuer()}, "is not the pool"},
		{"another issuer", secureapi.Login{Issuer: secureapi.Okta("https://a.okta.com/oauth2/b", "c")},
			`Issuer "https://a.okta.com/oauth2/b" is not the pool`},
		{"an issuer without a URL", secureapi.Login{Issuer: secureapi.Issuer{MaxLifetime: time.Hour}},
			`Issuer "" is not the pool`},
		{"a scope that the client does not have", secureapi.Login{Scopes: []string{"openid", "email"}},
			`Scopes has "email", which the pool's client may not ask for; it may openid, notes/read, notes/write`},
		{"sessions that outlive the refresh token",
			secureapi.Login{Sessions: secureapi.CookieSessions{MaxAge: 24 * time.Hour}},
			"MaxAge of its Sessions is 24h0m0s, and the refresh tokens of the pool's client end after 12h0m0s"},
		{"sessions given by a pointer", secureapi.Login{Sessions: &secureapi.CookieSessions{MaxAge: 24 * time.Hour}},
			"MaxAge of its Sessions is 24h0m0s"},
		{"sessions in a table that outlive the refresh token",
			secureapi.Login{Sessions: &secureapi.TableSessions{MaxAge: 24 * time.Hour}}, "MaxAge of its Sessions is 24h0m0s"},
		{
			"administrators with a scope that the client does not have",
			secureapi.Login{Sessions: secureapi.TableSessions{
				Admins: []secureapi.Access{secureapi.AnyScope("sessions/end")},
			}},
			`Admins of its Sessions require the scope "sessions/end", which the pool's client may not ask for; ` +
				`it may openid, `,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			refused(t, func() { users.Login(c.login) }, "cognito: Shop/Users: Login: ", c.want)
		})
	}
	refused(t, func() { bare.Login(secureapi.Login{}) }, "cognito: Shop/Bare: Login: the pool has no client for a login")
	refused(t, func() { bare.Issuer() }, "cognito: Shop/Bare: Issuer: the pool has no client")
	refused(t, func() { bare.Issuer(bare.Client) }, "client 1 is nil")
}

// The pool may be in another stack than the API. The API's stack depends on the pool's stack, although the pool's
// scopes are derived from the API's routes. The origin's host is a parameter of the deployment.
func TestPoolInAnotherStack(t *testing.T) {
	app := newApp()
	people, shop := awscdk.NewStack(app, jsii.String("People"), nil), awscdk.NewStack(app, jsii.String("Shop"), nil)
	host := awscdk.NewCfnParameter(people, jsii.String("Host"), nil).ValueAsString()
	routes := notes(backend(shop, "Notes"))
	users := cognito.New(people, "Users", good(func(p *cognito.Props) {
		p.Routes, p.Origin = routes, "https://"+*host
		p.Groups = []cognito.Group{{Name: "editors", Scopes: []string{"notes/write"}}}
	}))
	want := map[string]any{"Fn::Join": []any{"", []any{"https://", map[string]any{"Ref": "Host"}, "/auth/callback"}}}
	secureapi.New(shop, "Api", &secureapi.Props{
		Authorizer: secureapi.SessionAuthorizer{Login: users.Login(secureapi.Login{})},
		Routes:     routes,
	})
	got := only(t, people, "AWS::Cognito::UserPoolClient").properties["CallbackURLs"]
	if diff := cmp.Diff([]any{want}, got); diff != "" {
		t.Errorf("callback URLs (-want +got):\n%s", diff)
	}
	if len(*people.Dependencies()) != 0 || len(*shop.Dependencies()) != 1 {
		t.Errorf("dependencies of People and Shop: got %d and %d, want 0 and 1",
			len(*people.Dependencies()), len(*shop.Dependencies()))
	}
}
