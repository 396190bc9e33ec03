package login

import (
	"errors"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

const (
	secretARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:client-a1b2c3"
	keysARN   = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:keys-a1b2c3"
)

// full is a configuration with everything set.
var full = Config{
	Issuer:       authz.Issuer{URL: "https://a.example.com", Audiences: []string{"a"}, Leeway: 30 * time.Second},
	DiscoveryURL: "https://a.example.com/.well-known/oauth-authorization-server",
	ClientID:     "c",
	ClientAuth:   "private_key_jwt",
	SecretARN:    secretARN,
	SecretField:  "f",
	Algorithm:    "ES256",
	KeyID:        "1",
	Audience:     "https://a.example.com/token",
	UserPoolID:   "eu-central-1_a",
	Scopes:       []string{"openid", "orders:read"},
	Parameters:   map[string]string{"prompt": "login"},
	Origin:       "https://shop.example.com",
	BasePath:     "/shop",
	Path:         "/auth",
	Cookie:       "__Host-shop",
	KeysARN:      keysARN,
	IdleTimeout:  time.Minute,
	MaxAge:       time.Hour,
	AllowOrigins: []string{"https://www.example.com"},
	Claims:       []string{"email"},
	Table:        "sessions",
	Admins:       true,
	AfterLogout:  "/bye",
	NoMetrics:    true,
}

// least returns a configuration with only the required settings.
func least() Config {
	return Config{
		Issuer:    authz.Issuer{URL: "https://a.example.com", Audiences: []string{"a"}},
		ClientID:  "c",
		SecretARN: secretARN,
		Scopes:    []string{"openid"},
		Origin:    "https://shop.example.com",
		KeysARN:   keysARN,
	}
}

func TestEnvironmentRoundTrip(t *testing.T) {
	for i := range reflect.TypeFor[Config]().NumField() {
		if reflect.ValueOf(full).Field(i).IsZero() {
			t.Errorf("the test leaves %s out", reflect.TypeFor[Config]().Field(i).Name)
		}
	}
	for field := range reflect.TypeFor[settings.Login]().Fields() {
		if _, ok := reflect.TypeFor[Config]().FieldByName(field.Name); !ok {
			t.Errorf("the constructs can write %s, which the function does not read", field.Name)
		}
	}
	noClaims := least()
	noClaims.Claims = []string{}
	for name, c := range map[string]Config{"full": full, "empty": {}, "least": least(), "no claims": noClaims} {
		env := c.Environment()
		got, err := FromEnvironment(func(name string) string { return env[name] })
		if err != nil || !reflect.DeepEqual(got, c) {
			t.Errorf("%s: got %+v, %v\nwant %+v", name, got, err, c)
		}
	}
}

// The function's bundle and its environment may come from different releases, so the JSON must not change.
func TestEnvironmentFormat(t *testing.T) {
	const want = `{"issuer":{"url":"https://a.example.com","audiences":["a"],"leewaySeconds":30},` +
		`"discoveryUrl":"https://a.example.com/.well-known/oauth-authorization-server","clientId":"c",` +
		`"clientAuth":"private_key_jwt","secretArn":"` + secretARN + `","secretField":"f","algorithm":"ES256","keyId":"1",` +
		`"audience":"https://a.example.com/token","userPoolId":"eu-central-1_a","scopes":["openid","orders:read"],` +
		`"parameters":{"prompt":"login"},"origin":"https://shop.example.com","basePath":"/shop","path":"/auth",` +
		`"cookie":"__Host-shop","keysArn":"` + keysARN + `","idleTimeoutSeconds":60,"maxAgeSeconds":3600,` +
		`"allowOrigins":["https://www.example.com"],"claims":["email"],"table":"sessions","admins":true,` +
		`"afterLogout":"/bye","noMetrics":true}`
	if got := full.Environment()[Variable]; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestEnvironmentErrors(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"not set", "", "is not set"},
		{"not JSON", "x", "not JSON"},
		{"unknown", `{"clientid":"c"}`, `"clientid": not known to this release`},
		{"unknown within the issuer", `{"issuer":{"x":1}}`, `"issuer": "x": not known`},
		{"twice", `{"clientId":"a","clientId":"b"}`, "a member name occurs twice"},
		{"a number among the parameters", `{"parameters":{"max_age":1}}`, `"parameters": "max_age": a number is not`},
	} {
		_, err := FromEnvironment(func(string) string { return c.text })
		if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), c.want) ||
			!strings.Contains(err.Error(), Variable) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestConfigurationThatIsAccepted(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"least":               func(*Config) {},
		"Cognito":             func(c *Config) { c.UserPoolID, c.SecretARN = "eu-central-1_AbCdEfGhI", "" },
		"a private key":       func(c *Config) { c.ClientAuth, c.Algorithm = "private_key_jwt", "ES256" },
		"a port":              func(c *Config) { c.Origin = "https://shop.example.com:8443" },
		"a path of two parts": func(c *Config) { c.Path, c.BasePath, c.AfterLogout = "/a/b", "/prod", "/" },
		"the root":            func(c *Config) { c.BasePath = "/" },
		"a cookie":            func(c *Config) { c.Cookie = "__Host-shop" },
		"a resource server":   func(c *Config) { c.Scopes = append(c.Scopes, "https://api.example.com/orders/read") },
	} {
		c := least()
		change(&c)
		if err := c.Check(false); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	local := least()
	local.Origin, local.Issuer.URL = "http://localhost:3000", "http://127.0.0.1:3000/~/issuers/a"
	if err := local.Check(true); err != nil {
		t.Errorf("on the loopback interface: %v", err)
	}
	if err := local.Check(false); err == nil {
		t.Error("http is accepted in a function for Lambda")
	}
}

// No parameter that the login sets itself, or that changes the form of the answer, may be configured.
func TestParametersThatAreRefused(t *testing.T) {
	for _, name := range []string{
		"client_id", "client_secret", "client_assertion", "client_assertion_type", "code_challenge",
		"code_challenge_method", "nonce", "redirect_uri", "request", "request_uri", "response_mode", "response_type", "scope",
		"state",
	} {
		c := testConfig()
		c.Parameters = map[string]string{name: "x"}
		if err := c.Check(false); err == nil || !strings.Contains(err.Error(), strconv.Quote(name)+" is set by") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestConfigurationErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"an issuer over http", func(c *Config) { c.Issuer.URL = "http://a.example.com" }, "not an https URL"},
		{"an issuer with a query", func(c *Config) { c.Issuer.URL = "https://a.example.com?x" }, "has a query"},
		{"metadata over http", func(c *Config) { c.DiscoveryURL = "http://a.example.com/x" }, "discoveryUrl"},
		{"no openid", func(c *Config) { c.Scopes = []string{"profile"} }, `lack "openid"`},
		{"a scope with a space", func(c *Config) { c.Scopes = []string{"openid", "a b"} }, `scope "a b"`},
		{"a scope twice", func(c *Config) { c.Scopes = []string{"openid", "openid"} }, "twice"},
		{"a parameter for state", func(c *Config) { c.Parameters = map[string]string{"state": "x"} }, `"state" is set by`},
		{
			"a parameter for the answer's form",
			func(c *Config) { c.Parameters = map[string]string{"response_mode": "fragment"} },
			`"response_mode" is set by`,
		},
		{"no client", func(c *Config) { c.ClientID = "" }, "clientId"},
		{"a public client", func(c *Config) { c.ClientAuth = "none" }, `clientAuth "none"`},
		{"an audience without a key", func(c *Config) { c.Audience = "x" }, "for private_key_jwt"},
		{"a key's id without a key", func(c *Config) { c.KeyID = "x" }, "for private_key_jwt"},
		{"an algorithm without a key", func(c *Config) { c.Algorithm = "ES256" }, "for private_key_jwt"},
		{"a key without an algorithm", func(c *Config) { c.ClientAuth = "private_key_jwt" }, `algorithm ""`},
		{
			"a key's id of two lines",
			func(c *Config) { c.ClientAuth, c.Algorithm, c.KeyID = "private_key_jwt", "ES256", "a\nb" },
			`keyId "a\nb" and audience "": want printable ASCII`,
		},
		{
			"an audience of another alphabet",
			func(c *Config) { c.ClientAuth, c.Algorithm, c.Audience = "private_key_jwt", "ES256", "ä" },
			`keyId "" and audience "ä": want printable ASCII`,
		},
		{
			"a user pool and a private key",
			func(c *Config) {
				c.ClientAuth, c.Algorithm, c.UserPoolID = "private_key_jwt", "ES256", "eu-central-1_a"
			},
			`userPoolId "eu-central-1_a" with private_key_jwt: Amazon Cognito's clients have a secret: leave clientAuth out`,
		},
		{"no secret", func(c *Config) { c.SecretARN = "" }, "is not the ARN of a secret"},
		{"a user pool and a secret", func(c *Config) { c.UserPoolID = "eu-central-1_a" }, "leave secretArn out"},
		{"a host for a user pool", func(c *Config) { c.UserPoolID, c.SecretARN = "evil.example.com/_a", "" }, "userPoolId"},
		{"no origin", func(c *Config) { c.Origin = "" }, "want a scheme and a host"},
		{"an origin over http", func(c *Config) { c.Origin = "http://shop.example.com" }, "want an https origin"},
		{"an origin with a path", func(c *Config) { c.Origin = "https://shop.example.com/" }, "an origin ends with"},
		{"every origin", func(c *Config) { c.AllowOrigins = []string{"*"} }, "list each origin"},
		{"a path without its slash", func(c *Config) { c.Path = "auth" }, `path "auth"`},
		{"the path /", func(c *Config) { c.Path = "/" }, `path "/"`},
		{"a path with a parameter", func(c *Config) { c.Path = "/{a}" }, `path "/{a}"`},
		{"a base path with a host", func(c *Config) { c.BasePath = "//evil.example.com" }, "basePath"},
		{"a page elsewhere after the logout", func(c *Config) { c.AfterLogout = "https://evil.example.com" }, "afterLogout"},
		{"a page above the site after the logout", func(c *Config) { c.AfterLogout = "/a/../b" }, "afterLogout"},
		{"a base path above the host", func(c *Config) { c.BasePath = "/.." }, "basePath"},
		{"a base path of a dot", func(c *Config) { c.BasePath = "/./a" }, "basePath"},
		{"a cookie with a space", func(c *Config) { c.Cookie = "__Host-a b" }, "__Host-"},
		{"a cookie for all hosts", func(c *Config) { c.Cookie = "session" }, "__Host-"},
		{"a login's cookie", func(c *Config) { c.Cookie = "__Host-login-a" }, "logins under way"},
		{"no keys", func(c *Config) { c.KeysARN = "" }, "keysArn \"\" is not"},
		{"half a second", func(c *Config) { c.IdleTimeout = time.Minute + time.Second/2 }, "want whole seconds"},
		{"seconds", func(c *Config) { c.IdleTimeout = 10 * time.Second }, "want at least a minute"},
		{"an age below the idle time", func(c *Config) { c.MaxAge = 30 * time.Minute }, "not below it"},
		{"administrators without a table", func(c *Config) { c.Admins = true }, "admins without table"},
		{"an empty max_age", func(c *Config) { c.Parameters = map[string]string{"max_age": ""} }, `"max_age" is empty`},
		{"a claim without a name", func(c *Config) { c.Claims = []string{""} }, "a claim has no name"},
	} {
		config := least()
		c.change(&config)
		if err := config.Check(false); !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}
