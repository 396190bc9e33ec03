package authz

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/secretsmanager"
)

func goodSession() *Session { return &Session{Host: "shop.example.com", KeysARN: secretName} }

func TestSessionsThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*setup, *Session)
		want   string
	}{
		{"a token source besides", func(s *setup, _ *Session) {
			s.config.TokenSources = []TokenSource{{Header, "Authorization"}}
		}, "leave tokenSources out"},
		{"a cookie that siblings can set", func(_ *setup, s *Session) { s.Cookie = "session" }, `cookie "session"`},
		{"a cookie with a space", func(_ *setup, s *Session) { s.Cookie = "__Host-a b" }, `cookie "__Host-a b"`},
		{"no host", func(_ *setup, s *Session) { s.Host = "" }, `host "": it is missing`},
		{"an origin for the host", func(_ *setup, s *Session) { s.Host = "https://shop.example.com" }, "not a host"},
		{"a host in upper case", func(_ *setup, s *Session) { s.Host = "Shop.example.com" }, "not a host in lower case"},
		{"every host", func(_ *setup, s *Session) { s.Host = "*" }, "not a host"},
		{"a host with a path", func(_ *setup, s *Session) { s.Host = "shop.example.com/x" }, "not a host"},
		{"no keys", func(_ *setup, s *Session) { s.KeysARN = "keys" }, `keysArn "keys" is not the ARN of a secret`},
		{"an idle time-out of a second", func(_ *setup, s *Session) { s.IdleTimeout = time.Second }, "idleTimeout is 1s"},
		{"an end below the idle time-out", func(_ *setup, s *Session) { s.MaxAge = 30 * time.Minute }, "maxAge 30m0s"},
		{"origins of a cached answer", func(_ *setup, s *Session) {
			s.AllowOrigins = []string{"https://www.example.com"}
		}, "allowOrigins needs perRequest"},
		{"every origin", func(c *setup, s *Session) {
			c.config.PerRequest, s.AllowOrigins = true, []string{"*"}
		}, `origin "*" admits every page`},
		{"an origin with a path", func(c *setup, s *Session) {
			c.config.PerRequest, s.AllowOrigins = true, []string{"https://www.example.com/"}
		}, `origin "https://www.example.com/"`},
	} {
		_, err := tryFixture(func(s *setup) {
			s.config.Session = goodSession()
			c.change(s, s.config.Session)
		})
		if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

func TestForwardTakesASession(t *testing.T) {
	_, err := tryFixture(func(s *setup) { s.routes = `{"version":1,"routes":[{"route":"GET /orders","forward":true}]}` })
	if want := `route "GET /orders" is handed the access token`; !errors.Is(err, ErrConfig) ||
		!strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestBuiltWithoutSessions(t *testing.T) {
	defer func(f func(*Authorizer, secretsmanager.Client) error) { newSessions = f }(newSessions)
	newSessions = nil
	_, err := tryFixture(func(s *setup) { s.config.Session = goodSession() })
	if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "built without the tag "+SessionTag) {
		t.Error(err)
	}
}
