package authz

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
	"github.com/gatehouse-cdk/gatehouse/internal/testclock"
)

//go:embed testdata/provider.cjs
var providerScript string

// provider is npm's oidc-provider behind a proxy, which can change its answers.
type provider struct {
	issuer string
	key    *ecdsa.PrivateKey // of the client "keyed"
	proxy  *httptest.Server
	fault  atomic.Pointer[http.HandlerFunc]
	calls  atomic.Int64
}

func startProvider(t *testing.T) *provider {
	t.Helper()
	p := &provider{}
	var err error
	if p.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	point, err := p.key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	text := base64.RawURLEncoding.EncodeToString
	jwk := object{
		"kty": "EC", "crv": "P-256", "x": text(point[1:33]), "y": text(point[33:]),
		"kid": "k1", "alg": "ES256", "use": "sig",
	}
	p.issuer = nodepeer.Start(t, providerScript, []string{"oidc-provider"}, jwk.String()).Ready
	p.proxy = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.calls.Add(1)
		if fault := p.fault.Load(); fault != nil {
			(*fault)(w, r)
			return
		}
		p.pass(w, r)
	}))
	t.Cleanup(p.proxy.Close)
	return p
}

// pass forwards a request to the provider.
func (p *provider) pass(w http.ResponseWriter, r *http.Request) {
	out, err := http.NewRequestWithContext(r.Context(), r.Method, p.issuer+r.URL.Path, r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	out.Header = r.Header
	answer, err := http.DefaultTransport.RoundTrip(out)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	w.Header().Set("Content-Type", answer.Header.Get("Content-Type"))
	w.WriteHeader(answer.StatusCode)
	_, _ = io.Copy(w, answer.Body)
}

func (p *provider) spoil(fault http.HandlerFunc) {
	if fault == nil {
		p.fault.Store(nil)
		return
	}
	p.fault.Store(&fault)
}

func (p *provider) post(t *testing.T, path string, form url.Values) []byte {
	t.Helper()
	form.Set("client_id", "shop")
	form.Set("client_secret", "the secret of shop")
	answer, err := http.PostForm(p.issuer+path, form)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("POST %s: got %s %s, %v, want 200", path, answer.Status, body, err)
	}
	return body
}

// token returns an opaque access token of the client (RFC 6749, section 4.4; RFC 8707).
func (p *provider) token(t *testing.T, audience, scope string) string {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "resource": {"urn:api:" + audience}}
	if scope != "" {
		form.Set("scope", scope)
	}
	var got struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(p.post(t, "/token", form), &got); err != nil || strings.Contains(got.Token, ".") {
		t.Fatalf("access_token: got %q, %v, want an opaque token", got.Token, err)
	}
	return got.Token
}

func (p *provider) revoke(t *testing.T, token string) {
	t.Helper()
	p.post(t, "/token/revocation", url.Values{"token": {token}})
}

// clients returns clients that may introspect tokens, one for each authentication method.
func (p *provider) clients(t *testing.T) map[string]struct {
	Introspection
	secret string
} {
	der, err := x509.MarshalPKCS8PrivateKey(p.key)
	if err != nil {
		t.Fatal(err)
	}
	key := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	type client = struct {
		Introspection
		secret string
	}
	return map[string]client{
		"basic":  {Introspection{ClientID: "orders:api"}, "s%3 cr+t/&="},
		"post":   {Introspection{ClientID: "posted", ClientAuth: "client_secret_post"}, "the secret of posted"},
		"key":    {Introspection{ClientID: "keyed", ClientAuth: "private_key_jwt", Algorithm: "ES256", KeyID: "k1"}, key},
		"signed": {Introspection{ClientID: "orders:api", SignedResponse: true}, "s%3 cr+t/&="},
	}
}

// authorizer returns an authorizer that calls the provider through the proxy.
func (p *provider) authorizer(
	t *testing.T, n Introspection, secret string, changes ...func(*setup),
) (*fixture, *secretsManager) {
	t.Helper()
	manager := &secretsManager{value: secret}
	vault := httptest.NewServer(manager)
	t.Cleanup(vault.Close)
	return newFixture(t, append([]func(*setup){func(s *setup) {
		s.options.Now = time.Now
		manager.use(s, vault.URL)
		n.Endpoint, n.SecretARN = p.proxy.URL+"/token/introspection", secretName
		s.config.Issuers[0] = Issuer{URL: p.issuer, Audiences: []string{"orders"}, Introspection: &n}
		if n.SignedResponse {
			s.config.Issuers[0].JWKSURL = p.issuer + "/jwks"
		}
	}}, changes...)...), manager
}

func TestProvider(t *testing.T) {
	p := startProvider(t)
	t.Run("Answers", func(t *testing.T) { testAnswers(t, p) })
	t.Run("Faults", func(t *testing.T) { testFaults(t, p) })
}

// testAnswers introspects tokens at npm's oidc-provider, with each authentication method and with signed answers.
func testAnswers(t *testing.T, p *provider) {
	for name, c := range p.clients(t) {
		t.Run(name, func(t *testing.T) {
			c.AnswerTTL = -time.Second
			f, _ := p.authorizer(t, c.Introspection, c.secret, func(s *setup) { s.config.ContextClaims = []string{"tenant"} })
			reader := p.token(t, "orders", "orders:read")
			answer, err := f.invoke(get(reader))
			if err != nil {
				t.Fatal(err, f.log)
			}
			for _, part := range []string{
				`"principalId":"shop"`, `"groups":"staff"`, `"tenant":"acme"`, `"scopes":"orders:read"`,
			} {
				if !strings.Contains(answer, part) {
					t.Errorf("got answer %s, want %s in it", answer, part)
				}
			}
			for what, tt := range map[string]struct{ token, want string }{
				"good":            {reader, allow},
				"no right":        {p.token(t, "orders", ""), deny},
				"for another API": {p.token(t, "billing", "orders:read"), reject},
				"invented":        {"inventedinventedinvented", reject},
			} {
				if got := f.outcome(t, get(tt.token)); got != tt.want {
					t.Errorf("%s: got %s, want %s; log: %s", what, got, tt.want, f.log)
				}
			}
			p.revoke(t, reader)
			if got := f.outcome(t, get(reader)); got != reject {
				t.Errorf("revoked: got %s, want %s; log: %s", got, reject, f.log)
			}
		})
	}
	t.Run("1,000 requests", func(t *testing.T) {
		c := p.clients(t)["basic"]
		f, _ := p.authorizer(t, c.Introspection, c.secret)
		token := p.token(t, "orders", "orders:read")
		p.calls.Store(0)
		for range 1000 {
			if got := f.outcome(t, get(token)); got != allow {
				t.Fatal(got, f.log)
			}
		}
		if n := p.calls.Load(); n != 1 {
			t.Errorf("got %d calls, want 1", n)
		}
	})
}

// testFaults checks the table in docs/opaque-tokens.md against oidc-provider. If the introspection fails, API Gateway
// answers 500. Later requests are not affected.
func testFaults(t *testing.T, p *provider) {
	says := func(status int, contentType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	// changed returns a handler that changes the provider's answer.
	changed := func(change func(object) string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			answer := httptest.NewRecorder()
			p.pass(answer, r)
			var said object
			if err := json.Unmarshal(answer.Body.Bytes(), &said); err != nil {
				said = object{}
			}
			w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
			_, _ = io.WriteString(w, change(said))
		}
	}
	foreign := func(w http.ResponseWriter, _ *http.Request) {
		now := time.Now().Unix()
		claims := object{"iss": p.issuer, "aud": "orders:api", "iat": now, "token_introspection": object{
			"active": true, "sub": "intruder", "aud": "orders", "scope": "orders:read", "exp": now + 300,
		}}
		header := object{"alg": "RS256", "kid": "key-1", "typ": "token-introspection+jwt"}
		w.Header().Set("Content-Type", "application/token-introspection+jwt")
		_, _ = io.WriteString(w, authztest.RSA("foreign", 2048).Sign("RS256", header.String(), claims.String()))
	}
	for name, c := range map[string]struct {
		client string
		fault  http.HandlerFunc
		secret string // instead of the client's
		text   string // part of the logged error
	}{
		"down": {"basic", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "", "EOF"},
		"slow": {"basic", func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // the server notices a closed connection only after the body
			<-r.Context().Done()
		}, "", ""},
		"429":  {"basic", says(429, "application/json", "{}"), "", "status 429"},
		"500":  {"basic", says(500, "application/json", `{"active":true}`), "", "status 500"},
		"HTML": {"basic", says(200, "text/html", "<html>"), "", `content type \"text/html\"`},
		"a redirect": {"basic", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, p.issuer+r.URL.Path, http.StatusTemporaryRedirect)
		}, "", "status 307"},
		"active missing": {"basic", changed(func(o object) string { return o.With(object{"active": nil}).String() }),
			"", "no member active"},
		"active as a string": {"basic",
			changed(func(o object) string { return o.With(object{"active": "true"}).String() }), "", "active is a string"},
		"active twice": {"basic", changed(func(o object) string { return `{"active":true,` + o.String()[1:] }), "",
			"not strict JSON"},
		"a wrong secret":          {"basic", nil, "wrong", "status 401"},
		"a wrong posted secret":   {"post", nil, "wrong", "status 401"},
		"not signed":              {"signed", says(200, "application/json", `{"active":true}`), "", "content type"},
		"signed by a foreign key": {"signed", foreign, "", "the signed answer"},
		"signed without a request for it": {"basic", func(w http.ResponseWriter, r *http.Request) {
			r.Header.Set("Accept", "application/token-introspection+jwt")
			p.pass(w, r)
		}, "", "content type"},
	} {
		t.Run(name, func(t *testing.T) {
			client := p.clients(t)[c.client]
			secret := client.secret
			if c.secret != "" {
				secret = c.secret
			}
			p.spoil(c.fault)
			defer p.spoil(nil)
			clock := testclock.New(t0) // its progress is added to the real time
			ahead := func() time.Time { return time.Now().Add(clock.Now().Sub(t0)) }
			f, vault := p.authorizer(t, client.Introspection, secret, func(s *setup) {
				s.options.Now = ahead
				if name == "slow" {
					s.options.askTimeout = time.Second
				}
			})
			token := p.token(t, "orders", "orders:read")
			if got := f.outcome(t, get(token)); got != fault {
				t.Errorf("got %s, want %s; log: %s", got, fault, f.log)
			}
			if !strings.Contains(f.log.String(), `"reason":"introspection"`) || !strings.Contains(f.log.String(), c.text) {
				t.Errorf("got log %s, want the reason introspection and %q", f.log, c.text)
			}
			if strings.Contains(f.log.String(), token) || strings.Contains(f.log.String(), client.secret) {
				t.Errorf("the log contains the token or the secret: %s", f.log)
			}
			p.calls.Store(0)
			if got := f.outcome(t, get(p.token(t, "orders", "orders:read"))); got != fault || p.calls.Load() != 0 {
				t.Errorf("next token: got %s with %d calls, want %s without a call", got, p.calls.Load(), fault)
			}
			p.spoil(nil)
			vault.rotate(client.secret)
			clock.Advance(time.Minute)
			if got := f.outcome(t, get(token)); got != allow {
				t.Errorf("after the fault: got %s, want %s; log: %s", got, allow, f.log)
			}
		})
	}
	t.Run("a flood", func(t *testing.T) {
		client := p.clients(t)["basic"]
		f, _ := p.authorizer(t, client.Introspection, client.secret)
		p.calls.Store(0)
		began := time.Now()
		for i := range 10_000 {
			if got := f.outcome(t, get(fmt.Sprintf("junk%d", i))); got != reject && got != fault {
				t.Fatal(got, f.log)
			}
			if i == 5000 { // a JWT, which this provider answers with 400
				f.outcome(t, get(goodKey().Token("RS256", object{"iss": p.issuer})))
			}
		}
		if most := 50 + 10*int64(time.Since(began)/time.Second+1); p.calls.Load() > most {
			t.Errorf("10,000 invented tokens: got %d calls, want at most %d", p.calls.Load(), most)
		}
		if bytes.Contains([]byte(f.log.String()), []byte("left alone")) {
			t.Error("invented tokens opened the circuit breaker")
		}
	})
}
