package devissuer

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestAuthorizationRefusals checks that a refusal is a page until the client and its redirect URI are verified, so that
// no code or error goes to an address that another site chose. After that, refusals go to the client.
func TestAuthorizationRefusals(t *testing.T) {
	s := serveShop(t, shopIssuer(func(i *Issuer) {
		i.Apps = append(i.Apps,
			App{
				ClientID: "pool", RedirectURIs: []string{"https://shop.example.com/cb"}, Scopes: []string{"openid", "orders:read"},
				Flows: []string{"code"},
			},
			App{ClientID: "machine", Flows: []string{"client_credentials"}},
		)
	}))
	pool := []string{"client_id", "pool", "redirect_uri", "https://shop.example.com/cb"}
	for _, tt := range []struct {
		name    string
		changes []string
		shown   string // on a page
		told    string // to the client
	}{
		{"no client", []string{"client_id", ""}, "The request has no client_id.", ""},
		{"no redirect URI", []string{"redirect_uri", ""}, "The request of client shop has no redirect_uri.", ""},
		{
			"another site's redirect URI", []string{"redirect_uri", "https://evil.example.com/auth/callback"},
			"It has http://localhost:4000/auth/callback.", "",
		},
		{
			"the deployed app's redirect URI", []string{"redirect_uri", "https://shop.example.com/auth/callback"},
			"The client shop does not have the redirect URI https://shop.example.com/auth/callback.", "",
		},
		{
			"a redirect URI of this machine, for a client that has its own", []string{"redirect_uri", "http://localhost:5173/"},
			"The client shop does not have the redirect URI", "",
		},
		{
			"another redirect URI of an app client", append(slices.Clone(pool), "redirect_uri", "https://shop.example.com/cb/"),
			"It has https://shop.example.com/cb.", "",
		},
		{
			"an unknown client on another machine", []string{"client_id", "x", "redirect_uri", "http://192.0.2.1/"},
			"A client that the app does not declare has redirect URIs of this machine", "",
		},
		{"a request_uri of another issuer", []string{"request_uri", requestURN + "x"}, "not one that this issuer gave", ""},

		{"no response_type", []string{"response_type", ""}, "", "invalid_request: the request has no response_type"},
		{"the implicit flow", []string{"response_type", "token"}, "", `unsupported_response_type: the response_type "token"`},
		{"a hybrid flow", []string{"response_type", "code id_token"}, "", "unsupported_response_type"},
		{
			"no PKCE", []string{"code_challenge", ""}, "",
			"invalid_request: the request has no code_challenge: PKCE is required",
		},
		{"plain PKCE", []string{"code_challenge_method", "plain"}, "", `invalid_request: the code_challenge_method "plain"`},
		{"PKCE without a method, which means plain", []string{"code_challenge_method", ""}, "", "invalid_request"},
		{
			"a challenge that is not a digest", []string{"code_challenge", "abc"}, "",
			"invalid_request: the code_challenge is not",
		},
		{
			"a response mode with a script", []string{"response_mode", "form_post"}, "",
			`invalid_request: the response_mode "form_post"`,
		},
		{"a request object", []string{"request", "a.b.c"}, "", "request_not_supported"},
		{"a request object elsewhere", []string{"request_uri", "https://a.example.com/"}, "", "request_uri_not_supported"},
		{"a registration", []string{"registration", "{}"}, "", "registration_not_supported"},
		{"a bad scope", []string{"scope", `openid "x"`}, "", "invalid_scope: the scope has characters"},
		{"no sign-in", []string{"prompt", "none"}, "", "login_required: the prompt forbids a page"},
		{"no sign-in, with a sign-in", []string{"prompt", "none login"}, "", "invalid_request: the prompt"},
		{"an unknown prompt", []string{"prompt", "dance"}, "", `invalid_request: the prompt "dance"`},
		{"a bad max_age", []string{"max_age", "-1"}, "", `invalid_request: the max_age "-1"`},
		{
			"a scope that an app client has not", append(slices.Clone(pool), "scope", "openid orders:write"), "",
			`invalid_scope: the client may not ask for the scope "orders:write"`,
		},
		{
			"a client for machines", []string{"client_id", "machine", "redirect_uri", "http://localhost/cb"}, "",
			"unauthorized_client: the client may not use the code flow",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer, text := page(t, authURL(s, tt.changes...))
			if tt.shown != "" {
				if answer.StatusCode != http.StatusBadRequest || !strings.Contains(text, tt.shown) ||
					answer.Header.Get("Location") != "" || strings.Contains(text, "<form") {
					t.Errorf("%s, want a page with %q: %s", answer.Status, tt.shown, text)
				}
				return
			}
			if answer.StatusCode != http.StatusSeeOther {
				t.Fatalf("%s: %s", answer.Status, text)
			}
			got := query(t, answer)
			said := got.Get("error") + ": " + strings.TrimPrefix(got.Get("error_description"), "devissuer: ")
			if !strings.HasPrefix(said, tt.told) || got.Get("state") != "a state" || got.Get("iss") != shopURL ||
				got.Has("code") {
				t.Errorf("want %q, got %v", tt.told, got)
			}
		})
	}
	if answer, text := page(t, authURL(s)+"&state=another"); answer.StatusCode != http.StatusBadRequest ||
		!strings.Contains(text, "The request has the parameter state 2 times.") {
		t.Errorf("a parameter twice: %s: %s", answer.Status, text)
	}
	if answer, _ := page(t, authURL(s)+"&%zz"); answer.StatusCode != http.StatusBadRequest {
		t.Errorf("a query that cannot be read: %s", answer.Status)
	}
}

// TestAuthorizationRequests checks that each of these requests shows the sign-in page.
func TestAuthorizationRequests(t *testing.T) {
	s := serveShop(t)
	for name, changes := range map[string][]string{
		"the app's origin":                 nil,
		"below a stage":                    {"redirect_uri", appOrigin + "/v1/auth/callback"},
		"a client of this machine":         {"client_id", "spa", "redirect_uri", "http://127.0.0.1:5173/callback?x=1"},
		"a client of this machine by name": {"client_id", "spa", "redirect_uri", "http://localhost:5173/"},
		"over IPv6":                        {"client_id", "spa", "redirect_uri", "http://[::1]:1/"},
		"login":                            {"prompt", "login"},
		"consent and an account":           {"prompt", "consent select_account"},
		"max_age":                          {"max_age", "0"},
		"no scope":                         {"scope", ""},
		"no state":                         {"state", ""},
		"an unknown parameter":             {"ui_locales", "de"},
	} {
		if answer, text := page(t, authURL(s, changes...)); answer.StatusCode != http.StatusOK ||
			!strings.Contains(text, "<form") {
			t.Errorf("%s: %s: %s", name, answer.Status, text)
		}
	}
	r, err := http.NewRequest(http.MethodPut, authURL(s), nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := client0.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("PUT: %s", answer.Status)
	}
}
