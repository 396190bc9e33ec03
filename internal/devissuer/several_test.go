package devissuer

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
)

// TestIssuerWithSeveralAPIs checks that, if an issuer has several APIs or forms of tokens, a client gets tokens of the
// API that it requests, or of its login's guard.
func TestIssuerWithSeveralAPIs(t *testing.T) {
	billing := Issuer{Issuer: authz.Issuer{
		URL: shopURL, Audiences: []string{"billing"}, Algorithms: []string{"ES256"}, ScopesClaim: "scp",
	}}
	s := serveShop(t, billing, shopIssuer())
	secret := testRing(t).clientSecret()
	for name, tt := range map[string]struct {
		id, resource string
		want         string // the audience
	}{
		"the login's guard":              {"shop", "", "orders"},
		"the login, for another API":     {"shop", "billing", "billing"},
		"another client":                 {"x", "", "billing"},
		"another client, for an API":     {"x", "orders", "orders"},
		"an API that no authorizer has":  {"x", "stock", "stock"},
		"a client whose id is an API's":  {"orders", "", "orders"},
		"the login, for an unknown API":  {"shop", "stock", "stock"},
		"another client, for its own id": {"x", "x", "x"},
	} {
		for _, parameter := range []string{"resource", "audience"} {
			got := post(t, s.TokenURL(shopURL), tt.id, secret, "grant_type", "client_credentials", parameter, tt.resource)
			claims, _ := unverified(got.Access)
			if !claims.Get("aud").Is(tt.want) {
				t.Errorf("%s: %+v: %s", name, got, claims.Raw())
			}
		}
	}

	got := redeem(t, s, signIn(t, s, authURL(s, "resource", "billing")))
	claims, _ := unverified(got.Access)
	if !claims.Get("aud").Is("billing") || claims.Get("scp").Raw() !=
		`["openid","orders:read","orders:write","offline_access"]` {
		t.Errorf("by the code flow: %+v: %s", got, claims.Raw())
	}
	r, err := http.NewRequest(http.MethodGet, s.UserinfoURL(shopURL), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+got.Access)
	answer, err := client0.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("userinfo, with the scopes in a list: %s", answer.Status)
	}
}

// TestEndpointsWithoutKeys checks that all requests get an error if there are no keys.
func TestEndpointsWithoutKeys(t *testing.T) {
	s := serveShop(t)
	start := authURL(s)
	_, text := page(t, start)
	_, form := formOf(t, text)
	s.keys.options.Dir = "/dev/null"
	for path := range s.endpoints(s.sites[0]) {
		for _, verb := range []string{http.MethodGet, http.MethodPost} {
			answer := serveOne(s, verb, strings.Replace(s.TokenURL(shopURL), tokenPath, path, 1), form.Encode())
			allowed := path == discoveryPath || path == logoutPath // which need no keys
			switch code := answer.StatusCode; {
			case code == http.StatusMethodNotAllowed, allowed && code == http.StatusOK:
			case code != http.StatusInternalServerError:
				t.Errorf("%s %s: %s", verb, path, answer.Status)
			}
		}
	}
}

// TestFormTargets checks that a redirect URI of a device's app is allowed by its scheme.
func TestFormTargets(t *testing.T) {
	for uri, want := range map[string]string{
		"http://localhost:4000/auth/callback": "http://localhost:4000",
		"https://shop.example.com/cb?x=y":     "https://shop.example.com",
		"myapp:/callback":                     "myapp:",
		"http://a;b/":                         "http:",
		"://":                                 "",
	} {
		if got := formTarget(uri); got != want {
			t.Errorf("%s: %q, want %q", uri, got, want)
		}
	}
}
