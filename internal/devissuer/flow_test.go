package devissuer

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/net/html"
	"golang.org/x/oauth2"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

const shopURL = "https://idp.example.com"

// shopIssuer is an issuer with the client "shop" of a login function.
func shopIssuer(changes ...func(*Issuer)) Issuer {
	i := Issuer{
		Issuer: authz.Issuer{
			URL: shopURL, Audiences: []string{"orders"}, Algorithms: []string{"ES256"}, GroupsClaim: "realm.groups",
			RolesClaim: "permissions",
		},
		Apps: []App{{
			ClientID: "shop", Callback: "/auth/callback", ClientAuth: basicAuth, SecretARN: clientSecretARN, KeysARN: keysARN,
		}},
	}
	for _, change := range changes {
		change(&i)
	}
	return i
}

// people are the personas of the tests.
func people(string) []Persona {
	return []Persona{
		{
			Name: "may everything", Scopes: []string{"orders:read", "orders:write"}, Groups: []string{"admins", "staff"},
			Roles: []string{"approver"}, Claims: map[string]any{"tenant": "acme", "name": "Ada Lovelace"},
		},
		{Name: "orders:read only", Subject: "reader", Scopes: []string{"orders:read"}},
	}
}

// serveShop serves an issuer with personas, and an app at appOrigin.
func serveShop(t testing.TB, issuers ...Issuer) *served {
	t.Helper()
	if len(issuers) == 0 {
		issuers = []Issuer{shopIssuer()}
	}
	s := serve(t, issuers...)
	s.appOrigin, s.ofIssuer = appOrigin, people
	return s
}

// client follows no redirects: the tests look at them.
var client0 = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// page gets a page and its text.
func page(t testing.TB, address string) (*http.Response, string) {
	t.Helper()
	answer, err := client0.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return answer, body(t, answer)
}

// formOf is the form of a page: where it goes, and what it sends as it is.
func formOf(t testing.TB, text string) (action string, values url.Values) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	values = url.Values{}
	for n := range root.Descendants() {
		attr := map[string]string{}
		for _, a := range n.Attr {
			attr[a.Key] = a.Val
		}
		_, checked := attr["checked"]
		switch {
		case n.Data == "form":
			if action = attr["action"]; attr["method"] != "post" {
				t.Errorf("the form's method is %q", attr["method"])
			}
		case n.Data == "input" && (attr["type"] != "radio" || checked):
			values.Add(attr["name"], attr["value"])
		case n.Data == "textarea":
			values.Add(attr["name"], "")
			if n.FirstChild != nil {
				values.Set(attr["name"], n.FirstChild.Data)
			}
		}
	}
	if action == "" {
		t.Fatalf("the page has no form: %s", text)
	}
	return action, values
}

// signIn opens the sign-in page of an authorization request, fills it in, and returns what the app's callback gets.
func signIn(t testing.TB, s *served, address string, fill ...string) url.Values {
	t.Helper()
	answer, text := page(t, address)
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", answer.Status, text)
	}
	action, values := formOf(t, text)
	for n := 0; n < len(fill); n += 2 {
		values.Set(fill[n], fill[n+1])
	}
	answer, err := client0.PostForm(hostOf(s)+action, values)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s: %s", answer.Status, body(t, answer))
	}
	return query(t, answer)
}

// hostOf is the origin of the issuer's pages.
func hostOf(s *served) string {
	u, _ := url.Parse(s.base)
	return u.Scheme + "://" + u.Host
}

func query(t testing.TB, answer *http.Response) url.Values {
	t.Helper()
	u, err := answer.Location()
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

// tokens are an answer of the token endpoint.
type tokens struct {
	Status      int
	Error       string `json:"error"`
	Description string `json:"error_description"`
	Access      string `json:"access_token"`
	ID          string `json:"id_token"`
	Refresh     string `json:"refresh_token"`
	Scope       string `json:"scope"`
	Kind        string `json:"token_type"`
	Expires     int    `json:"expires_in"`
}

// post sends a form to an endpoint, as a client with a secret if it is not "".
func post(t testing.TB, address, id, secret string, pairs ...string) tokens {
	t.Helper()
	form := url.Values{}
	for n := 0; n < len(pairs); n += 2 {
		form.Add(pairs[n], pairs[n+1])
	}
	r, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if secret != "" {
		r.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret))
	}
	answer, err := client0.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := tokens{Status: answer.StatusCode}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &out); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
	}
	if answer.Header.Get("Cache-Control") != "no-store" && len(text) > 0 {
		t.Errorf("%s: Cache-Control is %q", address, answer.Header.Get("Cache-Control"))
	}
	return out
}

const testVerifier = "a-verifier-of-forty-three-characters-or-more"

// authURL is an authorization request of the client "shop", with some parameters changed; "" leaves one out.
func authURL(s *served, changes ...string) string {
	q := url.Values{
		"response_type": {"code"}, "client_id": {"shop"}, "redirect_uri": {appOrigin + "/auth/callback"},
		"scope": {"openid orders:read orders:write offline_access"}, "state": {"a state"}, "nonce": {"a nonce"},
		"code_challenge": {oauth2.S256ChallengeFromVerifier(testVerifier)}, "code_challenge_method": {"S256"},
	}
	for n := 0; n < len(changes); n += 2 {
		if q.Set(changes[n], changes[n+1]); changes[n+1] == "" {
			q.Del(changes[n])
		}
	}
	return s.AuthorizationURL(s.issuers[0].URL) + "?" + q.Encode()
}

// redeem exchanges the code that a callback got.
func redeem(t testing.TB, s *served, callback url.Values, changes ...string) tokens {
	t.Helper()
	form := map[string]string{
		"grant_type": "authorization_code", "code": callback.Get("code"), "redirect_uri": appOrigin + "/auth/callback",
		"code_verifier": testVerifier,
	}
	for n := 0; n < len(changes); n += 2 {
		form[changes[n]] = changes[n+1]
	}
	var pairs []string
	for name, value := range form {
		if value != "" {
			pairs = append(pairs, name, value)
		}
	}
	return post(t, s.TokenURL(s.issuers[0].URL), "shop", testRing(t).clientSecret(), pairs...)
}

// A person gets a JWT by the authorization code flow with PKCE, as two well-known libraries do it.
func TestCodeFlowByIndependentClients(t *testing.T) {
	s := serveShop(t)
	ctx := oidc.InsecureIssuerURLContext(oidc.ClientContext(t.Context(), client0), shopURL)
	provider, err := oidc.NewProvider(ctx, strings.TrimSuffix(s.DiscoveryURL(shopURL), "/.well-known/openid-configuration"))
	if err != nil {
		t.Fatal(err)
	}
	config := oauth2.Config{
		ClientID: "shop", ClientSecret: testRing(t).clientSecret(), Endpoint: provider.Endpoint(),
		RedirectURL: appOrigin + "/auth/callback",
		Scopes:      []string{oidc.ScopeOpenID, "profile", "email", oidc.ScopeOfflineAccess, "orders:read", "billing:read"},
	}
	verifier := oauth2.GenerateVerifier()
	callback := signIn(t, s, config.AuthCodeURL("a state", oauth2.S256ChallengeOption(verifier), oidc.Nonce("a nonce")))
	if callback.Get("state") != "a state" || callback.Get("iss") != shopURL {
		t.Errorf("the callback got %v", callback)
	}
	token, err := config.Exchange(ctx, callback.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	if got := token.Extra("scope"); got != "openid profile email offline_access orders:read" {
		t.Errorf("the scopes %q were granted: the persona does not hold billing:read", got)
	}

	raw, _ := token.Extra("id_token").(string)
	id, err := provider.VerifierContext(ctx, &oidc.Config{
		ClientID: "shop", Now: s.clock.now, SupportedSigningAlgs: []string{"ES256"},
	}).Verify(ctx, raw)
	if err != nil {
		t.Fatal(err)
	}
	var profile struct {
		Name, Email, Tenant string
		Permissions         []string
		Realm               struct{ Groups []string }
		AuthTime            int64 `json:"auth_time"`
	}
	if err := id.Claims(&profile); err != nil {
		t.Fatal(err)
	}
	if id.Nonce != "a nonce" || id.Subject != "developer" || id.VerifyAccessToken(token.AccessToken) != nil ||
		profile.Name != "Ada Lovelace" || profile.Email != "developer@example.com" || profile.Tenant != "acme" ||
		!slices.Equal(profile.Realm.Groups, []string{"admins", "staff"}) ||
		!slices.Equal(profile.Permissions, []string{"approver"}) || profile.AuthTime != t0.Unix() {
		t.Errorf("the ID token says %+v, %+v", id, profile)
	}

	access, err := s.verifier(t, s.issuers[0].Issuer).Verify(ctx, token.AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	if access.Subject() != "developer" || !access.Claim("scope").Is("openid profile email offline_access orders:read") ||
		!access.Claim("tenant").Is("acme") || access.Claim("realm.groups").Raw() != `["admins","staff"]` ||
		access.Claim("permissions").Raw() != `["approver"]` {
		t.Errorf("the access token says %s", access.Claims().Raw())
	}

	info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		t.Fatal(err)
	}
	if info.Subject != "developer" || info.Email != "developer@example.com" || !info.EmailVerified {
		t.Errorf("userinfo says %+v", info)
	}

	token.Expiry = s.clock.now().AddDate(-10, 0, 0) // of the library's own clock
	next, err := config.TokenSource(ctx, token).Token()
	if err != nil {
		t.Fatal(err)
	}
	if next.AccessToken == token.AccessToken || next.RefreshToken == token.RefreshToken || next.RefreshToken == "" {
		t.Error("a refresh gives the same tokens again")
	}
}

// The API's own authorizer takes the tokens of a code flow in each form that an issuer's tokens have.
func TestCodeFlowInEachForm(t *testing.T) {
	for name, change := range map[string]func(*Issuer){
		"JWTs":     func(*Issuer) {},
		"at+jwt":   func(i *Issuer) { i.Type = "at+jwt" },
		"EdDSA":    func(i *Issuer) { i.Algorithms = []string{"EdDSA"} },
		"by HMAC":  func(i *Issuer) { i.Algorithms, i.SecretARN = nil, secret },
		"a client": func(i *Issuer) { i.Clients, i.ClientClaim = []string{"shop"}, "cid" },
		"Amazon Cognito": func(i *Issuer) {
			i.URL, i.Audiences, i.TokenUse, i.GroupsClaim = pool, []string{"shop"}, "access", "cognito:groups"
		},
		"Amazon Cognito with a resource": func(i *Issuer) {
			i.URL, i.Clients, i.TokenUse, i.GroupsClaim = pool, []string{"web", "shop"}, "access", "cognito:groups"
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := serveShop(t, shopIssuer(change))
			i := s.issuers[0].Issuer
			got := redeem(t, s, signIn(t, s, authURL(s)))
			if got.Status != http.StatusOK || got.Kind != "Bearer" || got.Expires != 3600 || got.Refresh == "" {
				t.Fatalf("%+v", got)
			}
			rules := jwt.Issuer{
				URL: i.URL, Audiences: i.Audiences, Algorithms: i.Algorithms, Type: i.Type, TokenUse: i.TokenUse,
				Clients: i.Clients, ClientClaim: i.ClientClaim,
			}
			access, err := s.verify(t.Context(), testRing(t), rules, i.SecretARN != "", s.issuers[0].algorithms(), got.Access)
			if err != nil {
				t.Fatal(err)
			}
			if !access.Claim("scope").Is("openid orders:read orders:write offline_access") {
				t.Errorf("the access token says %s", access.Claims().Raw())
			}
			rules.Audiences, rules.Type, rules.TokenUse, rules.Clients, rules.ClientClaim = []string{"shop"}, "", "", nil, ""
			id, err := s.verify(t.Context(), testRing(t), rules, i.SecretARN != "", s.issuers[0].algorithms(), got.ID)
			if err != nil {
				t.Fatal(err)
			}
			if !id.Claim("nonce").Is("a nonce") || id.Claim("at_hash").Raw() == "" {
				t.Errorf("the ID token says %s", id.Claims().Raw())
			}
			r, err := http.NewRequest(http.MethodGet, strings.Replace(s.TokenURL(i.URL), "/token", "/userinfo", 1), nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+got.Access)
			answer, err := client0.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			if text := body(t, answer); strings.TrimSpace(text) != `{"sub":"developer"}` {
				t.Errorf("userinfo without the scopes profile and email: %s", text)
			}
		})
	}
}
