package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/internal/login"
)

const (
	provider     = "https://id.example.com"
	client       = "shop"
	refreshToken = "a-refresh-token-of-the-provider"

	secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-AbCdEf"
)

// begun is a login that has begun: the values that the browser has, and the claims that the provider gives for its
// code.
type begun struct {
	cookie, value      string // the attempt's cookie
	state, code        string
	nonce, challenge   string
	subject, returning string
}

// callbacks has a login function with its provider, and logins that have begun. Unlike real ones, the provider accepts
// a code any number of times, so that a case does not depend on earlier ones.
type callbacks struct {
	r       *rand.Rand
	handler *login.Handler
	log     bytes.Buffer
	logins  []*begun
	states  []string
	codes   []string
	values  []string
	key     *authztest.Key
}

func newCallbacks(r *rand.Rand) (*callbacks, error) {
	c := &callbacks{r: r, key: authztest.Ed25519("ed-1")}
	config := login.Config{
		Issuer:    authz.Issuer{URL: provider, Audiences: []string{"api://orders"}, Algorithms: []string{"EdDSA"}},
		ClientID:  client,
		SecretARN: secret,
		KeysARN:   secret,
		Scopes:    []string{"openid"},
		Origin:    "https://" + host,
	}
	var err error
	c.handler, err = login.New(config, func(string) string { return "" }, login.Options{
		Now: clock, Transport: c, Log: &c.log,
	})
	if err != nil {
		return nil, err
	}
	for i := range 24 {
		b := &begun{
			subject: fmt.Sprintf("user-%d", i), returning: fmt.Sprintf("/orders/%d", i),
			code: fmt.Sprintf("code-%d-%d", i, r.Uint64()),
		}
		w := c.get("/auth/login?return="+url.QueryEscape(b.returning), nil)
		location, err := url.Parse(w.Header().Get("Location"))
		if err != nil || w.Code != http.StatusSeeOther {
			return nil, fmt.Errorf("a login begins with %d, %v: %s", w.Code, err, c.log.String())
		}
		for name, value := range jarOf(w.Header()["Set-Cookie"]) {
			b.cookie, b.value = name, value
		}
		q := location.Query()
		b.state, b.nonce, b.challenge = q.Get("state"), q.Get("nonce"), q.Get("code_challenge")
		c.logins = append(c.logins, b)
		c.states, c.codes, c.values = append(c.states, b.state), append(c.codes, b.code), append(c.values, b.value)
	}
	return c, nil
}

func (c *callbacks) get(target string, cookies []string) *httptest.ResponseRecorder {
	path, query, _ := strings.Cut(target, "?")
	r := &http.Request{
		Method: http.MethodGet, URL: &url.URL{Path: path, RawQuery: query}, Host: host,
		Header: http.Header{"Sec-Fetch-Site": {"cross-site"}},
	}
	if cookies != nil {
		r.Header["Cookie"] = cookies
	}
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	return w
}

// RoundTrip answers as the provider and as AWS Secrets Manager.
func (c *callbacks) RoundTrip(r *http.Request) (*http.Response, error) {
	status, answer := http.StatusOK, authztest.Object(nil)
	switch {
	case strings.HasPrefix(r.URL.Host, "secretsmanager."):
		text, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		if answer = (authztest.Object{"SecretString": newest}); strings.Contains(string(text), "AWSPREVIOUS") {
			status, answer = http.StatusBadRequest, authztest.Object{"__type": "ResourceNotFoundException"}
		}
	case r.URL.Path == "/.well-known/openid-configuration":
		answer = authztest.Object{
			"issuer": provider, "authorization_endpoint": provider + "/authorize", "token_endpoint": provider + "/token",
			"jwks_uri": provider + "/keys", "authorization_response_iss_parameter_supported": false,
		}
	case r.URL.Path == "/token":
		status, answer = c.token(r)
	default:
		return authztest.NewIssuer(provider, c.key).RoundTrip(r)
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(answer.String())),
	}, nil
}

// token is the provider's token endpoint. It accepts a code with the verifier of its login.
func (c *callbacks) token(r *http.Request) (int, authztest.Object) {
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	sum := sha256.Sum256([]byte(form.Get("code_verifier")))
	for _, b := range c.logins {
		if b.code != form.Get("code") || b.challenge != base64.RawURLEncoding.EncodeToString(sum[:]) {
			continue
		}
		claims := authztest.Object{
			"iss": provider, "sub": b.subject, "aud": client, "nonce": b.nonce,
			"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		}
		return http.StatusOK, authztest.Object{
			"access_token": c.key.Token("EdDSA", claims.With(authztest.Object{"aud": "api://orders"})), "token_type": "Bearer",
			"expires_in": 300, "id_token": c.key.Token("EdDSA", claims), "refresh_token": refreshToken,
		}
	}
	return http.StatusBadRequest, authztest.Object{"error": "invalid_grant"}
}

// changed returns the parameters and the cookie of a login's callback, usually with a change.
func (c *callbacks) changed(b, other *begun) (query [][2]string, name, value string) {
	r := c.r
	query = [][2]string{{"state", b.state}, {"code", b.code}}
	if r.IntN(3) == 0 {
		issuers := []string{provider, provider, "https://evil.example.com", "", provider + "/"}
		query = append(query, [2]string{"iss", pick(r, issuers)})
	}
	name, value = b.cookie, b.value
	switch r.IntN(12) {
	case 0: // nothing
	case 1:
		query[0][1] = other.state
	case 2:
		query[1][1] = other.code
	case 3:
		query[0][1], query[1][1] = other.state, other.code
	case 4:
		name, value = other.cookie, other.value
	case 5:
		value = other.value
	case 6:
		query[0][1] = mutated(r, b.state, c.states)
	case 7:
		query[1][1] = mutated(r, b.code, c.codes)
	case 8:
		value = mutated(r, b.value, c.values)
	case 9: // a duplicate or an additional parameter
		names := []string{"state", "code", "error", "iss", "State", "x", "return", "redirect_uri"}
		query = append(query, [2]string{pick(r, names),
			pick(r, []string{b.state, other.state, b.code, other.code, "access_denied", "//evil.example.com", provider})})
	case 10: // a missing parameter
		query = append(query[:0:0], query[r.IntN(2)])
	case 11: // an error
		query[1] = [2]string{"error", pick(r, []string{"access_denied", "login_required", "<script>", b.state, ""})}
	}
	r.Shuffle(len(query), func(i, j int) { query[i], query[j] = query[j], query[i] })
	return query, name, value
}

// try makes a callback, usually with a change, and returns the outcome.
func (c *callbacks) try() (string, error) {
	r := c.r
	b, other := c.logins[r.IntN(len(c.logins))], c.logins[r.IntN(len(c.logins))]
	query, name, value := c.changed(b, other)
	text := c.written(query)
	sent := headers(r, []string{name + "=" + value})
	c.log.Reset()
	w := c.get("/auth/callback?"+text, sent)
	describe := func(problem string) error {
		return fmt.Errorf("%s: callback %q with %q: %d, %s", problem, text, sent, w.Code, c.log.String())
	}
	if err := c.checkLog(b, other, value); err != nil {
		return "", describe(err.Error())
	}
	jar := jarOf(w.Header()["Set-Cookie"])
	got, _ := url.ParseQuery(text)
	if jar["__Host-session"] == "" {
		if w.Code != http.StatusBadRequest && w.Code != http.StatusForbidden {
			return "", describe("neither a session nor a refusal")
		}
		return "callback: refused, " + http.StatusText(w.Code), nil
	}
	for _, b := range c.logins {
		once := func(name string) bool { return len(got[name]) == 1 }
		if w.Code == http.StatusOK && once("state") && once("code") &&
			got.Get("state") == b.state && got.Get("code") == b.code &&
			has(strings.Join(sent, "; "), b.cookie, b.value) && // the login function joins split headers
			len(got["error"]) <= 1 && got.Get("error") == "" &&
			len(got["iss"]) <= 1 && (got.Get("iss") == "" || got.Get("iss") == provider) {
			if !strings.Contains(w.Body.String(), b.returning) {
				return "", describe("the callback does not return to " + b.returning)
			}
			return "callback: a session begins", nil
		}
	}
	return "", describe("a forged callback begins a session")
}

// written returns the text of a query, with a trick in some cases.
func (c *callbacks) written(query [][2]string) string {
	r := c.r
	var pairs []string
	for _, p := range query {
		pairs = append(pairs, url.QueryEscape(p[0])+"="+url.QueryEscape(p[1]))
	}
	text := strings.Join(pairs, "&")
	switch r.IntN(16) {
	case 0:
		return strings.Join(pairs, ";")
	case 1:
		return text + "&" + text
	case 2:
		return "&" + text + "&&="
	case 3:
		return strings.Replace(text, "state=", "%73tate=", 1) // the same name
	case 4:
		return strings.Replace(text, "state=", "state[]=", 1)
	case 5:
		return strings.Replace(text, "code=", "code=%00", 1)
	case 6:
		return text + "%"
	case 7:
		return mutated(r, text, []string{text})
	}
	return text
}

// checkLog returns an error if the log has a part of a secret that the browser or the provider sent.
func (c *callbacks) checkLog(b, other *begun, value string) error {
	log := c.log.String()
	for _, s := range []string{b.state, other.state, b.code, other.code, value, b.nonce, newest, refreshToken} {
		if len(s) >= 12 && strings.Contains(log, s[:12]) {
			return fmt.Errorf("the log has %q: %s", s[:12], log)
		}
	}
	return nil
}
