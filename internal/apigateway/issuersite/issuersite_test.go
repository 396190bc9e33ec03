package issuersite

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/front"
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

// TestIssuerSite checks that functions with the URL of an earlier provider are served as long as the command runs.
func TestIssuerSite(t *testing.T) {
	site := serve(t)
	made := func(urls ...string) *devissuer.Provider {
		p, err := site.Provider(issuersOf(urls...))
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
		t.Error("the same issuers get another provider, so functions would be restarted without need")
	}
	restore := site.Remember()
	second := made("https://a", "https://b")
	if site.Current() != second || second == first {
		t.Error("other issuers get no provider of their own")
	}
	if !knows(first, "arn:https://a") || !knows(second, "arn:https://b") {
		t.Error("a provider's secret is not served")
	}
	if knows(first, "arn:https://b") {
		t.Error("an earlier provider has a later one's secret, so the test shows nothing")
	}
	for _, p := range []*devissuer.Provider{first, second} {
		if got := get(t, p.JWKSURL("https://a")).StatusCode; got != 200 {
			t.Errorf("keys: status %d", got)
		}
	}
	restore()
	if site.Current() != first {
		t.Error("the earlier provider does not come back")
	}
}

// serve serves a site on loopback.
func serve(t *testing.T) *Site {
	t.Helper()
	dir := t.TempDir()
	l, err := front.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	site := New(Options{
		URL: "http://" + l.Addr().String(),
		Keys: func() (*devissuer.KeyStore, error) {
			return devissuer.OpenKeys(devissuer.KeyOptions{Dir: devissuer.Folder(dir), Shared: true})
		},
		Now: time.Now,
	})
	server := front.New(front.Options{Func: site.Serve})
	go server.Serve(l)
	t.Cleanup(server.Close)
	return site
}

// Cookies of an app on localhost must not reach a provider, and no page under its own name may read the provider's
// answers.
func TestOtherHosts(t *testing.T) {
	site := serve(t)
	p, err := site.Provider(issuersOf("https://a"))
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(site.host)
	for host, want := range map[string]int{
		site.host:                     http.StatusOK,
		"localhost:" + port:           http.StatusMisdirectedRequest,
		"rebound.example.com:" + port: http.StatusMisdirectedRequest,
		"127.0.0.1":                   http.StatusMisdirectedRequest,
		"":                            http.StatusMisdirectedRequest,
	} {
		u, err := url.Parse(p.JWKSURL("https://a"))
		if err != nil {
			t.Fatal(err)
		}
		r := &exchange.Request{Verb: http.MethodGet, RawPath: u.Path, Host: host}
		if !Mine(r) {
			t.Errorf("%s is not the site's", r.RawPath)
		}
		if got := site.Serve(t.Context(), r).Status; got != want {
			t.Errorf("host %q: status %d, want %d", host, got, want)
		}
	}
}

func TestMine(t *testing.T) {
	for path, want := range map[string]bool{
		"/~/issuers/a/jwks": true, "/~/secrets/A": true, "/~/issuers": false, "/~/apis": false, "/": false,
		"/prod/~/issuers/a": false, "/~issuers/a": false,
	} {
		if got := Mine(&exchange.Request{RawPath: path}); got != want {
			t.Errorf("%s: got %t, want %t", path, got, want)
		}
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
