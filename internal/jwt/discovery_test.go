package jwt

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

// discovering returns a fixture whose issuer has keys by discovery.
func discovering(t *testing.T, issuer, document string) *fixture {
	t.Helper()
	f := newFixture(t, func(o *Options) { o.Issuers[0].URL, o.Issuers[0].JWKSURL = issuer, "" })
	f.server.serveWith(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/.well-known/openid-configuration") {
			return response(200, "application/json", document), nil
		}
		return response(200, "application/json", fullKeySet()), nil
	})
	return f
}

func TestDiscovery(t *testing.T) {
	for issuer, want := range map[string]string{
		"https://issuer.example.com":        "https://issuer.example.com/.well-known/openid-configuration",
		"https://issuer.example.com/":       "https://issuer.example.com/.well-known/openid-configuration",
		"https://issuer.example.com/a/pool": "https://issuer.example.com/a/pool/.well-known/openid-configuration",
	} {
		t.Run(issuer, func(t *testing.T) {
			var asked []string
			f := discovering(t, issuer, "")
			f.server.serveWith(func(r *http.Request) (*http.Response, error) {
				asked = append(asked, r.URL.String())
				if strings.HasSuffix(r.URL.Path, "/.well-known/openid-configuration") {
					return response(200, "application/json",
						object{"issuer": issuer, "jwks_uri": "https://keys.example.com/set", "more": []int{1}}.String()), nil
				}
				return response(200, "application/json", fullKeySet()), nil
			})
			f.want(t, rs256(nil, object{"iss": issuer}), nil)
			if len(asked) != 2 || asked[0] != want || asked[1] != "https://keys.example.com/set" {
				t.Errorf("requested %q", asked)
			}
			f.clock.Advance(defaultAge)
			f.want(t, rs256(nil, object{"iss": issuer, "exp": t0.Unix() + 1e6}), nil)
			if len(asked) != 3 || asked[2] != asked[1] {
				t.Errorf("requested %q, but the document is valid for a day", asked)
			}
			f.clock.Advance(rediscover)
			f.want(t, rs256(nil, object{"iss": issuer, "exp": t0.Unix() + 1e6}), nil)
			if len(asked) != 5 {
				t.Errorf("requested %q, but after a day the document is fetched again", asked)
			}
		})
	}
}

func TestDiscoveryAfterTheKeysMoved(t *testing.T) {
	const issuer = "https://issuer.example.com"
	f := discovering(t, issuer, "")
	where := "/old"
	f.server.serveWith(func(r *http.Request) (*http.Response, error) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/.well-known/"):
			return response(200, "application/json", object{"issuer": issuer, "jwks_uri": issuer + where}.String()), nil
		case r.URL.Path == where:
			return response(200, "application/json", fullKeySet()), nil
		}
		return response(404, "text/plain", "moved"), nil
	})
	token := rs256(nil, object{"iss": issuer, "exp": t0.Unix() + 1e6})
	f.want(t, token, nil)
	where = "/new"
	f.clock.Advance(defaultAge)
	f.want(t, token, nil) // by the older keys
	f.clock.Advance(firstBackoff)
	f.want(t, token, nil)
	f.wantRequests(t, 5) // document, old; old; document, new
	f.clock.Advance(time.Second)
	f.want(t, token, nil)
	f.wantRequests(t, 5)
}

func TestLine33DiscoveryThatIsRefused(t *testing.T) {
	const issuer = "https://issuer.example.com"
	for _, c := range []struct {
		name, document string
		want           string
		config         bool
	}{
		{"33 another issuer", object{"issuer": "https://attacker.example", "jwks_uri": issuer + "/keys"}.String(),
			`is "https://attacker.example" instead of "https://issuer.example.com"`, true},
		{"33 a slash more", object{"issuer": issuer + "/", "jwks_uri": issuer + "/keys"}.String(), "instead of", true},
		{"33 another case", object{"issuer": strings.ToUpper(issuer), "jwks_uri": issuer + "/keys"}.String(), "instead of",
			true},
		{"33 a template, as Entra ID's common endpoint has",
			object{"issuer": "https://login.microsoftonline.com/{tenantid}/v2.0", "jwks_uri": issuer + "/keys"}.String(),
			"instead of", true},
		{"33 no issuer", object{"jwks_uri": issuer + "/keys"}.String(), "instead of", true},
		{"33 an issuer that is a list", object{"issuer": []string{issuer}, "jwks_uri": issuer + "/keys"}.String(),
			"instead of", true},
		{"24 Issuer is not issuer", object{"Issuer": issuer, "jwks_uri": issuer + "/keys"}.String(), "instead of", true},
		{"23 the issuer twice", `{"issuer":"` + issuer + `","issuer":"` + issuer + `","jwks_uri":"` + issuer + `/keys"}`,
			"twice", false},
		{"32 no jwks_uri", object{"issuer": issuer}.String(), "no jwks_uri", false},
		{"32 a jwks_uri that is a number", object{"issuer": issuer, "jwks_uri": 1}.String(), "no jwks_uri", false},
		{"32 keys over http", object{"issuer": issuer, "jwks_uri": "http://issuer.example.com/keys"}.String(),
			"is not an https URL", false},
		{"32 keys on loopback", object{"issuer": issuer, "jwks_uri": "http://127.0.0.1/keys"}.String(), "is not an https URL",
			false},
		{"32 keys at the metadata service", object{"issuer": issuer, "jwks_uri": "http://169.254.169.254/latest"}.String(),
			"is not an https URL", false},
		{"32 keys in a file", object{"issuer": issuer, "jwks_uri": "file:///etc/passwd"}.String(), "is not an absolute URL",
			false},
		{"32 HTML", "<html>", "not JSON", false},
		{"32 an array", "[]", "instead of", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := discovering(t, issuer, c.document)
			err := f.Ready(context.Background())
			if !errors.Is(err, ErrUnavailable) || errors.Is(err, ErrConfig) != c.config ||
				!strings.Contains(err.Error(), c.want) {
				t.Errorf("Ready: got %v, want %q, and a configuration error: %v", err, c.want, c.config)
			}
			f.wantRequests(t, 1)
			f.want(t, rs256(nil, object{"iss": issuer}), ErrUnavailable)
			f.wantRequests(t, 1) // back-off
		})
	}
}

func TestDiscoveryRedirect(t *testing.T) {
	const issuer = "https://issuer.example.com"
	f := discovering(t, issuer, "")
	f.server.serveWith(func(r *http.Request) (*http.Response, error) {
		answer := response(302, "text/html", "")
		answer.Header.Set("Location", "https://attacker.example/")
		return answer, nil
	})
	f.want(t, rs256(nil, object{"iss": issuer}), ErrUnavailable)
	f.wantRequests(t, 1)
}

func TestReady(t *testing.T) {
	f := newFixture(t)
	if err := f.Ready(context.Background()); err != nil {
		t.Error(err)
	}
	if err := f.Ready(context.Background()); err != nil {
		t.Error("again: ", err)
	}
	f.wantRequests(t, 1)

	f = newFixture(t, func(o *Options) {
		o.Issuers = append(o.Issuers, Issuer{URL: "https://other.example.com", Audiences: []string{"a"}})
	})
	f.server.serve(fullKeySet()) // which is no discovery document
	err := f.Ready(context.Background())
	if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "other.example.com") ||
		strings.Contains(err.Error(), testIssuer) {
		t.Errorf("got %v", err)
	}
	f.want(t, good("RS256"), nil) // the other issuer works

	f = newFixture(t)
	block := make(chan struct{})
	defer close(block)
	f.server.serveWith(func(*http.Request) (*http.Response, error) { <-block; return nil, errors.New("late") })
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := f.Ready(ctx); !errors.Is(err, ErrUnavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
