package devissuer

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

// TestCodeFlowByIndependentClients gets a JWT for a person by the authorization code flow with PKCE, with two
// well-known libraries.
func TestCodeFlowByIndependentClients(t *testing.T) {
	s := serveShop(t)
	ctx := oidc.InsecureIssuerURLContext(oidc.ClientContext(t.Context(), client0), shopURL)
	provider, err := oidc.NewProvider(ctx, strings.TrimSuffix(s.DiscoveryURL(shopURL), discoveryPath))
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
		t.Errorf("the scopes %q were granted, but the persona does not have billing:read", got)
	}

	raw, _ := token.Extra("id_token").(string)
	id, err := provider.VerifierContext(ctx, &oidc.Config{
		ClientID: "shop", Now: s.clock.Now, SupportedSigningAlgs: []string{"ES256"},
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

	token.Expiry = s.clock.Now().AddDate(-10, 0, 0) // of the library's own clock
	next, err := config.TokenSource(ctx, token).Token()
	if err != nil {
		t.Fatal(err)
	}
	if next.AccessToken == token.AccessToken || next.RefreshToken == token.RefreshToken || next.RefreshToken == "" {
		t.Error("a refresh gives the same tokens again")
	}
}

// TestCodeFlowInEachForm checks that the API's authorizer accepts the tokens of a code flow, in each form of an
// issuer's tokens.
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
			r, err := http.NewRequest(http.MethodGet, s.UserinfoURL(i.URL), nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+got.Access)
			answer, err := client0.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			want := `{"sub":"developer"}`
			if i.URL == pool {
				want = `{"sub":"developer","username":"developer"}`
			}
			if text := body(t, answer); strings.TrimSpace(text) != want {
				t.Errorf("userinfo without the scopes profile and email: %s", text)
			}
		})
	}
}

// TestCodeFlowWithOpaqueTokens checks that the API can introspect opaque access tokens, and that ID tokens are still
// JWTs.
func TestCodeFlowWithOpaqueTokens(t *testing.T) {
	s := serveShop(t, shopIssuer(func(i *Issuer) {
		i.Introspection = &authz.Introspection{ClientID: "orders api", SecretARN: clientSecretARN}
	}))
	got := redeem(t, s, signIn(t, s, authURL(s)))
	if got.Status != http.StatusOK || strings.Contains(got.Access, ".") || strings.Count(got.ID, ".") != 2 {
		t.Fatalf("%+v", got)
	}
	secret := testRing(t).clientSecret()
	about := func(id, token string, more ...string) string {
		t.Helper()
		_, text := postRaw(t, s.IntrospectionURL(shopURL), id, secret, append([]string{"token", token}, more...)...)
		return text
	}
	if text := about("orders api", got.Access); !strings.Contains(text, `"active":true`) ||
		!strings.Contains(text, `"client_id":"shop"`) || !strings.Contains(text, `"tenant":"acme"`) {
		t.Errorf("the API asks: %s", text)
	}
	if text := about("orders api", got.Refresh); text != "{\"active\":false}\n" {
		t.Errorf("a refresh token in the place of an access token: %s", text)
	}
	if text := about("shop", got.Refresh); !strings.Contains(text, `"active":true`) ||
		strings.Contains(text, "token_type") {
		t.Errorf("the client asks about its refresh token: %s", text)
	}
	if text := about("shop", got.ID); text != "{\"active\":false}\n" {
		t.Errorf("an ID token: %s", text)
	}
	if got := post(t, s.RevocationURL(shopURL), "", "", "token", got.Refresh, "client_id", "shop"); got.Status != 401 {
		t.Errorf("revoked without authentication: %+v", got)
	}
	if got := post(t, s.RevocationURL(shopURL), "x", secret, "token", got.Refresh); got.Error != "unauthorized_client" {
		t.Errorf("revoked by another client: %+v", got)
	}
	if got := post(t, s.RevocationURL(shopURL), "shop", secret, "token", got.Refresh); got.Status != 200 {
		t.Errorf("revoked: %+v", got)
	}
	for kind, token := range map[string]string{"access": got.Access, "refresh": got.Refresh} {
		if text := about("shop", token); text != "{\"active\":false}\n" {
			t.Errorf("the %s token, after the refresh token was revoked: %s", kind, text)
		}
	}
}
