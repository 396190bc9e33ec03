package devissuer

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/oauth2"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
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
			Name: "may do everything", Scopes: []string{"orders:read", "orders:write"}, Groups: []string{"admins", "staff"},
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

// client0 does not follow redirects, because the tests check them.
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

// formOf returns the form of a page: its address and its values.
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

// signIn opens the sign-in page of an authorization request, fills it in, and returns the parameters that the app's
// callback gets.
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
	RequestURI  string `json:"request_uri"`
}

// post sends a form to an endpoint. It authenticates as a client if the secret is not "".
func post(t testing.TB, address, id, secret string, pairs ...string) tokens {
	t.Helper()
	out, _ := postRaw(t, address, id, secret, pairs...)
	return out
}

// postRaw is post, with the text of the answer.
func postRaw(t testing.TB, address, id, secret string, pairs ...string) (tokens, string) {
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
	return out, string(text)
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
