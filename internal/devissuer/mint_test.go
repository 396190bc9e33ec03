package devissuer

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

// parts are a token's header and claims, unverified.
func parts(t testing.TB, token string) (header, claims map[string]any) {
	t.Helper()
	for n, into := range []*map[string]any{&header, &claims} {
		text, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[n])
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, into); err != nil {
			t.Fatal(err)
		}
	}
	return header, claims
}

const (
	pool   = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab1Cd2Ef3"
	tenant = "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0"
	secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:hmac-Ab12Cd"
)

var rights = TokenRequest{
	Subject: "ada",
	Scopes:  []string{"orders:read", "orders:write"},
	Groups:  []string{"staff", "Order managers"},
	Roles:   []string{"auditor"},
}

// TestTokensAreThoseOfTheirIssuers checks, for the settings of each preset of the construct, that a token has the form
// that the provider documents, and that the verifier with the same settings accepts it.
func TestTokensAreThoseOfTheirIssuers(t *testing.T) {
	var times = map[string]any{"iat": float64(t0.Unix()), "exp": float64(t0.Unix() + 3600)}
	for _, tt := range []struct {
		name     string
		settings authz.Issuer
		request  TokenRequest
		header   map[string]any
		claims   map[string]any
	}{
		{"Okta: scopes are an array in scp", authz.Issuer{
			URL:         "https://shop.okta.com/oauth2/default",
			Audiences:   []string{"api://orders"},
			ScopesClaim: "scp",
			GroupsClaim: "groups",
		}, rights, map[string]any{"alg": "RS256", "typ": "JWT"}, map[string]any{
			"iss": "https://shop.okta.com/oauth2/default", "aud": "api://orders", "sub": "ada",
			"scp": []any{"orders:read", "orders:write"}, "groups": []any{"staff", "Order managers"}, "roles": []any{"auditor"},
		}},
		{"Entra ID: scopes are a string in scp", authz.Issuer{
			URL: tenant, Audiences: []string{"api-client-id"}, ScopesClaim: "scp", GroupsClaim: "groups", RolesClaim: "roles",
		}, rights, map[string]any{"alg": "RS256", "typ": "JWT"}, map[string]any{
			"iss": tenant, "aud": "api-client-id", "sub": "ada",
			"scp": "orders:read orders:write", "groups": []any{"staff", "Order managers"}, "roles": []any{"auditor"},
		}},
		{
			"Google: ID tokens",
			authz.Issuer{
				URL: "https://accounts.google.com", Audiences: []string{"1.apps.googleusercontent.com"},
			},
			TokenRequest{Subject: "ada", Use: ID, Claims: map[string]any{"email": "ada@example.com"}},
			map[string]any{"alg": "RS256", "typ": "JWT"},
			map[string]any{
				"iss":   "https://accounts.google.com",
				"aud":   "1.apps.googleusercontent.com",
				"sub":   "ada",
				"email": "ada@example.com",
			},
		},
		{"Auth0: scopes are a string in scope, permissions are roles", authz.Issuer{
			URL: "https://shop.eu.auth0.com/", Audiences: []string{"https://api.shop.example.com"}, RolesClaim: "permissions",
		}, rights, map[string]any{"alg": "RS256", "typ": "JWT"}, map[string]any{
			"iss": "https://shop.eu.auth0.com/", "aud": "https://api.shop.example.com", "sub": "ada",
			"scope": "orders:read orders:write", "groups": []any{"staff", "Order managers"}, "permissions": []any{"auditor"},
		}},
		{"Auth0: a claim whose name is a URL is one claim", authz.Issuer{
			URL: "https://shop.eu.auth0.com/", Audiences: []string{"orders"}, RolesClaim: "https://shop.example.com/roles",
		}, TokenRequest{Roles: []string{"auditor"}}, map[string]any{"alg": "RS256", "typ": "JWT"}, map[string]any{
			"iss":                            "https://shop.eu.auth0.com/",
			"aud":                            "orders",
			"sub":                            "developer",
			"https://shop.example.com/roles": []any{"auditor"},
		}},
		{"Keycloak: roles in an object, the user's name as principal", authz.Issuer{
			URL:            "https://id.example.com/realms/shop",
			Audiences:      []string{"orders"},
			RolesClaim:     "realm_access.roles",
			GroupsClaim:    "realm_access.groups",
			PrincipalClaim: "preferred_username",
			Algorithms:     []string{"ES256"},
		}, rights, map[string]any{"alg": "ES256", "typ": "JWT"}, map[string]any{
			"iss": "https://id.example.com/realms/shop", "aud": "orders", "sub": "ada", "preferred_username": "ada",
			"scope": "orders:read orders:write", "realm_access": map[string]any{
				"roles":  []any{"auditor"},
				"groups": []any{"staff", "Order managers"},
			},
		}},
		{"RFC 9068: typ and client_id", authz.Issuer{
			URL: "https://idp.example.com", Audiences: []string{"orders"}, Type: "at+jwt", Algorithms: []string{"PS256"},
		}, rights, map[string]any{"alg": "PS256", "typ": "at+jwt"}, map[string]any{
			"iss": "https://idp.example.com", "aud": "orders", "sub": "ada", "client_id": "gatehouse-client",
			"scope": "orders:read orders:write", "groups": []any{"staff", "Order managers"}, "roles": []any{"auditor"},
		}},
		{
			"Cognito access tokens: client_id and no aud, and no typ",
			authz.Issuer{
				URL: pool, Audiences: []string{"client1"}, TokenUse: "access", GroupsClaim: "cognito:groups",
			},
			TokenRequest{Subject: "ada", Scopes: []string{"orders/read"}, Groups: []string{"admins"}},
			map[string]any{"alg": "RS256"},
			map[string]any{
				"iss":            pool,
				"sub":            "ada",
				"username":       "ada",
				"client_id":      "client1",
				"token_use":      "access",
				"version":        2.0,
				"auth_time":      float64(t0.Unix()),
				"scope":          "orders/read",
				"cognito:groups": []any{"admins"},
			},
		},
		{"Cognito ID tokens: aud", authz.Issuer{
			URL:            pool,
			Audiences:      []string{"client1"},
			TokenUse:       "id",
			GroupsClaim:    "cognito:groups",
			PrincipalClaim: "cognito:username",
		}, TokenRequest{Subject: "ada", Groups: []string{"admins"}}, map[string]any{"alg": "RS256"}, map[string]any{
			"iss":              pool,
			"sub":              "ada",
			"cognito:username": "ada",
			"aud":              "client1",
			"token_use":        "id",
			"auth_time":        float64(t0.Unix()),
			"cognito:groups":   []any{"admins"},
		}},
		{"Cognito without token_use: ID tokens, the only ones with an audience", authz.Issuer{
			URL: pool, Audiences: []string{"client1"},
		}, TokenRequest{}, map[string]any{"alg": "RS256"}, map[string]any{
			"iss":              pool,
			"sub":              "developer",
			"cognito:username": "developer",
			"aud":              "client1",
			"token_use":        "id",
			"auth_time":        float64(t0.Unix()),
		}},
		{"HMAC: no key id", authz.Issuer{
			URL: "https://legacy.example.com", Audiences: []string{"orders"}, SecretARN: secret,
		}, rights, map[string]any{"alg": "HS256", "typ": "JWT"}, map[string]any{
			"iss": "https://legacy.example.com", "aud": "orders", "sub": "ada",
			"scope": "orders:read orders:write", "groups": []any{"staff", "Order managers"}, "roles": []any{"auditor"},
		}},
		{
			"one claim for groups and roles",
			authz.Issuer{
				URL: "https://idp.example.com", Audiences: []string{"orders"}, GroupsClaim: "member", RolesClaim: "member",
			},
			TokenRequest{Groups: []string{"a", "b"}, Roles: []string{"b", "c"}},
			map[string]any{"alg": "RS256", "typ": "JWT"},
			map[string]any{
				"iss": "https://idp.example.com", "aud": "orders", "sub": "developer", "member": []any{"a", "b", "c"},
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, Issuer{Issuer: tt.settings})
			token, err := s.Mint(tt.request)
			if err != nil {
				t.Fatal(err)
			}
			header, claims := parts(t, token)
			if _, named := header["kid"].(string); named == (tt.settings.SecretARN != "") {
				t.Errorf("it has a kid: %v", named)
			}
			delete(header, "kid")
			if diff := cmp.Diff(tt.header, header); diff != "" {
				t.Errorf("header (-want +got):\n%s", diff)
			}
			if id, _ := claims["jti"].(string); len(id) != 32 {
				t.Errorf("jti %v, want one of 16 bytes", claims["jti"])
			}
			delete(claims, "jti")
			for name, at := range times {
				tt.claims[name] = at
			}
			if diff := cmp.Diff(tt.claims, claims); diff != "" {
				t.Errorf("claims (-want +got):\n%s", diff)
			}
			verified, err := s.verifier(t, tt.settings).Verify(t.Context(), token)
			if err != nil {
				t.Fatalf("the verifier with the issuer's settings refuses it: %v", err)
			}
			if verified.Issuer() != tt.settings.URL {
				t.Errorf("issuer %q, want %q", verified.Issuer(), tt.settings.URL)
			}
		})
	}
}

// TestEveryAlgorithm checks that tokens of each algorithm are accepted, also if the issuer has several algorithms.
func TestEveryAlgorithm(t *testing.T) {
	var published, shared []string
	for _, name := range algorithmNames() {
		if algorithms[name].kind == secretKind {
			shared = append(shared, name)
		} else {
			published = append(published, name)
		}
	}
	for _, i := range []authz.Issuer{
		{URL: "https://idp.example.com", Audiences: []string{"orders"}, Algorithms: published},
		{URL: "https://legacy.example.com", Audiences: []string{"orders"}, Algorithms: shared, SecretARN: secret},
	} {
		s := serve(t, Issuer{Issuer: i})
		v := s.verifier(t, i)
		for _, name := range i.Algorithms {
			token, err := s.Mint(TokenRequest{Algorithm: name})
			if err != nil {
				t.Fatal(err)
			}
			verified, err := v.Verify(t.Context(), token)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			want := name
			if name == "Ed25519" { // which verifiers know as EdDSA
				want = "EdDSA"
			}
			if verified.Algorithm() != want {
				t.Errorf("signed with %s, want %s", verified.Algorithm(), want)
			}
		}
	}
}

// TestTokensThatAreRefused checks that tokens that are requested in order to be rejected can be made, and are rejected
// for that reason.
func TestTokensThatAreRefused(t *testing.T) {
	access := authz.Issuer{URL: pool, Audiences: []string{"client1"}, TokenUse: "access"}
	typed := authz.Issuer{URL: "https://idp.example.com", Audiences: []string{"orders"}, Type: "at+jwt"}
	for _, tt := range []struct {
		name     string
		settings authz.Issuer
		request  TokenRequest
		want     error
	}{
		{"expired", typed, TokenRequest{Expires: -time.Minute}, jwt.ErrExpired},
		{"another audience", typed, TokenRequest{Audience: "billing"}, jwt.ErrAudience},
		{"an ID token for an API", typed, TokenRequest{Use: ID}, jwt.ErrType},
		{"a Cognito ID token for an API", access, TokenRequest{Use: ID}, jwt.ErrTokenUse},
		{"a Cognito token of another client", access, TokenRequest{Audience: "client2"}, jwt.ErrAudience},
		{
			"a claim that replaces one",
			typed,
			TokenRequest{Claims: map[string]any{"iss": "https://evil.example.com"}},
			jwt.ErrIssuer,
		},
		{"a claim that is left out", typed, TokenRequest{Claims: map[string]any{"exp": nil}}, jwt.ErrTime},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, Issuer{Issuer: tt.settings})
			token, err := s.Mint(tt.request)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.verifier(t, tt.settings).Verify(t.Context(), token); !errors.Is(err, tt.want) {
				t.Errorf("want %v, got %v", tt.want, err)
			}
		})
	}
}

func TestExpires(t *testing.T) {
	i := authz.Issuer{URL: "https://idp.example.com", Audiences: []string{"orders"}}
	s := serve(t, Issuer{Issuer: i})
	token, err := s.Mint(TokenRequest{Expires: 90 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	v := s.verifier(t, i)
	s.clock.Advance(89 * time.Second)
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Errorf("after 89 s: %v", err)
	}
	s.clock.Advance(time.Second)
	if _, err := v.Verify(t.Context(), token); !errors.Is(err, jwt.ErrExpired) {
		t.Errorf("after 90 s: want %v, got %v", jwt.ErrExpired, err)
	}
	expired, err := s.Mint(TokenRequest{Expires: -time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	_, claims := parts(t, expired)
	if claims["iat"].(float64) >= claims["exp"].(float64) {
		t.Errorf("an expired token was issued at %v, after it expired at %v", claims["iat"], claims["exp"])
	}
}

func TestMintErrors(t *testing.T) {
	plain := authz.Issuer{
		URL:        "https://idp.example.com",
		Audiences:  []string{"orders"},
		Algorithms: []string{"ES256", "RS256"},
	}
	with := func(change func(*authz.Issuer)) authz.Issuer {
		i := plain
		change(&i)
		return i
	}
	for _, tt := range []struct {
		name     string
		settings authz.Issuer
		request  TokenRequest
		want     string
	}{
		{
			"an algorithm that the issuer has not",
			plain,
			TokenRequest{Algorithm: "HS256"},
			`issuer "https://idp.example.com": algorithm "HS256": it signs with ES256, RS256`,
		},
		{"a use that there is not", plain, TokenRequest{Use: "refresh"}, `use "refresh": want "access" or "id"`},
		{
			"scopes in an ID token",
			plain,
			TokenRequest{Use: ID, Scopes: []string{"orders:read"}},
			`scope "orders:read": an ID token has no scopes: ask for an access token, or leave them out`,
		},
		{"no audience", with(func(i *authz.Issuer) { i.Audiences = nil }), TokenRequest{}, `it has no audience: give one`},
		{
			"two scopes in one",
			plain,
			TokenRequest{Scopes: []string{"a b"}},
			`scope "a b": scopes are words without spaces (RFC 6749, section 3.3): give each separately`,
		},
		{"an empty scope", plain, TokenRequest{Scopes: []string{""}}, `scope ""`},
		{"an empty group", plain, TokenRequest{Groups: []string{""}}, `a group is empty: leave it out`},
		{"an empty role", plain, TokenRequest{Roles: []string{"a", ""}}, `a role is empty: leave it out`},
		{"no text", plain, TokenRequest{Subject: "\xff"}, `"\xff" is not valid UTF-8`},
		{
			"a claim without a name",
			plain,
			TokenRequest{Claims: map[string]any{"": 1}},
			`claim "": want a name in valid UTF-8`,
		},
		{
			"a claim that is not JSON",
			plain,
			TokenRequest{Claims: map[string]any{"f": func() {}}},
			`the claims cannot be encoded as JSON`,
		},
		{
			"too deep",
			plain,
			TokenRequest{Claims: map[string]any{"deep": json.RawMessage(strings.Repeat("[", 40) + strings.Repeat("]", 40))}},
			`no verifier reads these claims: strictjson: nested too deep`,
		},
		{
			"too long",
			plain,
			TokenRequest{Claims: map[string]any{"long": strings.Repeat("x", 8192)}},
			`and no authorizer takes more than 8192: give it fewer claims`,
		},
		{
			"a claim inside of one that is a list",
			with(func(i *authz.Issuer) { i.RolesClaim = "groups.roles" }),
			rights,
			`the claim "groups.roles": groups is not an object`,
		},
		{
			"a claim in place of an object",
			with(func(i *authz.Issuer) { i.RolesClaim, i.PrincipalClaim = "user", "user.name" }),
			rights,
			`the claim "user": it is an object already`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := serve(t, Issuer{Issuer: tt.settings}).Mint(tt.request)
			if !errors.Is(err, ErrRequest) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("want an ErrRequest with %s\n got %v", tt.want, err)
			}
		})
	}
}

func TestNoTwoTokensAreTheSame(t *testing.T) {
	s := serve(
		t,
		Issuer{Issuer: authz.Issuer{URL: "https://idp.example.com", Audiences: []string{"orders"}, SecretARN: secret}},
	)
	a, err := s.Mint(TokenRequest{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.Mint(TokenRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if a == b {
		t.Error("two tokens with one jti")
	}
}

// FuzzClaimNames checks for all names of an issuer's claims that the verifier finds scopes, groups and roles there.
func FuzzClaimNames(f *testing.F) {
	f.Add("scope", "groups", "roles", "a", "b", "c")
	f.Add("scp", "cognito:groups", "realm_access.roles", "orders/read", "Order managers", "ä")
	f.Add("x.y", "x.z", "https://shop.example.com/roles", "s", "g", "r")
	f.Add("a.b", "a", "a.b.c", "s", "g", "r")
	f.Add("a..b", ".a", "a.", "s", "g", "r")
	f.Add("m", "m", "m", "s", "g", "s")
	f.Add("0", "0", "\x93", "0", "0", "0")
	s := serve(
		f,
		Issuer{
			Issuer: authz.Issuer{URL: "https://idp.example.com", Audiences: []string{"orders"}, Algorithms: []string{"ES256"}},
		},
	)
	f.Fuzz(func(t *testing.T, scopes, groups, roles, scope, group, role string) {
		settings := authz.Issuer{
			URL: "https://idp.example.com", Audiences: []string{"orders"}, Algorithms: []string{"ES256"},
			ScopesClaim: scopes, GroupsClaim: groups, RolesClaim: roles,
		}
		for _, name := range []string{scopes, groups, roles} {
			switch first, _, _ := strings.Cut(name, "."); first {
			case "iss", "sub", "aud", "exp", "iat", "jti", "nbf":
				return // no valid token is possible if an issuer's rights are in these
			}
		}
		p, err := New(s.keys, []Issuer{{Issuer: settings}}, Options{Now: s.clock.Now, BaseURL: s.base})
		if err != nil {
			if !errors.Is(err, ErrConfig) {
				t.Fatal(err)
			}
			return
		}
		token, err := p.Mint(TokenRequest{Scopes: []string{scope}, Groups: []string{group}, Roles: []string{role}})
		if err != nil {
			if !errors.Is(err, ErrRequest) {
				t.Fatal(err)
			}
			return
		}
		verified, err := s.verifier(t, settings).Verify(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		for _, has := range []struct{ claim, otherwise, value string }{
			{scopes, "scope", scope},
			{groups, "groups", group},
			{roles, "roles", role},
		} {
			if has.claim == "" {
				has.claim = has.otherwise
			}
			v := verified.Claim(has.claim)
			list, _ := v.Texts()
			if text, ok := v.Text(); ok {
				list = strings.Split(text, " ")
			}
			found := false
			for _, e := range list {
				found = found || e == has.value
			}
			if !found {
				t.Errorf("claim %q has %v, want %q in it: %s", has.claim, list, has.value, verified.Claims().Raw())
			}
		}
	})
}
