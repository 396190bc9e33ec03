package login

import (
	"errors"
	"strings"
	"testing"
)

// With provisioned concurrency, the function is only ready once it has everything that requests need.
func TestProvisionedConcurrency(t *testing.T) {
	f := newFixture(t)
	env := testConfig().Environment()
	env["AWS_LAMBDA_INITIALIZATION_TYPE"] = "provisioned-concurrency"
	getenv := func(name string) string { return env[name] }
	h, err := FromLambda(getenv, Options{Now: f.clock.Now, Log: f.log, Transport: f.net})
	if err != nil {
		t.Fatal(err)
	}
	if f.idp.count("/.well-known/openid-configuration") != 1 || f.idp.count("/keys") == 0 ||
		!f.aws.called("GetSecretValue") {
		t.Errorf("requests to the provider: %q", f.idp.calls)
	}
	f.Handler = h
	f.logIn()
}

// A configuration that cannot work is refused when the function starts.
func TestStartThatIsRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Config, map[string]string)
		want   string
	}{
		{"no configuration", func(_ *Config, env map[string]string) { env[Variable] = " " }, "not JSON"},
		{"no client", func(c *Config, _ map[string]string) { c.ClientID = "" }, "clientId"},
		{"an algorithm of the issuer", func(c *Config, _ map[string]string) { c.Issuer.Algorithms = []string{"none"} },
			`"none"`},
		{"no audience", func(c *Config, _ map[string]string) { c.Issuer.Audiences = nil }, "no audience"},
		{
			"secrets from another host",
			func(_ *Config, env map[string]string) { env["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = "http://evil.test" },
			"evil.test",
		},
		{"a cookie with a long name", func(c *Config, _ map[string]string) {
			c.Cookie = "__Host-" + strings.Repeat("a", 200)
		}, "cookie"},
	} {
		config, env := testConfig(), map[string]string{}
		c.change(&config, env)
		if env[Variable] == "" {
			env[Variable] = config.Environment()[Variable]
		}
		_, err := FromLambda(func(name string) string { return env[name] }, Options{})
		if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
