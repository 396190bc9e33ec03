package devissuer

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

const (
	keysARN   = "arn:aws:secretsmanager:us-east-1:123456789012:secret:keys-Ab12Cd"
	appOrigin = "http://localhost:4000"
)

// loginFunction returns a function with these settings of a login.
func loginFunction(settings string) *apimodel.Function {
	return &apimodel.Function{
		ID: apimodel.ID{Stack: "Shop", LogicalID: "Login"}, Environment: map[string]string{loginVariable: settings},
	}
}

// authorizerOf is a model with an included authorizer of some issuers, and other functions.
func authorizerOf(functions []*apimodel.Function, issuers ...authz.Issuer) *apimodel.Model {
	f := &apimodel.Function{Environment: authz.Config{Issuers: issuers}.Environment()}
	a := &apimodel.Authorizer{
		ID: apimodel.ID{Stack: "Shop", LogicalID: "Guard"}, Type: apimodel.RequestAuthorizer, Function: f,
	}
	return &apimodel.Model{
		APIs: []*apimodel.API{{Authorizers: []*apimodel.Authorizer{a}}}, Functions: append(functions, f),
	}
}

// TestLoginsOfAnAssembly checks that the clients of login functions are found with the settings that the issuer needs,
// and that they belong to the issuer with the settings of the login's guard.
func TestLoginsOfAnAssembly(t *testing.T) {
	web := authz.Issuer{URL: "https://idp.example.com", Audiences: []string{"web"}}
	api := authz.Issuer{URL: "https://idp.example.com", Audiences: []string{"api"}}
	for _, tt := range []struct {
		name, login string
		issuers     []authz.Issuer
		want        [][]App // of each issuer
	}{
		{
			"the guard's issuer, and defaults",
			`{"issuer":{"url":"https://idp.example.com","audiences":["api"]},"clientId":"shop","secretArn":"arn:s",` +
				`"keysArn":"arn:k","scopes":["openid"],"future":1}`,
			[]authz.Issuer{web, api},
			[][]App{nil, {{
				ClientID: "shop", Callback: "/auth/callback", ClientAuth: basicAuth, SecretARN: "arn:s", KeysARN: "arn:k",
			}}},
		},
		{
			"another one of the same URL, and a private key",
			`{"issuer":{"url":"https://idp.example.com","audiences":["x"]},"clientId":"shop","secretArn":"arn:s",` +
				`"secretField":"key","clientAuth":"private_key_jwt","algorithm":"ES256","audience":"a","path":"/in"}`,
			[]authz.Issuer{web, api},
			[][]App{{{
				ClientID: "shop", Callback: "/in/callback", ClientAuth: privateKeyAuth, Algorithm: "ES256", Audience: "a",
				SecretARN: "arn:s", SecretField: "key",
			}}, nil},
		},
		{
			"an issuer that no authorizer has, whose client's secret is in a user pool",
			`{"issuer":{"url":"https://other.example.com","audiences":["x"]},"clientId":"shop","userPoolId":"eu_1"}`,
			[]authz.Issuer{web},
			[][]App{nil, {{ClientID: "shop", Callback: "/auth/callback", ClientAuth: AnySecret, UserPoolID: "eu_1"}}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			issuers, err := FromModel(authorizerOf([]*apimodel.Function{loginFunction(tt.login)}, tt.issuers...))
			if err != nil {
				t.Fatal(err)
			}
			var got [][]App
			for _, i := range issuers {
				got = append(got, i.Apps)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLoginsThatCannotBeRead(t *testing.T) {
	for name, tt := range map[string]struct {
		login, want string
	}{
		"not JSON":     {`{`, "GATEHOUSE_LOGIN: unexpected end of JSON input"},
		"no issuer":    {`{"clientId":"shop"}`, "GATEHOUSE_LOGIN: issuer: want one issuer"},
		"no client":    {`{"issuer":{"url":"https://a.example.com"}}`, "a client has no id"},
		"no algorithm": {`{"issuer":{"url":"u"},"clientId":"c","clientAuth":"private_key_jwt"}`, `the algorithm ""`},
		"a newer one":  {`{"issuer":{"url":"u","future":1},"clientId":"c"}`, "use the command of the release"},
		"no such way":  {`{"issuer":{"url":"u"},"clientId":"c","clientAuth":"mtls"}`, `ClientAuth "mtls": want`},
	} {
		f := loginFunction(tt.login)
		_, err := FromModel(&apimodel.Model{Functions: []*apimodel.Function{f}})
		var problem *AuthorizerError
		if !errors.As(err, &problem) || problem.Authorizer != f.ID || !errors.Is(err, ErrModel) ||
			!strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: want %s, got %v", name, tt.want, err)
		}
	}
	f := &apimodel.Function{Unresolved: map[string]string{loginVariable: "of another stack"}}
	if _, err := FromModel(&apimodel.Model{Functions: []*apimodel.Function{f}}); !errors.Is(err, ErrModel) {
		t.Errorf("a variable that is not resolved: %v", err)
	}
}

// TestPoolClients checks that an app client of a user pool is found by its callback URLs, and that one that is also a
// login's client is one client.
func TestPoolClients(t *testing.T) {
	const id = "eu-central-1_Ab1Cd2Ef3"
	m := authorizerOf(
		[]*apimodel.Function{loginFunction(`{"issuer":{"url":"` + pool + `","audiences":["web"],"tokenUse":"access"},` +
			`"clientId":"web","userPoolId":"` + id + `","origin":"https://shop.example.com"}`)},
		authz.Issuer{URL: pool, Audiences: []string{"web"}, TokenUse: "access"},
	)
	m.UserPools = []*apimodel.UserPool{{PoolID: id, ProviderURL: pool, Clients: []*apimodel.UserPoolClient{
		{
			ClientID: "web", Secret: true, CallbackURLs: []string{"https://shop.example.com/auth/callback"},
			LogoutURLs: []string{"https://shop.example.com/"}, Scopes: []string{"openid", "orders/read"},
			Flows: []string{"code"}, Providers: []string{"COGNITO", "Google"}, RefreshTokenValidity: time.Hour,
			Rotates: true, RotationGrace: 5 * time.Second,
		},
		{ClientID: "machine", Secret: true, Flows: []string{"client_credentials"}},
	}, Providers: []*apimodel.IdentityProvider{{Name: "Google", Type: "Google", Identifiers: []string{"g"}}}}}
	issuers, err := FromModel(m)
	if err != nil {
		t.Fatal(err)
	}
	want := []App{
		{
			ClientID: "web", Callback: "/auth/callback", RedirectURIs: []string{"https://shop.example.com/auth/callback"},
			LogoutURIs: []string{"https://shop.example.com/"}, ClientAuth: AnySecret, UserPoolID: id,
			Scopes: []string{"openid", "orders/read"}, Flows: []string{"code"}, Declared: true,
			Origin: "https://shop.example.com", Providers: []string{"COGNITO", "Google"}, RefreshLife: time.Hour,
			Rotates: true, RotationGrace: 5 * time.Second,
		},
		{
			ClientID: "machine", ClientAuth: AnySecret, UserPoolID: id, Flows: []string{"client_credentials"}, Declared: true,
		},
	}
	if diff := cmp.Diff(want, issuers[0].Apps); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	google := []IdentityProvider{{Name: "Google", Type: "Google", Identifiers: []string{"g"}}}
	if diff := cmp.Diff(google, issuers[0].Providers); diff != "" {
		t.Errorf("the providers (-want +got):\n%s", diff)
	}
	text, err := json.Marshal(issuers)
	if err != nil {
		t.Fatal(err)
	}
	var read []Issuer
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(issuers, read); diff != "" {
		t.Errorf("as JSON (-want +got):\n%s", diff)
	}
}

// TestEnvironmentOfALogin checks that a login function works with this issuer at the app's origin, and that its guard
// opens the function's sessions.
func TestEnvironmentOfALogin(t *testing.T) {
	s := serve(t, Issuer{
		Issuer: authz.Issuer{URL: "https://idp.example.com", Audiences: []string{"orders"}},
		Apps: []App{{
			ClientID: "shop", ClientAuth: basicAuth, SecretARN: clientSecretARN, KeysARN: keysARN, UserPoolID: "eu_1",
		}},
	})
	p, err := New(s.keys, s.issuers, Options{BaseURL: s.base, AppOrigin: appOrigin})
	if err != nil {
		t.Fatal(err)
	}
	jwks, discovery := p.JWKSURL("https://idp.example.com"), p.DiscoveryURL("https://idp.example.com")
	for name, tt := range map[string]struct {
		variable, in, want string
		endpoints          []string
	}{
		"a login": {
			loginVariable,
			`{"issuer":{"url":"https://idp.example.com"},"keysArn":"` + keysARN + `","origin":"https://shop.example.com"}`,
			`{"discoveryUrl":"` + discovery + `","issuer":{"jwksUrl":"` + jwks + `","url":"https://idp.example.com"},` +
				`"keysArn":"` + keysARN + `","origin":"http://localhost:4000"}`,
			[]string{secretsVariable},
		},
		"a login at a user pool": {
			loginVariable, `{"issuer":{"url":"https://idp.example.com"},"userPoolId":"eu_1"}`,
			`{"discoveryUrl":"` + discovery + `","issuer":{"jwksUrl":"` + jwks + `","url":"https://idp.example.com"},` +
				`"origin":"http://localhost:4000","userPoolId":"eu_1"}`,
			[]string{cognitoVariable},
		},
		"a login at another issuer": {
			loginVariable, `{"issuer":{"url":"https://other.example.com"},"origin":"https://shop.example.com"}`,
			`{"issuer":{"url":"https://other.example.com"},"origin":"https://shop.example.com"}`, nil,
		},
		"its guard": {
			authz.ConfigVariable, `{"issuers":[],"session":{"host":"shop.example.com","keysArn":"` + keysARN + `"}}`,
			`{"issuers":[],"session":{"host":"localhost:4000","keysArn":"` + keysARN + `"}}`, []string{secretsVariable},
		},
	} {
		want := map[string]string{tt.variable: tt.want}
		for _, e := range tt.endpoints {
			want[e] = p.SecretsURL()
		}
		got, err := p.Environment(map[string]string{tt.variable: tt.in})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if _, err := p.Environment(map[string]string{loginVariable: `{}`}); err == nil ||
		!strings.Contains(err.Error(), "GATEHOUSE_LOGIN: want an object as issuer") {
		t.Errorf("without an issuer: %v", err)
	}
	for _, wrong := range []string{
		"https://localhost:4000", "http://shop.example.com", "http://localhost:4000/", "localhost",
	} {
		if _, err := New(s.keys, nil, Options{AppOrigin: wrong}); !errors.Is(err, ErrConfig) {
			t.Errorf("the origin %s: %v", wrong, err)
		}
	}
}
