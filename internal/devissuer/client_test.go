package devissuer

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/clientauth"
)

// TestClientCredentials checks that a client that acts for itself gets the known scopes, and not those of people.
func TestClientCredentials(t *testing.T) {
	s := serveShop(t, shopIssuer(func(i *Issuer) {
		i.Apps = append(i.Apps,
			App{
				ClientID: "machine", ClientAuth: AnySecret, Flows: []string{"client_credentials"},
				Scopes: []string{"orders/read"},
			},
			App{ClientID: "web", ClientAuth: AnySecret, Flows: []string{"code"}},
			App{ClientID: "public"},
		)
	}))
	secret := testRing(t).clientSecret()
	for name, tt := range map[string]struct {
		id, secret, scope string
		want              string // an error, or the scopes
	}{
		"of a known client":           {"shop", secret, "orders:write", "orders:write"},
		"all that are known":          {"x", secret, "", "orders:read orders:write"},
		"an unknown scope":            {"x", secret, "orders:delete", "invalid_scope"},
		"a bad scope":                 {"x", secret, "\"", "invalid_scope"},
		"a scope of people":           {"x", secret, "openid", "invalid_scope"},
		"an app client":               {"machine", secret, "", "orders/read"},
		"an app client's other scope": {"machine", secret, "orders:read", "invalid_scope"},
		"an app client for people":    {"web", secret, "", "unauthorized_client"},
		"a wrong secret":              {"x", "wrong", "", "invalid_client"},
		"a public client's secret":    {"public", secret, "", "invalid_client"},
	} {
		got := post(t, s.TokenURL(shopURL), tt.id, tt.secret, "grant_type", "client_credentials", "scope", tt.scope)
		if said := got.Error + got.Scope; said != tt.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := post(t, s.TokenURL(shopURL), "", "", "grant_type", "client_credentials", "client_id",
		"x"); got.Status != 401 || got.Error != "invalid_client" {
		t.Errorf("without authentication: %+v", got)
	}
	if got := post(t, s.TokenURL(shopURL), "x", secret, "grant_type", "client_credentials", "resource",
		"https://api.example.com"); got.Status != 200 {
		t.Errorf("for a resource: %+v", got)
	} else if claims, ok := unverified(got.Access); !ok || !claims.Get("aud").Is("https://api.example.com") {
		t.Errorf("for a resource: %s", claims.Raw())
	}
}

// At Amazon Cognito a machine's token names its client and no user.
func TestClientCredentialsOfAUserPool(t *testing.T) {
	s := serveShop(t, shopIssuer(func(i *Issuer) { i.URL, i.Audiences, i.TokenUse = pool, []string{"shop"}, "access" }))
	got := post(t, s.TokenURL(pool), "shop", testRing(t).clientSecret(), "grant_type", "client_credentials")
	token, err := s.verifier(t, s.issuers[0].Issuer).Verify(t.Context(), got.Access)
	if err != nil {
		t.Fatal(err)
	}
	if !token.Claim("client_id").Is("shop") || !token.Claim("sub").Is("shop") || token.Claim("username").Exists() {
		t.Errorf("the token says %s", token.Claims().Raw())
	}
}

// Each client authenticates in its own way, and in one.
func TestClientAuthentication(t *testing.T) {
	key := App{ClientID: "key", ClientAuth: privateKeyAuth, Algorithm: "ES256", Audience: "https://audience.example.com"}
	s := serveShop(t, shopIssuer(func(i *Issuer) {
		i.Apps = append(i.Apps, key, App{ClientID: "post", ClientAuth: postAuth},
			App{ClientID: "pool", ClientAuth: AnySecret})
	}))
	secret := testRing(t).clientSecret()
	assertion := func(change func(*clientauth.Options)) []string {
		t.Helper()
		o := clientauth.Options{
			ClientID: "key", Method: clientauth.PrivateKey, Algorithm: "ES256", Audience: shopURL, Now: s.clock.Now,
			Credential: func(context.Context) ([]byte, error) {
				text, err := testRing(t).credential("key", privateKeyAuth, "ES256")
				return []byte(text), err
			},
		}
		if change != nil {
			change(&o)
		}
		c, err := clientauth.New(o)
		if err != nil {
			t.Fatal(err)
		}
		credential, err := c.Current(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		form := url.Values{}
		if err := c.Authenticate(credential, form, http.Header{}); err != nil {
			t.Fatal(err)
		}
		return []string{
			"client_assertion_type", form.Get("client_assertion_type"), "client_assertion", form.Get("client_assertion"),
		}
	}
	about := func(subject string) []string {
		t.Helper()
		claims := fmt.Sprintf(`{"iss":"key","sub":%q,"aud":%q,"jti":"1","iat":%d,"exp":%d}`,
			subject, shopURL, t0.Unix(), t0.Add(time.Minute).Unix())
		token, err := testRing(t).sign("ES256", "", []byte(claims))
		if err != nil {
			t.Fatal(err)
		}
		return []string{"client_assertion_type", assertionType, "client_assertion", token, "client_id", "key"}
	}
	for name, tt := range map[string]struct {
		id, secret string
		form       []string
		want       string
	}{
		"basic":                       {"shop", secret, nil, ""},
		"post, for basic":             {"", "", []string{"client_id", "shop", "client_secret", secret}, "invalid_client"},
		"post":                        {"", "", []string{"client_id", "post", "client_secret", secret}, ""},
		"basic, for post":             {"post", secret, nil, "invalid_client"},
		"an app client by basic":      {"pool", secret, nil, ""},
		"an app client by post":       {"", "", []string{"client_id", "pool", "client_secret", secret}, ""},
		"none":                        {"", "", []string{"client_id", "shop"}, "invalid_client"},
		"no client":                   {"", "", nil, "invalid_client"},
		"a wrong secret":              {"shop", "wrong", nil, "invalid_client"},
		"two ways":                    {"shop", secret, []string{"client_secret", secret}, "invalid_request"},
		"an assertion":                {"", "", assertion(nil), ""},
		"an assertion and its client": {"", "", append(assertion(nil), "client_id", "key"), ""},
		"an assertion for a token URL": {
			"", "", assertion(func(o *clientauth.Options) { o.Audience = s.TokenURL(shopURL) }), "",
		},
		"an assertion as configured": {"", "", assertion(func(o *clientauth.Options) { o.Audience = key.Audience }), ""},
		"an assertion for others": {
			"", "", assertion(func(o *clientauth.Options) { o.Audience = "https://x.example.com" }), "invalid_client",
		},
		"an old assertion": {
			"", "", assertion(func(o *clientauth.Options) { o.Now = func() time.Time { return t0.Add(-time.Hour) } }),
			"invalid_client",
		},
		"another client's assertion": {
			"", "", append(assertion(nil), "client_id", "shop"), "invalid_client",
		},
		"an assertion about itself":         {"", "", about("key"), ""},
		"an assertion about another client": {"", "", about("shop"), "invalid_client"},
		"an unknown client's assertion": {
			"", "", assertion(func(o *clientauth.Options) { o.ClientID = "x" }), "invalid_client",
		},
		"a secret for a key": {"key", secret, nil, "invalid_client"},
		"an assertion of another type": {
			"", "", append(assertion(nil)[2:], "client_assertion_type", "x"), "invalid_client",
		},
	} {
		got := post(t, s.TokenURL(shopURL), tt.id, tt.secret, append(tt.form, "grant_type", "client_credentials")...)
		if got.Error != tt.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
	r, err := http.NewRequest(http.MethodPost, s.TokenURL(shopURL), strings.NewReader("grant_type=client_credentials"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer x")
	answer, err := client0.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusUnauthorized ||
		!strings.HasPrefix(answer.Header.Get("WWW-Authenticate"), "Basic ") {
		t.Errorf("another scheme: %s", answer.Status)
	}
}

// TestPublicClient checks that a public client of this machine, such as a page of a dev server, needs only PKCE.
func TestPublicClient(t *testing.T) {
	s := serveShop(t)
	const redirect = "http://localhost:5173/callback?from=vite"
	answer, text := page(t, authURL(s, "client_id", "spa", "redirect_uri", redirect))
	if answer.StatusCode != http.StatusOK {
		t.Fatal(text)
	}
	callback := signIn(t, s, authURL(s, "client_id", "spa", "redirect_uri", redirect))
	if callback.Get("from") != "vite" {
		t.Errorf("the redirect URI's own query is gone: %v", callback)
	}
	got := post(t, s.TokenURL(shopURL), "", "", "grant_type", "authorization_code", "code", callback.Get("code"),
		"redirect_uri", redirect, "code_verifier", testVerifier, "client_id", "spa")
	if got.Status != http.StatusOK {
		t.Errorf("%+v", got)
	}
}

// TestTokenLife checks that the lifetime of a token is that of the provider or of the app client, and never longer than
// the authorizer accepts.
func TestTokenLife(t *testing.T) {
	s := serveShop(t, shopIssuer(func(i *Issuer) {
		i.Apps = append(i.Apps, App{ClientID: "pool", ClientAuth: AnySecret, TokenLife: 5 * time.Minute})
	}))
	life := func(id string) int {
		t.Helper()
		return post(t, s.TokenURL(shopURL), id, testRing(t).clientSecret(), "grant_type", "client_credentials").Expires
	}
	if a, b := life("shop"), life("pool"); a != 3600 || b != 300 {
		t.Errorf("%d and %d seconds", a, b)
	}
	s.tokenLife = 20 * time.Second
	if a, b := life("shop"), life("pool"); a != 20 || b != 20 {
		t.Errorf("%d and %d seconds", a, b)
	}
	s.issuers[0].MaxLifetime = 10 * time.Second
	if a := life("shop"); a != 10 {
		t.Errorf("%d seconds, but the authorizer accepts 10", a)
	}
}

// A scope has printable ASCII without spaces, quotes and backslashes (RFC 6749, section 3.3).
func TestWordsOfAScope(t *testing.T) {
	for c := range rune(256) {
		text := "openid a" + string(c) + "b"
		want := c >= ' ' && c <= '~' && c != '"' && c != '\\'
		if _, ok := words(text); ok != want {
			t.Errorf("%q: got %t, want %t", text, ok, want)
		}
	}
	if got, ok := words(" a  b a "); !ok || !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("got %q, %t, want each once", got, ok)
	}
}

// The address of a subject that is not one has the characters that a local part may have.
func TestDerivedAddress(t *testing.T) {
	for subject, want := range map[string]string{
		"ada":             "ada@example.com",
		"Ada.L-9_z":       "Ada.L-9_z@example.com",
		"AZ az 09":        "AZ-az-09@example.com",
		"org/ada:1\u00E9": "org-ada-1-@example.com",
		"ada@a.example":   "ada@a.example",
	} {
		if got := profile(subject, nil, []string{"openid", "email"})["email"]; got != want {
			t.Errorf("%q: got %v, want %s", subject, got, want)
		}
	}
}
