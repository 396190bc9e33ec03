package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

// TestSession sends requests with session cookies to the binary with authz.SessionTag.
func TestSession(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the function")
	}
	path, err := build(".", "with-sessions", authz.SessionTag)
	if err != nil {
		t.Fatal(err)
	}
	const (
		host   = "shop.example.com"
		secret = "Zx81-canary: a secret of more than thirty-two bytes"
		arn    = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:sessions-AbCdEf"
	)
	vault := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked, _ := io.ReadAll(r.Body); strings.Contains(string(asked), "AWSPREVIOUS") {
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, `{"__type":"ResourceNotFoundException"}`)
			return
		}
		io.WriteString(w, authztest.Object{"SecretString": secret}.String())
	}))
	defer vault.Close()
	issuer := authztest.NewIssuer("")
	issuer.PublishText(authztest.CorpusKeys())
	api, log := launchBuilt(t, path, issuer, func(c *authz.Config) {
		c.Session = &authz.Session{Host: host, KeysARN: arn}
	}, "AWS_ENDPOINT_URL_SECRETS_MANAGER="+vault.URL)
	store, err := session.New(session.Options{Host: host, Keys: session.KeysOf(secret, nil)})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	good := authztest.Corpus(issuer.URL, audience, now)[0].Token
	set, err := store.Seal(t.Context(), &session.Session{
		Token: good, Refresh: "Zx81-canary", Started: now, Active: now, Got: now, Expires: now.Add(time.Minute),
	})
	if err != nil {
		t.Fatal(err)
	}
	cookie, _, _ := strings.Cut(set[0], ";")
	for _, c := range []struct{ name, want, verb, cookie, site string }{
		{"a session", "allowed", "GET", cookie, "same-origin"},
		{"opened from the address bar", "allowed", "GET", cookie, "none"},
		{"route of another scope", "403", "POST", cookie, "same-origin"},
		{"no cookie", "401", "GET", "a=b", "same-origin"},
		{"tampered cookie", "401", "GET", cookie[:len(cookie)-4] + "AAAA", "same-origin"},
		{"no Sec-Fetch-Site", "401", "GET", cookie, ""},
	} {
		event := authztest.RequestEvent(c.verb, "/orders", http.Header{
			"Cookie": {c.cookie}, "Sec-Fetch-Site": {c.site}, "Authorization": {"Bearer " + good},
		}, nil)
		if got := invoke(t, api, event); got != c.want {
			t.Errorf("%s: got %s, want %s; log: %s", c.name, got, c.want, log)
		}
	}
	if text := log.String(); strings.Contains(text, "canary") || strings.Contains(text, cookie[20:40]) ||
		strings.Contains(text, good[:20]) {
		t.Errorf("the log contains a secret: %s", text)
	}
}
