package authz

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

func TestSessionErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*setup, *Session)
		want   string
	}{
		{"a token source beside sessions", func(s *setup, _ *Session) {
			s.config.TokenSources = []TokenSource{{Header, "Authorization"}}
		}, "leave tokenSources out"},
		{"a cookie that siblings can set", func(_ *setup, s *Session) { s.Cookie = "session" }, `cookie "session"`},
		{"a cookie with a space", func(_ *setup, s *Session) { s.Cookie = "__Host-a b" }, `cookie "__Host-a b"`},
		{"no host", func(_ *setup, s *Session) { s.Host = "" }, `host ""`},
		{"an origin instead of the host", func(_ *setup, s *Session) {
			s.Host = "https://shop.example.com"
		}, `host "https://`},
		{"a host in upper case", func(_ *setup, s *Session) { s.Host = "Shop.example.com" }, "in lower case"},
		{"every host", func(_ *setup, s *Session) { s.Host = "*" }, `host "*"`},
		{"a host with a path", func(_ *setup, s *Session) { s.Host = "shop.example.com/x" }, `host "shop.example.com/x"`},
		{"no keys", func(_ *setup, s *Session) { s.KeysARN = "keys" }, `keysArn "keys" is not the ARN of a secret`},
		{"an idle time-out of a second", func(_ *setup, s *Session) { s.IdleTimeout = time.Second }, "idle time-out is 1s"},
		{"an end below the idle time-out", func(_ *setup, s *Session) { s.MaxAge = 30 * time.Minute }, "longest age 30m0s"},
		{"origins of a cached answer", func(_ *setup, s *Session) {
			s.AllowOrigins = []string{siblingPage}
		}, "allowOrigins takes perRequest"},
		{"every origin", func(c *setup, s *Session) {
			c.config.PerRequest, s.AllowOrigins = true, []string{"*"}
		}, `origin "*" admits every page`},
		{"an origin with a path", func(c *setup, s *Session) {
			c.config.PerRequest, s.AllowOrigins = true, []string{"https://www.example.com/"}
		}, `origin "https://www.example.com/"`},
		{"secrets over http", func(c *setup, s *Session) {
			c.env["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = "http://secrets.example.com"
		}, `"http://secrets.example.com" is not an https URL`},
		{"a context claim with the token's name", func(c *setup, s *Session) {
			c.config.ContextClaims = []string{"accessToken"}
		}, `the context claim "accessToken"`},
	} {
		_, err := tryFixture(withSessions(&secretsManager{value: sessionSecret}), func(s *setup) {
			c.change(s, s.config.Session)
		})
		if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want ErrConfig with %s", c.name, err, c.want)
		}
	}
}

func TestSessionDefaultsMatchLogin(t *testing.T) {
	got := []any{DefaultSessionCookie, DefaultSessionIdleTimeout, DefaultSessionMaxAge}
	want := []any{session.DefaultCookie, session.DefaultIdleTimeout, session.DefaultMaxAge}
	if !slices.Equal(got, want) {
		t.Errorf("defaults: got %v, want those of the login, %v", got, want)
	}
}

func TestSessionWithoutTag(t *testing.T) {
	read, open := sessions.read, sessions.open
	// Restore only these two fields, because authorizers of earlier tests may still write others.
	defer func() { sessions.read, sessions.open = read, open }()
	sessions.read, sessions.open = nil, nil
	_, err := tryFixture(func(s *setup) { s.config.Session = goodSession() })
	if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "built without the tag "+SessionTag) {
		t.Errorf("got %v, want ErrConfig with the tag", err)
	}
}

// With provisioned concurrency, Lambda may freeze the function after init. So it fetches the session keys before.
func TestProvisionedConcurrencyWaitsForSessionKeys(t *testing.T) {
	f := newSessions(t, func(s *setup) { s.env["AWS_LAMBDA_INITIALIZATION_TYPE"] = "provisioned-concurrency" })
	if n, _ := f.vault.counts(); n < 2 {
		t.Errorf("got %d requests for keys, want one for each version", n)
	}
}
