package devissuer

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/login"
)

const entraURL = "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0"

// ofEntra makes an issuer one of Microsoft Entra ID.
func ofEntra(i *Issuer) {
	i.URL, i.ScopesClaim, i.GroupsClaim, i.RolesClaim = entraURL, "scp", "groups", "roles"
}

// A client asks Microsoft Entra ID for a scope with the API's identifier in front, and the token has it without.
// Source: https://learn.microsoft.com/entra/identity-platform/scopes-oidc, "indicated by appending the permission value
// to the resource's identifier or application ID URI".
func TestEntraScopes(t *testing.T) {
	for name, tt := range map[string]struct{ asked, want string }{
		"an application ID URI":          {"openid api://orders/orders:read", "openid orders:read"},
		"one of another form":            {"https://api.example.com/v1/orders:read", "orders:read"},
		"the client's id":                {"33333333-3333-4444-5555-666666666666/orders:read", "orders:read"},
		"a scope that no one has":        {"openid api://orders/orders:delete", "openid"},
		"without the API":                {"orders:read orders:write", "orders:read orders:write"},
		"all that the client is allowed": {"openid api://orders/.default", "openid orders:read orders:write"},
		"one scope in two ways":          {"api://orders/orders:read api://orders/.default", "orders:read orders:write"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serveShop(t, shopIssuer(ofEntra))
			asked, want := "offline_access "+tt.asked, "offline_access "+tt.want
			got := redeem(t, s, signIn(t, s, authURL(s, "scope", asked)))
			if claims, ok := unverified(got.Access); !ok || !claims.Get("scp").Is(want) {
				t.Fatalf("the token says %s, want %s: %+v", claims.Raw(), want, got)
			}
			got = post(t, s.TokenURL(entraURL), "shop", testRing(t).clientSecret(), "grant_type", "refresh_token",
				"refresh_token", got.Refresh, "scope", "api://orders/orders:write")
			claims, _ := unverified(got.Access)
			granted := strings.Contains(want, "orders:write")
			if granted != claims.Get("scp").Is("orders:write") || granted != (got.Error == "") {
				t.Errorf("refreshed for one scope, the token says %s: %+v", claims.Raw(), got)
			}
		})
	}
}

// TestLoginAtEntra checks the included login at Microsoft Entra ID: the person who may do everything gets the scopes
// that it requests.
func TestLoginAtEntra(t *testing.T) {
	guard := authz.Issuer{
		URL: entraURL, Audiences: []string{"orders"}, ScopesClaim: "scp", GroupsClaim: "groups", RolesClaim: "roles",
	}
	l := withLogin(t, login.Config{
		Issuer: guard, ClientID: "shop", ClientAuth: "client_secret_basic", SecretARN: clientSecretARN,
		Scopes: []string{"openid", "api://orders/orders:read", "offline_access"},
	}, guard)
	answer, _ := l.ask(t, http.MethodGet, "/auth/login")
	_, text := page(t, answer.Header.Get("Location"))
	if strings.Contains(text, "none of the app") {
		t.Errorf("no one on the page has the scope:\n%s", text)
	}
}

// TestEntraMachine checks that a program at Microsoft Entra ID requests everything that it was granted, and gets roles
// and no scopes.
// Source: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
func TestEntraMachine(t *testing.T) {
	s := serveShop(t, shopIssuer(ofEntra))
	ask := func(scope string) tokens {
		return post(t, s.TokenURL(entraURL), "importer", testRing(t).clientSecret(),
			"grant_type", "client_credentials", "scope", scope)
	}
	got := ask("api://orders/.default")
	claims, ok := unverified(got.Access)
	if !ok {
		t.Fatalf("%+v", got)
	}
	roles, _ := claims.Get("roles").Texts()
	if !slices.Equal(roles, []string{"approver"}) || claims.Get("scp").Exists() || !claims.Get("sub").Is("importer") {
		t.Errorf("the token says %s", claims.Raw())
	}
	for _, scope := range []string{"", "orders:read", "api://orders/orders:read", "a/.default b/.default", "openid"} {
		if got := ask(scope); got.Error != "invalid_scope" || !strings.Contains(got.Description, "/.default") {
			t.Errorf("the scope %q: %+v", scope, got)
		}
	}
}
