package devissuer

import (
	"errors"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
)

func TestChoose(t *testing.T) {
	const a, b = "https://a.example.com", "https://b.example.com"
	issuer := func(url string, change func(*Issuer), audiences ...string) Issuer {
		i := Issuer{Issuer: authz.Issuer{URL: url, Audiences: audiences}}
		if change != nil {
			change(&i)
		}
		i.TakenBy = []string{"Shop/" + strings.Join(audiences, "")}
		return i
	}
	for _, tt := range []struct {
		name    string
		issuers []Issuer
		request TokenRequest
		want    string // the audience that the token is for
		err     error
		says    string
	}{
		{"the only one", []Issuer{issuer(a, nil, "orders")}, TokenRequest{}, "orders", nil, ""},
		{"none", nil, TokenRequest{}, "", ErrNoIssuer, "no such issuer: none is configured"},
		{
			"none, though there was a URL",
			nil,
			TokenRequest{Issuer: a},
			"",
			ErrNoIssuer,
			`no such issuer "https://a.example.com": none is configured`,
		},
		{
			"by its URL", []Issuer{issuer(a, nil, "orders"), issuer(b, nil, "billing")}, TokenRequest{Issuer: b},
			"billing", nil, "",
		},
		{"several", []Issuer{issuer(a, nil, "orders"), issuer(b, nil, "billing")}, TokenRequest{}, "", ErrAmbiguous,
			"more than one issuer: choose by URL and audience:\n  https://a.example.com, audience orders, access tokens, for " +
				"Shop/orders\n  https://b.example.com, audience billing, access tokens, for Shop/billing"},
		{"an unknown URL", []Issuer{issuer(a, nil, "orders")}, TokenRequest{Issuer: a + "/"}, "", ErrNoIssuer,
			"no such issuer \"https://a.example.com/\": choose by URL and audience:\n  https://a.example.com, audience orders"},
		{
			"by its audience",
			[]Issuer{issuer(a, nil, "orders"), issuer(b, nil, "billing", "refunds")},
			TokenRequest{Audience: "refunds"},
			"refunds",
			nil,
			"",
		},
		{
			"an audience that both take",
			[]Issuer{issuer(a, nil, "web", "app"), issuer(a, nil, "app", "importer"), issuer(a, nil, "machine", "app")},
			TokenRequest{},
			"app",
			nil,
			"",
		},
		{
			"an audience that both take, in other claims",
			[]Issuer{issuer(a, nil, "web", "app"), issuer(a, func(i *Issuer) { i.GroupsClaim = "teams" }, "app")},
			TokenRequest{Groups: []string{"staff"}},
			"",
			ErrAmbiguous,
			"more than one issuer",
		},
		{
			"one URL for two APIs",
			[]Issuer{issuer(a, nil, "orders"), issuer(a, nil, "billing")},
			TokenRequest{Issuer: a},
			"",
			ErrAmbiguous,
			"more than one issuer",
		},
		{
			"an unknown audience, to see it refused",
			[]Issuer{issuer(a, nil, "orders")},
			TokenRequest{Audience: "x"},
			"x",
			nil,
			"",
		},
		{
			"an unknown audience does not choose",
			[]Issuer{issuer(a, nil, "orders"), issuer(b, nil, "billing")},
			TokenRequest{Audience: "x"},
			"",
			ErrAmbiguous,
			"more than one issuer",
		},
		{
			"two authorizers whose tokens are the same",
			[]Issuer{issuer(a, nil, "orders"), issuer(a, func(i *Issuer) { i.JWKSURL = a + "/keys" }, "orders", "more")},
			TokenRequest{},
			"orders",
			nil,
			"",
		},
		{
			"two authorizers whose tokens are not",
			[]Issuer{issuer(a, nil, "orders"), issuer(a, func(i *Issuer) { i.RolesClaim = "permissions" }, "orders")},
			TokenRequest{},
			"",
			ErrAmbiguous,
			"more than one issuer",
		},
		{
			"by its use",
			[]Issuer{issuer(a, func(i *Issuer) { i.Use = ID }, "web"), issuer(a, nil, "orders")},
			TokenRequest{Use: ID},
			"web",
			nil,
			"",
		},
		{"a user pool for a function and by itself", []Issuer{
			issuer(pool, func(i *Issuer) { i.TokenUse, i.GroupsClaim = "access", "cognito:groups" }, "c1"),
			issuer(pool, func(i *Issuer) { i.Cognito, i.Use, i.GroupsClaim = true, Access, "cognito:groups" }, "c1"),
		}, TokenRequest{}, "c1", nil, ""},
		{
			"a user pool whose clients are not known",
			[]Issuer{issuer(pool, func(i *Issuer) { i.Cognito, i.Use = true, Access })},
			TokenRequest{},
			"gatehouse-client",
			nil,
			"",
		},
		{
			"any client of such a pool",
			[]Issuer{issuer(pool, func(i *Issuer) { i.Cognito = true }), issuer(a, nil, "orders")},
			TokenRequest{Audience: "c9"},
			"c9",
			nil,
			"",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := New(testKeys(t), tt.issuers, Options{})
			if err != nil {
				t.Fatal(err)
			}
			token, err := p.Mint(tt.request)
			if tt.err != nil {
				var choice *ChoiceError
				if !errors.Is(err, tt.err) || !errors.As(err, &choice) || !strings.Contains(err.Error(), tt.says) {
					t.Fatalf("want %v with %s\n got %v", tt.err, tt.says, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			_, claims := parts(t, token)
			got := claims["aud"]
			if got == nil {
				got = claims["client_id"]
			}
			if got != tt.want {
				t.Errorf("a token for %v, want %s", got, tt.want)
			}
		})
	}
}

// TestProviderIsItsOwn checks that changes of a provider's inputs and outputs do not change the provider.
func TestProviderIsItsOwn(t *testing.T) {
	issuers := []Issuer{{Issuer: authz.Issuer{URL: "https://a.example.com", Audiences: []string{"orders"}}}}
	p, err := New(testKeys(t), issuers, Options{})
	if err != nil {
		t.Fatal(err)
	}
	issuers[0].Audiences[0] = "changed"
	p.Issuers()[0].Audiences[0] = "changed"
	if got := p.Issuers()[0].Audiences[0]; got != "orders" {
		t.Errorf("audience %q, want orders", got)
	}
}
