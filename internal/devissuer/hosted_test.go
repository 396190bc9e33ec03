package devissuer

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
)

// poolIssuer returns a user pool with an app client of a login, whose users may come from Google, and an app client of
// a page.
func poolIssuer(changes ...func(*App)) Issuer {
	shop := App{
		ClientID: "shop", Callback: "/auth/callback", Origin: "https://shop.example.com", ClientAuth: AnySecret,
		UserPoolID: "eu-central-1_Ab1Cd2Ef3", Declared: true, LogoutURIs: []string{"https://shop.example.com/"},
		Providers: []string{"COGNITO", "Google"},
	}
	for _, change := range changes {
		change(&shop)
	}
	return Issuer{
		Issuer: authz.Issuer{
			URL: pool, Audiences: []string{"shop", "page"}, TokenUse: "access", GroupsClaim: "cognito:groups",
		},
		Apps: []App{shop, {ClientID: "page", Declared: true, RedirectURIs: []string{"https://page.example.com/in"}}},
		Providers: []IdentityProvider{
			{Name: "Google", Type: "Google", Identifiers: []string{"gmail.com"}}, {Name: "Partner", Type: "SAML"},
		},
	}
}

// TestHostedDiscovery checks that the metadata of a user pool has the endpoints of its domain, and nothing that a user
// pool does not have.
func TestHostedDiscovery(t *testing.T) {
	s := serveShop(t, poolIssuer())
	answer, text := page(t, s.DiscoveryURL(pool))
	var got map[string]any
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(answer.Status, err)
	}
	at := strings.TrimSuffix(s.DiscoveryURL(pool), discoveryPath)
	want := map[string]any{
		"issuer": pool, "jwks_uri": at + "/jwks", "authorization_endpoint": at + "/oauth2/authorize",
		"token_endpoint": at + "/oauth2/token", "userinfo_endpoint": at + "/oauth2/userInfo",
		"revocation_endpoint": at + "/oauth2/revoke", "end_session_endpoint": at + "/logout",
		"response_types_supported": []any{"code"}, "subject_types_supported": []any{"public"},
		"scopes_supported":                      []any{"openid", "email", "phone", "profile"},
		"id_token_signing_alg_values_supported": []any{"RS256"},
		"token_endpoint_auth_methods_supported": []any{"client_secret_basic", "client_secret_post"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for path, want := range map[string]int{
		"/login": http.StatusBadRequest, "/oauth2/authorize": http.StatusBadRequest, "/logout": http.StatusBadRequest,
		"/oauth2/token": http.StatusMethodNotAllowed, "/oauth2/revoke": http.StatusMethodNotAllowed,
		"/oauth2/userInfo": http.StatusUnauthorized,
		"/authorize":       http.StatusNotFound, "/token": http.StatusNotFound, "/userinfo": http.StatusNotFound,
		"/revoke": http.StatusNotFound, "/par": http.StatusNotFound,
	} {
		if answer, _ := page(t, at+path); answer.StatusCode != want {
			t.Errorf("GET %s: %s, want %d", path, answer.Status, want)
		}
	}
}

// TestHostedSignIn checks that users choose on the sign-in page among the providers of the client, unless the request
// selects one.
func TestHostedSignIn(t *testing.T) {
	s := serveShop(t, poolIssuer(), shopIssuer())
	names := func(address string) (out []string) {
		_, text := page(t, address)
		for _, c := range controls(t, text) {
			if c.name == "provider" {
				out = append(out, c.value)
			}
		}
		return out
	}
	login := strings.Replace(authURL(s), "/oauth2/authorize", "/login", 1)
	for name, tt := range map[string]struct {
		address, said string
		want          []string
	}{
		"by default":                    {authURL(s), "The user pool", []string{"COGNITO", "Google"}},
		"at the login endpoint":         {login, "The user pool", []string{"COGNITO", "Google"}},
		"a provider":                    {authURL(s, "identity_provider", "Google"), "<dd>Google</dd>", nil},
		"the pool":                      {authURL(s, "identity_provider", "COGNITO"), "Sign in as", nil},
		"by an identifier":              {authURL(s, "idp_identifier", "gmail.com"), "<dd>Google</dd>", nil},
		"of a client without providers": {s.AuthorizationURL(shopURL), "Sign-in refused", nil},
	} {
		_, text := page(t, tt.address)
		if got := names(tt.address); !strings.Contains(text, tt.said) || cmp.Diff(tt.want, got) != "" {
			t.Errorf("%s: to choose from are %q: %s", name, got, text)
		}
	}
	for name, changes := range map[string][]string{
		"a provider that the client does not have": {"identity_provider", "Partner"},
		"a provider that does not exist":           {"identity_provider", "Facebook"},
		"an identifier that does not exist":        {"idp_identifier", "example.org"},
	} {
		answer, _ := page(t, authURL(s, changes...))
		got := query(t, answer)
		if got.Get("error") != "invalid_request" || got.Has("iss") {
			t.Errorf("%s: %v", name, got)
		}
	}
	only := serveShop(t, poolIssuer(func(a *App) { a.Providers = []string{"Google"} }))
	if _, text := page(t, authURL(only)); !strings.Contains(text, "<dd>Google</dd>") {
		t.Errorf("the only provider: %s", text)
	}
	imported := serveShop(t, shopIssuer(func(i *Issuer) { i.URL, i.TokenUse = pool, "access" }))
	if _, text := page(t, authURL(imported, "identity_provider", "Google")); !strings.Contains(text, "<dd>Google</dd>") {
		t.Errorf("of a client that the template does not have: %s", text)
	}
	if callback := signIn(t, s, authURL(s)); callback.Has("iss") || callback.Get("code") == "" {
		t.Errorf("the callback is %v: a user pool names no iss", callback)
	}
}

// TestHostedSignInByAForeignForm checks that only a listed choice is accepted.
func TestHostedSignInByAForeignForm(t *testing.T) {
	s := serveShop(t, poolIssuer())
	_, text := page(t, authURL(s))
	action, form := formOf(t, text)
	form.Set("provider", "Partner")
	answer, err := client0.PostForm(hostOf(s)+action, form)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if text := body(t, answer); answer.StatusCode != http.StatusBadRequest ||
		!strings.Contains(text, "Choose how to sign in: ") {
		t.Errorf("%s: %s", answer.Status, text)
	}
}

// TestHostedFederation checks that a user of Google has a user name, a group and an identity in the pool.
func TestHostedFederation(t *testing.T) {
	s := serveShop(t, poolIssuer())
	for name, tt := range map[string]struct {
		provider                     string
		username, groups, identities string
	}{
		"the pool's own": {"COGNITO", "developer", `["admins","staff"]`, ""},
		"Google's": {"Google", "Google_developer", `["admins","staff","eu-central-1_Ab1Cd2Ef3_Google"]`,
			`[{"dateCreated":"1800000000000","issuer":null,"primary":"true","providerName":"Google","providerType":"Google",` +
				`"userId":"developer"}]`},
	} {
		got := redeem(t, s, signIn(t, s, authURL(s), "provider", tt.provider))
		access, _ := unverified(got.Access)
		id, _ := unverified(got.ID)
		if !access.Get("username").Is(tt.username) || access.Get("cognito:groups").Raw() != tt.groups ||
			!access.Get("sub").Is("developer") || !access.Get("token_use").Is("access") || !access.Get("client_id").Is("shop") {
			t.Errorf("%s: the access token says %s", name, access.Raw())
		}
		if !id.Get("cognito:username").Is(tt.username) || id.Get("cognito:groups").Raw() != tt.groups ||
			id.Get("identities").Raw() != tt.identities || id.Get("username").Exists() {
			t.Errorf("%s: the ID token says %s", name, id.Raw())
		}
		if got.Scope != "" || got.Refresh == "" {
			t.Errorf("%s: the answer is %+v", name, got)
		}
		next := post(t, s.TokenURL(pool), "shop", testRing(t).clientSecret(), "grant_type", "refresh_token",
			"refresh_token", got.Refresh)
		if again, _ := unverified(next.Access); !again.Get("username").Is(tt.username) {
			t.Errorf("%s: after a refresh the access token says %s", name, again.Raw())
		}
	}
}

// TestHostedFederationInLowerCase checks that the user name is in lower case if the pool does not distinguish case. The
// group and the identity have the provider's name unchanged.
func TestHostedFederationInLowerCase(t *testing.T) {
	i := poolIssuer()
	i.LowerNames = true
	s := serveShop(t, i)
	got := redeem(t, s, signIn(t, s, authURL(s), "provider", "Google"))
	access, _ := unverified(got.Access)
	id, _ := unverified(got.ID)
	if !access.Get("username").Is("google_developer") || !id.Get("cognito:username").Is("google_developer") ||
		!strings.Contains(access.Get("cognito:groups").Raw(), `"eu-central-1_Ab1Cd2Ef3_Google"`) ||
		!strings.Contains(id.Get("identities").Raw(), `"providerName":"Google"`) {
		t.Errorf("the access token says %s, the ID token %s", access.Raw(), id.Raw())
	}
}

// TestHostedUserinfo checks that the endpoint names the user as the pool does, and that all values are texts.
func TestHostedUserinfo(t *testing.T) {
	s := serveShop(t, poolIssuer())
	got := redeem(t, s, signIn(t, s, authURL(s, "scope", "openid email"), "provider", "Google"))
	r, err := http.NewRequest(http.MethodGet, s.UserinfoURL(pool), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+got.Access)
	answer, err := client0.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	const want = `{"email":"developer@example.com","email_verified":"true","sub":"developer",` +
		`"username":"Google_developer"}`
	if text := body(t, answer); strings.TrimSpace(text) != want {
		t.Errorf("%s: %s", answer.Status, text)
	}
}

// TestHostedRefreshTokens checks that a refresh token of a user pool is valid until it expires or, depending on its
// client, for one use.
func TestHostedRefreshTokens(t *testing.T) {
	const grace = 30 * time.Second
	for name, tt := range map[string]struct {
		change   func(*App)
		next     bool // a refresh brings another refresh token
		wants    [2]int
		lifetime time.Duration
	}{
		"by default": {func(*App) {}, false, [2]int{200, 200}, refreshLife},
		"rotated": {
			func(a *App) { a.Rotates, a.RotationGrace, a.RefreshLife = true, grace, time.Hour },
			true, [2]int{200, 400}, time.Hour,
		},
		"rotated without a grace": {func(a *App) { a.Rotates = true }, true, [2]int{400, 400}, refreshLife},
	} {
		s := serveShop(t, poolIssuer(tt.change))
		refresh := func(token string) tokens {
			return post(t, s.TokenURL(pool), "shop", testRing(t).clientSecret(), "grant_type", "refresh_token",
				"refresh_token", token)
		}
		first := redeem(t, s, signIn(t, s, authURL(s)))
		if got := refresh(first.Refresh); got.Status != http.StatusOK || (got.Refresh != "") != tt.next {
			t.Errorf("%s: a refresh: %+v", name, got)
		}
		s.clock.Advance(grace)
		if got := refresh(first.Refresh); got.Status != tt.wants[0] {
			t.Errorf("%s: within the grace: %+v", name, got)
		}
		s.clock.Advance(time.Second)
		if got := refresh(first.Refresh); got.Status != tt.wants[1] {
			t.Errorf("%s: after the grace: %+v", name, got)
		}
		old := redeem(t, s, signIn(t, s, authURL(s)))
		s.clock.Advance(tt.lifetime)
		if got := refresh(old.Refresh); !strings.Contains(got.Description, "expired") {
			t.Errorf("%s: after its life: %+v", name, got)
		}
		revoked := redeem(t, s, signIn(t, s, authURL(s)))
		if got := post(t, s.RevocationURL(pool), "shop", testRing(t).clientSecret(), "token",
			revoked.Refresh); got.Status != http.StatusOK {
			t.Errorf("%s: the revocation: %+v", name, got)
		}
		if got := refresh(revoked.Refresh); got.Error != "invalid_grant" {
			t.Errorf("%s: once revoked: %+v", name, got)
		}
	}
}

// A user pool revokes refresh tokens, and no access tokens by themselves.
func TestHostedRevocation(t *testing.T) {
	s := serveShop(t, poolIssuer())
	got := redeem(t, s, signIn(t, s, authURL(s)))
	answer := post(t, s.RevocationURL(pool), "shop", testRing(t).clientSecret(), "token", got.Access)
	if answer.Status != http.StatusBadRequest || answer.Error != "unsupported_token_type" {
		t.Errorf("an access token: %+v", answer)
	}
}

// TestHostedLogout checks that a logout needs the client and one of its logout URLs. Amazon Cognito shows an error page
// for any other.
func TestHostedLogout(t *testing.T) {
	s := serveShop(t, poolIssuer(), Issuer{Issuer: authz.Issuer{URL: pool, Audiences: []string{"other"}}})
	for name, tt := range map[string]struct {
		query, location, said string
	}{
		"no client":            {"logout_uri=" + appOrigin + "/", "", "no client_id"},
		"nowhere to go":        {"client_id=shop", "", "no logout_uri"},
		"OpenID Connect's way": {"client_id=shop&post_logout_redirect_uri=" + appOrigin + "/", "", "no logout_uri"},
		"the app": {
			"client_id=shop&logout_uri=" + appOrigin + "/&state=x", appOrigin + "/?state=x", "",
		},
		"where the app is deployed": {
			"client_id=shop&logout_uri=https://shop.example.com/", "https://shop.example.com/", "",
		},
		"another path of the app": {
			"client_id=shop&logout_uri=" + appOrigin + "/bye", "", "add https://shop.example.com/bye to the app client",
		},
		"another site":         {"client_id=shop&logout_uri=https://evil.example.com/", "", "does not have the logout URL"},
		"a client without any": {"client_id=page&logout_uri=https://page.example.com/", "", "It has none: add https://page"},
		"a client that the template does not have": {
			"client_id=other&logout_uri=http://127.0.0.1:8080/", "http://127.0.0.1:8080/", "",
		},
		"such a client to another site": {
			"client_id=other&logout_uri=https://evil.example.com/", "", "logout URLs of this machine",
		},
		"to sign in again": {
			"client_id=shop&redirect_uri=" + appOrigin + "/auth/callback&response_type=code",
			strings.Replace(s.AuthorizationURL(pool), "/oauth2/authorize", "/login", 1) +
				"?client_id=shop&redirect_uri=" + appOrigin + "/auth/callback&response_type=code", "",
		},
	} {
		answer, text := page(t, s.LogoutURL(pool)+"?"+tt.query)
		refused := answer.StatusCode == http.StatusBadRequest
		if got := answer.Header.Get("Location"); got != tt.location || (tt.location == "") != refused ||
			!strings.Contains(text, tt.said) {
			t.Errorf("%s: %s to %q: %s", name, answer.Status, got, text)
		}
	}
	if answer, err := client0.PostForm(s.LogoutURL(pool), url.Values{"client_id": {"shop"}}); err != nil ||
		answer.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("by POST: %v, %v", answer, err)
	} else {
		answer.Body.Close()
	}
}

// FuzzHosted checks that for every request to a user pool's pages, the browser goes only to a redirect URI or a logout
// URL of the client, or to the sign-in page, and that no page has a script.
func FuzzHosted(f *testing.F) {
	s := serveShop(f, poolIssuer())
	for _, seed := range [][]string{
		nil, {"identity_provider", "Google"}, {"identity_provider", "<script>"}, {"idp_identifier", "gmail.com"},
		{"redirect_uri", "https://evil.example.com"}, {"client_id", "page", "redirect_uri", "https://page.example.com/in"},
	} {
		_, query, _ := strings.Cut(authURL(s, seed...), "?")
		f.Add("/login", query)
	}
	for _, query := range []string{
		"client_id=shop&logout_uri=" + appOrigin + "/", "client_id=shop&logout_uri=" + appOrigin + "/../evil",
		"client_id=shop&logout_uri=https://shop.example.com/&state=a%0d%0aLocation:+x",
		"client_id=<script>&logout_uri=//evil", "client_id=x&logout_uri=http://localhost%5c@evil.example.com/",
		"client_id=shop&redirect_uri=//evil",
	} {
		f.Add(logoutPath, query)
	}
	at := strings.TrimSuffix(s.DiscoveryURL(pool), discoveryPath)
	f.Fuzz(func(t *testing.T, path, query string) {
		if path != logoutPath {
			path = hostedLoginPath
		}
		r := httptest.NewRequest(http.MethodGet, at+path, nil)
		r.URL.RawQuery = query
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		answer := w.Result()
		text, location := body(t, answer), answer.Header.Get("Location")
		params := r.URL.Query()
		c := s.registration(s.sites[0], params.Get("client_id"))
		switch answer.StatusCode {
		case http.StatusOK, http.StatusBadRequest:
			if location != "" || strings.Contains(strings.ToLower(text), "<script") {
				t.Errorf("a page with the target %q: %s", location, text)
			}
		case http.StatusSeeOther:
			u, err := url.Parse(location)
			allowed := path == hostedLoginPath && s.mayRedirect(c, params.Get("redirect_uri")) ||
				path == logoutPath && (s.mayLeaveClient(c, params.Get("logout_uri")) ||
					strings.HasPrefix(location, at+hostedLoginPath+"?"))
			if err != nil || u.User != nil || !allowed {
				t.Errorf("to %s, %v", location, err)
			}
		default:
			t.Errorf("status %d", answer.StatusCode)
		}
	})
}
