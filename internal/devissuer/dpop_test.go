package devissuer

import (
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/internal/dpop"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

const (
	bindingIssuer = "https://bound.example.com"
	bearerIssuer  = "https://bearers.example.com"
)

func newBinding(t *testing.T) *Provider {
	t.Helper()
	keys, err := OpenKeys(KeyOptions{Dir: filepath.Join(t.TempDir(), "keys")})
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(keys, []Issuer{
		{Issuer: authz.Issuer{URL: bindingIssuer, Audiences: []string{"api"}, DPoPBound: true}},
		{Issuer: authz.Issuer{URL: bearerIssuer, Audiences: []string{"api"}}},
	}, Options{BaseURL: "http://127.0.0.1:4000"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// claimsIn returns the claims of a JWT.
func claimsIn(t *testing.T, token string) strictjson.Value {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("%q is not a JWT", token)
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	v, err := strictjson.Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestMintedTokensAreBound binds tokens to the development client's key, of which proofs are served.
func TestMintedTokensAreBound(t *testing.T) {
	p := newBinding(t)
	const api = "http://127.0.0.1:4000/prod/orders"
	token, err := p.Mint(TokenRequest{Issuer: bindingIssuer})
	if err != nil {
		t.Fatal(err)
	}
	jkt, _ := claimsIn(t, token).Get("cnf").Get("jkt").Text()
	check := func(proof string) dpop.Proof {
		t.Helper()
		got, err := dpop.Check([]string{proof}, dpop.Request{
			Method: "GET", Token: token, Thumbprints: []string{jkt}, Local: true, Now: time.Now(),
			URLs: []dpop.URL{{Host: "127.0.0.1:4000", Path: "/prod/orders", Stage: "prod"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	one, err := p.Proof("GET", api+"?page=2", token)
	if err != nil {
		t.Fatal(err)
	}
	served := func() string {
		answer := httptest.NewRecorder()
		p.ServeHTTP(answer, httptest.NewRequest("GET", p.ProofURL(bindingIssuer, "GET", api+"?page=2", token), nil))
		if answer.Code != 200 || answer.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Fatalf("%d %v: %s", answer.Code, answer.Header(), answer.Body)
		}
		return answer.Body.String()
	}
	ids := map[string]bool{check(one).ID: true, check(served()).ID: true, check(served()).ID: true}
	if len(ids) != 3 {
		t.Errorf("three proofs have %d IDs", len(ids))
	}

	bearer, err := p.Mint(TokenRequest{Issuer: bearerIssuer})
	if err != nil || claimsIn(t, bearer).Get("cnf").Exists() {
		t.Errorf("a token of the other issuer has cnf, or %v", err)
	}
	unbound, err := p.Mint(TokenRequest{Issuer: bindingIssuer, Claims: map[string]any{"cnf": nil}})
	if err != nil || claimsIn(t, unbound).Get("cnf").Exists() {
		t.Errorf("cnf was not removed, or %v", err)
	}
}

// TestTokenRequestsWithProofs binds a client's token to the key of the proof in its request.
func TestTokenRequestsWithProofs(t *testing.T) {
	p := newBinding(t)
	secret, err := p.ClientSecret()
	if err != nil {
		t.Fatal(err)
	}
	key := authztest.ECDSA("client", elliptic.P256())
	for _, c := range []struct {
		name, issuer string
		proofs       func(at string) []string
		kind         string // of the token; "" for a refusal
		bound        bool
	}{
		{"a proof", bindingIssuer,
			func(at string) []string { return []string{key.Proof("POST", at, "", time.Now())} }, "DPoP", true},
		{"no proof", bindingIssuer, func(string) []string { return nil }, "Bearer", false},
		{"an issuer that does not bind", bearerIssuer,
			func(at string) []string { return []string{key.Proof("POST", at, "", time.Now())} }, "Bearer", false},
		{"a proof for another URL", bindingIssuer,
			func(at string) []string { return []string{key.Proof("POST", at+"x", "", time.Now())} }, "", false},
		{"a proof for another method", bindingIssuer,
			func(at string) []string { return []string{key.Proof("GET", at, "", time.Now())} }, "", false},
		{"two proofs", bindingIssuer, func(at string) []string {
			return []string{key.Proof("POST", at, "", time.Now()), key.Proof("POST", at, "", time.Now())}
		}, "", false},
		{"no JWT", bindingIssuer, func(string) []string { return []string{"x"} }, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			at := p.endpoint(c.issuer, tokenPath)
			form := url.Values{"grant_type": {"client_credentials"}, "client_id": {"machine"}, "client_secret": {secret}}
			r := httptest.NewRequest("POST", at, strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header["Dpop"] = c.proofs(at)
			w := httptest.NewRecorder()
			p.ServeHTTP(w, r)
			text, _ := io.ReadAll(w.Body)
			var answer struct {
				Token string `json:"access_token"`
				Kind  string `json:"token_type"`
				Error string
			}
			if err := json.Unmarshal(text, &answer); err != nil {
				t.Fatalf("%v: %s", err, text)
			}
			if c.kind == "" {
				if w.Code != http.StatusBadRequest || answer.Error != "invalid_dpop_proof" {
					t.Errorf("got %d %s", w.Code, text)
				}
				return
			}
			jkt, _ := claimsIn(t, answer.Token).Get("cnf").Get("jkt").Text()
			if answer.Kind != c.kind || (jkt == key.Thumbprint()) != c.bound || !c.bound && jkt != "" {
				t.Errorf("got the type %q and the key %q", answer.Kind, jkt)
			}
		})
	}
}
