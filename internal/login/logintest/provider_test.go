package logintest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// testProvider logs in at a provider that was just started, without the login function, to check the assumptions of the
// tests. Afterwards the provider is in the same state, except for its key.
func testProvider(t *testing.T, p *Provider) {
	defer p.Up()
	defer p.TTL(t, time.Hour)
	b := &Browser{Jar: &Jar{}, Transport: p.Client().Transport, Wire: p.wire, Hosts: map[string]http.Handler{
		shop: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "<p>here") }),
	}}
	verifier := strings.Repeat("v", 43)
	challenge := sha256.Sum256([]byte(verifier))
	parameters := url.Values{
		"client_id": {BasicClient}, "redirect_uri": {callback}, "response_type": {"code"},
		"scope": {"openid offline_access profile orders/read"}, "state": {"the state of the test"},
		"nonce": {"the nonce of the test"}, "prompt": {"consent"}, "code_challenge_method": {"S256"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])},
	}
	metadata := p.post(t, "", nil)
	if par, _ := metadata["pushed_authorization_request_endpoint"].(string); par != "" {
		pushed := p.post(t, par, parameters)
		parameters = url.Values{"client_id": {BasicClient}, "request_uri": {pushed["request_uri"].(string)}}
	}
	page := b.Link(t, shop, metadata["authorization_endpoint"].(string)+"?"+parameters.Encode())
	page = page.Submit(t, url.Values{"subject": {"ada"}})
	if got := page.URL.Query(); page.Body != "<p>here" || got.Get("state") != "the state of the test" {
		t.Fatalf("the browser is at %s: %s", page.URL, page.Body)
	}
	tokens := p.post(t, metadata["token_endpoint"].(string), url.Values{
		"grant_type": {"authorization_code"}, "code": page.URL.Query()["code"], "redirect_uri": {callback},
		"code_verifier": {verifier},
	})
	claims := claimsOf(t, tokens["access_token"])
	if claims["aud"] != "orders" && claims["aud"].([]any)[0] != "orders" ||
		!strings.Contains(claims["scope"].(string), "orders/read") || claims["groups"].([]any)[0] != "admins" {
		t.Errorf("the access token has %v", claims)
	}
	if claims := claimsOf(t, tokens["id_token"]); claims["name"] != "Name of ada" {
		t.Errorf("the ID token has %v", claims)
	}
	p.TTL(t, time.Minute)
	refresh := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens["refresh_token"].(string)}}
	next := p.post(t, metadata["token_endpoint"].(string), refresh)
	if next["expires_in"].(float64) > 60 || next["refresh_token"] == tokens["refresh_token"] {
		t.Errorf("refreshed: %v", next)
	}
	if again := p.post(t, metadata["token_endpoint"].(string), refresh); again["error"] != "invalid_grant" {
		t.Errorf("the same refresh token again: %v", again)
	}
	if p.Rotate(t) != "key-2" {
		t.Error("a rotation has another key")
	}
	if page := b.Link(t, shop, metadata["end_session_endpoint"].(string)+"?client_id=shop&"+
		"post_logout_redirect_uri="+url.QueryEscape(loggedOut)); page.Body != "<p>here" {
		if page = page.Submit(t, url.Values{"logout": {"yes"}}); page.Body != "<p>here" {
			t.Errorf("after the logout: %s %s", page.URL, page.Body)
		}
	}
	if got := p.wire.Leaks("x " + tokens["id_token"].(string)[40:] + " x"); len(got) != 1 || got[0] != "id_token" {
		t.Errorf("leaks: %v, want the ID token's", got)
	}
	p.Down(503)
	if a, err := p.Client().Get(p.URL); err != nil || a.StatusCode != 503 {
		t.Errorf("down: %v", err)
	}
	p.Down(0)
	if _, err := p.Client().Get(p.URL); err == nil {
		t.Error("the connection is not cut")
	}
}

// post sends a form as the client, or fetches the metadata.
func (p *Provider) post(t *testing.T, endpoint string, form url.Values) map[string]any {
	t.Helper()
	r, err := http.NewRequest("POST", endpoint, strings.NewReader(form.Encode()))
	if endpoint == "" {
		r, err = http.NewRequest("GET", p.URL+"/.well-known/openid-configuration", nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(BasicClient, url.QueryEscape("the secret of shop"))
	answer, err := p.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var members map[string]any
	if err := json.NewDecoder(answer.Body).Decode(&members); err != nil {
		t.Fatalf("%s: %s: %v", endpoint, answer.Status, err)
	}
	return members
}

func claimsOf(t *testing.T, token any) (claims map[string]any) {
	t.Helper()
	s, _ := token.(string)
	parts := strings.Split(s, ".")
	if len(parts) != 3 {
		t.Fatalf("%v is not a JWT", token)
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}
