package dev

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

func issuersOf(urls ...string) (out []devissuer.Issuer) {
	for _, url := range urls {
		out = append(
			out,
			devissuer.Issuer{
				Issuer: authz.Issuer{
					URL:        url,
					Audiences:  []string{"api"},
					Algorithms: []string{"HS256"},
					SecretARN:  "arn:" + url,
				},
			},
		)
	}
	return out
}

// TestIssuerSite: functions that were told of an earlier provider are served as long as the command runs.
func TestIssuerSite(t *testing.T) {
	cache := t.TempDir()
	site, err := newIssuerSite(&command.Process{Now: time.Now, CacheDir: func() (string, error) { return cache, nil }})
	if err != nil {
		t.Fatal(err)
	}
	defer site.close()
	made := func(urls ...string) *devissuer.Provider {
		p, err := site.provider(issuersOf(urls...))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	knows := func(p *devissuer.Provider, arn string) bool {
		r, err := http.NewRequestWithContext(
			t.Context(),
			http.MethodPost,
			p.SecretsURL(),
			strings.NewReader(`{"SecretId":"`+arn+`"}`),
		)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Amz-Target", "secretsmanager.GetSecretValue")
		answer := send(t, r)
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode == 200 && strings.Contains(string(text), "SecretString")
	}

	first := made("https://a")
	if made("https://a") != first {
		t.Error("the same issuers get another provider, so that functions would be started again for nothing")
	}
	restore := site.remember()
	second := made("https://a", "https://b")
	if site.now() != second || second == first {
		t.Error("other issuers get no provider of their own")
	}
	if !knows(first, "arn:https://a") || !knows(second, "arn:https://b") {
		t.Error("a provider's secret is not served")
	}
	if knows(first, "arn:https://b") {
		t.Error("an earlier provider knows a later one's secret: the test tells nothing")
	}
	for _, p := range []*devissuer.Provider{first, second} {
		if got := get(t, p.JWKSURL("https://a")).StatusCode; got != 200 {
			t.Errorf("keys: status %d", got)
		}
	}
	restore()
	if site.now() != first {
		t.Error("the earlier provider does not come back")
	}
}

func get(t *testing.T, url string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return send(t, r)
}

func send(t *testing.T, r *http.Request) *http.Response {
	t.Helper()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return answer
}
