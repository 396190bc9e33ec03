package oidcclient

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/secretsmanager"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// TestASharedSecretAndPublishedKeys has an issuer that signs access tokens with a shared secret and ID tokens with a
// published key. Its JWKSURL is only for ID tokens.
func TestASharedSecretAndPublishedKeys(t *testing.T) {
	config := Config{
		Issuer: jwt.Issuer{
			URL:        "https://idp.test",
			Audiences:  []string{"api://orders"},
			JWKSURL:    "https://idp.test/keys",
			Algorithms: []string{"HS256"},
			Secret:     func(context.Context) ([]byte, error) { return []byte(strings.Repeat("s", 32)), nil },
		},
		ClientID: "shop",
	}
	c, err := New(config, secretsmanager.Client{Getenv: func(string) string { return "" }, Now: time.Now}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.idTokenIssuer("https://idp.test/keys").Algorithms; !slices.Equal(got, []string{"RS256"}) {
		t.Errorf("ID tokens may have the algorithms %q", got)
	}
	if ids, access, err := c.verifiers("https://idp.test/keys"); err != nil || ids == nil || access == nil {
		t.Errorf("verifiers %v and %v, %v", ids, access, err)
	}
}

func TestNewRefuses(t *testing.T) {
	vault := secretsmanager.Client{Getenv: func(string) string { return "" }, Now: time.Now}
	good := Config{Issuer: jwt.Issuer{URL: "https://idp.test", Audiences: []string{"api://orders"}}, ClientID: "shop"}
	if _, err := New(good, vault, nil); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"a method":  {func(c *Config) { c.ClientAuth = "none" }, `Method "none"`},
		"no client": {func(c *Config) { c.ClientID = "" }, "ClientID"},
		"a host for a user pool": {func(c *Config) { c.UserPoolID = "evil.example.com/_a" },
			`userPoolId "evil.example.com/_a" is not a user pool's id`},
		"an algorithm": {func(c *Config) { c.Issuer.Algorithms = []string{"none"} }, `algorithm "none"`},
	} {
		config := good
		c.change(&config)
		if got, err := New(config, vault, nil); err == nil || got != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

// TestIssuerOfIDTokens checks that an ID token must have the type of an ID token if the provider's tokens have a type.
func TestIssuerOfIDTokens(t *testing.T) {
	for _, tt := range []struct{ name, use, pool, want string }{
		{"tokens that do not say", "", "", ""},
		{"access tokens that say so", "access", "", "id"},
		{"guards that read ID tokens", "id", "", "id"},
		{"Amazon Cognito", "", "eu-central-1_AbCdEfGhI", "id"},
	} {
		c := &Client{config: Config{
			Issuer: jwt.Issuer{
				URL: "https://idp.test", TokenUse: tt.use, Algorithms: []string{"ES256"}, Leeway: time.Hour, MaxKeyAge: 1,
				StaleCeiling: 2, AllowLoopbackHTTP: true,
			},
			ClientID: "shop", UserPoolID: tt.pool,
		}}
		i := c.idTokenIssuer("https://idp.test/keys")
		if i.TokenUse != tt.want || len(i.Audiences) != 1 || i.Audiences[0] != "shop" || i.Leeway != time.Hour ||
			i.MaxKeyAge != 1 || i.StaleCeiling != 2 || !i.AllowLoopbackHTTP ||
			strings.Join(i.Algorithms, " ") != "ES256 RS256" {
			t.Errorf("%s: got %+v", tt.name, i)
		}
	}
}

// A logout token's jti, sid and sub may be as long as what is stored of them, and no longer.
func TestSizesOfALogoutToken(t *testing.T) {
	for _, c := range []struct {
		name          string
		jti, sid, sub int
		want          error
	}{
		{"the longest", 1024, 1024, 255, nil},
		{"a longer jti", 1025, 1024, 255, errLogoutJTI},
		{"a longer sid", 1024, 1025, 255, errLogoutSID},
		{"a longer sub", 1024, 1024, 256, errLogoutSub},
		{"a sid and no sub", 1, 1, -1, nil},
		{"a sub and no sid", 1, -1, 1, nil},
		{"no sub and no sid", 1, -1, -1, errLogoutSub},
	} {
		text := `{"events":{"` + logoutEvent + `":{}},"iat":1`
		for name, size := range map[string]int{"jti": c.jti, "sid": c.sid, "sub": c.sub} {
			if size >= 0 {
				text += `,"` + name + `":"` + strings.Repeat("x", size) + `"`
			}
		}
		v, err := strictjson.Parse(text + "}")
		if err != nil {
			t.Fatal(err)
		}
		got, err := readLogoutToken(v)
		if !errors.Is(err, c.want) || err == nil && (len(got.ID) != c.jti || len(got.SID) != max(c.sid, 0)) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
}

// The keys that logout tokens are verified with are those at the URL that the provider names now.
func TestLogoutVerifier(t *testing.T) {
	c := &Client{config: Config{Issuer: jwt.Issuer{URL: "https://idp.test"}, ClientID: "shop"}, now: time.Now}
	verifier := func(url string) *jwt.Verifier {
		v, err := c.logoutVerifier(url)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	first := verifier("https://idp.test/keys")
	if verifier("https://idp.test/keys") != first {
		t.Error("the verifier is not reused")
	}
	if verifier("https://idp.test/moved") == first {
		t.Error("the verifier is that of the former URL")
	}
	if v, err := c.logoutVerifier("http://idp.test/keys"); err == nil || v != nil {
		t.Errorf("keys over http: %v", err)
	}
}

func TestIsUserPoolID(t *testing.T) {
	for id, want := range map[string]bool{
		"eu-central-1_AbCdEfGh1": true,
		"a_b":                    true,
		"eu-central-1_" + strings.Repeat("a", 42): true,
		"eu-central-1_" + strings.Repeat("a", 43): false,
		"":                           false,
		"eu-central-1":               false,
		"_a":                         false,
		"eu-central-1_":              false,
		"eu-central-1_a/b":           false,
		"eu-central-1_a_b":           false,
		"eu-central-1.example.com_a": false,
		"evil.example.com/_a":        false,
		"evil.example.com#_a":        false,
		"EU-central-1_a":             false,
		"eu-central-1_a\n":           false,
	} {
		if got := IsUserPoolID(id); got != want {
			t.Errorf("%q: got %v", id, got)
		}
	}
}
