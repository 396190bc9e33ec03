package authz

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// full is a configuration with all fields set.
var full = Config{
	Issuers: []Issuer{{
		URL:               "https://a.example.com",
		Audiences:         []string{"a", "b"},
		Algorithms:        []string{"HS512"},
		JWKSURL:           "https://a.example.com/keys",
		SecretARN:         "arn",
		SecretField:       "f",
		Type:              "at+jwt",
		TokenUse:          "access",
		ScopesClaim:       "s",
		GroupsClaim:       "g",
		RolesClaim:        "r",
		PrincipalClaim:    "p",
		Leeway:            30 * time.Second,
		AcceptBoundTokens: true,
		CertificateBound:  true, // FromLambda refuses both settings; FromEnvironment only reads them
		DPoPBound:         true,
		Clients:           []string{"c"},
		ClientClaim:       "cid",
		MaxLifetime:       time.Minute,
		MaxKeyAge:         61 * time.Second,
		StaleCeiling:      62 * time.Second,
		Introspection: &Introspection{
			Endpoint:       "https://a.example.com/introspect",
			ClientID:       "c",
			ClientAuth:     "private_key_jwt",
			SecretARN:      "arn2",
			SecretField:    "k",
			Algorithm:      "ES256",
			KeyID:          "1",
			Audience:       "https://a.example.com/",
			SignedResponse: true,
			VerifyJWTs:     true,
			AnswerTTL:      30 * time.Second,
		},
	}, {URL: "<&>\u2028é\"", Audiences: []string{"x"}}},
	TokenSources: []TokenSource{{Header, "X-Token"}, {Cookie, "c"}, {QueryString, "q"}},
	Session: &Session{
		Cookie:       "__Host-shop",
		Host:         "shop.example.com",
		KeysARN:      "arn3",
		IdleTimeout:  20 * time.Minute,
		MaxAge:       8 * time.Hour,
		AllowOrigins: []string{"https://www.example.com"},
		Table: &SessionTable{
			Name:         "sessions",
			DiscoveryURL: "https://a.example.com/discovery",
			ClientID:     "web",
			ClientAuth:   "private_key_jwt",
			SecretARN:    "arn4",
			SecretField:  "key",
			Algorithm:    "ES256",
			KeyID:        "2",
			Audience:     "https://a.example.com/token",
			UserPoolID:   "eu-west-1_AbCdEfGhI",
			Claims:       []string{"email"},
		},
	},
	PerRequest:          true,
	ProofTable:          "proofs",
	ProofURLs:           []string{"https://shop.example.com/api"},
	ContextClaims:       []string{"email", "realm.roles"},
	NoTokenCache:        true,
	NoMetrics:           true,
	PolicyEndsWithToken: true,
	DenyEscapedPaths:    true,
	UsageKeyClaim:       "plan.key",
}

func TestEnvironmentRoundTrip(t *testing.T) {
	for _, part := range []any{full, full.Issuers[0], *full.Issuers[0].Introspection, *full.Session, *full.Session.Table} {
		for field, value := range reflect.ValueOf(part).Fields() {
			if value.IsZero() {
				t.Errorf("full does not set %T.%s", part, field.Name)
			}
		}
	}
	for _, c := range []Config{full, {}, goodConfig()} {
		env := c.Environment()
		got, err := FromEnvironment(func(name string) string { return env[name] })
		if err != nil || !reflect.DeepEqual(got, c) {
			t.Errorf("got %+v, %v\nwant %+v", got, err, c)
		}
	}
}

// The function's bundle and its environment may come from different releases, so the JSON must not change.
func TestEnvironmentFormat(t *testing.T) {
	const want = `{"issuers":[{"url":"https://a.example.com","audiences":["a","b"],"algorithms":["HS512"],` +
		`"jwksUrl":"https://a.example.com/keys","secretArn":"arn","secretField":"f","type":"at+jwt","tokenUse":"access",` +
		`"scopesClaim":"s","groupsClaim":"g","rolesClaim":"r","principalClaim":"p","acceptBoundTokens":true,` +
		`"certificateBound":true,"dpopBound":true,"clients":["c"],"clientClaim":"cid","maxLifetimeSeconds":60,` +
		`"maxKeyAgeSeconds":61,"staleCeilingSeconds":62,"leewaySeconds":30,` +
		`"introspection":{"endpoint":"https://a.example.com/introspect","clientId":"c","clientAuth":"private_key_jwt",` +
		`"secretArn":"arn2","secretField":"k","algorithm":"ES256","keyId":"1","audience":"https://a.example.com/",` +
		`"signedResponse":true,"verifyJwts":true,"answerSeconds":30}},` +
		`{"url":"<&>\u2028é\"","audiences":["x"]}],"tokenSources":[{"kind":"header","name":"X-Token"},` +
		`{"kind":"cookie","name":"c"},{"kind":"querystring","name":"q"}],` +
		`"session":{"cookie":"__Host-shop","host":"shop.example.com","keysArn":"arn3","idleTimeoutSeconds":1200,` +
		`"maxAgeSeconds":28800,"allowOrigins":["https://www.example.com"],"table":{"name":"sessions",` +
		`"discoveryUrl":"https://a.example.com/discovery","clientId":"web","clientAuth":"private_key_jwt",` +
		`"secretArn":"arn4","secretField":"key","algorithm":"ES256","keyId":"2","audience":"https://a.example.com/token",` +
		`"userPoolId":"eu-west-1_AbCdEfGhI","claims":["email"]}},"perRequest":true,"proofTable":"proofs",` +
		`"proofUrls":["https://shop.example.com/api"],"policyEndsWithToken":true,` +
		`"contextClaims":["email","realm.roles"],"usageKeyClaim":"plan.key","denyEscapedPaths":true,` +
		`"noTokenCache":true,"noMetrics":true}`
	if got := full.Environment()[ConfigVariable]; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	part := goodConfig()
	part.Issuers[0].MaxLifetime = time.Second / 2
	env := part.Environment()
	if _, err := FromEnvironment(func(name string) string { return env[name] }); !errors.Is(err, ErrConfig) {
		t.Errorf("MaxLifetime of half a second: got %v, want ErrConfig", err)
	}
}

func TestEnvironmentErrors(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"not set", "", "is not set"},
		{"not JSON", "x", "not JSON"},
		{"an array", "[]", "want an object, got an array"},
		{"unknown", `{"isuers":[]}`, `"isuers": not known to this release`},
		{"another case", `{"Issuers":[]}`, `"Issuers": not known`},
		{"unknown within", `{"issuers":[{"url":"x","x":1}]}`, `"issuers": "x": not known`},
		{"twice", `{"perRequest":true,"perRequest":false}`, "a member name occurs twice"},
		{"another type", `{"perRequest":"yes"}`, `"perRequest": a string is not what belongs there`},
		{"an object for a list", `{"issuers":{}}`, `"issuers": want an array, got an object`},
		{"unknown, null", `{"x":null}`, `"x": not known`},
		{"numbers in a list", `{"contextClaims":[1]}`, `"contextClaims": an array is not what belongs there`},
		{"a fraction", `{"issuers":[{"leewaySeconds":1.5}]}`, `"leewaySeconds": a number is not`},
		{"something after it", `{"issuers":[]} x`, "something follows the value"},
	} {
		_, err := FromEnvironment(func(string) string { return c.text })
		if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), c.want) ||
			!strings.Contains(err.Error(), ConfigVariable) {
			t.Errorf("%s: got %v, want ErrConfig with %s and %q", c.name, err, ConfigVariable, c.want)
		}
	}
}

func TestConfigurationErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*setup)
		want   string
	}{
		{"no issuer", func(s *setup) { s.config.Issuers = []Issuer{} }, "no issuer"},
		{"no audience", func(s *setup) { s.config.Issuers[0].Audiences = nil }, "no audience"},
		{
			"an issuer twice",
			func(s *setup) { s.config.Issuers = append(s.config.Issuers, s.config.Issuers[0]) },
			"given twice",
		},
		{"an unknown algorithm", func(s *setup) { s.config.Issuers[0].Algorithms = []string{"none"} }, `algorithm "none"`},
		{"a leeway of an hour", func(s *setup) { s.config.Issuers[0].Leeway = time.Hour }, "Leeway"},
		{"a lifetime below zero", func(s *setup) { s.config.Issuers[0].MaxLifetime = -time.Second }, "MaxLifetime -1s"},
		{
			"a key age of a second",
			func(s *setup) { s.config.Issuers[0].MaxKeyAge = time.Second },
			"MaxKeyAge 1s is not a number of whole seconds from 1m0s on",
		},
		{
			"a ceiling of a month",
			func(s *setup) { s.config.Issuers[0].StaleCeiling = 30 * 24 * time.Hour },
			"StaleCeiling 720h0m0s",
		},
		{
			"a ceiling that overflows nanoseconds",
			func(s *setup) { s.config.Issuers[0].StaleCeiling = settings.Duration(1 << 60) },
			"StaleCeiling 2562047h47m16s",
		},
		{
			"a ceiling below the key age",
			func(s *setup) { s.config.Issuers[0].StaleCeiling = 30 * time.Minute },
			"MaxKeyAge is 1h0m0s and StaleCeiling 30m0s",
		},
		{"an empty client", func(s *setup) { s.config.Issuers[0].Clients = []string{""} }, "a client is empty"},
		{
			"a client's claim without clients",
			func(s *setup) { s.config.Issuers[0].ClientClaim = "cid" },
			`ClientClaim "cid" without Clients`,
		},
		{
			"a token source of an unknown kind",
			func(s *setup) { s.config.TokenSources = []TokenSource{{"body", "x"}} },
			`token source "body" "x"`,
		},
		{
			"a token source without a name",
			func(s *setup) { s.config.TokenSources = []TokenSource{{Header, ""}} },
			`token source "header" ""`,
		},
		{"a header with a space", func(s *setup) { s.config.TokenSources = []TokenSource{{Header, "X Token"}} }, "RFC 9110"},
		{"a cookie with a semicolon", func(s *setup) { s.config.TokenSources = []TokenSource{{Cookie, "a;b"}} }, "RFC 9110"},
		{
			"a token source twice",
			func(s *setup) { s.config.TokenSources = []TokenSource{{Cookie, "a"}, {Cookie, "a"}} },
			"twice",
		},
		{"a context claim without a name", func(s *setup) { s.config.ContextClaims = []string{""} }, "no name"},
		{"a context claim with a taken name", func(s *setup) { s.config.ContextClaims = []string{"scopes"} }, `"scopes"`},
		{
			"a context claim twice",
			func(s *setup) { s.config.ContextClaims = []string{"email", "tenant", "email"} },
			`"email" is listed twice`,
		},
		{"SecretField without SecretARN", func(s *setup) { s.config.Issuers[0].SecretField = "x" }, "no secretArn"},
		{
			"a secret's name instead of its ARN",
			func(s *setup) { s.config.Issuers[0].SecretARN = "jwt/hmac" },
			`"jwt/hmac" is not the ARN of a secret`,
		},
		{"two errors are reported together", func(s *setup) {
			s.config.ContextClaims = []string{"roles", "groups"}
		}, `"roles" has the name of what is in the context already` + "\nauthz: configuration: the context claim \"groups\""},
	} {
		_, err := tryFixture(c.change)
		if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want ErrConfig with %q", c.name, err, c.want)
		}
	}
}

// Without build tags, this tests the build for Lambda. With the tag gatehouse_host, it tests the build for a
// developer's machine.
func TestHostBuildRefusesLambda(t *testing.T) {
	_, err := FromLambda(func(name string) string {
		return map[string]string{"LAMBDA_TASK_ROOT": "/var/task"}[name]
	}, Options{})
	misplaced := err != nil && strings.Contains(err.Error(), "without GATEHOUSE_HOST_BUILD")
	if !errors.Is(err, ErrConfig) || misplaced != settings.RunsHere {
		t.Errorf("got %v, want ErrConfig; refused as a host build: got %v, want %v", err, misplaced, settings.RunsHere)
	}
}

func TestBundleErrors(t *testing.T) {
	for _, c := range []struct{ name, table, want string }{
		{"another version", `{"version":2,"routes":[]}`, "version 2, want 1"},
		{
			"an unknown requirement",
			`{"version":1,"routes":[{"route":"GET /","requires":[{"kind":"mood","anyOf":["x"]}]}]}`,
			"mood",
		},
		{"two names at one place", `{"version":1,"routes":[{"route":"GET /{a}"},{"route":"POST /{b}"}]}`, "{a}"},
	} {
		_, err := tryFixture(func(s *setup) { s.routes = c.table })
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", c.name, err, c.want)
		}
	}
	_, err := FromLambda(func(name string) string {
		return map[string]string{
			ConfigVariable:     goodConfig().Environment()[ConfigVariable],
			"LAMBDA_TASK_ROOT": t.TempDir(),
		}[name]
	}, Options{})
	const want = "the access table is not in the bundle"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("empty bundle: got %v, want an error with %q", err, want)
	}
}
