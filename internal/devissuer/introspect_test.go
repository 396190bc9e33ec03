package devissuer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/clientauth"
	"github.com/gatehouse-cdk/gatehouse/internal/introspection"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

const clientSecretARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:client-Ab12Cd"

// askedIssuer returns an issuer with opaque tokens, after changes.
func askedIssuer(changes ...func(*authz.Issuer)) Issuer {
	i := authz.Issuer{URL: "https://idp.example.com", Audiences: []string{"orders"}, Introspection: &authz.Introspection{
		Endpoint: "https://idp.example.com/introspect", ClientID: "orders api", SecretARN: clientSecretARN,
	}}
	for _, change := range changes {
		change(&i)
	}
	return Issuer{Issuer: i}
}

// client makes requests as the included authorizer does.
func (s *served) client(t testing.TB, i authz.Issuer) *introspection.Client {
	t.Helper()
	n := i.Introspection
	o := introspection.Options{
		Endpoint: s.IntrospectionURL(i.URL), ClientID: n.ClientID, Method: clientauth.Method(n.ClientAuth),
		Algorithm: n.Algorithm, KeyID: n.KeyID, Now: s.clock.Now, Keep: -1, AllowLoopbackHTTP: true,
		Timeout: 30 * time.Second,
		Credential: func(context.Context) ([]byte, error) {
			text, _, err := s.secret(n.SecretARN)
			return []byte(text), err
		},
	}
	if o.Method == clientauth.PrivateKey {
		o.Audience = i.URL
	}
	if n.SignedResponse {
		signed := i
		signed.Audiences = []string{n.ClientID}
		verifier := s.verifier(t, signed)
		o.Verify = func(ctx context.Context, text string) (string, error) {
			return verifier.VerifyAnswer(ctx, i.URL, n.ClientID, text)
		}
	}
	c, err := introspection.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestIntrospection introspects tokens as the included authorizer does, with each kind of client authentication and
// with signed answers. The authorizer must accept the answers.
func TestIntrospection(t *testing.T) {
	for name, change := range map[string]func(*authz.Issuer){
		"opaque":               nil,
		"a secret in the body": func(i *authz.Issuer) { i.Introspection.ClientAuth = "client_secret_post" },
		"signed": func(i *authz.Issuer) {
			i.Introspection.SignedResponse, i.Algorithms = true,
				[]string{"ES256"}
		},
		"clients, no audiences": func(i *authz.Issuer) { i.Audiences, i.Clients = nil, []string{"web"} },
		"RS256": func(i *authz.Issuer) {
			i.Introspection.ClientAuth, i.Introspection.Algorithm = "private_key_jwt", "RS256"
		},
		"EdDSA": func(i *authz.Issuer) {
			i.Introspection.ClientAuth, i.Introspection.Algorithm = "private_key_jwt", "EdDSA"
		},
		"JWTs":         func(i *authz.Issuer) { i.Introspection.VerifyJWTs = true },
		"JWTs by HMAC": func(i *authz.Issuer) { i.Introspection.VerifyJWTs, i.SecretARN = true, secret },
		"JWTs, at+jwt": func(i *authz.Issuer) { i.Introspection.VerifyJWTs, i.Type = true, "at+jwt" },
		"JWTs, signed": func(i *authz.Issuer) { i.Introspection.VerifyJWTs, i.Introspection.SignedResponse = true, true },
	} {
		t.Run(name, func(t *testing.T) {
			settings := askedIssuer()
			if change != nil {
				settings = askedIssuer(change)
			}
			s := serve(t, settings)
			c := s.client(t, settings.Issuer)
			r := TokenRequest{Subject: "ada", Scopes: []string{"orders:read"}, Groups: []string{"staff"}, Expires: time.Minute}
			token, err := s.Mint(r)
			if err != nil {
				t.Fatal(err)
			}
			if dots := strings.Count(token, "."); settings.opaque() != (dots == 0) {
				t.Errorf("the token is %s", token)
			}
			rules := jwt.Issuer{URL: settings.URL, Audiences: settings.Audiences, Clients: settings.Clients}
			answer, err := c.Ask(t.Context(), token)
			if err != nil {
				t.Fatal(err)
			}
			expires, err := rules.CheckAnswer(answer.Claims(), s.clock.Now())
			if err != nil || expires.Unix() != s.clock.Now().Unix()+60 || !answer.Claims().Get("sub").Is("ada") ||
				!answer.Claims().Get("scope").Is("orders:read") {
				t.Errorf("%v, %v: %s", expires, err, answer.Claims().Raw())
			}
			for name, other := range map[string]string{
				"altered":   token[:len(token)-8] + "AAAAAAAA",
				"shortened": token[:10],
				"invented":  "invented",
			} {
				if _, err := c.Ask(t.Context(), other); !errors.Is(err, jwt.ErrInactive) {
					t.Errorf("%s: %v", name, err)
				}
			}
			revoke(t, s, settings.URL, token)
			if _, err := c.Ask(t.Context(), token); !errors.Is(err, jwt.ErrInactive) {
				t.Errorf("revoked: %v", err)
			}
			second, err := s.Mint(r)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.Ask(t.Context(), second); err != nil {
				t.Errorf("another one: %v", err)
			}
			s.clock.Advance(time.Minute)
			if _, err := c.Ask(t.Context(), second); !errors.Is(err, jwt.ErrInactive) {
				t.Errorf("expired: %v", err)
			}
		})
	}
}

func revoke(t testing.TB, s *served, issuer, token string) {
	t.Helper()
	answer, err := http.PostForm(s.RevocationURL(issuer), url.Values{"token": {token}})
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("revoked with status %s", answer.Status)
	}
}

// TestIntrospectionNeedsTheClient checks that a client that does not authenticate gets no information.
func TestIntrospectionNeedsTheClient(t *testing.T) {
	settings := askedIssuer()
	s := serve(t, settings)
	right, _, err := s.secret(clientSecretARN)
	if err != nil {
		t.Fatal(err)
	}
	token, err := s.Mint(TokenRequest{})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(method string, form url.Values, user, secret string) int {
		r, err := http.NewRequest(method, s.IntrospectionURL(settings.URL), strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		if user != "" {
			r.SetBasicAuth(user, secret)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer.StatusCode
	}
	good := url.Values{"token": {token}}
	for name, c := range map[string]struct {
		method       string
		form         url.Values
		user, secret string
		want         int
	}{
		"right":           {"POST", good, "orders+api", right, 200},
		"wrong secret":    {"POST", good, "orders+api", "wrong", 401},
		"another client":  {"POST", good, "others", right, 401},
		"no client":       {"POST", good, "", "", 401},
		"no token":        {"POST", url.Values{}, "orders+api", right, 400},
		"two tokens":      {"POST", url.Values{"token": {token, token}}, "orders+api", right, 400},
		"GET":             {"GET", good, "orders+api", right, 405},
		"a bad assertion": {"POST", url.Values{"token": {token}, "client_assertion": {"a.b.c"}}, "", "", 401},
	} {
		if got := ask(c.method, c.form, c.user, c.secret); got != c.want {
			t.Errorf("%s: status %d, want %d", name, got, c.want)
		}
	}
}

// TestIntrospectionInTheEnvironment checks that a function's configuration leads to this issuer, and that its keys and
// secrets are from here.
func TestIntrospectionInTheEnvironment(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*authz.Issuer)
		keys   bool
	}{
		"opaque":         {func(*authz.Issuer) {}, false},
		"signed answers": {func(i *authz.Issuer) { i.Introspection.SignedResponse = true }, true},
		"JWTs":           {func(i *authz.Issuer) { i.Introspection.VerifyJWTs = true }, true},
	} {
		settings := askedIssuer(c.change)
		s := serve(t, settings)
		variables, err := s.Environment(authz.Config{Issuers: []authz.Issuer{settings.Issuer}}.Environment())
		if err != nil {
			t.Fatal(err)
		}
		config, err := authz.FromEnvironment(func(name string) string { return variables[name] })
		if err != nil {
			t.Fatal(err)
		}
		got := config.Issuers[0]
		if got.Introspection.Endpoint != s.IntrospectionURL(settings.URL) || (got.JWKSURL != "") != c.keys ||
			variables[secretsVariable] != s.SecretsURL() {
			t.Errorf("%s: %+v, %v", name, got, variables)
		}
	}
}

func TestOpaqueTokensOfIssuers(t *testing.T) {
	jwts := Issuer{Issuer: authz.Issuer{URL: "https://jwt.example.com", Audiences: []string{"orders"}}}
	s := serve(t, jwts, askedIssuer())
	if _, err := s.Mint(TokenRequest{}); !errors.Is(err, ErrAmbiguous) {
		t.Errorf("no issuer in particular: %v", err)
	}
	token, err := s.Mint(TokenRequest{Opaque: true})
	if err != nil || strings.Contains(token, ".") {
		t.Errorf("opaque: %s, %v", token, err)
	}
	_, err = s.Mint(TokenRequest{Opaque: true, Issuer: jwts.URL})
	if !errors.Is(err, ErrRequest) || !strings.Contains(err.Error(),
		"its tokens are JWTs, and nothing accepts opaque tokens") {
		t.Errorf("of an issuer of JWTs: %v", err)
	}
	if _, err := s.Mint(TokenRequest{Opaque: true, Claims: map[string]any{"x": strings.Repeat("x",
		9000)}}); !errors.Is(err, ErrRequest) {
		t.Errorf("too large: %v", err)
	}
	if got := askedIssuer().String(); got != "https://idp.example.com, audience orders, opaque access tokens" {
		t.Error(got)
	}
	wrong := askedIssuer(func(i *authz.Issuer) {
		i.Introspection.ClientAuth,
			i.Introspection.Algorithm = "private_key_jwt", "x"
	})
	if _, err := New(s.keys, []Issuer{wrong}, Options{}); !errors.Is(err, ErrConfig) {
		t.Errorf("an unknown algorithm: %v", err)
	}
}

// A revocation names a token (RFC 7009, section 2.1).
func TestRevocationWithoutAToken(t *testing.T) {
	s := serve(t, askedIssuer())
	for name, form := range map[string]url.Values{"none": {}, "an empty one": {"token": {""}}} {
		answer, err := http.PostForm(s.RevocationURL("https://idp.example.com"), form)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: status %s", name, answer.Status)
		}
	}
}

// Tokens that were revoked stay so when the app changes, and their number is bounded.
func TestRevocations(t *testing.T) {
	s := serve(t, askedIssuer())
	token, err := s.Mint(TokenRequest{})
	if err != nil {
		t.Fatal(err)
	}
	revoke(t, s, "https://idp.example.com", token)
	next, err := New(s.keys, []Issuer{askedIssuer()}, Options{BaseURL: s.base, Now: s.clock.Now})
	if err != nil || !next.keys.revoked(token) {
		t.Error("the next provider accepts it", err)
	}
	for i := range maxRevoked {
		s.keys.revoke(fmt.Sprint(i))
	}
	s.keys.revoke("0")
	if n := len(s.keys.revocations.digests); n != maxRevoked || s.keys.revoked(token) || !s.keys.revoked("0") {
		t.Errorf("%d are remembered", n)
	}
}

// TestSecretsOfClients checks that a secret of several issuers has the values that each reads.
func TestSecretsOfClients(t *testing.T) {
	key := askedIssuer(func(i *authz.Issuer) {
		i.URL, i.Introspection.SecretField = "https://b.example.com", "key"
		i.Introspection.ClientAuth, i.Introspection.Algorithm = "private_key_jwt", "ES256"
	})
	text := askedIssuer(func(i *authz.Issuer) { i.Introspection.SecretField = "secret" })
	s := serve(t, key, text)
	got, known, err := s.secret(clientSecretARN)
	var fields map[string]string
	if err != nil || !known || json.Unmarshal([]byte(got), &fields) != nil {
		t.Fatal(got, known, err)
	}
	if !strings.HasPrefix(fields["key"], "-----BEGIN PRIVATE KEY-----") || fields["secret"] != testRing(t).clientSecret() {
		t.Errorf("got %v", fields)
	}
}
