package authz

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
)

const (
	introspectionURL = testIssuer + "/introspect"
	introspecting    = "orders-api" // the client ID
)

// asked is the introspection endpoint of an issuer of opaque tokens. The client's secret is in AWS Secrets Manager.
type asked struct {
	mu     sync.Mutex
	tokens map[string]object
	answer http.HandlerFunc // answers instead of tokens, unless it is nil
	calls  []url.Values
	users  []string
}

func (a *asked) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	user, secret, _ := r.BasicAuth()
	a.mu.Lock()
	a.calls, a.users = append(a.calls, form), append(a.users, user+":"+secret)
	answer, known := a.answer, a.tokens[form.Get("token")]
	a.mu.Unlock()
	if answer != nil {
		answer(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if known == nil {
		known = object{"active": false}
	}
	io.WriteString(w, known.String())
}

func (a *asked) answerWith(h http.HandlerFunc) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answer = h
}

func (a *asked) know(token string, answer object) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tokens[token] = answer
}

func (a *asked) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := len(a.calls)
	a.calls = nil
	return n
}

// goodAnswer returns the answer for a token that is accepted at t0.
func goodAnswer() object {
	return object{
		"active":     true,
		"sub":        "user-1",
		"aud":        testAudience,
		"client_id":  "web",
		"scope":      "orders:read",
		"token_type": "Bearer",
		"exp":        t0.Unix() + 300,
		"groups":     []string{"staff"},
		"tenant":     "acme",
	}
}

func goodIntrospection() *Introspection {
	return &Introspection{Endpoint: introspectionURL, ClientID: introspecting, SecretARN: secretName}
}

// newAsked creates an authorizer of opaque tokens, with the changes.
func newAsked(t testing.TB, changes ...func(*setup)) (*asked, *fixture) {
	t.Helper()
	a := &asked{tokens: map[string]object{"good": goodAnswer()}}
	f := newFixture(t, append([]func(*setup){a.use}, changes...)...)
	return a, f
}

func (a *asked) use(s *setup) {
	vault := &secretsManager{value: "s3cret"}
	vault.use(s, "")
	secrets, issuer := s.options.Transport, s.issuer
	s.options.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		switch {
		case strings.HasPrefix(r.URL.Host, "secretsmanager."):
			return secrets.RoundTrip(r)
		case r.URL.String() == introspectionURL:
			recorder := httptest.NewRecorder()
			a.serve(recorder, r)
			return recorder.Result(), nil
		}
		return issuer.RoundTrip(r)
	})
	s.config.Issuers[0] = Issuer{URL: testIssuer, Audiences: []string{testAudience}, Introspection: goodIntrospection()}
}

func TestOpaqueTokens(t *testing.T) {
	for name, c := range map[string]struct {
		answer object
		want   string
		reason string
	}{
		"good":             {goodAnswer(), allow, ""},
		"no right":         {goodAnswer().With(object{"scope": "orders:write"}), deny, "rights"},
		"scopes as a list": {goodAnswer().With(object{"scope": []string{"orders:read"}}), allow, ""},
		"scp":              {goodAnswer().With(object{"scope": nil, "scp": []string{"orders:read"}}), allow, ""},
		"not active":       {object{"active": false}, reject, "inactive"},
		"expired":          {goodAnswer().With(object{"exp": t0.Unix()}), reject, "expired"},
		"for another API":  {goodAnswer().With(object{"aud": "others"}), reject, "audience"},
		"another issuer":   {goodAnswer().With(object{"iss": "https://other.example.com"}), reject, "issuer"},
		"bound to a key":   {goodAnswer().With(object{"cnf": object{"jkt": "x"}}), reject, "bound"},
		"no principal":     {goodAnswer().With(object{"sub": nil, "client_id": nil}), reject, "principal"},
		"no active":        {goodAnswer().With(object{"active": nil}), fault, "introspection"},
	} {
		t.Run(name, func(t *testing.T) {
			a, f := newAsked(t)
			a.know("good", c.answer)
			if got := f.outcome(t, get("good")); got != c.want {
				t.Errorf("got %s, want %s: %s", got, c.want, f.log)
			}
			if c.reason != "" && !strings.Contains(f.log.String(), `"reason":"`+c.reason+`"`) {
				t.Errorf("got log %s, want the reason %s", f.log, c.reason)
			}
			if log := f.log.String(); strings.Contains(log, "s3cret") || strings.Contains(log, `"good"`) {
				t.Errorf("the log contains the secret or the token: %s", log)
			}
			if got, want := a.users[0], introspecting+":s3cret"; got != want {
				t.Errorf("credentials: got %q, want %q", got, want)
			}
		})
	}
}

// The backend, the hook and the decision use the claims of the introspection answer like the claims of a JWT.
func TestClaimsOfOpaqueToken(t *testing.T) {
	var seen []string
	a, f := newAsked(t, func(s *setup) {
		s.config.ContextClaims = []string{"tenant"}
		s.options.Hook = func(_ context.Context, c *Caller) error {
			tenant, _ := c.Claim("tenant")
			seen = append(seen, c.Issuer, c.Principal, tenant, fmt.Sprint(c.Expires.Unix(), c.Scopes, c.Groups))
			return nil
		}
	})
	answer, err := f.invoke(get("good"))
	if err != nil {
		t.Fatal(err, f.log)
	}
	want := fmt.Sprintf("[%s user-1 acme %d [orders:read] [staff]]", testIssuer, t0.Unix()+300)
	if fmt.Sprint(seen) != want {
		t.Errorf("the hook got %v, want %s", seen, want)
	}
	for _, part := range []string{
		`"principalId":"user-1"`, `"tenant":"acme"`, `"groups":"staff"`, `"issuer":"` + testIssuer + `"`,
	} {
		if !strings.Contains(answer, part) {
			t.Errorf("got answer %s, want %s in it", answer, part)
		}
	}
	// The token of a client without a user may have no sub.
	a.know("machine", goodAnswer().With(object{"sub": nil}))
	if answer, err := f.invoke(get("machine")); err != nil || !strings.Contains(answer, `"principalId":"web"`) {
		t.Errorf("token of a client: got %s, %v, want the principal web", answer, err)
	}
	// Without exp, the caller expires when the cached introspection answer expires.
	a.know("endless", goodAnswer().With(object{"exp": nil}))
	seen = nil
	if _, err := f.invoke(get("endless")); err != nil || !strings.Contains(fmt.Sprint(seen), fmt.Sprint(t0.Unix()+60)) {
		t.Errorf("token without exp: the hook got %v, %v, want an expiry in 60 s", seen, err)
	}
}

func TestPolicyEndsWithOpaqueToken(t *testing.T) {
	a, f := newAsked(t, func(s *setup) { s.config.PolicyEndsWithToken = true })
	a.know("endless", goodAnswer().With(object{"exp": nil}))
	for token, until := range map[string]int64{"good": t0.Unix() + 300, "endless": t0.Unix() + 60} {
		answer, err := f.invoke(get(token))
		if want := time.Unix(until, 0).UTC().Format(time.RFC3339); err != nil || !strings.Contains(answer, want) {
			t.Errorf("%s: got %s, %v, want %s in it", token, answer, err, want)
		}
	}
}

// Without sub, client_id is the principal of an opaque token, but not of a JWT.
func TestPrincipalWithoutSubject(t *testing.T) {
	client := object{"sub": nil, "client_id": "web"}
	a, opaque := newAsked(t)
	a.know("machine", goodAnswer().With(client))
	const principal = `"principal":"web"`
	if got := opaque.outcome(t, get("machine")); got != allow || !strings.Contains(opaque.log.String(), principal) {
		t.Errorf("an opaque token: got %s, want %s with %s; log: %s", got, allow, principal, opaque.log)
	}
	jwts := newFixture(t)
	if got := jwts.outcome(t, get(token(client))); got == allow || strings.Contains(jwts.log.String(), principal) {
		t.Errorf("a JWT: got %s, want a refusal without %s; log: %s", got, principal, jwts.log)
	}
}

// If the introspection answer about a JWT has an earlier exp, the policy ends then. A later exp has no effect.
func TestPolicyEndsWithIntrospectedJWT(t *testing.T) {
	text := token(object{"exp": t0.Unix() + 200})
	for name, c := range map[string]struct {
		exp   any
		until int64
	}{
		"without exp":      {nil, 200},
		"a later exp":      {t0.Unix() + 300, 200},
		"an earlier exp":   {t0.Unix() + 100, 100},
		"the same exp":     {t0.Unix() + 200, 200},
		"a much later exp": {t0.Unix() + 100_000, 200},
	} {
		a, f := newAsked(t, withJWTs, func(s *setup) { s.config.PolicyEndsWithToken = true })
		a.know(text, goodAnswer().With(object{"exp": c.exp}))
		answer, err := f.invoke(get(text))
		until := time.Unix(t0.Unix()+c.until, 0).UTC().Format(time.RFC3339)
		if err != nil || !strings.Contains(answer, until) {
			t.Errorf("%s: got %s, %v, want %s in it", name, answer, err, until)
		}
	}
}

func TestOpaqueTokenIsCached(t *testing.T) {
	a, f := newAsked(t)
	for range 1000 {
		if got := f.outcome(t, get("good")); got != allow {
			t.Fatal(got, f.log)
		}
	}
	if n := a.count(); n != 1 {
		t.Errorf("got %d calls, want 1", n)
	}
	f.clock.Advance(time.Minute)
	a.know("good", object{"active": false})
	for range 1000 {
		if got := f.outcome(t, get("good")); got != reject {
			t.Fatal(got, f.log)
		}
	}
	if n := a.count(); n != 1 {
		t.Errorf("after the token was revoked: got %d calls, want 1", n)
	}
}

// Malformed tokens cause no calls. Many invented tokens cause no more calls than package introspection allows.
func TestFloodOfInvalidTokens(t *testing.T) {
	a, f := newAsked(t)
	for i := range 10_000 {
		switch got := f.outcome(t, get(fmt.Sprintf("junk!%d", i))); got {
		case reject:
		default:
			t.Fatal(got, f.log)
		}
	}
	if n := a.count(); n != 0 {
		t.Errorf("10,000 malformed tokens: got %d calls, want 0", n)
	}
	for i := range 10_000 {
		f.outcome(t, get(fmt.Sprintf("junk%d", i)))
	}
	if n := a.count(); n == 0 || n > 50 {
		t.Errorf("10,000 invented tokens: got %d calls, want 1 to 50", n)
	}
}

// If introspection fails, API Gateway answers 500. The failure is not cached, so a later request may be allowed.
func TestIntrospectionFailuresAreNotCached(t *testing.T) {
	a, f := newAsked(t)
	a.know("good", goodAnswer().With(object{"exp": nil}))
	for _, answer := range []http.HandlerFunc{
		func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) },
		func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) },
		func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://other.example.com", http.StatusFound)
		},
		func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") },
	} {
		a.answerWith(answer)
		if got := f.outcome(t, get("good")); got != fault {
			t.Errorf("failure: got %s, want %s; log: %s", got, fault, f.log)
		}
		a.answerWith(nil)
		f.clock.Advance(time.Minute)
		if got := f.outcome(t, get("good")); got != allow {
			t.Errorf("after the failure: got %s, want %s; log: %s", got, allow, f.log)
		}
		f.clock.Advance(time.Minute)
	}
}

// withJWTs makes the issuer's tokens JWTs. The authorizer verifies them and then introspects them.
func withJWTs(s *setup) {
	s.config.Issuers[0].JWKSURL = testIssuer + "/keys"
	s.config.Issuers[0].Introspection.VerifyJWTs = true
}

func TestIntrospectedJWTs(t *testing.T) {
	good := token(nil)
	for name, c := range map[string]struct {
		token  string
		answer object
		want   string
		calls  int
		reason string
	}{
		"active":            {good, object{"active": true}, allow, 1, ""},
		"revoked":           {good, object{"active": false}, reject, 1, "inactive"},
		"forged":            {good[:len(good)-4] + "AAAA", object{"active": true}, reject, 0, "signature"},
		"expired":           {token(object{"exp": t0.Unix()}), object{"active": true}, reject, 0, "expired"},
		"opaque":            {"opaque", object{"active": true}, reject, 0, "serialization"},
		"of another issuer": {good, object{"active": true, "iss": "https://other.example.com"}, reject, 1, "issuer"},
		"the same scopes":   {good, object{"active": true, "scope": "openid orders:read"}, allow, 1, ""},
		"fewer scopes":      {good, object{"active": true, "scope": "openid"}, deny, 1, "rights"},
		"more scopes": {token(object{"scope": "openid"}), object{"active": true, "scope": "orders:read"},
			deny, 1, "rights"},
		"groups of the answer are ignored": {good, object{"active": true, "groups": []string{"admins"}}, allow, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a, f := newAsked(t, withJWTs)
			a.know(c.token, c.answer)
			if got := f.outcome(t, get(c.token)); got != c.want {
				t.Errorf("got %s, want %s: %s", got, c.want, f.log)
			}
			if n := a.count(); n != c.calls {
				t.Errorf("got %d calls, want %d", n, c.calls)
			}
			if c.reason != "" && !strings.Contains(f.log.String(), `"reason":"`+c.reason+`"`) {
				t.Errorf("got log %s, want the reason %s", f.log, c.reason)
			}
		})
	}
}

// The authorizer introspects a JWT at the endpoint of its issuer, and any other token at the endpoint for opaque
// tokens. It does not introspect a JWT of an unknown issuer.
func TestIntrospectionEndpointChoice(t *testing.T) {
	const second = "https://second.example.com"
	for name, only := range map[string]bool{"beside an issuer of JWTs": false, "alone": true} {
		t.Run(name, func(t *testing.T) {
			a, f := newAsked(t, func(s *setup) {
				if !only {
					s.config.Issuers = append(s.config.Issuers,
						Issuer{URL: second, Audiences: []string{testAudience}, JWKSURL: testIssuer + "/keys"})
				}
			})
			ofFirst, ofSecond := token(nil), token(object{"iss": second})
			ofSecondForged := ofSecond[:len(ofSecond)-4] + "AAAA"
			ofThird := token(object{"iss": "https://third.example.com"})
			for _, text := range []string{ofFirst, ofSecond, ofSecondForged, ofThird} {
				a.know(text, goodAnswer())
			}
			known := map[bool]string{false: allow, true: reject}
			for _, c := range []struct {
				what, token, want string
				calls             int
			}{
				{"an opaque token", "good", allow, 1},
				{"a JWT of the same issuer", ofFirst, allow, 1},
				{"a JWT of the second issuer", ofSecond, known[only], 0},
				{"a forged JWT of the second issuer", ofSecondForged, reject, 0},
				{"a JWT of an unknown issuer", ofThird, reject, 0},
				{"two dots", "a.b.c", reject, 1},
			} {
				if got := f.outcome(t, get(c.token)); got != c.want {
					t.Errorf("%s: got %s, want %s; log: %s", c.what, got, c.want, f.log)
				}
				if n := a.count(); n != c.calls {
					t.Errorf("%s: got %d calls, want %d", c.what, n, c.calls)
				}
			}
		})
	}
}

// Signed answers are verified with the issuer's keys, for opaque tokens and for JWTs.
func TestSignedIntrospectionAnswers(t *testing.T) {
	sign := func(key *authztest.Key, typ string, claims object) http.HandlerFunc {
		all := object{"iss": testIssuer, "aud": introspecting, "iat": t0.Unix(), "token_introspection": goodAnswer()}
		text := key.Sign("RS256", object{"alg": "RS256", "kid": "rsa-1", "typ": typ}.String(), all.With(claims).String())
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Accept") != "application/token-introspection+jwt" {
				w.WriteHeader(http.StatusNotAcceptable)
				return
			}
			w.Header().Set("Content-Type", "application/token-introspection+jwt; charset=utf-8")
			io.WriteString(w, text)
		}
	}
	const typ = "token-introspection+jwt"
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"good":               {sign(goodKey(), typ, nil), allow},
		"not active":         {sign(goodKey(), typ, object{"token_introspection": object{"active": false}}), reject},
		"a foreign key":      {sign(authztest.RSA("rsa-2", 2048), typ, nil), fault},
		"an access token":    {sign(goodKey(), "at+jwt", goodClaims()), fault},
		"for another client": {sign(goodKey(), typ, object{"aud": testAudience}), fault},
		"not signed":         {nil, fault},
	} {
		for _, jwts := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", JWTs: ", jwts), func(t *testing.T) {
				a, f := newAsked(t, func(s *setup) {
					if jwts {
						withJWTs(s)
					}
					s.config.Issuers[0].JWKSURL = testIssuer + "/keys"
					s.config.Issuers[0].Introspection.SignedResponse = true
				})
				a.answerWith(c.answer)
				text := "good"
				if jwts {
					text = token(nil)
				}
				if got := f.outcome(t, get(text)); got != c.want {
					t.Errorf("got %s, want %s: %s", got, c.want, f.log)
				}
			})
		}
	}
	// A signed answer must not be accepted as a token.
	_, f := newAsked(t, withJWTs)
	answer := goodKey().Sign("RS256", object{"alg": "RS256", "kid": "rsa-1", "typ": typ}.String(), goodClaims().String())
	if got := f.outcome(t, get(answer)); got != reject {
		t.Errorf("a signed answer as a token: got %s, want %s", got, reject)
	}
}

func TestIntrospectionConfig(t *testing.T) {
	second := Issuer{URL: "https://second.example.com", Audiences: []string{"x"}, Introspection: goodIntrospection()}
	for name, c := range map[string]struct {
		change func(*setup, *Issuer)
		want   string
	}{
		"two issuers of opaque tokens": {func(s *setup, _ *Issuer) { s.config.Issuers = append(s.config.Issuers, second) },
			"both have opaque tokens"},
		"no secret": {func(_ *setup, i *Issuer) { i.Introspection.SecretARN = "" }, "is not the ARN of a secret"},
		"http": {func(_ *setup, i *Issuer) { i.Introspection.Endpoint = "http://issuer.example.com" },
			"not an https URL"},
		"no endpoint":               {func(_ *setup, i *Issuer) { i.Introspection.Endpoint = "" }, "not an absolute URL"},
		"no client":                 {func(_ *setup, i *Issuer) { i.Introspection.ClientID = "" }, "ClientID"},
		"no audience and no client": {func(_ *setup, i *Issuer) { i.Audiences = nil }, "neither audiences nor clients"},
		"an empty audience":         {func(_ *setup, i *Issuer) { i.Audiences = []string{""} }, "is empty"},
		"type":                      {func(_ *setup, i *Issuer) { i.Type = "at+jwt" }, "are for JWTs"},
		"token use":                 {func(_ *setup, i *Issuer) { i.TokenUse = "access" }, "are for JWTs"},
		"SecretARN":                 {func(_ *setup, i *Issuer) { i.SecretARN = secretName }, "are for JWTs"},
		"keys": {func(_ *setup, i *Issuer) { i.JWKSURL = testIssuer + "/keys" },
			"are for JWTs and signed answers"},
		"algorithms": {func(_ *setup, i *Issuer) { i.Algorithms = []string{"ES256"} },
			"are for JWTs and signed answers"},
		"signed with an unknown algorithm": {func(_ *setup, i *Issuer) {
			i.Algorithms, i.Introspection.SignedResponse = []string{"none"}, true
		}, `algorithm "none"`},
		"signed with an algorithm for shared keys, JWTs": {func(s *setup, i *Issuer) {
			withJWTs(s)
			i.Algorithms, i.Introspection.SignedResponse = []string{"HS256"}, true
		}, "algorithm HS256 needs a Secret"},
		"secrets over http": {func(s *setup, _ *Issuer) {
			s.env["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = "http://secrets.example.com"
		}, "AWS_ENDPOINT_URL_SECRETS_MANAGER"},
		"secrets over http, JWTs": {func(s *setup, _ *Issuer) {
			withJWTs(s)
			s.env["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = "http://secrets.example.com"
		}, "AWS_ENDPOINT_URL_SECRETS_MANAGER"},
		"ClientAuth": {func(_ *setup, i *Issuer) { i.Introspection.ClientAuth = "none" }, `Method "none"`},
		"AnswerTTL":  {func(_ *setup, i *Issuer) { i.Introspection.AnswerTTL = 2 * time.Hour }, "up to 1h0m0s"},
		"signed with a shared key": {func(_ *setup, i *Issuer) {
			i.SecretARN, i.Introspection.SignedResponse, i.Introspection.VerifyJWTs = secretName, true, true
		}, "verified with published keys"},
	} {
		a := &asked{}
		_, err := tryFixture(a.use, func(s *setup) { c.change(s, &s.config.Issuers[0]) })
		if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
	newEndpoint = nil
	defer func() { newEndpoint = newHTTPEndpoint }()
	_, err := tryFixture((&asked{}).use)
	if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "built without the tag gatehouse_introspection") {
		t.Errorf("without the tag: got %v, want ErrConfig with the tag", err)
	}
}
