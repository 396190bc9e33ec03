package login

import (
	"encoding/base64"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/oidcclient"
	"github.com/gatehouse-cdk/gatehouse/internal/secretsmanager"
)

// Each case has a wrong value for a claim of the ID token that the login checks (OpenID Connect Core 1.0, section
// 3.1.3.7).
func TestIDTokens(t *testing.T) {
	claims := func(change func(c map[string]any)) func(*fakeProvider) {
		return func(p *fakeProvider) { p.idToken = change }
	}
	for _, c := range []struct {
		name   string
		change func(*fakeProvider)
		reason string // "" is accepted
	}{
		{"as it should be", func(*fakeProvider) {}, ""},
		{"another issuer", claims(func(c map[string]any) { c["iss"] = "https://evil.test" }), "id_token_issuer"},
		{"another audience", claims(func(c map[string]any) { c["aud"] = "other" }), "id_token_audience"},
		{"no audience", claims(func(c map[string]any) { c["aud"] = nil }), "id_token_audience"},
		{"one audience in a list", claims(func(c map[string]any) { c["aud"] = []string{clientID} }), ""},
		{"several audiences and azp", claims(func(c map[string]any) {
			c["aud"], c["azp"] = []string{"other", clientID}, clientID
		}), ""},
		{"several audiences without azp", claims(func(c map[string]any) { c["aud"] = []string{"other", clientID} }),
			"id_token_azp"},
		{"another party", claims(func(c map[string]any) { c["azp"] = "other" }), "id_token_azp"},
		{"another nonce", claims(func(c map[string]any) { c["nonce"] = strings.Repeat("n", 43) }), "id_token_nonce"},
		{"no nonce", claims(func(c map[string]any) { c["nonce"] = nil }), "id_token_nonce"},
		{"a nonce that is a list", claims(func(c map[string]any) { c["nonce"] = []any{c["nonce"]} }), "id_token_nonce"},
		{"expired", claims(func(c map[string]any) { c["exp"] = c["iat"] }), "id_token_expired"},
		{"no exp", claims(func(c map[string]any) { c["exp"] = nil }), "id_token_time"},
		{"no iat", claims(func(c map[string]any) { c["iat"] = nil }), "id_token_iat"},
		{"iat in the future", claims(func(c map[string]any) { c["iat"] = c["iat"].(int64) + 61 }), "id_token_not_yet"},
		{"a clock that is a minute ahead", claims(func(c map[string]any) { c["iat"] = c["iat"].(int64) + 60 }), ""},
		{"no sub", claims(func(c map[string]any) { c["sub"] = nil }), "id_token_sub"},
		{"a sub of 255", claims(func(c map[string]any) { c["sub"] = strings.Repeat("s", 255) }), ""},
		{"a sub of 256", claims(func(c map[string]any) { c["sub"] = strings.Repeat("s", 256) }), "id_token_sub"},
		{"a number for sub", claims(func(c map[string]any) { c["sub"] = 1 }), "id_token_claim_type"},
		{"another access token's hash", claims(func(c map[string]any) { c["at_hash"] = halfHash("x") }), "id_token_at_hash"},
		{"a hash that is a number", claims(func(c map[string]any) { c["at_hash"] = 1 }), "id_token_at_hash"},
		{"no hash", claims(func(c map[string]any) { c["at_hash"] = nil }), ""},
		{"another key", func(p *fakeProvider) {
			p.signed = func(text string) string {
				header := map[string]any{"alg": "RS256", "kid": "key-0"}
				return signJWT(header, payload(text), signingKeys()[1])
			}
		}, "id_token_signature"},
		{"alg none", func(p *fakeProvider) {
			p.signed = func(text string) string {
				head := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`))
				return head + "." + strings.Split(text, ".")[1] + ".AAAAAAAAAAAAAAAA"
			}
		}, "id_token_algorithm"},
		{"an algorithm that is not the issuer's", func(p *fakeProvider) {
			p.signed = func(text string) string {
				return signJWT(map[string]any{"alg": "PS256", "kid": "key-0"}, payload(text), signingKeys()[0])
			}
		}, "id_token_algorithm"},
		{"a logout token", func(p *fakeProvider) {
			p.signed = func(text string) string {
				header := map[string]any{"alg": "RS256", "kid": "key-0", "typ": "logout+jwt"}
				return signJWT(header, payload(text), signingKeys()[0])
			}
		}, "id_token_type"},
		{"not a JWT", func(p *fakeProvider) { p.signed = func(string) string { return "opaque" } }, "id_token_serialization"},
		{"none", func(p *fakeProvider) { p.tokens = func(a map[string]any) { delete(a, "id_token") } }, "id_token_missing"},
		{"the access token in its place", func(p *fakeProvider) {
			p.tokens = func(a map[string]any) { a["id_token"] = a["access_token"] }
		}, "id_token_audience"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			c.change(f.idp)
			p := f.browser.Open(t, auth+"login")
			if c.reason == "" {
				f.want(p, http.StatusOK, "")
				return
			}
			f.want(p, http.StatusBadGateway, c.reason)
			if _, err := f.sealed(); err == nil {
				t.Error("a session begins")
			}
		})
	}
}

// A name that is too long for the cookie is cut, but not within a character.
func TestLongNames(t *testing.T) {
	long := strings.Repeat("n", 255)
	for name, want := range map[string]string{
		long + "m":      long + "m",
		long + "mm":     long + "m",
		long + "\u00E9": long,
	} {
		f := newFixture(t)
		f.idp.idToken = func(c map[string]any) { c["name"] = name }
		f.logIn()
		if s, err := f.sealed(); err != nil || s.Name != want {
			t.Errorf("%q: %v, %v", name, s, err)
		}
	}
}

// payload returns the claims of a JWT.
func payload(text string) map[string]any {
	b, err := base64.RawURLEncoding.DecodeString(strings.Split(text, ".")[1])
	if err != nil {
		panic(err)
	}
	return unmarshal(b)
}

// The parameter max_age limits the time since the user logged in at the provider.
func TestAuthTime(t *testing.T) {
	for name, c := range map[string]struct {
		ago    any
		reason string
	}{
		"now":                             {int64(0), ""},
		"within it all":                   {int64(900), ""}, // 300 and the 10 minutes that a login may take
		"a second longer ago than it all": {int64(901), "id_token_auth_time"},
		"not said":                        {nil, "id_token_auth_time"},
	} {
		f := newFixture(t, func(c *Config) { c.Parameters = map[string]string{"max_age": "300"} })
		f.idp.idToken = func(claims map[string]any) {
			if ago, ok := c.ago.(int64); ok {
				claims["auth_time"] = claims["iat"].(int64) - ago
			}
		}
		f.browser.Open(t, auth+"login")
		if got := f.log.last(t).Reason; got != c.reason {
			t.Errorf("%s: %q, want %q", name, got, c.reason)
		}
	}
}

// A limit of more than the time since 1970 also needs auth_time.
func TestAuthTimeOfALongLimit(t *testing.T) {
	f := newFixture(t, func(c *Config) { c.Parameters = map[string]string{"max_age": "2147483647"} })
	f.browser.Open(t, auth+"login")
	if got := f.log.last(t).Reason; got != "id_token_auth_time" {
		t.Errorf("got %q", got)
	}
}

// A refresh is not a login. Its ID token has the login's auth_time, or none.
func TestAuthTimeAtARefresh(t *testing.T) {
	for name, said := range map[string]bool{"of the login": true, "not said": false} {
		f := newFixture(t, func(c *Config) {
			c.Parameters, c.Claims = map[string]string{"max_age": "60"}, []string{"email"}
		})
		began := f.clock.Now().Unix()
		f.idp.idToken = func(claims map[string]any) { claims["auth_time"] = began }
		f.logIn()
		if !said {
			f.idp.idToken = nil
		}
		for range 4 {
			f.clock.Advance(6 * time.Minute)
			f.want(f.post("refresh"), 200, "")
		}
		if got := f.log.last(t).Outcome; got != string(renewed) {
			t.Errorf("%s: the last refresh is %q, want one that asks the provider", name, got)
		}
	}
}

// If the guard would reject an access token, the login ends with a page that says so, and the log names the claim. A
// session with such a token would only lead to the next login.
func TestAccessTokenThatTheGuardRejects(t *testing.T) {
	for _, c := range []struct {
		name      string
		config    func(*Config)
		token     func(*fakeProvider)
		reason    string
		got, want string
	}{
		{
			"another audience", nil,
			func(p *fakeProvider) { p.access = func(c map[string]any) { c["aud"] = "https://graph.example.test" } },
			"guard_audience", "https://graph.example.test", "api://orders",
		},
		{
			"another issuer", nil,
			func(p *fakeProvider) { p.access = func(c map[string]any) { c["iss"] = "https://sts.example.test" } },
			"guard_issuer", "https://sts.example.test", idpOrigin,
		},
		{
			"another client", func(c *Config) { c.Issuer.Clients = []string{"web"} }, nil,
			"guard_client", clientID, "web",
		},
		{"opaque", nil, func(p *fakeProvider) {
			p.tokens = func(a map[string]any) { a["access_token"] = "opaque-access-token" }
			p.idToken = func(c map[string]any) { c["at_hash"] = nil }
		}, "guard_serialization", "", ""},
		{"bound to a key", nil, func(p *fakeProvider) {
			p.access = func(c map[string]any) { c["cnf"] = map[string]any{"jkt": "x"} }
		}, "guard_bound", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t, func(config *Config) {
				if c.config != nil {
					c.config(config)
				}
			})
			if c.token != nil {
				c.token(f.idp)
			}
			p := f.browser.Open(t, auth+"login")
			f.want(p, http.StatusInternalServerError, c.reason)
			if got := f.log.last(t); got.Got != c.got || got.Want != c.want ||
				!strings.Contains(got.Error, oidcclient.ErrGuard.Error()) {
				t.Errorf("log %+v", got)
			}
			if !strings.Contains(p.Body, "does not accept your login") || len(f.browser.Jar.Names("__Host-")) != 0 {
				t.Errorf("page %s, cookies %q", p.Body, f.browser.Jar.Names("__Host-"))
			}
		})
	}
}

// The login does not check opaque access tokens, which only their issuer can read.
func TestOpaqueAccessTokens(t *testing.T) {
	f := newFixture(t, func(c *Config) {
		c.Issuer.Introspection = &authz.Introspection{Endpoint: idpOrigin + "/introspect", ClientID: "c",
			SecretARN: secretARN}
	})
	f.idp.tokens = func(a map[string]any) {
		a["access_token"], a["expires_in"] = "opaque-access-token", "120" // a text, as some providers have it
	}
	f.idp.idToken = func(c map[string]any) { c["at_hash"] = nil }
	f.logIn()
	s, err := f.sealed()
	if err != nil || s.Token != "opaque-access-token" || !s.Expires.Equal(f.clock.Now().Add(2*time.Minute)) {
		t.Errorf("%+v, %v", s, err)
	}
}

// All settings of the guard's issuer reach the login's verifier.
func TestGuardsIssuer(t *testing.T) {
	issuer := authz.Issuer{
		URL: "u", Audiences: []string{"a"}, Algorithms: []string{"ES256"}, Type: "at+jwt", TokenUse: "access",
		AcceptBoundTokens: true, Clients: []string{"c"}, ClientClaim: "cid", MaxLifetime: 1, MaxKeyAge: 2, StaleCeiling: 3,
		Leeway: 2 * time.Minute, JWKSURL: "j",
	}
	copied := reflect.ValueOf(guardsIssuer(issuer, secretsmanager.Client{}, true))
	value := reflect.ValueOf(issuer)
	for i := range value.NumField() {
		name := value.Type().Field(i).Name
		if member := copied.FieldByName(name); !member.IsValid() || member.Type() != value.Field(i).Type() {
			continue // the rights of a caller are read from it
		} else if !reflect.DeepEqual(member.Interface(), value.Field(i).Interface()) || value.Field(i).IsZero() {
			t.Errorf("%s is %v, want %v", name, member, value.Field(i))
		}
	}
	issuer.SecretARN = secretARN
	if i := guardsIssuer(issuer, secretsmanager.Client{}, false); i.Secret == nil {
		t.Errorf("an issuer with a shared secret: %+v", i)
	}
}

// If the guard reads ID tokens, the session has their claims and no access token.
func TestClaims(t *testing.T) {
	f := newFixture(t, func(c *Config) {
		c.Claims = []string{"email", "realm.roles", "missing", "sub", "https://example.test/plan"}
		c.Issuer.Audiences = []string{clientID}
	})
	f.idp.idToken = func(c map[string]any) {
		c["realm"] = map[string]any{"roles": []string{"admin", "<b>"}, "other": 1}
		c["https://example.test/plan"], c["secret"] = "pro", "x"
	}
	f.idp.tokens = func(a map[string]any) {
		a["access_token"] = "opaque-access-token"
		if a["id_token"] != nil {
			f.idp.wire.Note("id_token", a["id_token"].(string))
		}
	}
	f.idp.signed = func(text string) string {
		c := payload(text)
		delete(c, "at_hash")
		return f.idp.sign(c)
	}
	f.logIn()
	s, err := f.sealed()
	const want = `{"iss":"https://idp.test","sub":"user-1","email":"ada@example.test",` +
		`"realm.roles":["admin","\u003cb\u003e"],"https://example.test/plan":"pro"}`
	if err != nil || s.Token != "" || string(s.Claims) != want || !s.Expires.Equal(f.clock.Now().Add(5*time.Minute)) {
		t.Fatalf("%+v\n%s, %v", s, s.Claims, err)
	}
	f.clock.Advance(5 * time.Minute)
	f.idp.set(func() {
		previous := f.idp.idToken
		f.idp.idToken = func(c map[string]any) { previous(c); c["email"] = "new@example.test" }
	})
	if p := f.post("refresh"); p.Status != 200 {
		t.Fatalf("refresh: %d %+v", p.Status, f.log.last(t))
	}
	if s, err := f.sealed(); err != nil || !strings.Contains(string(s.Claims), "new@example.test") {
		t.Errorf("after the refresh: %s, %v", s.Claims, err)
	}
	f.clock.Advance(5 * time.Minute)
	f.idp.set(func() { f.idp.idToken = func(c map[string]any) { c["sub"] = "user-2" } })
	f.want(f.post("refresh"), http.StatusUnauthorized, "other_user")
}

// A session with the claims of an ID token ends if a refresh gives no ID token.
func TestClaimsWithoutIDToken(t *testing.T) {
	f := newFixture(t, func(c *Config) { c.Claims = []string{} })
	f.logIn()
	f.clock.Advance(5 * time.Minute)
	f.idp.set(func() { f.idp.tokens = func(a map[string]any) { delete(a, "id_token") } })
	f.want(f.post("refresh"), http.StatusUnauthorized, "no_id_token")
}
